"""Coming up and staying known: boot, connector reports, heartbeats, and what a lost connection means (B01-B04, G02)."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Send, Set, Stop
from mock_csms.station.device import Device, Moment, Step
from mock_csms.station.variables import (
    BACK_OFF_RANGE,
    BACK_OFF_TIMES,
    BACK_OFF_WAIT,
    HEARTBEAT_INTERVAL,
    OFFLINE_THRESHOLD,
)

BOOT: tuple[str] = ("boot",)
HEARTBEAT: tuple[str] = ("heartbeat",)

_RETRY = 30
"""After how many seconds a boot is tried again where the CSMS leaves that to the station (B03.FR.05)."""


def opened(device: Device, moment: Moment) -> Step:
    """Boot, unless the CSMS knows the station already: then report what changed (B04)."""
    offline = moment.now - (moment.now if device.went_offline is None else device.went_offline)
    device = replace(device, is_online=True, went_offline=None)
    if not device.is_accepted:
        return device, [_notification(device)]
    if offline > device.number(OFFLINE_THRESHOLD):
        device = replace(device, told={})
    device, acts = report_connectors(device, moment)
    return device, [*acts, _heartbeat(device)]


def closed(device: Device, moment: Moment) -> Step:
    """Note that the station is offline."""
    return replace(device, is_online=False, went_offline=moment.now), [Stop(BOOT), Stop(HEARTBEAT)]


def boot(device: Device) -> Step:
    """Say hello again, after a time or because the CSMS wants it."""
    return device, [_notification(device)]


def booted(device: Device, response: Json, moment: Moment) -> Step:
    """Do as the CSMS says: work when accepted, else try again after its interval."""
    status, interval = response["status"], response["interval"]
    is_new = not device.is_accepted
    device = replace(device, boot_status=status)
    if status != "Accepted":
        return device, [Stop(HEARTBEAT), Set(BOOT, interval or _RETRY)]
    if interval > 0:
        device = replace(device, variables={**device.variables, HEARTBEAT_INTERVAL: str(interval)})
    acts: list[Act] = [Stop(BOOT), _heartbeat(device)]
    if not is_new:
        return device, acts
    kind = "StartupOfTheDevice" if device.reason == "PowerUp" else "ResetOrReboot"
    device, reports = report_connectors(replace(device, told={}), moment)
    return device, [*acts, *reports, Send("SecurityEventNotification", {"type": kind, "timestamp": moment.stamp})]


def boot_failed(device: Device) -> Step:
    """Try again: there was no answer, or none that can be understood."""
    return device, [Set(BOOT, _RETRY)]


def beat(device: Device) -> Step:
    """Send a heartbeat, and think of the next one."""
    return device, [Send("Heartbeat", {}), _heartbeat(device)]


def report_connectors(device: Device, moment: Moment) -> Step:
    """Send the status of every connector of which the CSMS knows another one."""
    statuses = {
        (evse.id, connector): evse.status(connector)
        for evse in device.evses.values()
        for connector in range(1, evse.connectors + 1)
    }
    if not device.is_accepted or not device.is_online:
        return device, []
    changed = [place for place, status in statuses.items() if device.told.get(place) != status]
    return replace(device, told=statuses), [status_notification(device, *place, moment) for place in changed]


def status_notification(device: Device, evse: int, connector: int, moment: Moment) -> Send:
    """Return the message that tells the status of a connector."""
    status = device.evses[evse].status(connector)
    payload = {"timestamp": moment.stamp, "connectorStatus": status, "evseId": evse, "connectorId": connector}
    return Send("StatusNotification", payload)


def back_off(device: Device, attempt: int, moment: Moment) -> float:
    """Return how long to wait before connecting again, after so many attempts in vain (Part 4, 5.3)."""
    doubled = min(attempt, device.number(BACK_OFF_TIMES))
    wait: float = device.number(BACK_OFF_WAIT) * 2**doubled
    return wait + moment.world.chance() * device.number(BACK_OFF_RANGE)


def _notification(device: Device) -> Send:
    identity = device.identity
    station = {
        "vendorName": identity.vendor,
        "model": identity.model,
        "serialNumber": identity.serial_number,
        "firmwareVersion": identity.firmware,
    }
    return Send("BootNotification", {"reason": device.reason, "chargingStation": station})


def _heartbeat(device: Device) -> Set:
    return Set(HEARTBEAT, device.number(HEARTBEAT_INTERVAL))

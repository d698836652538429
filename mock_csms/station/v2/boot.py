"""Boot, connector statuses and heartbeats, and the effects of a lost connection (B01 to B04, G02)."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import seconds_of
from mock_csms.station import outbox
from mock_csms.station.cues import Act, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2 import reserved
from mock_csms.station.v2.answers import Alarmed
from mock_csms.station.v2.calls import security_event
from mock_csms.station.v2.device import Device, Step
from mock_csms.station.v2.variables import (
    BACK_OFF_RANGE,
    BACK_OFF_TIMES,
    BACK_OFF_WAIT,
    HEARTBEAT_INTERVAL,
    OFFLINE_THRESHOLD,
    TIME_SOURCE,
)

BOOT: tuple[str] = ("boot",)
HEARTBEAT: tuple[str] = ("heartbeat",)

_RETRY = 30
"""Seconds until the next BootNotification if the CSMS leaves the interval to the station (B03.FR.05)."""


def opened(device: Device, moment: Moment) -> Step:
    """Boot as soon as the CSMS allows it (B03.FR.02); if the station was accepted before, report changes (B04)."""
    offline = moment.now - (moment.now if device.went_offline is None else device.went_offline)
    device = replace(device, is_online=True, went_offline=None)
    if not device.is_accepted:
        return (device, [Set(BOOT, device.boot_at - moment.now)]) if moment.now < device.boot_at else boot(device)
    if offline > device.number(OFFLINE_THRESHOLD):
        device = replace(device, reported={})
    device, acts = report_connectors(device, moment)
    return device, [*acts, next_beat(device)]


def closed(device: Device, moment: Moment) -> Step:
    """Note that the station is offline; statuses that were not delivered are reported again later.

    Drivers whose Authorize was dropped have to present their idToken again.
    """
    device, dropped = outbox.drop(device)
    for message in dropped:
        device = mark_undelivered(device, message.payload) if message.action == "StatusNotification" else device
    unasked = [message.payload["idToken"] for message in dropped if message.action == "Authorize"]
    cards = tuple(card for card in device.cards if card.token not in unasked)
    device = replace(device, cards=cards, is_online=False, went_offline=moment.now)
    return device, [Stop(BOOT), Stop(HEARTBEAT)]


def boot(device: Device) -> Step:
    """Send BootNotification, unless one is already open or waiting."""
    return device, [] if outbox.holds(device, "BootNotification") else [notification(device, device.reason)]


def triggered(device: Device) -> Step:
    """Send the BootNotification that the CSMS has triggered."""
    return device, [notification(device, "Triggered")]


def booted(device: Device, response: Json, moment: Moment) -> Step:
    """Handle the answer to a BootNotification: start to work if Accepted, else try again later (B01 to B03)."""
    status, interval = response["status"], response["interval"]
    is_new = not device.is_accepted
    device = replace(device, boot_status=status)
    if status != "Accepted":
        wait = interval if interval > 0 else _RETRY
        return replace(device, boot_at=moment.now + wait), [Stop(HEARTBEAT), Set(BOOT, wait)]
    if interval > 0:
        device = device.with_variables({HEARTBEAT_INTERVAL: str(interval)})
    acts: list[Act] = [Stop(BOOT), next_beat(device)]
    if not is_new:
        return device, acts
    kind = "StartupOfTheDevice" if device.reason == "PowerUp" else "ResetOrReboot"
    device, reports = report_connectors(replace(device, reported={}), moment)
    return device, [*acts, *reports, security_event(kind, moment)]


def time_to_set(device: Device, response: Json) -> float | None:
    """Return the time in a response, in seconds since 1970, if TimeSource lets it set the clock; otherwise None.

    Also None while a transaction runs: the times of meter values must not jump.
    """
    sets_clock = device.variables[TIME_SOURCE].startswith("Heartbeat") and not device.is_busy
    return seconds_of(response["currentTime"]) if sets_clock and "currentTime" in response else None


def boot_failed(device: Device) -> Step:
    """Try again later: there was no answer, or an invalid one."""
    return device, [Set(BOOT, _RETRY)]


def beat(device: Device) -> Step:
    """Send a heartbeat and set the alarm for the next one."""
    return device, [Send("Heartbeat", {}), next_beat(device)]


def report_connectors(device: Device, moment: Moment) -> Step:
    """Send the status of every connector whose status the CSMS does not know yet."""
    statuses = {
        (evse.id, connector): reserved.status(device, evse, connector)
        for evse in device.evses.values()
        for connector in evse.each_connector
    }
    if not device.is_accepted or not device.is_online:
        return device, []
    changed = [place for place, status in statuses.items() if device.reported.get(place) != status]
    return replace(device, reported=statuses), [status_notification(device, *place, moment) for place in changed]


def status_notification(device: Device, evse: int, connector: int, moment: Moment) -> Send:
    """Return the StatusNotification of a connector."""
    status = reserved.status(device, device.evses[evse], connector)
    payload = {"timestamp": moment.stamp, "connectorStatus": status, "evseId": evse, "connectorId": connector}
    return Send("StatusNotification", payload)


def back_off(device: Device, attempt: int, moment: Moment) -> float:
    """Return the seconds to wait before connecting again, after a number of failed attempts (Part 4, 5.3)."""
    doubled = min(attempt, device.number(BACK_OFF_TIMES))
    wait: float = device.number(BACK_OFF_WAIT) * 2**doubled
    return wait + moment.world.chance() * device.number(BACK_OFF_RANGE)


def mark_undelivered(device: Device, payload: Json) -> Device:
    """Note that a StatusNotification with this payload was not delivered."""
    lost = (payload.get("evseId"), payload.get("connectorId"))
    return replace(device, reported={place: status for place, status in device.reported.items() if place != lost})


def notification(device: Device, reason: str) -> Send:
    """Return a BootNotification with this reason."""
    identity = device.identity
    station = {
        "vendorName": identity.vendor,
        "model": identity.model,
        "serialNumber": identity.serial_number,
        "firmwareVersion": identity.firmware,
    }
    return Send("BootNotification", {"reason": reason, "chargingStation": station})


def next_beat(device: Device) -> Set:
    """Return the alarm for the next heartbeat."""
    return Set(HEARTBEAT, device.number(HEARTBEAT_INTERVAL))


ALARMS: Mapping[str, Alarmed] = {
    BOOT[0]: lambda device, _, __: boot(device),
    HEARTBEAT[0]: lambda device, _, __: beat(device),
}

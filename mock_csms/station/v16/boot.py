"""Boot, heartbeats and statuses of connectors, and the effects of a lost connection (OCPP 1.6, 4.2, 4.6, 4.9)."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import seconds_of
from mock_csms.station import outbox
from mock_csms.station.cues import Act, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v16.device import Device16, Ringing, Step

BOOT: tuple[str] = ("boot",)
HEARTBEAT: tuple[str] = ("heartbeat",)

_RETRY = 30
"""The seconds until the next BootNotification if the CSMS sends the interval 0 (4.2)."""


def opened(device: Device16, moment: Moment) -> Step:
    """Boot after connecting, if the boot is due.

    A station that was accepted before reports changes (OCPP-J 1.6, 5.4).
    """
    device = replace(device, is_online=True)
    if not device.is_accepted:
        return (device, [Set(BOOT, device.boot_at - moment.now)]) if moment.now < device.boot_at else boot(device)
    device, acts = report(device, moment)
    return device, [*acts, next_beat(device)]


def closed(device: Device16, _: Moment) -> Step:
    """Note that the station is offline. Statuses that were not delivered will be reported again."""
    device, dropped = outbox.drop(device)
    for message in dropped:
        device = mark_undelivered(device, message.payload) if message.action == "StatusNotification" else device
    tags = [message.payload["idTag"] for message in dropped if message.action == "Authorize"]
    cards = tuple(card for card in device.cards if card.tag not in tags)
    return replace(device, cards=cards, is_online=False), [Stop(BOOT), Stop(HEARTBEAT)]


def boot(device: Device16) -> Step:
    """Send a BootNotification, unless one is open or waiting (4.2)."""
    return device, [] if outbox.holds(device, "BootNotification") else [notification(device)]


def notification(device: Device16) -> Send:
    """Return a BootNotification (4.2)."""
    identity = device.identity
    station = {
        "chargePointVendor": identity.vendor,
        "chargePointModel": identity.model,
        "chargePointSerialNumber": identity.serial_number,
        "firmwareVersion": identity.firmware,
    }
    return Send("BootNotification", station)


def booted(device: Device16, response: Json, moment: Moment) -> Step:
    """Handle the answer to a BootNotification: start to work if Accepted, else try again after the interval (4.2)."""
    status, interval, was_accepted = response["status"], response["interval"], device.is_accepted
    device = replace(device, boot_status=status)
    if status != "Accepted":
        wait = interval if interval > 0 else _RETRY
        return replace(device, boot_at=moment.now + wait), [Stop(HEARTBEAT), Set(BOOT, wait)]
    if interval > 0:
        device = replace(device, configuration={**device.configuration, "HeartbeatInterval": str(interval)})
    acts: list[Act] = [Stop(BOOT), next_beat(device)]
    if was_accepted:
        return device, acts
    kind = "ResetOrReboot" if device.has_rebooted else "StartupOfTheDevice"
    device, reports = report(replace(device, reported={}), moment)
    return device, [*acts, *reports, security_event(kind, moment)]


def failed(device: Device16) -> Step:
    """Try again later, because the BootNotification got no valid answer."""
    return device, [Set(BOOT, _RETRY)]


def security_event(kind: str, moment: Moment) -> Send:
    """Return a SecurityEventNotification; it is kept while the station is offline (whitepaper, A04)."""
    return Send("SecurityEventNotification", {"type": kind, "timestamp": moment.stamp}, is_kept=True)


def time_to_set(device: Device16, response: Json) -> float | None:
    """Return the time in a response, in seconds since 1970.

    None while a transaction runs: meter times must not jump.
    """
    return seconds_of(response["currentTime"]) if not device.is_busy and "currentTime" in response else None


def next_beat(device: Device16) -> Set:
    """Return the alarm for the next heartbeat (4.6)."""
    return Set(HEARTBEAT, device.number("HeartbeatInterval"))


def beat(device: Device16) -> Step:
    """Send a heartbeat, and set the alarm for the next one (4.6)."""
    return device, [Send("Heartbeat", {}), next_beat(device)]


def status_of(device: Device16, number: int) -> str:
    """Return the status of a connector, or of the station for number 0 (4.9)."""
    if number == 0:
        return "Unavailable" if device.is_inoperative else "Available"
    status = device.connectors[number].status()
    is_reserved = any(held.connector == number for held in device.reservations.values())
    return "Reserved" if status == "Available" and is_reserved else status


def report(device: Device16, moment: Moment) -> Step:
    """Send the status of each connector, including 0, if it differs from the last sent one (errata, 3.19, 3.22)."""
    if not device.is_accepted or not device.is_online:
        return device, []
    statuses = {number: status_of(device, number) for number in (0, *device.connectors)}
    changed = [number for number, status in statuses.items() if device.reported.get(number) != status]
    return replace(device, reported=statuses), [status_notification(device, number, moment) for number in changed]


def status_notification(device: Device16, number: int, moment: Moment) -> Send:
    """Return the StatusNotification of a connector (4.9)."""
    known = {"connectorId": number, "errorCode": "NoError", "status": status_of(device, number)}
    return Send("StatusNotification", known | {"timestamp": moment.stamp})


def mark_undelivered(device: Device16, payload: Json) -> Device16:
    """Note that a StatusNotification was not delivered, so that it is sent again."""
    lost = payload.get("connectorId")
    return replace(device, reported={number: status for number, status in device.reported.items() if number != lost})


def back_off(device: Device16, attempt: int, moment: Moment) -> float:
    """Return the seconds to wait before reconnecting after that many failed attempts (OCPP-J 1.6 errata, 3.3)."""
    doubled = min(attempt, device.number("RetryBackOffRepeatTimes"))
    random = moment.world.chance() * device.number("RetryBackOffRandomRange")
    return float(device.number("RetryBackOffWaitMinimum") * 2**doubled + random)


ALARMS: Mapping[str, Ringing] = {
    BOOT[0]: lambda device, _, __: boot(device),
    HEARTBEAT[0]: lambda device, _, __: beat(device),
}

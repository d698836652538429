"""Boot, statuses of connectors and heartbeats, and the effects of a lost connection (4.2, 4.6, 4.9)."""

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
"""Seconds until the next BootNotification if the CSMS leaves the interval to the station."""
_FIRST_WAIT, _MOST_DOUBLED, _RANGE = 10.0, 3, 5.0
"""How long the station waits before it connects again, how often that is doubled, and what chance adds at most."""


def opened(device: Device16, moment: Moment) -> Step:
    """Boot as soon as the CSMS allows it; if the station was accepted before, report what has changed (J 5.4)."""
    device = replace(device, is_online=True)
    if not device.is_accepted:
        return (device, [Set(BOOT, device.boot_at - moment.now)]) if moment.now < device.boot_at else boot(device)
    device, acts = report(device, moment)
    return device, [*acts, next_beat(device)]


def closed(device: Device16, _: Moment) -> Step:
    """Note that the station is offline; statuses that were not delivered are reported again later."""
    device, dropped = outbox.drop(device)
    for message in dropped:
        device = untold(device, message.payload) if message.action == "StatusNotification" else device
    tags = [message.payload["idTag"] for message in dropped if message.action == "Authorize"]
    cards = tuple(card for card in device.cards if card.tag not in tags)
    return replace(device, cards=cards, is_online=False), [Stop(BOOT), Stop(HEARTBEAT)]


def boot(device: Device16) -> Step:
    """Send BootNotification, unless one is already open or waiting."""
    return device, [] if outbox.holds(device, "BootNotification") else [notification(device)]


def notification(device: Device16) -> Send:
    """Return a BootNotification."""
    identity = device.identity
    station = {
        "chargePointVendor": identity.vendor,
        "chargePointModel": identity.model,
        "chargePointSerialNumber": identity.serial_number,
        "firmwareVersion": identity.firmware,
    }
    return Send("BootNotification", station)


def booted(device: Device16, response: Json, moment: Moment) -> Step:
    """Apply the answer to BootNotification: work if Accepted, otherwise try again after the interval."""
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
    device, reports = report(replace(device, told={}), moment)
    return device, [*acts, *reports, security_event(kind, moment)]


def failed(device: Device16) -> Step:
    """Try again later: there was no answer, or an invalid one."""
    return device, [Set(BOOT, _RETRY)]


def security_event(kind: str, moment: Moment) -> Send:
    """Return a SecurityEventNotification; it is kept while the station is offline (whitepaper, A04)."""
    return Send("SecurityEventNotification", {"type": kind, "timestamp": moment.stamp}, is_kept=True)


def time_to_set(device: Device16, response: Json) -> float | None:
    """Return the time in a response, in seconds since 1970; None while a transaction runs: meters must not jump."""
    return seconds_of(response["currentTime"]) if not device.is_busy and "currentTime" in response else None


def next_beat(device: Device16) -> Set:
    """Return the alarm for the next heartbeat."""
    return Set(HEARTBEAT, device.number("HeartbeatInterval"))


def beat(device: Device16) -> Step:
    """Send a heartbeat and set the alarm for the next one."""
    return device, [Send("Heartbeat", {}), next_beat(device)]


def status_of(device: Device16, number: int) -> str:
    """Return the status of a connector, or of the station for 0."""
    if number == 0:
        return "Unavailable" if device.is_inoperative else "Available"
    status = device.connectors[number].status()
    is_reserved = any(held.connector == number for held in device.reservations.values())
    return "Reserved" if status == "Available" and is_reserved else status


def report(device: Device16, moment: Moment) -> Step:
    """Send the status of every connector, 0 included, whose status the CSMS does not know (errata, 3.19 and 3.22)."""
    if not device.is_accepted or not device.is_online:
        return device, []
    statuses = {number: status_of(device, number) for number in (0, *device.connectors)}
    changed = [number for number, status in statuses.items() if device.told.get(number) != status]
    return replace(device, told=statuses), [status_notification(device, number, moment) for number in changed]


def status_notification(device: Device16, number: int, moment: Moment) -> Send:
    """Return the StatusNotification of a connector."""
    known = {"connectorId": number, "errorCode": "NoError", "status": status_of(device, number)}
    return Send("StatusNotification", known | {"timestamp": moment.stamp})


def untold(device: Device16, payload: Json) -> Device16:
    """Note that a StatusNotification was not delivered."""
    lost = payload.get("connectorId")
    return replace(device, told={number: status for number, status in device.told.items() if number != lost})


def back_off(_: Device16, attempt: int, moment: Moment) -> float:
    """Return the seconds to wait before connecting again, after a number of failed attempts (OCPP-J errata, 3.3)."""
    return _FIRST_WAIT * 2.0 ** min(attempt, _MOST_DOUBLED) + moment.world.chance() * _RANGE


ALARMS: Mapping[str, Ringing] = {
    BOOT[0]: lambda device, _, __: boot(device),
    HEARTBEAT[0]: lambda device, _, __: beat(device),
}

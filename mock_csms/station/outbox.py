"""The calls of a station in their order: one is open at a time, and TransactionEvents are kept (E13; Part 4, 4.1.1)."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import is_same
from mock_csms.protocol.records import replace
from mock_csms.station.answers import Alarmed
from mock_csms.station.cues import Act, Answered, FailedCall, Send, Set, Transmit
from mock_csms.station.v2.device import Device, Outbox, Step
from mock_csms.station.v2.variables import MESSAGE_ATTEMPT_INTERVAL, MESSAGE_ATTEMPTS

RETRY: tuple[str] = ("retry",)

_KEPT = "TransactionEvent"
"""What is told until it is taken. What was asked for waits; the rest is only worth telling while it is true."""


def put(device: Device, message: Send) -> Device:
    """Queue a call, or forget it where nobody would want it later."""
    if not device.is_online and not _is_kept(message):
        return device
    return _with(device, replace(device.outbox, waiting=(*device.outbox.waiting, message)))


def transmit(device: Device) -> Step:
    """Send the next call whose turn has come, if there is one."""
    box = device.outbox
    if box.open is not None or not device.is_online:
        return device, []
    for number, message in enumerate(box.waiting):
        if _may_go(device, message):
            waiting = box.waiting[:number] + box.waiting[number + 1 :]
            device = _with(device, replace(box, waiting=waiting, open=message))
            return device, [Transmit(message.action, message.payload)]
    return device, []


def _may_go(device: Device, message: Send) -> bool:
    """Whether the CSMS wants to hear this now (B01.FR.08, B02.FR.02, B03.FR.02)."""
    if device.is_accepted:
        return not (device.outbox.is_paused and message.action == _KEPT)
    return message.action == "BootNotification" or (device.boot_status == "Pending" and message.is_asked_for)


def settle(device: Device, cue: Answered | FailedCall) -> Step:
    """Close the open call; a TransactionEvent that failed is repeated, each time later (E13.FR.02 to 04)."""
    message, box = device.outbox.open, replace(device.outbox, open=None)
    device = _with(device, box)
    if message is None or message.action != _KEPT or isinstance(cue, Answered):
        return device, []
    if cue.is_lost:
        return _with(device, replace(box, waiting=(message, *box.waiting))), []
    attempts = message.attempts + 1
    if attempts >= device.number(MESSAGE_ATTEMPTS):
        return device, []
    again = replace(message, attempts=attempts)
    acts: list[Act] = [Set(RETRY, device.number(MESSAGE_ATTEMPT_INTERVAL) * attempts)]
    return _with(device, replace(box, waiting=(again, *box.waiting), is_paused=True)), acts


def drop(device: Device) -> tuple[Device, list[Send]]:
    """Forget the calls that nobody would want later, because the connection is gone; return them too."""
    waiting = device.outbox.waiting
    kept = tuple(message for message in waiting if _is_kept(message))
    dropped = [message for message in waiting if not _is_kept(message)]
    return _with(device, replace(device.outbox, waiting=kept)), dropped


def restart(box: Outbox) -> Outbox:
    """Return what a reboot leaves of the calls: the TransactionEvents, which wait for nothing but the CSMS."""
    return replace(box, waiting=tuple(m for m in box.waiting if m.action == _KEPT), is_paused=False)


def holds(device: Device, action: str) -> bool:
    """Whether a call of an action is open or waits."""
    return any(message.action == action for message in _all(device))


def transaction_of(event: Json) -> str | None:
    """Return the id of the transaction that a TransactionEvent tells of; one made by hand may have none."""
    info = event.get("transactionInfo")
    return info.get("transactionId") if isinstance(info, dict) else None


def go_on(device: Device, *_: Any) -> Step:
    """Repeat now what waited for it."""
    return _with(device, replace(device.outbox, is_paused=False)), []


def holds_events(device: Device, transaction: str | None = None) -> bool:
    """Whether TransactionEvents are still to be delivered, of one transaction or of any."""
    kept = [transaction_of(message.payload) for message in _all(device) if message.action == _KEPT]
    return bool(kept) if transaction is None else any(is_same(each, transaction) for each in kept)


def _all(device: Device) -> list[Send]:
    box = device.outbox
    return [*box.waiting, *([box.open] if box.open else [])]


def _is_kept(message: Send) -> bool:
    return message.action == _KEPT or message.is_asked_for


def _with(device: Device, box: Outbox) -> Device:
    return replace(device, outbox=box)


ALARMS: Mapping[str, Alarmed] = {RETRY[0]: go_on}

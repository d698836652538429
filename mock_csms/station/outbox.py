"""The calls of a station in their order: one is open at a time, and TransactionEvents are kept (E13; Part 4, 4.1.1)."""

from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Answered, Failed, Send, Set, Transmit
from mock_csms.station.device import Device, Outbox, Step
from mock_csms.station.variables import MESSAGE_ATTEMPT_INTERVAL, MESSAGE_ATTEMPTS

RETRY: tuple[str] = ("retry",)

_KEPT = "TransactionEvent"
"""What is delivered later when it cannot be delivered now; the rest is only worth telling while it is true."""


def put(device: Device, message: Send) -> Device:
    """Queue a call, or forget it where nobody would want it later."""
    if not device.is_online and message.action != _KEPT:
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


def settle(device: Device, cue: Answered | Failed) -> Step:
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


def go_on(device: Device) -> Step:
    """Repeat now what waited for it."""
    return _with(device, replace(device.outbox, is_paused=False)), []


def holds_events(device: Device, transaction: str | None = None) -> bool:
    """Whether TransactionEvents are still to be delivered, of one transaction or of any."""
    box = device.outbox
    messages = [*box.waiting, *([box.open] if box.open else [])]
    return any(
        message.action == _KEPT and transaction in (None, message.payload["transactionInfo"]["transactionId"])
        for message in messages
    )


def _with(device: Device, box: Outbox) -> Device:
    return replace(device, outbox=box)

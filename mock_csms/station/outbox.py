"""The queue of a station's calls: one is open at a time, and some must be delivered (Part 4, 4.1.1; E13).

Each function takes the state of a station and returns the state afterwards. The state names the actions that must be
delivered: in OCPP 2.x TransactionEvent.
"""

from typing import Any, TypeVar

from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Answered, FailedCall, Send, Set, Transmit
from mock_csms.station.state import Outbox, State

RETRY: tuple[str] = ("retry",)
"""The alarm that ends the pause before a retry."""

_BOOT = "BootNotification"

S = TypeVar("S", bound=State)


def put(state: S, message: Send) -> S:
    """Queue a call. While the station is offline, only calls are queued that `_is_kept` selects; others are dropped."""
    if not state.is_online and not _is_kept(state, message):
        return state
    return _with(state, replace(state.outbox, waiting=(*state.outbox.waiting, message)))


def transmit(state: S) -> tuple[S, list[Act]]:
    """Send the first waiting call that may be sent now, if no call is open and the station is online."""
    box = state.outbox
    if box.open is not None or not state.is_online:
        return state, []
    for number, message in enumerate(box.waiting):
        if _may_go(state, message):
            waiting = box.waiting[:number] + box.waiting[number + 1 :]
            state = _with(state, replace(box, waiting=waiting, open=message))
            return state, [Transmit(message.action, message.payload)]
    return state, []


def _may_go(state: State, message: Send) -> bool:
    """Return whether a call may be sent now; it depends on the boot status (B01.FR.08, B02.FR.02, B03.FR.02)."""
    if state.is_accepted:
        return not (state.outbox.is_paused and message.action in state.must_deliver)
    return message.action == _BOOT or (state.boot_status == "Pending" and message.is_asked_for)


def settle(state: S, cue: Answered | FailedCall) -> tuple[S, list[Act]]:
    """Close the open call. If it failed and must be delivered, send it again, after a longer wait each time (E13.FR.02

    to 04).
    If the connection was lost, the call is sent again on the next connection, and this is not counted as an attempt.
    """
    message, box = state.outbox.open, replace(state.outbox, open=None)
    state = _with(state, box)
    if message is None or isinstance(cue, Answered) or not _is_important(state, message):
        return state, []
    if cue.is_lost:
        return _with(state, replace(box, waiting=(message, *box.waiting))), []
    if message.action not in state.must_deliver:
        return state, []
    attempts = message.attempts + 1
    if attempts >= state.delivery_attempts:
        return state, []
    again = replace(message, attempts=attempts)
    acts: list[Act] = [Set(RETRY, state.delivery_interval * attempts)]
    return _with(state, replace(box, waiting=(again, *box.waiting), is_paused=True)), acts


def drop(state: S) -> tuple[S, list[Send]]:
    """Remove the calls that are not kept when the connection is lost; return the state and the removed calls."""
    waiting = state.outbox.waiting
    kept = tuple(message for message in waiting if _is_kept(state, message))
    dropped = [message for message in waiting if not _is_kept(state, message)]
    return _with(state, replace(state.outbox, waiting=kept)), dropped


def restarted(state: State) -> Outbox:
    """Return the queue after a reboot: only the calls that must be delivered, without a pause."""
    waiting = tuple(message for message in state.outbox.waiting if _is_important(state, message))
    return replace(state.outbox, waiting=waiting, is_paused=False)


def holds(state: State, action: str) -> bool:
    """Return whether a call of an action is open or waits."""
    return any(message.action == action for message in calls(state))


def holds_event(state: State, kind: str) -> bool:
    """Return whether a SecurityEventNotification of a type is open or waits."""
    return any(message.payload.get("type") == kind for message in calls(state))


def end_pause(state: S, *_: Any) -> tuple[S, list[Act]]:
    """Allow the station to send the calls that waited for a retry."""
    return _with(state, replace(state.outbox, is_paused=False)), []


def calls(state: State) -> list[Send]:
    """Return the waiting calls and the open one."""
    box = state.outbox
    return [*box.waiting, *([box.open] if box.open else [])]


def _is_kept(state: State, message: Send) -> bool:
    """Return whether a call is kept while the station is offline: it must be delivered, or the CSMS requested it."""
    return message.is_asked_for or _is_important(state, message)


def _is_important(state: State, message: Send) -> bool:
    """Return whether a call must be delivered, also after a reboot."""
    return message.is_kept or message.action in state.must_deliver


def _with(state: S, box: Outbox) -> S:
    return replace(state, outbox=box)

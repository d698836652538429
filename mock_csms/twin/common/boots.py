"""Updates the boots and the heartbeats in the twin; the same in every version of OCPP."""

from mock_csms.protocol.actions import BOOT
from mock_csms.twin.boots import REFUSED, UNKNOWN
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

MOST_COMMANDS = 100
"""How many open commands are remembered."""


def connected(_: Seen, twin: Twin) -> None:
    """Note a new connection: a boot must follow on the first connection, and on the first one after a reset."""
    boots = twin.boots
    boots.commanded.clear()
    boots.due = "first" if twin.connections.opened == 1 else "reset" if twin.resets.is_under_way else ""


def called(seen: Seen, twin: Twin) -> None:
    """Note that a call came: either the boot that must come next, or another call in its place."""
    boots = twin.boots
    if boots.due:
        is_late = boots.due == "first" and seen.action != BOOT
        boots.due = "late" if is_late or (boots.due == "late" and seen.action != BOOT) else ""


def answered(seen: Seen, twin: Twin) -> None:
    """Note the mock's answer to a boot, which may break its schema."""
    boots = twin.boots
    if not boots.count:
        return
    boots.answered_at = seen.at
    boots.status, boots.interval = seen.payload["status"], seen.payload["interval"]
    if boots.is_accepted:
        boots.accepted_at, boots.beats = seen.at, 0
        boots.up_at = seen.at if boots.is_new else boots.up_at
        boots.heartbeat = boots.interval if boots.interval > 0 else None
        boots.asked_for.clear()


def refused(_: Seen, twin: Twin) -> None:
    """Note that a boot got a CALLERROR.

    If the station was accepted before and did not restart, it may still use that status.
    """
    boots = twin.boots
    is_still = boots.is_accepted or (boots.is_repeated and not boots.is_new)
    boots.status = UNKNOWN if is_still else REFUSED


def answer_spoiled(seen: Seen, twin: Twin) -> None:
    """Note that a fault has spoiled the answer to a boot."""
    if seen.action == BOOT:
        twin.boots.status = UNKNOWN


def unread(_: Seen, twin: Twin) -> None:
    """Note an unreadable message. If it is the first message, it may be the boot."""
    if twin.boots.due == "first":
        twin.boots.status = UNKNOWN


def command_ended(seen: Seen, twin: Twin) -> None:
    """Note that a command has ended."""
    twin.boots.commanded.pop(seen.id, None)


def beat(seen: Seen, twin: Twin) -> None:
    """Note a heartbeat, and count those that come too early one after the other (R06).

    Triggered heartbeats, and those during an open call, are not counted.
    """
    boots = twin.boots
    if "Heartbeat" in boots.asked_for:
        boots.asked_for.discard("Heartbeat")
    elif len(twin.connections.calls) == 1:
        boots.note_beat(seen.at)
        return
    boots.beat_at, boots.beats = seen.at, boots.beats + 1

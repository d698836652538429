"""What is known of how a station comes: who knocked, how it went, and why it may have left."""

from typing import TYPE_CHECKING, Any

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, command, result, when
from mock_csms.protocol.records import Mutable
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.events import Disconnected

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

VISITS = Subject("visits")

_LEAVING = ("Reset", "UpdateFirmware", "CertificateSigned", "SetNetworkProfile")
_OWN = ("SecurityCtrlr", "OCPPCommCtrlr")
_NOBODY_KNOWS_WHEN = ("no pong in time", "replaced by")
"""How a connection ends that the station may have given up long before."""


class Visits(Mutable):
    """How it came.

    visitor: who knocked last. knocks: whether it is not decided about yet. admitted: who was let in last. waits_since:
    when the wait began after which it comes again: when the connection was lost, or it was refused; None where that is
    not known, or it need not wait. refused: how often in a row. leaves: when it agreed last to what makes it leave.
    has_new_password: whether it was ever told another password, be it in vain.
    """

    visitor: Visitor | None = None
    knocks: bool = False
    admitted: Visitor | None = None
    waits_since: float | None = None
    refused: int = 0
    leaves: float | None = None
    has_new_password: bool = False


def has_hung_up(event: Disconnected) -> bool:
    """Whether it was the station that closed the connection, and said so."""
    return event.code != 1006 and not event.reason.startswith("closed by the mock")


@VISITS.learn(when("knocked"))
def knocked(seen: Seen, known: "Known") -> None:
    """It asks for a connection; who wants no WebSocket is somebody else."""
    visits, visitor = known.visits, _visitor(seen)
    if visitor.wants_websocket:
        visits.visitor, visits.waits_since, visits.knocks = visitor, None, True


@VISITS.learn(when("connected"))
def came(_: Seen, known: "Known") -> None:
    """It got one."""
    visits = known.visits
    visits.admitted, visits.refused, visits.waits_since, visits.knocks = visits.visitor, 0, None, False


@VISITS.learn(when("refused"))
def was_refused(seen: Seen, known: "Known") -> None:
    """It got none; with no common subprotocol it has one for a moment. Who asked for a page was no station."""
    visits = known.visits
    if not visits.knocks:
        return
    visits.knocks = False
    visits.refused = 0 if "no common subprotocol" in _event(seen).reason else visits.refused + 1
    visits.waits_since = None if known.line.is_open else seen.at


@VISITS.learn(when("disconnected"))
def left(seen: Seen, known: "Known") -> None:
    """It has none any more; whoever means to leave may come back as soon as it likes."""
    visits, event = known.visits, _event(seen)
    is_meant = has_hung_up(event) or (visits.leaves or 0.0) > known.line.opened_at
    is_unclear = any(words in event.reason for words in _NOBODY_KNOWS_WHEN)
    visits.waits_since = None if is_meant or is_unclear else seen.at


@VISITS.learn(result(*_LEAVING))
def will_leave(seen: Seen, known: "Known") -> None:
    """It agreed to what it closes the connection for, at some time."""
    if seen.payload.get("status") in ("Accepted", "Scheduled", "AcceptedCanceled"):
        known.visits.leaves = seen.at


@VISITS.learn(command("SetVariables"))
def is_told(seen: Seen, known: "Known") -> None:
    """It is told another password, or something else about its connections; it may do so without an answer."""
    names = {(item["component"]["name"], item["variable"]["name"]) for item in seen.payload["setVariableData"]}
    known.visits.has_new_password |= ("SecurityCtrlr", "BasicAuthPassword") in names
    if any(component in _OWN for component, _ in names):
        known.visits.leaves = seen.at


@VISITS.learn(when("spoiled"), any_payload=True)
def may_be_told(seen: Seen, known: "Known") -> None:
    """It may be told anything by a message that was spoiled."""
    known.visits.has_new_password |= seen.action == "SetVariables"


def _visitor(seen: Seen) -> Visitor:
    visitor: Visitor = _event(seen).visitor
    return visitor


def _event(seen: Seen) -> Any:
    return seen.event

"""What is known of the connections of a station: which is open, when there was none, and the call that is open."""

from typing import TYPE_CHECKING, Any

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, refusal, response, when
from mock_csms.protocol.records import Mutable, field

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

LINE = Subject("line")
_MOST_OUTAGES = 100
UNRECORDED = "not recorded"
"""The reason of an end that only shows by what comes afterwards, so that nobody knows when it was."""


class Line(Mutable):
    """The connection of a station; times are those of the mock, in seconds since 1970.

    calls: the station's calls that were not answered yet, by id, with their times. outages: from when to when there
    was no connection, the last hundred whose beginning is known. heard_at: when the last message came.
    """

    is_open: bool = False
    opened: int = 0
    opened_at: float = 0.0
    lost_at: float | None = None
    heard_at: float = 0.0
    calls: dict[str, tuple[str, float]] = field(default_factory=dict)
    outages: list[tuple[float, float]] = field(default_factory=list)

    def is_outage(self, at: float, tolerance: float = 0.0) -> bool:
        """Whether there was surely no connection then, however wrong the station's clock may be."""
        spans = [*self.outages] if self.is_open or self.lost_at is None else [*self.outages, (self.lost_at, at + 1e9)]
        return any(first + tolerance < at < last - tolerance for first, last in spans)

    def is_online(self, at: float, tolerance: float = 0.0) -> bool:
        """Whether there surely was a connection then."""
        if self.is_open and not self.outages:
            return at > self.opened_at + tolerance
        spans = [*self.outages] if self.is_open or self.lost_at is None else [*self.outages, (self.lost_at, at + 1e9)]
        return bool(spans) and not any(first - tolerance < at < last + tolerance for first, last in spans)


@LINE.learn(when("connected"))
def opened(seen: Seen, known: "Known") -> None:
    """A connection opened; one that a newer one replaces is not reported as lost before."""
    line = known.line
    if line.lost_at is not None:
        line.outages = [*line.outages[1 - _MOST_OUTAGES :], (line.lost_at, seen.at)]
    line.is_open, line.opened, line.opened_at, line.lost_at = True, line.opened + 1, seen.at, None
    line.calls.clear()


@LINE.learn(when("disconnected"))
def lost(seen: Seen, known: "Known") -> None:
    """It was lost."""
    event: Any = seen.event
    known.line.is_open, known.line.lost_at = False, None if event.reason == UNRECORDED else seen.at
    known.line.calls.clear()


@LINE.learn(call(), when("result", "error", "stray", "malformed"), any_payload=True)
def heard(seen: Seen, known: "Known") -> None:
    """Something came; a call is open until it is answered."""
    known.line.heard_at = seen.at
    if seen.kind == "call":
        known.line.calls[seen.id] = (seen.action, seen.at)


@LINE.learn(response(), refusal(), when("spoiled"), any_payload=True)
def answered(seen: Seen, known: "Known") -> None:
    """A call was answered, be it with nonsense, or under another id."""
    answers = seen.event.answers  # type: ignore[attr-defined] # of all that is sent
    known.line.calls.pop(answers.id if answers else seen.id, None)

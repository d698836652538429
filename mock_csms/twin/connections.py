"""How a station comes and goes: who asked for a connection, which one is open, and when there was none."""

from mock_csms.protocol.records import Mutable, field
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.events import Disconnected

UNRECORDED = "not recorded"
"""The reason of an end that only shows by what comes afterwards, so that nobody knows when it was."""


class Connections(Mutable):
    """The connections of a station; times are those of the mock, in seconds since 1970."""

    visitor: Visitor | None = None
    """Who asked last for a connection with this identity."""
    knocks: bool = False
    """Whether it is not decided yet if the visitor is let in."""
    admitted: Visitor | None = None
    """Who was let in last."""
    refused: int = 0
    """How often in a row it was not let in."""
    waits_since: float | None = None
    """When it lost the connection or was refused, and began to wait; None where it need not, or nobody knows."""
    leaves: float | None = None
    """When it agreed last to something for which it closes the connection."""
    has_new_password: bool = False
    """Whether it was ever sent another password, even if it did not take it."""
    is_open: bool = False
    """Whether it is connected now."""
    opened: int = 0
    """How many connections it has had."""
    opened_at: float = 0.0
    """When the last one began."""
    lost_at: float | None = None
    """When the last one ended; None while it is connected, and before the first one."""
    heard_at: float = 0.0
    """When its last message came."""
    calls: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Its calls that are not answered yet by message id: the action, and when each came."""
    outages: list[tuple[float, float]] = field(default_factory=list)
    """From when to when there was no connection, the last hundred whose beginning is known."""

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


def has_hung_up(event: Disconnected) -> bool:
    """Whether it was the station that closed the connection, and said so."""
    return event.code != 1006 and not event.reason.startswith("closed by the mock")

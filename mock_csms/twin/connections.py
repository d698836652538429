"""The connections of a station: the requests, the open connection, and the outages."""

from mock_csms.protocol.records import Mutable, field
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.events import Disconnected

UNRECORDED = "not recorded"
"""The reason of a `Disconnected` that a trace lacks: later records show that it happened, but not when."""


class Connections(Mutable):
    """The connections of a station; times are those of the mock, in seconds since 1970."""

    visitor: Visitor | None = None
    """The last request for a connection with this identity."""
    knocks: bool = False
    """Whether that request is neither accepted nor refused yet."""
    admitted: Visitor | None = None
    """The last request that was accepted."""
    refused: int = 0
    """The number of refused requests in a row."""
    waits_since: float | None = None
    """The time at which the station lost its connection or was refused.

    From then on it must wait before the next request.

    None if it need not wait, or if the time is not known.
    """
    leaves: float | None = None
    """The time at which the station last accepted a command after which it closes the connection."""
    has_new_password: bool = False
    """Whether the mock has sent the station another password, even if the station rejected it."""
    is_open: bool = False
    """Whether it is connected now."""
    opened: int = 0
    """The number of its connections so far."""
    opened_at: float = 0.0
    """When the last connection began."""
    lost_at: float | None = None
    """When the last connection ended; None while it is connected, before the first one, and if that is not known."""
    heard_at: float = 0.0
    """When its last message came."""
    calls: dict[str, tuple[str, float]] = field(default_factory=dict)
    """Its calls without an answer so far, by message id: the action, and when it came."""
    outages: list[tuple[float, float]] = field(default_factory=list)
    """The start and the end of each time without a connection: the last hundred for which both are known."""

    @property
    def url(self) -> str:
        """The host and the path of the last request that was accepted."""
        return f"{self.admitted.host}{self.admitted.resource}" if self.admitted else ""

    def is_outage(self, at: float, tolerance: float = 0.0) -> bool:
        """Return whether there was certainly no connection at `at`, a time that may be wrong by `tolerance` seconds."""
        spans = [*self.outages] if self.is_open or self.lost_at is None else [*self.outages, (self.lost_at, at + 1e9)]
        return any(first + tolerance < at < last - tolerance for first, last in spans)

    def is_online(self, at: float, tolerance: float = 0.0) -> bool:
        """Return whether there certainly was a connection at `at`, a time that may be wrong by `tolerance` seconds."""
        if self.is_open and not self.outages:
            return at > self.opened_at + tolerance
        spans = [*self.outages] if self.is_open or self.lost_at is None else [*self.outages, (self.lost_at, at + 1e9)]
        return bool(spans) and not any(first - tolerance < at < last + tolerance for first, last in spans)


def has_hung_up(event: Disconnected) -> bool:
    """Return whether the station itself closed the connection, with a close frame."""
    return event.code != 1006 and not event.reason.startswith("closed by the mock")

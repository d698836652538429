"""What is known of the messages themselves: the ids that a station has used, and what became of our commands."""

from collections import deque

from mock_csms.protocol.records import Bounded, Mutable, bounded, field
from mock_csms.protocol.times import seconds_of

MOST_IDS = 10_000
_MOST = 100
_PAUSE = 1.0
"""After so many seconds without a call there is nothing left that waits for its turn."""

BREAKS_ITS_SCHEMA = "breaks its schema"
"""How a command is wrong that somebody wrote so, or that a fault has made so."""
UNKNOWN_TYPE = "has an unknown message type"


class MessageIds(Mutable):
    """The ids of the last calls, in their order."""

    marks: dict[str, int] = field(default_factory=dict)
    """By id: the number of what was sent under it (`VersionRules.number_of`); -1 where it has none."""
    order: deque[str] = field(default_factory=deque)

    def remember(self, id_: str, mark: int) -> None:
        """Keep an id, and forget the oldest where there are too many."""
        if id_ in self.marks:
            return
        self.marks[id_] = mark
        self.order.append(id_)
        if len(self.order) > MOST_IDS:
            del self.marks[self.order.popleft()]


class Exchanges(Mutable):
    """Commands by their message ids, and how the station's calls go."""

    ids: MessageIds = field(default_factory=MessageIds)
    open: Bounded[str, str] = bounded(_MOST)
    """The action of each command that was sent as it should be and is not over."""
    over: Bounded[str, str] = bounded(_MOST)
    """How each command ended."""
    wrong: Bounded[str, str] = bounded(_MOST)
    """How each message was wrong that the mock sent so on purpose."""
    called_at: float = 0.0
    """When the station called last, or got its answer."""
    busy_since: float = 0.0
    """Since when one call has followed another."""
    is_troubled: bool = False
    """Whether a call was refused, spoiled or left open on this connection: what comes after it may come late."""
    told: tuple[str, float] | None = None
    """The time that an answer told last, and when that was sent."""

    @property
    def clock(self) -> float | None:
        """How far ahead of the real one the clock is that the station was told."""
        time = seconds_of(self.told[0]) if self.told else None
        return None if time is None or self.told is None else time - self.told[1]

    def note(self, id_: str, mark: int, now: float) -> None:
        """Note a call."""
        self.ids.remember(id_, mark)
        if now > self.called_at + _PAUSE:
            self.busy_since = now
        self.called_at = now

    def busy_at(self, now: float) -> float:
        """Return since when one call has followed another, where there is one now."""
        return now if now > self.called_at + _PAUSE else self.busy_since

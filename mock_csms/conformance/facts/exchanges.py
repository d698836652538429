"""What is known of the messages themselves: the ids that a station has used, and how the mock's commands ended."""

from mock_csms.conformance.facts.message_ids import MessageIds
from mock_csms.protocol.records import Bounded, Mutable, bounded, field
from mock_csms.protocol.times import seconds_of

_MOST = 100
_PAUSE = 1.0
"""After so many seconds without a call, no further call waits at the station for its turn."""

BREAKS_ITS_SCHEMA = "breaks its schema"
"""How a command is wrong that breaks its schema, because somebody wrote it so or a fault made it so."""
UNKNOWN_TYPE = "has an unknown message type"
"""How a message is wrong whose type a fault has changed to one that no version has."""


class Exchanges(Mutable):
    """The mock's commands by their message ids, and when the station calls."""

    ids: MessageIds = field(default_factory=MessageIds)
    open: Bounded[str, str] = bounded(_MOST)
    """The action of each command that was sent correctly and has not ended."""
    over: Bounded[str, str] = bounded(_MOST)
    """How each command ended."""
    wrong: Bounded[str, str] = bounded(_MOST)
    """How each message was wrong that the mock sent wrong on purpose."""
    called_at: float = 0.0
    """When the station last sent a call or got an answer."""
    busy_since: float = 0.0
    """Since when the station sends one call after another, without a pause."""
    is_troubled: bool = False
    """Whether a call on this connection was refused, got a spoiled answer, or got none yet when the next one came.

    Calls that come after it may come late.
    """
    told: tuple[str, float] | None = None
    """The timestamp in the last answer that had one, and when that answer was sent."""

    @property
    def clock(self) -> float | None:
        """How many seconds the time that the station was told is ahead of the real time; None if it was told none."""
        time = seconds_of(self.told[0]) if self.told else None
        return None if time is None or self.told is None else time - self.told[1]

    def note(self, now: float) -> None:
        """Note that the station calls."""
        if now > self.called_at + _PAUSE:
            self.busy_since = now
        self.called_at = now

    def busy_at(self, now: float) -> float:
        """Return since when the station sends one call after another, if it sends a call now."""
        return now if now > self.called_at + _PAUSE else self.busy_since

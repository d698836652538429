"""The message ids that a station has used, and how the mock's commands ended."""

from mock_csms.conformance.facts.message_ids import MessageIds
from mock_csms.protocol.records import Bounded, Mutable, bounded, field
from mock_csms.protocol.times import seconds_of

_MOST = 100
_PAUSE = 1.0
"""If the station sends no call for so many seconds, no more calls are waiting at the station."""

BREAKS_ITS_SCHEMA = "breaks its schema"
"""The value in `wrong` for a command that violates its schema because a user wrote it so or a fault changed it."""
UNKNOWN_TYPE = "has an unknown message type"
"""The value in `wrong` for a message with a type that no version has, because a fault changed it."""


class Exchanges(Mutable):
    """The mock's commands by their message ids, and when the station calls."""

    ids: MessageIds = field(default_factory=MessageIds)
    open: Bounded[str, str] = bounded(_MOST)
    """The action of each command that was sent correctly and has not ended."""
    over: Bounded[str, str] = bounded(_MOST)
    """How each command ended."""
    wrong: Bounded[str, str] = bounded(_MOST)
    """What is wrong with each message that a user's setting has made wrong, by message id."""
    called_at: float = 0.0
    """When the station last sent a call or got an answer."""
    busy_since: float = 0.0
    """The start of the current series of calls, in which the station sends calls without a pause."""
    is_troubled: bool = False
    """Whether calls on this connection may be late, because a call got a CALLERROR, a spoiled answer or no answer."""
    sent_time: tuple[str, float] | None = None
    """The last timestamp that the mock sent in an answer, and when it sent that answer."""

    @property
    def clock(self) -> float | None:
        """How many seconds the last time from the mock is ahead of the real time; None if the mock has sent none."""
        time = seconds_of(self.sent_time[0]) if self.sent_time else None
        return None if time is None or self.sent_time is None else time - self.sent_time[1]

    def note(self, now: float) -> None:
        """Note that the station sends a call."""
        if now > self.called_at + _PAUSE:
            self.busy_since = now
        self.called_at = now

    def busy_at(self, now: float) -> float:
        """Return the start of the current series of calls, if the station sends a call at `now`."""
        return now if now > self.called_at + _PAUSE else self.busy_since

"""The boots of a station, how they were answered, and what it was asked for before it was accepted."""

from math import inf
from typing import Any

from mock_csms.protocol.records import Mutable, field

UNKNOWN = ""
"""The status of a boot to which the mock gave no sound answer: what the station makes of that is its own affair."""

REFUSED = "refused"
"""The status of a boot that got a CALLERROR: the station is not accepted (B01.FR.08)."""


class Boots(Mutable):
    """The last BootNotification and its answer, and the heartbeats since."""

    count: int = 0
    """How many BootNotifications came."""
    asked: Any = None
    """What the last one told."""
    asked_at: float = 0.0
    """When it came."""
    status: str | None = None
    """How it was answered, as the station knows it: None while it is not, UNKNOWN after nonsense, or REFUSED."""
    interval: float = 0.0
    """The interval of that answer, in seconds."""
    answered_at: float = 0.0
    """When it was answered."""
    accepted_at: float | None = None
    """When the station was accepted last; None before the first time."""
    up_at: float = 0.0
    """When the last boot that is new was accepted."""
    before: str | None = None
    """How the boot before was answered; None where there was none."""
    is_new: bool = True
    """Whether the station started with the last boot, or was not accepted before it.

    A boot that was triggered, or tells nothing new, does not mean that it started (T13).
    """
    due: str = ""
    """Why the next call has to be a boot: `first` of all, `reset`, or `late`, as another call came first."""
    is_triggered: bool = False
    """Whether a boot was triggered that has not come."""
    asked_for: set[str] = field(default_factory=set)
    """The actions that commands asked for while it was not accepted."""
    commanded: dict[str, str | None] = field(default_factory=dict)
    """The status in which each open command found the station, by message id."""
    heartbeat: float | None = None
    """The interval of heartbeats that it was given last, in seconds."""
    beat_at: float = 0.0
    """When the last heartbeat came."""
    beats: int = 0
    """How many heartbeats came since it was accepted."""
    hasty_beats: int = 0
    """How many of the last ones came too soon, one after the other."""
    pace: float = inf
    """The shortest pause between two heartbeats that nobody asked for."""

    @property
    def is_accepted(self) -> bool:
        """Whether the last boot was answered with Accepted."""
        return self.status == "Accepted"

    @property
    def is_in_doubt(self) -> bool:
        """Whether its boot was refused, or answered otherwise than with a status: it may have to keep silent."""
        return self.status not in (None, "Accepted", "Pending", "Rejected")

    @property
    def is_kept_out(self) -> bool:
        """Whether it was not accepted, as far as the mock knows, and so may not send what it is asked for."""
        return not self.is_accepted and (self.count > 0 or self.is_in_doubt)

    @property
    def is_repeated(self) -> bool:
        """Whether the last boot is one of a station that was accepted already."""
        return self.before == "Accepted"

    def is_hasty(self, pause: float) -> bool:
        """Whether a heartbeat comes far too soon after the one before."""
        return pause < (self.heartbeat or 0.0) / 2

    def note_beat(self, now: float) -> None:
        """Learn that a heartbeat came by itself, and how long after the one before."""
        pause = now - self.beat_at
        self.hasty_beats = self.hasty_beats + 1 if self.is_hasty(pause) else 0
        self.pace = min(self.pace, pause)
        self.beat_at, self.beats = now, self.beats + 1

"""The boots of a station, the mock's answers to them, and the actions that commands requested before Accepted."""

from math import inf
from typing import Any

from mock_csms.protocol.records import Mutable, field

UNKNOWN = ""
"""The status of a boot that got an answer without a valid status: the station may interpret it in any way."""

REFUSED = "refused"
"""The status of a boot that got a CALLERROR: the station is not accepted (B01.FR.08)."""


class Boots(Mutable):
    """The last BootNotification and its answer, and the heartbeats since then. Intervals and times are in seconds."""

    count: int = 0
    """How many BootNotifications came."""
    asked: Any = None
    """The payload of the last one."""
    asked_at: float = 0.0
    """When it came, in seconds since 1970."""
    url: str = ""
    """The host and the path of the connection over which it came."""
    status: str | None = None
    """The status in the mock's answer; None before the answer, or UNKNOWN, or REFUSED."""
    interval: float = 0.0
    """The interval in that answer."""
    answered_at: float = 0.0
    """When it was answered."""
    accepted_at: float | None = None
    """When a boot was last accepted; None before the first time."""
    up_at: float = 0.0
    """When the last boot with `is_new` was accepted."""
    before: str | None = None
    """The status of the boot before the last one; None if there was none."""
    is_new: bool = True
    """Whether the station restarted before the last boot, or was not accepted until then.

    A triggered boot, or one with the same payload as before, does not mean that the station restarted (T13).
    """
    due: str = ""
    """Why the next call must be a boot: `first` (no call came so far), `reset`, or `late` (another call came first).

    Empty if it may be any call.
    """
    is_triggered: bool = False
    """Whether a boot was triggered and has not come yet."""
    trigger: str = ""
    """The message id of the last command that has triggered a boot."""
    asked_for: set[str] = field(default_factory=set)
    """The actions that commands requested since a boot was last accepted, or since an accepted station booted again."""
    commanded: dict[str, str | None] = field(default_factory=dict)
    """The `status` at the time when each open command was sent, by message id."""
    heartbeat: float | None = None
    """The last heartbeat interval that the mock sent."""
    beat_at: float = 0.0
    """When the last heartbeat came."""
    beats: int = 0
    """How many heartbeats came since the station was accepted."""
    early_beats: int = 0
    """How many of the last heartbeats in a row came too early."""
    pace: float = inf
    """The shortest pause between two heartbeats that were not triggered."""

    @property
    def is_accepted(self) -> bool:
        """Whether the last boot was answered with Accepted."""
        return self.status == "Accepted"

    @property
    def is_in_doubt(self) -> bool:
        """Whether the station may not know its boot status: the answer was a CALLERROR, or had no valid status."""
        return self.status not in (None, "Accepted", "Pending", "Rejected")

    @property
    def is_kept_out(self) -> bool:
        """Whether the last boot was not accepted, so far as is known.

        Until it is, the station must not send all messages (B02).
        """
        return not self.is_accepted and (self.count > 0 or self.is_in_doubt)

    @property
    def is_repeated(self) -> bool:
        """Whether the boot before the last one was accepted."""
        return self.before == "Accepted"

    def is_too_early(self, pause: float) -> bool:
        """Whether a heartbeat comes far too early after a pause of `pause` seconds."""
        return pause < (self.heartbeat or 0.0) / 2

    def note_beat(self, now: float) -> None:
        """Note an untriggered heartbeat that came at `now`."""
        pause = now - self.beat_at
        self.early_beats = self.early_beats + 1 if self.is_too_early(pause) else 0
        self.pace = min(self.pace, pause)
        self.beat_at, self.beats = now, self.beats + 1

"""What is known of answers that come in parts: the reports that a command asked for, by their requestId."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded
from mock_csms.twin.seen import Seen

_MOST = 100

ASKING: Mapping[str, str] = {
    "GetBaseReport": "NotifyReport",
    "GetReport": "NotifyReport",
    "GetMonitoringReport": "NotifyMonitoringReport",
    "CustomerInformation": "NotifyCustomerInformation",
    "GetChargingProfiles": "ReportChargingProfiles",
    "GetDisplayMessages": "NotifyDisplayMessages",
}
"""The commands that are answered in parts, and the action of these."""

TELLING = tuple(dict.fromkeys(ASKING.values()))
"""The actions of the parts."""


class Asked(Mutable):
    """A command whose answer comes in parts."""

    action: str
    request: Json
    status: str | None = None
    """How it was answered, also the code of a CALLERROR; None as long as it was not."""
    next: int = 0
    """The seqNo that the next part has to have."""
    count: int = 0
    """How many parts came."""
    heard_at: float = 0.0
    """When the last one came."""
    is_complete: bool = False
    """Whether that was the last of all."""
    is_in_doubt: bool = False
    """Whether parts may be missing or come twice through no fault of the station.

    That is so where a connection was lost, or the mock answered wrongly.
    """

    @property
    def is_agreed(self) -> bool:
        """Whether the station said that it would tell."""
        return self.status == "Accepted"

    @property
    def is_whole(self) -> bool:
        """Whether all parts came, each once."""
        return self.is_complete and not self.is_in_doubt and self.count == self.next


class Parts(Mutable):
    """What was asked last under each requestId, by the action of the parts; the last hundred."""

    asked: Bounded[tuple[str, int], Asked] = bounded(_MOST)

    def of(self, seen: Seen) -> Asked | None:
        """Return what a part answers; None where nothing was asked under its requestId."""
        return self.asked.get((seen.action, seen.payload["requestId"]))

    @property
    def is_full(self) -> bool:
        """Whether what was asked long ago may be forgotten."""
        return len(self.asked) >= _MOST

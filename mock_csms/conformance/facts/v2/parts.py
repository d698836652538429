"""Reports that come in parts: the commands that requested them, by requestId."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Mutable, bounded
from mock_csms.twin.seen import Seen

_MOST = 100

REQUESTING: Mapping[str, str] = {
    "GetBaseReport": "NotifyReport",
    "GetReport": "NotifyReport",
    "GetMonitoringReport": "NotifyMonitoringReport",
    "CustomerInformation": "NotifyCustomerInformation",
    "GetChargingProfiles": "ReportChargingProfiles",
    "GetDisplayMessages": "NotifyDisplayMessages",
    "GetDERControl": "ReportDERControl",
}
"""The commands that request a report in parts, and the action of the parts."""

REPORTING = tuple(dict.fromkeys(REQUESTING.values()))
"""The actions of the parts."""


class RequestedReport(Mutable):
    """A command that requests a report in parts."""

    action: str
    """The action of the command."""
    request: Json
    """Its payload."""
    status: str | None = None
    """The status of the answer, or the code of a CALLERROR; None until the command is answered."""
    next: int = 0
    """The seqNo that the next part must have."""
    count: int = 0
    """The number of parts that came."""
    heard_at: float = 0.0
    """When the last part came."""
    is_complete: bool = False
    """Whether the last part that came has tbc false."""
    is_in_doubt: bool = False
    """Whether parts may be missing or come twice without a fault of the station.

    This is the case after a lost connection, or after a wrong answer of the mock.
    """

    @property
    def is_agreed(self) -> bool:
        """Whether the station agreed to send the parts."""
        return self.status == "Accepted"

    @property
    def is_whole(self) -> bool:
        """Whether all parts came, each once."""
        return self.is_complete and not self.is_in_doubt and self.count == self.next


class Parts(Mutable):
    """The commands that request reports in parts."""

    asked: Bounded[tuple[str, int], RequestedReport] = bounded(_MOST)
    """The last command of each action and requestId; the last hundred."""

    def of(self, seen: Seen) -> RequestedReport | None:
        """Return the command that requested a part; None if no command had its requestId."""
        return self.asked.get((seen.action, seen.payload["requestId"]))

    @property
    def is_full(self) -> bool:
        """Whether the mock may have forgotten old commands."""
        return len(self.asked) >= _MOST

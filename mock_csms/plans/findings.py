"""The findings of the conformance checks during each case."""

from collections.abc import Collection

from mock_csms.plans.results import CaseFinding, finding_of
from mock_csms.protocol.identifiers import folded
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Event, Finding


class CaseFindings:
    """Collects the findings of one case after another. The events of the bus `shown` have secrets masked."""

    def __init__(self, shown: Bus) -> None:
        self._found: list[Finding] = []
        self._dismissed: set[str] = set()
        shown.subscribe(self._see, Finding)

    def dismiss(self, identity: str) -> None:
        """Ignore further findings about a station that was stopped: they may blame it for the stop."""
        self._dismissed.add(folded(identity))

    def _see(self, event: Event) -> None:
        if isinstance(event, Finding) and folded(event.station) not in self._dismissed:
            self._found.append(event)

    def take(self, provoked: Collection[str] = ()) -> list[CaseFinding]:
        """Return the findings since the last call, without those of `provoked` checks."""
        found, self._found = self._found, []
        return [finding_of(each) for each in found if each.check not in provoked]

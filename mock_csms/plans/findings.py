"""The findings of the conformance checks during each case."""

from collections.abc import Collection, Sequence

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.printable import printable
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Event, Finding, Severity
from mock_csms.watch.lines import as_text, describe


class CaseFindings:
    """Collects the findings of one case after another."""

    def __init__(self, bus: Bus) -> None:
        self._found: list[Finding] = []
        self._dismissed: set[str] = set()
        bus.subscribe(self._see, Finding)

    def dismiss(self, identity: str) -> None:
        """Ignore further findings about a station that was stopped: they may blame it for the stop."""
        self._dismissed.add(folded(identity))

    def _see(self, event: Event) -> None:
        if isinstance(event, Finding) and folded(event.station) not in self._dismissed:
            self._found.append(event)

    def take(self, provoked: Collection[str] = ()) -> Sequence[tuple[Severity, str]]:
        """Return the severity and the text of each finding since the last call, without those of `provoked` checks."""
        found, self._found = self._found, []
        return [(each.severity, printable(as_text(describe(each)))) for each in found if each.check not in provoked]

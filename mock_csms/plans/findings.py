"""What the conformance checks find during a case."""

from collections.abc import Sequence

from mock_csms.behavior.events import Event, Finding
from mock_csms.frontends.console import as_text, describe
from mock_csms.runtime.bus import Bus

KINDS: Sequence[type[Event]] = (Finding,)
"""The events that are findings."""


class Findings:
    """Collects the findings of one case after another."""

    def __init__(self, bus: Bus) -> None:
        self._lines: list[str] = []
        self._dismissed: set[str] = set()
        bus.subscribe(self._see, *KINDS)

    def dismiss(self, identity: str) -> None:
        """Collect no more of a station that was stopped, which may look as if it were wrong."""
        self._dismissed.add(identity)

    def _see(self, event: Event) -> None:
        if event.station not in self._dismissed:
            self._lines.append(as_text(describe(event)))

    def take(self) -> Sequence[str]:
        """Return the findings since the last time, a line each."""
        lines, self._lines = self._lines, []
        return lines

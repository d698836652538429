"""Judges a run: by the expectations of the settings, by those that were added at run time, and by the findings."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, TypeAlias

from mock_csms.protocol.records import Mutable
from mock_csms.watch.findings import Findings
from mock_csms.watch.statuses import Status, gravest

if TYPE_CHECKING:
    from mock_csms.watch.expecting import Expectations
    from mock_csms.watch.junit import JUnitCase
    from mock_csms.watch.verdict import RunVerdict

Telling: TypeAlias = Callable[[Status], str]
"""Returns a text for people; its argument is the exit status of the run."""


class Judgement(Mutable, eq=False):
    """Everything that judges a run."""

    findings: Findings
    run: "RunVerdict | None" = None
    """The expectations of the settings; None if there are none."""
    expectations: "Expectations | None" = None
    """The expectations that were added at run time; None without an API."""

    def conclude(self) -> None:
        """Stop counting, because from now on the mock itself closes the connections."""
        self.findings.conclude()
        if self.run is not None:
            self.run.conclude()
        if self.expectations is not None:
            self.expectations.conclude()

    def suites(self) -> "dict[str, Sequence[JUnitCase]]":
        """Return the JUnit cases of each suite, by its name."""
        return {name: cases() for name, cases in self.makers().items()}

    def makers(self) -> "dict[str, Callable[[], Sequence[JUnitCase]]]":
        """Return by the name of each suite the function that makes its cases."""
        makers: dict[str, Callable[[], Sequence[JUnitCase]]] = {}
        if self.run is not None:
            makers["mock-csms"] = self.run.cases
        if self.expectations is not None:
            makers |= {each.name: each.cases for each in self.expectations.sets.values()}
        if self.findings.is_judged:
            makers["conformance"] = self.findings.cases
        return makers

    @property
    def status(self) -> Status:
        """The exit status for the run so far."""
        return gravest(*self._statuses())

    def _statuses(self) -> Iterator[Status]:
        if self.run is not None:
            yield self.run.status
        if self.expectations is not None:
            yield from (each.status for each in self.expectations.sets.values())
        if self.findings.is_judged:
            yield self.findings.status

    def reports(self) -> Sequence[Telling]:
        """Return the functions that make the reports for people, in order."""
        reports: list[Telling] = [lambda _: self.findings.summary()]
        if self.run is not None:
            reports.append(self.run.report)
        if self.expectations is not None:
            reports += [each.report for each in self.expectations.sets.values()]
        if self.findings.is_judged:
            reports.append(self.findings.verdict)
        return reports

    def outcomes(self) -> Sequence[Telling]:
        """Return the functions that make the last line of each report."""
        outcomes: list[Telling] = [] if self.run is None else [self.run.outcome]
        if self.expectations is not None:
            outcomes += [each.outcome for each in self.expectations.sets.values()]
        return [*outcomes, self.findings.outcome] if self.findings.is_judged else outcomes

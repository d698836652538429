"""The findings of a run: counted for each station and check, told at the end, and judged."""

from collections.abc import Collection, Iterator, Sequence
from typing import TYPE_CHECKING

from mock_csms.behavior.events import Connected, Event, Finding, Severity
from mock_csms.config.conformance import Conformance
from mock_csms.frontends.console import printable
from mock_csms.frontends.junit import Case
from mock_csms.protocol.records import Mutable, field
from mock_csms.runtime.bus import Bus

if TYPE_CHECKING:
    from mock_csms.conformance.selection import Expected

_MOST_MESSAGES = 3
"""How many messages are named for the findings of a check with a station."""
_MOST_LINES = 1000
"""How many lines the summary has: a thousand stations may each be wrong in all ways."""

_COLUMNS = ("station", "check", "requirement", "severity", "count", "first messages")


class Count(Mutable):
    """How often a check found something about a station: the gravest severity, what it said first, which messages."""

    severity: Severity
    requirement: str
    problem: str
    times: int = 0
    messages: list[str] = field(default_factory=list)


class Findings:
    """Counts the findings that come over `shown`, and says whether they fail the run."""

    def __init__(self, config: Conformance, shown: Bus) -> None:
        self._least = Severity(config.fail_on_findings) if config.fail_on_findings else None
        self._expected: Collection[Expected] = config.expected_findings
        self._checks = config.checks
        self._counts: dict[tuple[str, str], Count] = {}
        self.has_station = False
        shown.subscribe(self._count, Finding)
        shown.subscribe(self._came, Connected)

    def _came(self, _: object) -> None:
        self.has_station = True

    def _count(self, event: Event) -> None:
        assert isinstance(event, Finding)  # noqa: S101 - it is subscribed to nothing else
        severity = event.severity
        count = self._counts.get((event.station, event.check))
        if count is None:
            count = Count(severity, event.requirement, event.problem)
            self._counts[event.station, event.check] = count
        count.times += 1
        if severity.rank > count.severity.rank:
            count.severity, count.problem = severity, event.problem
        count.messages += [id_ for id_ in event.messages if id_ not in count.messages]
        del count.messages[_MOST_MESSAGES:]

    @property
    def fails(self) -> bool:
        """Whether there is a finding that fails the run, or an expected one did not come."""
        return self.is_judged and bool(any(self._failing()) or self.missing)

    @property
    def is_judged(self) -> bool:
        """Whether findings can fail the run."""
        return self._least is not None

    @property
    def missing(self) -> Sequence[str]:
        """The expected findings that did not come."""
        return [str(each) for each in self._expected if not any(each.covers(*key[::-1]) for key in self._counts)]

    def _is_expected(self, station: str, check: str) -> bool:
        return any(each.covers(check, station) for each in self._expected)

    def _failing(self) -> Iterator[tuple[str, str, Count]]:
        for (station, check), count in self._counts.items():
            grave = self._least is not None and count.severity.rank >= self._least.rank
            if grave and not self._is_expected(station, check):
                yield station, check, count

    def cases(self) -> Sequence[Case]:
        """Return a case for every check that looked, and for every expected finding that did not come."""
        from mock_csms.conformance.selection import select  # noqa: PLC0415 - no start waits for the table of checks

        failed: dict[str, list[str]] = {}
        for station, check, count in self._failing():
            failed.setdefault(check, []).append(printable(f"{station}: {count.problem} ({count.times} times)"))
        cases = [
            Case(f"{check.id} {check.title} ({check.requirement})", failed[check.id][0], "\n".join(failed[check.id]))
            if check.id in failed
            else Case(f"{check.id} {check.title} ({check.requirement})")
            for check in select(self._checks)
        ]
        return [*cases, *(Case(f"{each} is found, as expected", "it was not found") for each in self.missing)]

    def summary(self) -> str:
        """Return the table for people, empty where there is nothing to tell."""
        found = sorted(self._counts.items())[:_MOST_LINES]
        lines = [*table(_COLUMNS, [self._row(*key, count) for key, count in found])] if found else []
        if len(self._counts) > _MOST_LINES:
            lines.append(f"and {len(self._counts) - _MOST_LINES} lines more")
        lines += [f"expected, but not found: {each}" for each in self.missing]
        return "".join(printable(line) + "\n" for line in lines)

    def verdict(self) -> str:
        """Return the last line for people; empty where findings are not judged."""
        if not self.is_judged:
            return ""
        wrong = len(list(self._failing())) + len(self.missing)
        return f"{'failed' if wrong else 'passed'}: findings that were not accepted: {wrong}\n"

    def _row(self, station: str, check: str, count: Count) -> Sequence[str]:
        severity = f"{count.severity} (expected)" if self._is_expected(station, check) else str(count.severity)
        return station, check, count.requirement, severity, str(count.times), " ".join(count.messages)


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Yield the lines of a table with aligned columns."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()

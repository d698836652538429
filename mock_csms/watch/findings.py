"""The findings of a run: counts them for each station and check, summarizes them at the end, and judges the run."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import Bounded, Mutable, field, replace
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Connected, Event, Finding, Severity
from mock_csms.watch.statuses import Status, gravest, word

if TYPE_CHECKING:
    from mock_csms.conformance.selection import Expected
    from mock_csms.conformance.subject import Check
    from mock_csms.watch.junit import JUnitCase

_MOST_MESSAGES = 3
"""How many messages are named for the findings of a check with a station."""
_MOST_COUNTS = 10_000
"""For how many pairs of a station and a check findings are counted separately."""
OTHERS, OTHERS_AS_EXPECTED = "(other stations)", "(other stations, expected)"
"""The key for all stations beyond the limit."""
_MOST_LINES = 1000
"""The most lines of the summary, because a thousand stations may each have many findings."""

_WIDTH = 80
"""The width of the summary, if possible."""
_LEAST_WIDTH = 12
"""The least width of its last column, in characters."""
_AT_LEAST = {"info": "any severity", "warning": "severity warning or error", "error": "severity error"}

_COLUMNS = ("station", "check", "requirement", "severity", "count", "messages")


class FindingCount(Mutable):
    """The findings of one check about one station."""

    severity: Severity
    """The highest severity of them."""
    requirement: str
    problem: str
    """What the first finding said."""
    times: int = 0
    messages: list[str] = field(default_factory=list)
    """The ids of the first messages with a finding."""


NO_STATION = "no station came"
NOTHING_EXERCISED = "no selected check had anything to judge"
NOT_EXERCISED = "not exercised: no message or event that this check judges came"


def checks_of_ocpp(text: str, versions: Collection[str]) -> "Sequence[Check]":
    """Return the selected checks: those of the versions that stations spoke, or all before the first station."""
    from mock_csms.conformance.judgings import judges  # noqa: PLC0415 - no start waits for the table of checks
    from mock_csms.conformance.selection import select  # noqa: PLC0415 - as above

    return [check for check in select(text) if not versions or any(judges(check, version) for version in versions)]


class FindingTerms(Protocol):
    """The settings that the findings need."""

    @property
    def checks(self) -> str: ...
    @property
    def fail_on_findings(self) -> str | None: ...
    @property
    def expected_findings(self) -> "tuple[Expected, ...]": ...


class FindingCheck(Protocol):
    """A row of a table of checks."""

    @property
    def id(self) -> str: ...
    @property
    def requirement(self) -> str: ...
    @property
    def title(self) -> str: ...


class Findings:
    """Counts the findings on the bus `shown`, and decides whether they fail the run.

    `exercised` returns the ids of the checks that have judged anything so far. `nothing` is the text for a run without
    a station. `select` returns the checks that a text selects, those of some versions; None for the checks of OCPP.
    """

    def __init__(
        self,
        config: FindingTerms,
        shown: Bus,
        exercised: Callable[[], Collection[str]],
        nothing: str = NO_STATION,
        select: "Callable[[str, Collection[str]], Sequence[FindingCheck]] | None" = None,
    ) -> None:
        self._select = select or checks_of_ocpp
        self._least = Severity(config.fail_on_findings) if config.fail_on_findings else None
        self._expected: Collection[Expected] = config.expected_findings
        self._checks = config.checks
        self._exercised = exercised
        self._nothing = nothing
        self._is_concluded = False
        self.counts: dict[tuple[str, str], FindingCount] = {}
        """The counts by station and check. Beyond a limit, all further stations are counted together."""
        self.by_station: Bounded[str, Counter[str]] = Bounded(_MOST_COUNTS)
        """How many findings there are about each station, by severity."""
        self._found: set[Expected] = set()
        """The expected findings that have occurred."""
        self._versions: set[str] = set()
        """The names of the versions of the stations that came."""
        shown.subscribe(self._count, Finding)
        shown.subscribe(self._came, Connected)

    def _came(self, event: Event) -> None:
        assert isinstance(event, Connected)  # noqa: S101 - it is subscribed to nothing else
        self.saw(event.version.name)

    def saw(self, version: str) -> None:
        """Note the version of OCPP that a station speaks."""
        self._versions.add(version)

    def _count(self, event: Event) -> None:
        assert isinstance(event, Finding)  # noqa: S101 - it is subscribed to nothing else
        if self._is_concluded:
            return
        self._found.update(each for each in self._expected if each.covers(event.check, event.station))
        severity, key = event.severity, (event.station, event.check)
        if event.station not in self.by_station:
            self.by_station[event.station] = Counter()
        self.by_station[event.station][str(severity)] += 1
        if key not in self.counts and len(self.counts) >= _MOST_COUNTS:
            key = (OTHERS_AS_EXPECTED if self.is_expected(*key) else OTHERS, event.check)
        count = self.counts.get(key)
        if count is None:
            count = self.counts[key] = FindingCount(severity, event.requirement, event.problem)
        count.times += 1
        if severity.rank > count.severity.rank:
            count.severity, count.problem = severity, event.problem
        count.messages += [id_ for id_ in event.messages if id_ not in count.messages]
        del count.messages[_MOST_MESSAGES:]

    def clear(self) -> None:
        """Forget all findings so far."""
        self.counts.clear()
        self._found.clear()
        self.by_station.clear()

    def conclude(self) -> None:
        """Stop counting, because from now on the mock itself closes the connections."""
        self._is_concluded = True
        exercised = frozenset(self._exercised())
        self._exercised = lambda: exercised

    @property
    def is_judged(self) -> bool:
        """Whether findings can fail the run."""
        return self._least is not None

    @property
    def missing(self) -> Sequence[str]:
        """The expected findings that did not occur."""
        return [str(each) for each in self._expected if each not in self._found]

    def is_expected(self, station: str, check: str) -> bool:
        """Whether --expected-findings lists that check for that station."""
        return station == OTHERS_AS_EXPECTED or any(each.covers(check, station) for each in self._expected)

    def _failing(self) -> Iterator[tuple[str, str, FindingCount]]:
        for (station, check), count in self.counts.items():
            grave = self._least is not None and count.severity.rank >= self._least.rank
            if grave and not self.is_expected(station, check):
                yield station, check, count

    @property
    def unjudged(self) -> str:
        """Why nothing was judged; empty if something was judged, or if no checks were selected."""
        if any(self._failing()):
            return ""
        if not self._versions:
            return self._nothing
        return NOTHING_EXERCISED if self._selected() and not self._exercised() else ""

    @property
    def status(self) -> Status:
        """The exit status for the run so far. An expected finding can only be missing if a station came."""
        is_failed = any(self._failing()) or (self.is_judged and self.missing and self._versions)
        return gravest(
            Status.FAILED if is_failed else Status.FINE,
            Status.NOTHING_JUDGED if self.unjudged else Status.FINE,
        )

    def _selected(self) -> "Sequence[FindingCheck]":
        """Return the selected checks."""
        return self._select(self._checks, self._versions)

    def cases(self, unseen: Callable[[Any], str] | None = None) -> "Sequence[JUnitCase]":
        """Return a case for every check, and for every expected finding that did not occur.

        `unseen` is why a check had no occasion, if there is another reason than that no such message came.
        """
        from mock_csms.watch.junit import JUnitCase  # noqa: PLC0415 - no start waits for it

        failed: dict[str, list[str]] = {}
        for station, id_, count in self._failing():
            failed.setdefault(id_, []).append(printable(f"{station}: {count.problem} ({count.times} times)"))
        exercised = self._exercised()
        cases = []
        for check in self._selected():
            case = JUnitCase(f"{check.id} {check.title} ({check.requirement})")
            if check.id in failed:
                case = replace(case, failure=failed[check.id][0], details="\n".join(failed[check.id]))
            elif check.id not in exercised:
                case = replace(case, skipped=(unseen and unseen(check)) or NOT_EXERCISED)
            cases.append(case)
        cases += [JUnitCase(f"{each} is found, as expected", "it was not found") for each in self.missing]
        return [JUnitCase("something was judged", error=self.unjudged), *cases] if self.unjudged else cases

    def summary(self) -> str:
        """Return the table for people; empty if there is nothing to report."""
        found = sorted(self.counts.items())[:_MOST_LINES]
        lines = [*table(_COLUMNS, [self._row(*key, count) for key, count in found], _WIDTH)] if found else []
        if len(self.counts) > _MOST_LINES:
            lines.append(f"and {len(self.counts) - _MOST_LINES} lines more")
        lines += [f"expected, but not found: {each}" for each in self.missing]
        return "".join(printable(line) + "\n" for line in lines)

    def verdict(self, of_run: Status) -> str:
        """Return the last lines for people; `of_run` is the exit status of the run, which has passed only if it is 0.

        If findings are not judged, the lines only have their number, or say that nothing was judged.
        """
        return "".join(f"{line}\n" for line in (self.count(), self.outcome(of_run)) if line)

    def outcome(self, of_run: Status) -> str:
        """Return the last line: how many findings fail the run, and how many expected ones did not occur."""
        if self.unjudged:
            return f"failed: nothing was judged: {self.unjudged}"
        if not self.is_judged:
            return ""
        times = sum(count.times for _, _, count in self._failing())
        kind = f"{_AT_LEAST[str(self._least)]}{' besides the expected ones' if self._expected else ''}"
        text = f"findings of {kind}: {times:,}" if times else f"no finding of {kind}"
        missing = f", {len(self.missing)} expected but not found" if self.missing else ""
        return f"{word(self.status, of_run)}: {text}{missing}"

    def count(self) -> str:
        """Return how many checks have judged anything, how many have not, and how many findings there were."""
        selected, exercised = self._selected(), self._exercised()
        judged = sum(check.id in exercised for check in selected)
        found = sum(count.times for count in self.counts.values())
        counts = f"{_counted(judged, 'check')} judged, {len(selected) - judged} not exercised"
        return f"{counts}, {_counted(found, 'finding')}"

    def _row(self, station: str, check: str, count: FindingCount) -> Sequence[str]:
        severity = f"{count.severity} (expected)" if self.is_expected(station, check) else str(count.severity)
        return station, check, count.requirement, severity, str(count.times), " ".join(count.messages)


def _counted(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def table(head: Sequence[str], rows: Sequence[Sequence[str]], most: int | None = None) -> Iterator[str]:
    """Yield the lines of a table with aligned columns, the last of them cut to make each line fit into `most`."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    room = max(_LEAST_WIDTH, most - sum(widths[:-1]) - 2 * len(widths[:-1])) if most else widths[-1]
    for row in (head, *rows):
        last = row[-1] if len(row[-1]) <= room else f"{row[-1][: room - 1]}…"
        yield "  ".join(cell.ljust(width) for cell, width in zip((*row[:-1], last), widths, strict=True)).rstrip()

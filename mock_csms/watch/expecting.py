"""Expectations that are added at run time. They do not end the run; a client asks for the verdict."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from mock_csms.behavior.expectations import Expectation, Judge
from mock_csms.behavior.notation import parse_expectation
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import Version
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Refused
from mock_csms.watch.cases import Mask, cases_of, lines_of
from mock_csms.watch.junit import JUnitCase
from mock_csms.watch.statuses import Status, word

_MOST = 1000
"""The most sets of expectations."""


class ExpectationSet(Record, eq=False):
    """Expectations that were added together, and the happenings since then."""

    id: str
    judge: Judge
    in_order: bool
    stations: int
    leave: Callable[[], None]
    """Stops the counting."""
    mask: Mask
    """Masks the differences in the verdict."""

    @property
    def name(self) -> str:
        """The name of its JUnit suite."""
        return f"expectations {self.id}"

    def cases(self) -> Sequence[JUnitCase]:
        """Return a case for each expectation, judged by the run so far."""
        return cases_of(self.judge, self.mask)

    def report(self, of_run: Status) -> str:
        """Return the report for people; `of_run` is the exit status of the run."""
        lines = [line for case in self.cases() for line in lines_of(case)]
        return "\n".join([*lines, self.outcome(of_run)]) + "\n"

    def outcome(self, of_run: Status) -> str:
        """Return the last line of the report."""
        cases = self.cases()
        met = sum(not (case.failure or case.error) for case in cases)
        return f"{word(self.status, of_run)}: {self.name}: {met} of {len(cases)} met"

    @property
    def status(self) -> Status:
        """The exit status for the run so far."""
        if not self.judge.has_seen_any:
            return Status.NOTHING_JUDGED
        return Status.FINE if self.judge.is_satisfied else Status.FAILED


class Expectations:
    """The sets of expectations, by id. `mask` masks the differences in the verdict."""

    def __init__(self, bus: Bus, mask: Mask) -> None:
        self._bus = bus
        self._mask = mask
        self._number = 0
        self._sets: dict[str, ExpectationSet] = {}

    @property
    def sets(self) -> Mapping[str, ExpectationSet]:
        """All sets, by id."""
        return self._sets

    def add(
        self,
        expect: Iterable[str],
        forbid: Iterable[str],
        connected: Mapping[str, Version],
        *,
        in_order: bool = False,
        stations: int = 1,
    ) -> ExpectationSet:
        """Expect and forbid happenings from now on, and return the new set.

        Raises ValueError for a wrong or an empty set.

        connected: the versions of the stations that are connected already, by identity.
        """
        expected, forbidden = _parsed("expect", expect, counted=True), _parsed("forbid", forbid, counted=False)
        if not expected and not forbidden:
            raise ValueError("there is nothing to expect or to forbid")
        if len(self._sets) >= _MOST:
            raise ValueError(f"there are {_MOST} sets of expectations already")
        judge = Judge(expected, forbidden, in_order=in_order, stations=stations)
        for identity, version in connected.items():
            judge.start_counting(identity, version)

        def look(event: Event) -> None:
            judge.look_at(event)

        self._number += 1
        leave = self._bus.subscribe(look, Connected, Disconnected, Received, Refused)
        made = ExpectationSet(str(self._number), judge, in_order, stations, leave, self._mask)
        self._sets[made.id] = made
        return made

    def find(self, id_: str) -> ExpectationSet:
        """Return the set with that id. Raises LookupError if there is none."""
        if id_ not in self._sets:
            raise LookupError(f"there are no expectations {id_!r}{did_you_mean(id_, self._sets)}")
        return self._sets[id_]

    def remove(self, id_: str) -> None:
        """Remove a set. Raises LookupError if there is none with that id."""
        self.find(id_).leave()
        del self._sets[id_]

    def clear(self) -> None:
        """Remove all sets."""
        for id_ in [*self._sets]:
            self.remove(id_)

    def conclude(self) -> None:
        """Stop counting."""
        for each in self._sets.values():
            each.leave()


def _parsed(where: str, texts: Iterable[str], *, counted: bool) -> Sequence[Expectation]:
    parsed = []
    for text in texts:
        try:
            parsed.append(parse_expectation(text, counted=counted))
        except ValueError as error:
            raise ValueError(f"{where}: {error}") from None
    return parsed

"""The verdict of a run: when it is decided, what it is, and its report."""

import asyncio
from collections.abc import Callable, Iterator, Sequence

from mock_csms.behavior.expectations import Judge, Tally
from mock_csms.behavior.matching import Difference
from mock_csms.protocol.records import replace
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.settings import Config
from mock_csms.twin.events import Connected, Disconnected, Event, Judged, Received, Refused
from mock_csms.watch.history import History
from mock_csms.watch.junit import JUnitCase
from mock_csms.watch.lines import printable
from mock_csms.watch.linger import Linger
from mock_csms.watch.statuses import Status, word

_NO_STATION, _NONE_LET_IN = "no station came", "no station was let in"
_NOT_REACHED = "not reached: "
"""The text for an expectation that was not met yet when something forbidden ended the run."""
_MOST_STATIONS = 20
"""How many stations are named for an expectation."""


class RunVerdict:
    """Compares a run with its expectations, and calls `end` once nothing can change the verdict, or time is up.

    Events that people may see come over the bus `shown`; `mask` masks a difference in the report.
    """

    def __init__(
        self, config: Config, bus: Bus, shown: Bus, end: Callable[[], None], mask: Callable[[Difference], Difference]
    ) -> None:
        self.judge = Judge(config.expect, config.forbid, in_order=config.expect_order, stations=config.expect_stations)
        self._bus = bus
        self._mask = mask
        self._within = config.within
        self._end = end
        self._linger = Linger(bus, config.linger, end)
        self._is_concluded = False
        self._history = History()
        self._history.watch(shown)
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(config.wait_for_station, end)
        bus.subscribe(self._look, Connected, Disconnected, Received, Refused)

    def _look(self, event: Event) -> None:
        if self._is_concluded:
            return
        is_waiting = not self.judge.has_seen_any
        news = self.judge.look_at(event)
        if is_waiting and self.judge.has_seen_any:
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_later(self._within, self._time_is_up)
        for told in news:
            self._bus.publish(Judged(event.at, event.station, told.expectation, told.outcome))
        may_decide = news or isinstance(event, Connected)  # this station may be the last one that was missing
        if may_decide and self.judge.is_hopeless:
            self._end()
        elif may_decide and self.judge.can_end_early and self.judge.is_satisfied:
            self._linger.begin()

    def _time_is_up(self) -> None:
        """End a failed run at once, and a passed run when the stations are quiet."""
        if self.judge.is_satisfied:
            self._linger.begin()
        else:
            self._end()

    def conclude(self) -> None:
        """Judge what was seen; later events, such as the end of all connections, do not count."""
        self._is_concluded = True
        for identity, told in self.judge.conclude():
            self._bus.publish(Judged(clock.now(), identity, told.expectation, told.outcome))

    @property
    def status(self) -> Status:
        """The exit status by what was seen so far."""
        if not self.judge.has_seen_any:
            return Status.NOTHING_JUDGED
        return Status.FINE if self.judge.is_satisfied else Status.FAILED

    def cases(self) -> Sequence[JUnitCase]:
        """Return a case for every expectation and every forbidden thing; none was judged if no station came."""
        cases = [*self._expected_cases(), *self._forbidden_cases()]
        if not self.judge.tallies:
            why = _NONE_LET_IN if self.judge.has_seen_any else _NO_STATION
            return [replace(case, failure="", error=why) for case in cases]
        if self.judge.stations_missing and not any(case.failure for case in cases):
            cases.append(
                JUnitCase("all of it by each station", f"{self.judge.stations_missing} more must meet all of it")
            )
        return cases

    def _expected_cases(self) -> Iterator[JUnitCase]:
        judge = self.judge
        for number, expectation in enumerate(judge.expected):
            is_fine = judge.is_met_by_enough(number) and not judge.is_exceeded(number)
            seen = [
                printable(
                    f"{identity or '-'}: {tally[number].count} seen{'' if is_fine else self._nearest(tally[number])}"
                )
                for identity, tally in judge.tallies.items()
                if judge.concerns(expectation, identity)
            ] or ["no station came that it is about"]
            more = [f"and {len(seen) - _MOST_STATIONS} stations more"] if len(seen) > _MOST_STATIONS else []
            case = JUnitCase(expectation.text, details="\n".join(seen[:_MOST_STATIONS] + more))
            lacking = f"expected {expectation.bounds}; {seen[0]}"
            if is_fine:
                yield case
            elif judge.is_hopeless and not judge.is_exceeded(number):
                yield replace(case, error=_NOT_REACHED + lacking)
            else:
                yield replace(case, failure=lacking)

    def _forbidden_cases(self) -> Iterator[JUnitCase]:
        for number, forbidden in enumerate(self.judge.forbidden):
            station = self.judge.broken.get(number)
            came = station is not None
            yield JUnitCase(f"not {forbidden.text}", printable(f"it came from {station or '-'}") if came else "")

    def report(self, of_run: Status) -> str:
        """Return the report of a run that ends with that status: all cases, and after a failure the messages."""
        lines = [line for case in self.cases() for line in _told(case)]
        messages = [] if self.status is Status.FINE else [f"  {line}" for line in self._history.lines()]
        if messages:
            lines += ["", "The messages of the run:", *messages, ""]
        return "\n".join([*lines, self.outcome(of_run)]) + "\n"

    def outcome(self, of_run: Status) -> str:
        """Return the last line of the verdict."""
        cases, total = self.cases(), len(self.judge.expected) + len(self.judge.forbidden)
        met = sum(not (case.failure or case.error) for case in cases[:total])
        why = cases[0].error if not self.judge.tallies else cases[-1].failure if len(cases) > total else ""
        return f"{word(self.status, of_run)}: {met} of {total} expectations met{': ' if why else ''}{why}"

    def _nearest(self, tally: Tally) -> str:
        """Return what came near an expectation without meeting it."""
        came = f", {tally.early} too early" if tally.early else ""
        told = [str(self._mask(difference)) for difference in tally.miss or ()]
        return came + (f", nearest: {'; '.join(told)}" if told else "")


def _told(case: JUnitCase) -> list[str]:
    """Return the lines about a case."""
    wrong = case.failure or case.error
    first, *rest = case.details.splitlines() or [""]
    outcome = "not reached" if wrong.startswith(_NOT_REACHED) else "FAILED" if wrong else "ok"
    told = wrong.removeprefix(_NOT_REACHED) or first
    line = f"{outcome:7} {printable(case.name)}: {told}".removesuffix(": ")
    return [line, *(f"        {line}" for line in rest)]

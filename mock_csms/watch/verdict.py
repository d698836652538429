"""The verdict of a run: the time of its decision, its content, and its report."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Protocol

from mock_csms.behavior.expectations import Expectation, Judge, News
from mock_csms.behavior.happenings import Happening
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Connected, Disconnected, Event, Judged, Received, Refused
from mock_csms.watch.cases import NO_STATION, Mask, cases_of, lines_of
from mock_csms.watch.history import History
from mock_csms.watch.junit import JUnitCase
from mock_csms.watch.linger import Linger
from mock_csms.watch.statuses import Status, word


class VerdictTerms(Protocol):
    """The settings that a verdict needs."""

    @property
    def expect(self) -> Sequence[Expectation]: ...
    @property
    def forbid(self) -> Sequence[Expectation]: ...
    @property
    def expect_order(self) -> bool: ...
    @property
    def expect_stations(self) -> int: ...
    @property
    def within(self) -> float: ...
    @property
    def linger(self) -> float: ...
    @property
    def wait_for_station(self) -> float: ...


class RunVerdict:
    """Compares a run with its expectations, and calls `end` when nothing can change the verdict, or time is up.

    The events of the bus `shown` have secrets masked; `mask` masks a difference in the report. `nobody` is the text for
    a run without a station.
    """

    def __init__(
        self,
        config: VerdictTerms,
        bus: Bus,
        shown: Bus,
        end: Callable[[], None],
        mask: Mask,
        nobody: str = NO_STATION,
    ) -> None:
        self._nobody = nobody
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
        news = self._counted(lambda: self.judge.look_at(event))
        self._tell(event.at, event.station, news)
        if news or isinstance(event, Connected):  # maybe this was the last missing station
            self._decide()

    def take(self, at: float, identity: str, happened: Happening) -> None:
        """Count a happening that is no event of a station."""
        if not self._is_concluded:
            self._tell(at, identity, self._counted(lambda: self.judge.take(identity, happened)))
            self._decide()

    def _counted(self, count: Callable[[], Sequence[News]]) -> Sequence[News]:
        """Count a happening; the first one starts the time for all expectations."""
        is_waiting = not self.judge.has_seen_any
        news = count()
        if is_waiting and self.judge.has_seen_any:
            self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_later(self._within, self._time_is_up)
        return news

    def _tell(self, at: float, identity: str, news: Sequence[News]) -> None:
        for each in news:
            self._bus.publish(Judged(at, identity, each.expectation, each.outcome))

    def _decide(self) -> None:
        """End the run if nothing can change the verdict any more."""
        if self.judge.is_hopeless:
            self._end()
        elif self.judge.can_end_early and self.judge.is_satisfied:
            self._linger.begin()

    def _time_is_up(self) -> None:
        """End a failed run at once, and a passed run when the stations are silent."""
        if self.judge.is_satisfied:
            self._linger.begin()
        else:
            self._end()

    def conclude(self) -> None:
        """Judge the run so far. Later events, such as the end of all connections, do not count."""
        self._is_concluded = True
        for identity, each in self.judge.conclude():
            self._bus.publish(Judged(clock.now(), identity, each.expectation, each.outcome))

    @property
    def status(self) -> Status:
        """The exit status for the run so far."""
        if not self.judge.has_seen_any:
            return Status.NOTHING_JUDGED
        return Status.FINE if self.judge.is_satisfied else Status.FAILED

    def cases(self) -> Sequence[JUnitCase]:
        """Return a case for every expectation and every forbidden happening; none is judged without a station."""
        return cases_of(self.judge, self._mask, self._nobody)

    def report(self, of_run: Status) -> str:
        """Return the report; `of_run` is the exit status. It has all cases, and after a failure the messages."""
        lines = [line for case in self.cases() for line in lines_of(case)]
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

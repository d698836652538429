"""The verdict of a run: the time of its decision, its content, and its report."""

import asyncio
from collections.abc import Callable, Sequence

from mock_csms.behavior.expectations import Judge
from mock_csms.behavior.matching import Difference
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.settings import Config
from mock_csms.twin.events import Connected, Disconnected, Event, Judged, Received, Refused
from mock_csms.watch.cases import cases_of, lines_of
from mock_csms.watch.history import History
from mock_csms.watch.junit import JUnitCase
from mock_csms.watch.linger import Linger
from mock_csms.watch.statuses import Status, word


class RunVerdict:
    """Compares a run with its expectations, and calls `end` when nothing can change the verdict, or time is up.

    The events of the bus `shown` have secrets masked; `mask` masks a difference in the report.
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
        for each in news:
            self._bus.publish(Judged(event.at, event.station, each.expectation, each.outcome))
        may_decide = news or isinstance(event, Connected)  # maybe this was the last missing station
        if may_decide and self.judge.is_hopeless:
            self._end()
        elif may_decide and self.judge.can_end_early and self.judge.is_satisfied:
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
        return cases_of(self.judge, self._mask)

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

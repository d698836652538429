"""Runs the conformance checks: on every event, with the facts from before it, and on deadlines between events."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING

from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import replace
from mock_csms.runtime import clock
from mock_csms.settings import Config
from mock_csms.settings.assembly import inspection
from mock_csms.twin.answered import AnsweredCall
from mock_csms.twin.events import Connected, Event, Failed, Lost, Received, Spoiled, is_loss
from mock_csms.twin.station import Stations

if TYPE_CHECKING:
    from mock_csms.conformance.exercised import Exercised
    from mock_csms.conformance.facts.station import StationFacts
    from mock_csms.conformance.inspector import Inspector
    from mock_csms.conformance.losses import Losses
    from mock_csms.runtime.memory import Memory
    from mock_csms.twin.lessons import Folder

_OF_LOSSES = (Lost, Spoiled)
"""The kinds of events that can mean a lost message."""
_TICK = 0.25
"""The seconds between two looks at the deadlines."""
_SAVE = 1.0
"""The seconds between two savings of new facts."""


class Unchecked:
    """Accepts calls and answers that no selected check looks at, unless somebody follows their station."""

    def __init__(self, stations: Stations) -> None:
        self._stations = stations

    def takes_call(self, _: Call, __: float, identity: str, ___: Json) -> bool:
        """Return whether nothing has to be learned from a call and its answer."""
        station = self._stations.get(identity)
        return station is None or station.twin is None

    def takes_answer(self, answered: AnsweredCall) -> None:
        """Learn nothing from an answer."""

    def misses_answer(self, call: Call, at: float, identity: str) -> None:
        """Learn nothing from a call that was not answered."""


class Inspection:
    """Runs the checks, which also keep the twins of the `stations`; without checks, keeps the twins that are followed.

    `publish` gets the findings about deadlines. The table of checks is loaded with the first event, so that the start
    of the mock does not wait for it.
    """

    def __init__(self, config: Config, stations: Stations, publish: Callable[[Event], None]) -> None:
        self._stations = stations
        self._publish = publish
        self._folders: dict[str, Folder] = {}
        """What updates the twins of stations that no check looks at, by the version of OCPP that they speak."""
        self.follows_all = False
        """Whether stations that no check looks at get a twin when they connect."""
        self._inspector: Inspector | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._memory: Memory | None = None
        self._saved_at = 0.0
        self._is_judged = config.fail_on_findings is not None
        self._exercised: Exercised | None = None
        self._losses: Losses | None = None
        self._unchecked = Unchecked(stations)
        self.short_checks: Inspector | Unchecked | None = None
        """Decides now whether a call and its answer need no check; None if all need one."""
        self.configure(config)

    def open(self) -> None:
        """Open the facts that earlier runs have saved (--state-dir). Raises OSError if the directory cannot be used."""
        if self._config.state_dir is not None:
            from mock_csms.runtime.memory import Memory  # noqa: PLC0415 - no start waits for it

            self._memory = Memory(self._config.state_dir, self._failed)

    def reserve(self, count: int) -> int | None:
        """Return the first of `count` numbers that no run with this --state-dir has used; None without --state-dir."""
        return None if self._memory is None else self._memory.reserve(count)

    def configure(self, config: Config) -> None:
        """Use the checks and parameters in these settings."""
        self._config = config
        self._is_off = config.checks == "none"
        self._is_lax = config.validate.leaves_out_some
        if self._inspector is not None:
            self._inspector.judge_by(*inspection(config))
        if self._losses is not None:
            self._losses.judge_by(*inspection(config))
        self._choose_short_checks()

    def look_at(self, event: Event) -> Sequence[Event]:
        """Return the findings about an event, and update the twin of its station. Checks only see earlier facts."""
        if self._is_off:
            self._follow(event)
            return ()
        inspector = self._inspector or self._load()
        if type(event) in _OF_LOSSES and self._losses is None and is_loss(event):
            self._losses = self._meet_losses(inspector)
            self._choose_short_checks()
        try:
            found = (self._losses or inspector).look_at(self._validated(event) if self._is_lax else event)
            if inspector.strangers and event.station in inspector.strangers:
                self._follow(event)
            return found
        except Exception as error:
            return (_failed(event.at, event.station, error),)

    def _choose_short_checks(self) -> None:
        if self._is_off:
            self.short_checks = self._unchecked
        else:
            self.short_checks = None if self._is_lax or self._losses is not None else self._inspector

    def _follow(self, event: Event) -> None:
        station = self._stations.get(event.station)
        if station is None:
            return
        if station.twin is None:
            if not self.follows_all or type(event) is not Connected:
                return
            from mock_csms.twin.twin import Twin  # noqa: PLC0415 - only who follows stations without checks needs it

            station.twin = Twin()
        folder = self._folders.get(station.version.name)
        if folder is None:
            from mock_csms.twin.lessons import Folder  # noqa: PLC0415 - only who follows a station needs it
            from mock_csms.twin.tables import lessons_of  # noqa: PLC0415 - as above

            folder = self._folders[station.version.name] = Folder(lessons_of(station.version))
        folder.learn(self._validated(event) if self._is_lax else event, station.twin)

    def _meet_losses(self, inspector: "Inspector") -> "Losses":
        from mock_csms.conformance.losses import Losses  # noqa: PLC0415 - hardly a run loses messages

        return Losses(inspector, *inspection(self._config))

    def _validated(self, event: Event) -> Event:
        """Return an event with the violations of its payload, even if it was not validated before (--validate off)."""
        if isinstance(event, Lost):
            return replace(event, received=self._validated(event.received))
        if type(event) is not Received:
            return event
        message, answers = event.message, event.answers
        if type(message) is Call and not self._config.validate.looks_at(message.action):
            call, violations = event.version.read_call(message, Sender.STATION)
            return replace(event, message=call, violations=violations)
        if type(message) is Result and answers and not self._config.validate.looks_at(answers.action):
            result, violations = event.version.read_result(answers, message)
            return replace(event, message=result, violations=violations)
        return event

    def _load(self) -> "Inspector":
        from mock_csms.conformance.inspector import Inspector  # noqa: PLC0415 - no start waits for it

        if self._is_judged:
            from mock_csms.conformance.exercised import Exercised  # noqa: PLC0415 - only a verdict needs it

            self._exercised = Exercised()
        checks, terms = inspection(self._config)
        self._inspector = Inspector(checks, terms, self._meet, exercised=self._exercised)
        self._choose_short_checks()
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick, self._inspector)
        return self._inspector

    def _meet(self, known: "StationFacts") -> None:
        """Make a station's facts for checks its twin, and add the facts that earlier runs have saved."""
        if self._stations.was_forgotten(known.identity):
            known.connections.opened = 1  # the station may have booted already, before the mock was started
        self._stations.adopt(known.identity, known)
        if self._memory:
            self._memory.recall(known)

    def forget(self, identity: str) -> None:
        """Keep only saved facts about a station that left long ago."""
        if self._inspector is None:
            return
        known = self._inspector.forget(identity)
        if self._memory is not None and known is not None:
            self._memory.keep(known)
        if self._losses is not None:
            self._losses.forget(identity)

    def _tick(self, inspector: "Inspector") -> None:
        now = clock.now()
        self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick, inspector)  # first: errors end no ticks
        try:
            found = (self._losses or inspector).tick(now)
        except Exception as error:
            self._publish(_failed(now, "", error))
        else:
            for finding in found:
                self._publish(finding)
        if self._memory is not None and not 0 <= now - self._saved_at < _SAVE:
            self._saved_at = now
            self._memory.save(inspector.stations)

    def stop(self) -> None:
        """Stop checking deadlines."""
        if self._timer is not None:
            self._timer.cancel()

    def close(self) -> None:
        """Save all facts for later runs."""
        if self._memory is not None:
            self._memory.close(self._inspector.stations if self._inspector else {})

    @property
    def exercised(self) -> Collection[str]:
        """The ids of the checks that were exercised; only known with `--fail-on-findings`."""
        return self._exercised.ids if self._exercised else ()

    @property
    def lost(self) -> str:
        """Why some facts about the stations were not saved; "" if all were, or if nothing is to be saved."""
        return self._memory.lost if self._memory else ""

    def _failed(self, problem: str) -> None:
        self._publish(Failed(clock.now(), "", problem))


def _failed(at: float, station: str, error: Exception) -> Failed:
    return Failed(at, station, f"internal error: a check failed: {error!r}")

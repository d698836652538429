"""The mock for Python programs: `async with Csms()`, then `call` for commands and `receive` for what stations send.

It has what a person at the command line has, and no more: the runtime's mock, its scripts and its records.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mock_csms.behavior.commands import Script, Step
from mock_csms.control.keywords import keyword_source
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.v2.other_versions import told_elsewhere
from mock_csms.protocol.versions import actions
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.run import running
from mock_csms.runtime.schedule import Schedule
from mock_csms.runtime.session import CallFailed
from mock_csms.settings import Config, tables, with_fixed
from mock_csms.settings.assembly import check
from mock_csms.settings.flags import Source, read
from mock_csms.twin.events import Connected, Event, Finding
from mock_csms.twin.station import StationModel
from mock_csms.watch.inbox import Inbox, wanted
from mock_csms.watch.journal import Journal, Passed
from mock_csms.watch.records import Recorder

if TYPE_CHECKING:
    from mock_csms.twin.twin import Twin


class Csms:
    """One mock: `async with Csms(Config(port=0)) as csms` listens until the block ends.

    `Csms(boot_status="Pending")` takes settings as a configuration file has them; without `port`, on a free one.
    Raises ValueError for wrong settings.
    """

    def __init__(self, config: Config | None = None, **settings: Any) -> None:
        self.bus = Bus()
        self._sources = [Source({"port": "0"})]
        self._first_config = self._read(config, settings)
        self._first_sources = list(self._sources)
        self._records = Recorder(replace(self._first_config, quiet=True, verbose=False), self.bus)
        self._mock = CsmsServer(self._first_config, self.bus, self._records.backpressure)
        self._schedule = Schedule(self._mock)
        self._redactor = self._records.redactor
        self._inbox = Inbox(self.bus, self._redactor)
        self._journal = Journal(self._records.shown)
        self._awaited: dict[str, asyncio.Event] = {}
        self.bus.subscribe(self._arrived, Connected)
        self._stack = AsyncExitStack()

    @property
    def config(self) -> Config:
        """The settings in force."""
        return self._mock.config

    @property
    def url(self) -> str:
        """Where the mock listens; the URL of a station is `f"{url}/{identity}"`."""
        return self._mock.url

    @property
    def port(self) -> int:
        """The port of the `url`."""
        return int(self.url.rpartition(":")[2])

    @property
    def stations(self) -> Mapping[str, StationModel]:
        """What is known of the stations that have connected, by identity, as each was written first."""
        return self._mock.stations

    def follow(self, identity: str) -> "Twin":
        """Return all that a station tells from now on, and has told so far unless there are no checks."""
        return self._mock.follow(identity)

    @property
    def messages(self) -> Sequence[Passed]:
        """The messages that passed in either direction, in their order; the last 10,000."""
        return self._journal.messages()

    @property
    def findings(self) -> Sequence[Finding]:
        """What the conformance checks found so far, in its order; the last 10,000."""
        return self._journal.findings()

    def lines(self) -> Sequence[str]:
        """Return a line for everything that happened so far, as the report of a failed run has them."""
        return self._journal.lines()

    async def __aenter__(self) -> Self:
        """Listen. Raises OSError where the address cannot be had, or a file of the settings cannot be written."""
        async with AsyncExitStack() as stack:
            stack.enter_context(self._records)
            await stack.enter_async_context(running(self._mock, schedule=self._schedule))
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and close every connection with 1001."""
        await self._stack.aclose()

    def configure(self, config: Config | None = None, **settings: Any) -> None:
        """Behave so from now on: as another `config` says, or with `settings` laid over those in force.

        Rules, tokens, policies and payloads change at once; the address, limits of connections, records and the
        timing of commands stay. A rule that does not change keeps its uses, and a sequence its place. Raises
        ValueError, and changes nothing, for wrong settings.
        """
        self._mock.configure(with_fixed(self.config, self._read(config, settings)))

    def restore(self) -> None:
        """Behave again as at the beginning: without what `configure` and `add_rule` have changed, and nothing used."""
        self._sources = list(self._first_sources)
        self._mock.restore(self._first_config)

    @property
    def rules(self) -> Mapping[str, str]:
        """The rules in force that somebody wrote, by id, as they were written: answers first, then faults."""
        return {rule.id: rule.name for rule in self._mock.rulebase.rules}

    def add_rule(self, match: str, **then: Any) -> str:
        """Add a rule, which comes before all others, and return its id.

        `then` is what happens: `reply`, `reply_raw`, `error` or `fault`, as in a [[rule]] of a configuration file.
        Raises ValueError for a rule that is wrong.
        """
        return self._mock.rulebase.add(_table(match, then))[0]

    def change_rule(self, id_: str, match: str, **then: Any) -> None:
        """Let a rule of the same kind stand in place of the one with that id, which keeps its place.

        Raises LookupError where there is none, and ValueError for a rule that is wrong.
        """
        self._mock.rulebase.change(id_, _table(match, then))

    def remove_rule(self, id_: str) -> None:
        """Use the rule with that id no more. Raises LookupError where there is none."""
        self._mock.rulebase.remove(id_)

    @property
    def scripts(self) -> Mapping[str, Script]:
        """The commands that are sent by themselves, by id."""
        return self._schedule.scripts

    def start_script(self, action: str, **more: Any) -> str:
        """Send a command by itself from now on, also to stations that are connected already, and return its id.

        `more` is as in a [[command]] of a configuration file: `delay`, `period`, `on`, `payload`, `repeat`, `station`.
        Raises ValueError for a command that is wrong.
        """
        [script] = tables.scripts([{"action": action, **_keys(more)}])
        return self._schedule.start(script)

    def stop_script(self, id_: str) -> None:
        """Send no more of the commands with that id. Raises LookupError where there are none."""
        self._schedule.stop(id_)

    def disconnect(self, station: str, *, code: int = 1000) -> None:
        """Close the connection of a station with that close code; nothing happens where it has none.

        To keep it away for a while, first `configure(refuse="503")`, and later `restore()` or `configure` again.
        """
        session = self._mock.session_of(station)
        if session is not None:
            session.close(code, "disconnect")

    def _read(self, config: Config | None, settings: Mapping[str, Any]) -> Config:
        """Return the settings that are meant, and remember them to lay others over them."""
        if settings and (config is not None or not self._sources):
            raise TypeError(
                "pass either a Config or settings, not both; use dataclasses.replace(config, …) to change a Config"
            )
        sources = [] if config is not None else [*self._sources, *([keyword_source(settings)] if settings else [])]
        fresh = config or read(Config, sources)
        check(fresh)
        if fresh.expect or fresh.forbid:
            raise ValueError("expect and forbid work on the command line only; in Python use receive")
        self._sources = sources
        return fresh

    async def call(self, station: str, action: str, payload: Json | None = None, *, within: float = 5.0) -> Json:
        """Send a command to a station and return the payload of its result.

        `payload` is a JSON merge patch over the default payload and may hold placeholders. Waits up to `within`
        seconds for the station to connect. Raises CallFailed for a CALLERROR, an invalid answer, no answer within
        `call_timeout`, or a station that does not connect; ValueError for an action that is no command.
        """
        __tracebackhide__ = True  # in pytest's reports, where the text says all
        _check_action(action, Sender.CSMS)
        await self._connected(station, within)
        try:
            return await self._mock.call(station, Step(action, payload or {}))
        except CallFailed as failure:
            reason = self._redactor.words(str(failure)) if self._redactor else failure
            raise CallFailed(f"{action} to {station}: {reason}") from None

    async def _connected(self, station: str, within: float) -> None:
        """Wait until a station is connected, or so many seconds are over."""
        if station in self._mock.sessions or within <= 0:
            return
        came = self._awaited.setdefault(station, asyncio.Event())
        with suppress(TimeoutError):
            await asyncio.wait_for(came.wait(), within)

    def _arrived(self, event: Event) -> None:
        came = self._awaited.pop(event.station, None)
        if came is not None:
            came.set()

    async def receive(
        self, station: str, action: str, part: Mapping[str, Any] | None = None, *, within: float = 5.0
    ) -> Json:
        """Return the payload of the first such call of a station that was not returned yet, also of an earlier one.

        `part` is what must be in its payload: every value in it, at any depth. Calls that were refused do not count.
        Raises AssertionError where none comes within so many seconds, with what came instead.
        """
        __tracebackhide__ = True
        _check_action(action, Sender.STATION)
        return (await self._inbox.take(station, wanted(action, part), within)).payload


def _table(match: str, then: Mapping[str, Any]) -> Mapping[str, Any]:
    if len(then) != 1:
        raise ValueError("a rule has one of reply, reply_raw, error and fault")
    return {"match": match, **_keys(then)}


def _keys(given: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return keyword arguments as the keys of a configuration file."""
    return {name.replace("_", "-"): value for name, value in given.items()}


def _check_action(action: str, sender: Sender) -> None:
    """Refuse at once what can never come to be."""
    names = actions(sender)
    if action not in names:
        what = "an action that a CSMS may send" if sender is Sender.CSMS else "an action that a station may send"
        raise ValueError(told_elsewhere(action) or f"{action!r} is not {what}{did_you_mean(action, names)}")

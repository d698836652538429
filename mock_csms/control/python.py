"""The mock for asyncio programs: `call` sends commands, `receive` returns calls of stations.

It can do the same as the command line: it uses the same mock, scripts and records.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, nullcontext, suppress
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from mock_csms.behavior.commands import Script, Step
from mock_csms.control.keywords import keyword_source
from mock_csms.control.tuning import Tuning
from mock_csms.control.verbs import Verbs, keys
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.versions import actions, elsewhere_hint
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.open_call import CallFailed
from mock_csms.runtime.run import running
from mock_csms.runtime.schedule import Schedule
from mock_csms.settings import Config, tables
from mock_csms.settings.checking import check
from mock_csms.settings.flags import Source, read
from mock_csms.twin.events import Connected, Event, Finding
from mock_csms.twin.station import StationModel
from mock_csms.watch.findings import Findings
from mock_csms.watch.inbox import Inbox, wanted
from mock_csms.watch.judgement import Judgement
from mock_csms.watch.passed import Passed, PassedMessages
from mock_csms.watch.records import Recorder

if TYPE_CHECKING:
    from mock_csms.control.beside import Beside
    from mock_csms.twin.twin import Twin


class Csms(Verbs):
    """One mock: `async with Csms(Config(port=0)) as csms` listens until the block ends.

    `Csms(boot_status="Pending")` accepts all settings of a configuration file; without `port` it uses a free port.
    Raises ValueError for wrong settings.
    """

    def __init__(self, config: Config | None = None, **settings: Any) -> None:
        self.bus = Bus()
        self._sources = [Source({"port": "0"})]
        self._first_config = self._read(config, settings)
        config = replace(self._first_config, quiet=True, verbose=False)
        self._records = Recorder(config, self.bus, keeps_journal=True)
        self._mock = CsmsServer(self._first_config, self.bus, self._records.backpressure)
        self._schedule = Schedule(self._mock)
        self._tuning = Tuning(self._mock, self._records, self._sources)
        self._beside: Beside | None = None
        self._inbox = Inbox(self.bus, self._records.secrets)
        self._passed = PassedMessages(self._records.shown)
        self._awaited: dict[str, asyncio.Event] = {}
        self.bus.subscribe(self._arrived, Connected)
        self._stack = AsyncExitStack()

    @property
    def config(self) -> Config:
        """The current settings."""
        return self._mock.config

    @property
    def url(self) -> str:
        """Where the mock listens; the URL of a station is `f"{url}/{identity}"`."""
        return self._mock.url

    @property
    def port(self) -> int:
        """The port at which the mock listens."""
        return int(self.url.rpartition(":")[2])

    @property
    def stations(self) -> Mapping[str, StationModel]:
        """By identity, in its first spelling: the model of each station that has connected."""
        return self._mock.stations

    def follow(self, identity: str) -> "Twin":
        """Return the twin of a station. It has the reports from now on; if checks are on, also the earlier ones."""
        return self._mock.follow(identity)

    @property
    def messages(self) -> Sequence[Passed]:
        """The messages sent and received, in order; the last 10,000, or fewer with 16 MB of text."""
        return self._passed.messages()

    @property
    def findings(self) -> Sequence[Finding]:
        """The findings of the conformance checks so far, in order; the last 10,000."""
        return self._passed.findings()

    @property
    def shown(self) -> Bus:
        """The events of `bus` with secrets masked, for everything that people read."""
        return self._records.shown

    def mask(self, text: str) -> str:
        """Return a text with the secrets in it masked: those that its form shows, and those of earlier messages."""
        return self._records.mask(text)

    def lines(self) -> Sequence[str]:
        """Return a line for each event so far, like those in the report of a failed test."""
        return self._passed.lines()

    async def __aenter__(self) -> Self:
        """Start to listen. Raises OSError if the address cannot be used, or a file cannot be written."""
        async with AsyncExitStack() as stack:
            stack.enter_context(self._records)
            beside = self._open_beside if self.config.api or self.config.metrics or self.config.files else nullcontext
            await stack.enter_async_context(running(self._mock, schedule=self._schedule, beside=beside))
            self._stack = stack.pop_all()
        return self

    def _open_beside(self) -> AbstractAsyncContextManager[None]:
        from mock_csms.control.beside import Beside  # noqa: PLC0415 - a start without an API does not wait for it

        findings = Findings(self.config, self._records.shown, lambda: self._mock.exercised)
        self._beside = Beside(self._mock, self._records, self._schedule, self._tuning, Judgement(findings))
        return self._beside.open()

    @property
    def api(self) -> str:
        """The URL of the HTTP API; empty without `api="0"` or another port."""
        return self._beside.api if self._beside is not None else ""

    @property
    def file_urls(self) -> Sequence[str]:
        """The URLs of the file server, the one that commands name first; empty without `files=DIR`."""
        return tuple(self._beside.files) if self._beside is not None else ()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and close every connection with 1001."""
        await self._stack.aclose()

    def configure(self, config: Config | None = None, **settings: Any) -> None:
        """Change settings from now on: use another `config`, or merge `settings` into the current ones.

        Rules, tokens, policies and payloads change at once; the address, limits of connections, records and the timing
        of commands stay. A rule that does not change keeps the count of its uses, and a sequence its position. Raises
        ValueError for wrong settings, and then changes nothing.
        """
        self._tuning.use(self._read(config, settings), self._sources)

    def restore(self) -> None:
        """Undo all changes of `configure` and `add_rule`, and reset the counts of the rules and sequences."""
        self._tuning.restart()
        self._sources = list(self._tuning.sources)

    @property
    def scripts(self) -> Mapping[str, Script]:
        """The scripts of commands that run, by id."""
        return self._schedule.scripts

    def start_script(self, action: str, **more: Any) -> str:
        """Start a script that sends a command, also to stations that are already connected, and return its id.

        `more` has the keys of a [[command]] of a configuration file: `delay`, `period`, `on`, `payload`, `repeat`,
        `station`. Raises ValueError for a wrong command.
        """
        [script] = tables.scripts([{"action": action, **keys(more)}])
        return self._schedule.start(script)

    def stop_script(self, id_: str) -> None:
        """Stop the script with that id. Raises LookupError if there is no such script."""
        self._schedule.stop(id_)

    def disconnect(self, station: str, *, code: int = 1000) -> None:
        """Close the connection of a station with that close code; does nothing if the station is not connected.

        To keep it away for a while, call `configure(refuse="503")` first, and `restore()` or `configure` later.
        """
        session = self._mock.session_of(station)
        if session is not None:
            session.close(code, "disconnect")

    def _read(self, config: Config | None, settings: Mapping[str, Any]) -> Config:
        """Return the settings, and remember their sources, so that later settings can be merged into them."""
        if settings and (config is not None or not self._sources):
            raise TypeError(
                "pass either a Config or settings, not both; use dataclasses.replace(config, …) to change a Config"
            )
        sources = [] if config is not None else [*self._sources, *([keyword_source(settings)] if settings else [])]
        fresh = config or read(Config, sources)
        check(fresh)
        if fresh.expect or fresh.forbid:
            raise ValueError("expect and forbid work on the command line only; in Python use receive")
        if fresh.ocpi is not None:
            raise ValueError("ocpi works on the command line only")
        self._sources = sources
        return fresh

    async def call(self, station: str, action: str, payload: Json | None = None, *, within: float = 5.0) -> Json:
        """Send a command to a station and return the payload of its result.

        `payload` is a JSON merge patch over the default payload, and may contain placeholders. Waits up to `within`
        seconds until the station is connected. Raises CallFailed for a CALLERROR, an invalid answer, no answer within
        `call_timeout`, or a station that does not connect; ValueError for an action that is not a command.
        """
        __tracebackhide__ = True  # hides this frame from pytest, because the message of the error is enough
        _check_action(action, Sender.CSMS)
        await self._connected(station, within)
        try:
            return await self._mock.call(station, Step(action, payload or {}))
        except CallFailed as failure:
            raise CallFailed(f"{action} to {station}: {self._records.mask(str(failure))}") from None

    async def _connected(self, station: str, within: float) -> None:
        """Wait until a station is connected, for at most `within` seconds."""
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
        """Return the payload of the first matching call that was not returned yet; it may have come before this call.

        The payload must contain `part`: every value in it, at any depth. Calls that the mock refused do not count.
        Raises AssertionError if none comes within `within` seconds, with the messages that came instead.
        """
        __tracebackhide__ = True
        _check_action(action, Sender.STATION)
        return (await self._inbox.take(station, wanted(action, part), within)).payload


def _check_action(action: str, sender: Sender) -> None:
    """Raise ValueError for an action that this sender cannot send in any version."""
    names = actions(sender)
    if action not in names:
        what = "an action that a CSMS may send" if sender is Sender.CSMS else "an action that a station may send"
        raise ValueError(elsewhere_hint(action) or f"{action!r} is not {what}{did_you_mean(action, names)}")

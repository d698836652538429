"""Runs the mock: connects its parts, from opening the port to the last signal."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from functools import cache, partial
from itertools import count
from typing import TYPE_CHECKING, Any, TextIO

from mock_csms.commands.given import Given, given
from mock_csms.commands.opening import ServersBeside
from mock_csms.commands.ready import ReadyFile
from mock_csms.commands.stdout import complain, naming, tell
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.run import running
from mock_csms.settings import Config
from mock_csms.settings.assembly import scripts
from mock_csms.settings.control import is_loopback
from mock_csms.settings.files import exposed_files
from mock_csms.settings.flags import Source
from mock_csms.settings.values import reason_of
from mock_csms.twin.events import Failed
from mock_csms.watch.findings import Findings
from mock_csms.watch.judgement import Judgement, Telling
from mock_csms.watch.records import Recorder
from mock_csms.watch.statuses import Status, cannot_start, gravest

if TYPE_CHECKING:
    from mock_csms.commands.reload import Reload
    from mock_csms.control.beside import Beside
    from mock_csms.watch.verdict import RunVerdict


async def serve(
    config: Config, sources: Sequence[Source], gather: Callable[[], Sequence[Source]], command: str = ""
) -> int:
    """Serve until the verdict, the end of --duration or the first signal, and return the exit status.

    A second signal ends the process at once. The settings come from `sources`. At SIGHUP `gather` reads them again; it
    raises ValueError if it cannot. `command` is the command line without secrets.
    """
    bus, ended = Bus(), asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: bus.publish(failed_in(context)))
    people = sys.stderr if config.events == "-" else sys.stdout
    ready = ReadyFile(config.ready_file)
    async with AsyncExitStack() as stack:
        try:
            records = stack.enter_context(Recorder(config, bus, command))
            csms = CsmsServer(config, bus, records.backpressure)
            ending = Ending(records, people, ready, csms.settle)
            findings = Findings(config, records.shown, lambda: csms.exercised)
            judgement = Judgement(findings, _verdict(config, bus, records, ended.set))
            stack.callback(ready.remove)
            servers = ServersBeside(csms, beside := _beside(csms, records, judgement, sources))
            reload = _reload(csms, given(config, sources), gather, beside)

            def announce(url: str) -> None:
                handle_signals(ended, ending.force, reload)
                with naming("stdout" if people is sys.stdout else "stderr"):
                    tell(people, f"Listening on {url}\n{servers.lines}")
                for warning in _exposed(config):
                    complain(f"mock-csms: warning: {warning}\n")
                with naming(str(config.ready_file)):
                    ready.write(url, *servers.urls)
                _end_the_start(csms, config)

            opened = partial(servers.open, partial(ending.end, judgement, ended))
            await stack.enter_async_context(running(csms, announce, servers.schedule, opened))
        except OSError as error:
            return cannot_start(error.filename or f"{config.host}:{config.port}", error)
        if config.duration is not None:
            asyncio.get_running_loop().call_later(config.duration, ended.set)
        await ended.wait()
        ending.judge(judgement)
    if csms.unsaved:
        records.incomplete[str(config.state_dir)] = csms.unsaved
    return ending.tell()


def _verdict(config: Config, bus: Bus, records: Recorder, end: Callable[[], None]) -> "RunVerdict | None":
    """Return the judge of the run; None if nothing is expected and nothing forbidden."""
    if not (config.expect or config.forbid):
        return None
    from mock_csms.watch.verdict import RunVerdict  # noqa: PLC0415 - a run without expectations does not wait for it

    return RunVerdict(config, bus, records.shown, end, records.mask_difference)


def _beside(csms: CsmsServer, records: Recorder, judgement: Judgement, sources: Sequence[Source]) -> "Beside | None":
    """Return the servers for the API, the metrics and the files; None without --api, --metrics and --files."""
    if csms.config.api is None and csms.config.metrics is None and csms.config.files is None:
        return None
    from mock_csms.control.beside import Beside  # noqa: PLC0415 - a start without an API does not wait for it
    from mock_csms.control.tuning import Tuning  # noqa: PLC0415 - as above
    from mock_csms.runtime.schedule import Schedule  # noqa: PLC0415 - as above

    return Beside(csms, records, Schedule(csms), Tuning(csms, records, sources), judgement)


def _reload(
    csms: CsmsServer, first: Given, gather: Callable[[], Sequence[Source]], beside: "Beside | None"
) -> Callable[[], None]:
    """Return what reads the settings again at SIGHUP; `first` has those of the start."""

    @cache
    def reload() -> "Reload":
        from mock_csms.commands.reload import Reload  # noqa: PLC0415 - no start waits for it

        return Reload(csms, first, gather, beside.tuning.reread if beside else None)

    def read_again() -> None:
        reload()()

    return read_again


def _end_the_start(csms: CsmsServer, config: Config) -> None:
    """Finish the start after the first answer: publish the first events, then start the garbage collection.

    With a trace, the API or commands the events are published at once. Objects that exist by then are never collected,
    because they live as long as the process.
    """

    def collect_garbage() -> None:
        gc.freeze()
        gc.enable()

    if config.trace or config.learn or config.api or config.ocpi or scripts(config):
        collect_garbage()
    else:
        csms.postpone(collect_garbage)


def _exposed(config: Config) -> Iterator[str]:
    """Yield warnings if other machines can connect, or get files, without a password."""
    if told := exposed_files(config):
        yield told
    has_tls = bool(config.tls or config.tls_cert)
    if not is_loopback(config.host) and not config.basic_auth and config.security_profile != (3,):
        more = "" if has_tls else " (there is no TLS)"
        yield f"--host {config.host} without --basic-auth: everybody on the network can connect{more}"


class Ending:
    """The end of a run: judges it before connections close, and reports the result after all records are written."""

    def __init__(self, records: Recorder, people: TextIO, ready: ReadyFile, settle: Callable[[], None]) -> None:
        self._settle = settle
        """Publishes the events that wait for the first answer."""
        self._ready = ready
        self._records = records
        self._people = people
        self._statuses: list[Status] = []
        self._reports: list[Telling] = []
        """The reports to print; each gets the exit status of the run."""

    def judge(self, judgement: Judgement) -> Status:
        """Judge the run so far, write the JUnit cases, and return the exit status so far.

        After the first call no new station should connect. Later calls change nothing.
        """
        if not self._reports:
            self._ready.remove()
            self._settle()
            judgement.conclude()
            self._statuses.append(judgement.status)
            self._reports += judgement.reports()
            text = "; ".join(outcome(judgement.status) for outcome in judgement.outcomes())
            self._records.keep(judgement.suites(), text)
        return self._status()

    def end(self, judgement: Judgement, ended: asyncio.Event) -> tuple[int, str]:
        """Judge the run and end it; return the exit status so far, and the reports."""
        status = self.judge(judgement)
        ended.set()
        return status, self.report(status)

    def _status(self, *more: Status) -> Status:
        return gravest(*self._statuses, *more, Status.NOT_WRITTEN if self._records.incomplete else Status.FINE)

    def report(self, status: Status) -> str:
        """Return the reports of a run that ends with that status, as people may see them."""
        return self._records.mask("".join(tell(status) for tell in self._reports))

    def tell(self, *more: Status) -> Status:
        """Print the outcome of the run, and in the last line which record is incomplete; return the status."""
        incomplete = [f"{name} is incomplete: {reason}" for name, reason in self._records.incomplete.items()]
        status = self._status(*more)
        text = self.report(status) + "".join(f"failed: {line}\n" for line in incomplete)
        try:
            tell(self._people, text)
        except OSError as error:
            complain(f"mock-csms: error: the report is incomplete: {reason_of(error)}\n")
            return gravest(status, Status.NOT_WRITTEN)
        return status

    def force(self) -> int:
        """Write all waiting records, print the reports, and return the status of a run that a second signal ends."""
        self._ready.remove()
        self._settle()
        self._records.flush()
        return self.tell(Status.FORCED)


def handle_signals(ended: asyncio.Event, force: Callable[[], int], reload: Callable[[], None] | None = None) -> None:
    """Handle signals: the first one ends the run, the second one ends the process at once, SIGHUP calls `reload`."""
    signals = count(1)

    def stop() -> None:
        if next(signals) > 1:
            os._exit(force())  # Python's own exit would wait for stations and disks
        ended.set()

    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(signal_, stop)
        except NotImplementedError:  # Windows
            signal.signal(signal_, lambda *_: loop.call_soon_threadsafe(stop))
    if reload is not None and hasattr(signal, "SIGHUP"):
        loop.add_signal_handler(signal.SIGHUP, reload)


def failed_in(context: dict[str, Any]) -> Failed:
    """Return an event for an exception that nobody caught, instead of a traceback."""
    problem = context.get("exception") or context["message"]
    return Failed(clock.now(), "", f"internal error: {problem!r}")

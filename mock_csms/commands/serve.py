"""Serves: connects the parts of the mock, from opening the port to the last signal."""

import asyncio
import gc
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack
from itertools import count
from typing import TYPE_CHECKING, Any, TextIO

from mock_csms.commands.ready import ReadyFile
from mock_csms.commands.reload import Reload
from mock_csms.commands.stdout import complain, naming, tell
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.run import running
from mock_csms.settings import Config
from mock_csms.settings.assembly import scripts
from mock_csms.settings.flags import Source
from mock_csms.settings.values import reason_of
from mock_csms.twin.events import Failed
from mock_csms.watch.findings import Findings
from mock_csms.watch.records import Recorder
from mock_csms.watch.statuses import Status, cannot_start, gravest

if TYPE_CHECKING:
    from mock_csms.watch.verdict import RunVerdict


async def serve(
    config: Config, sources: Sequence[Source], gather: Callable[[], Sequence[Source]], command: str = ""
) -> int:
    """Serve until the verdict, the end of --duration or the first signal, and return the exit status.

    A second signal ends the process at once. The settings come from `sources`. At SIGHUP `gather` reads them again; it
    raises ValueError if it cannot. `command` is the command line without secrets.
    """
    bus, ended = Bus(), asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: bus.publish(_failed(context)))
    people = sys.stderr if config.events == "-" else sys.stdout
    ready = ReadyFile(config.ready_file)
    async with AsyncExitStack() as stack:
        try:
            records = stack.enter_context(Recorder(config, bus, command))
            csms = CsmsServer(config, bus, records.backpressure)
            ending = Ending(records, people, ready, csms.settle)
            verdict = _verdict(config, bus, records, ended.set)
            findings = Findings(config, records.shown, lambda: csms.exercised)
            stack.callback(ready.remove)

            def announce(url: str) -> None:
                _handle_signals(ended, ending.force, Reload(csms, sources, gather))
                with naming("stdout" if people is sys.stdout else "stderr"):
                    tell(people, f"Listening on {url}\n")
                for warning in _exposed(config):
                    complain(f"mock-csms: warning: {warning}\n")
                with naming(str(config.ready_file)):
                    ready.write(url)
                _end_the_start(csms, config)

            await stack.enter_async_context(running(csms, announce))
        except OSError as error:
            return cannot_start(error.filename or f"{config.host}:{config.port}", error)
        if config.duration is not None:
            asyncio.get_running_loop().call_later(config.duration, ended.set)
        await ended.wait()
        ending.judge(verdict, findings)
    if csms.unsaved:
        records.incomplete[str(config.state_dir)] = csms.unsaved
    return ending.tell()


def _verdict(config: Config, bus: Bus, records: Recorder, end: Callable[[], None]) -> "RunVerdict | None":
    """Return the judge of the run; None if nothing is expected or forbidden."""
    if not (config.expect or config.forbid):
        return None
    from mock_csms.watch.verdict import RunVerdict  # noqa: PLC0415 - a run without expectations does not wait for it

    return RunVerdict(config, bus, records.shown, end, records.mask_difference)


def _end_the_start(csms: CsmsServer, config: Config) -> None:
    """Let the first events be published behind the first answer, unless a trace must be ahead of it, or commands react.

    After that garbage is collected, but none of what was loaded until then: it stays as long as the process.
    """

    def collect_garbage() -> None:
        gc.freeze()
        gc.enable()

    if config.trace or config.learn or scripts(config):
        collect_garbage()
    else:
        csms.postpone(collect_garbage)


def _exposed(config: Config) -> Iterator[str]:
    """Yield a warning if other machines can connect without a password."""
    is_loopback = config.host in ("localhost", "::1") or config.host.startswith("127.")
    has_tls = bool(config.tls or config.tls_cert)
    if not is_loopback and not config.basic_auth and config.security_profile != (3,):
        more = "" if has_tls else " (there is no TLS)"
        yield f"--host {config.host} without --basic-auth: everybody on the network can connect{more}"


class Ending:
    """The end of a run: it is judged before anything closes, and reported after everything is written."""

    def __init__(self, records: Recorder, people: TextIO, ready: ReadyFile, settle: Callable[[], None]) -> None:
        self._settle = settle
        """Publishes the events that wait for the first answer."""
        self._ready = ready
        self._records = records
        self._people = people
        self._statuses: list[Status] = []
        self._reports: list[Callable[[Status], str]] = []
        """The reports to print; each gets the exit status of the run."""

    def judge(self, verdict: "RunVerdict | None", findings: Findings) -> None:
        """Judge the events so far, and write the cases; from now on no station should connect."""
        self._ready.remove()
        self._settle()
        findings.conclude()
        suites = {}
        outcomes: list[Callable[[Status], str]] = []
        self._reports.append(lambda _: findings.summary())
        if verdict is not None:
            verdict.conclude()
            suites["mock-csms"] = verdict.cases()
            self._statuses.append(verdict.status)
            self._reports.append(verdict.report)
            outcomes.append(verdict.outcome)
        if findings.is_judged:
            suites["conformance"] = findings.cases()
            self._statuses.append(findings.status)
            self._reports.append(findings.verdict)
            outcomes.append(findings.outcome)
        status = gravest(*self._statuses)
        self._records.keep(suites, "; ".join(outcome(status) for outcome in outcomes))

    def tell(self, *more: Status) -> Status:
        """Print the outcome of the run, and in the last line which record is incomplete; return the status."""
        incomplete = [f"{name} is incomplete: {reason}" for name, reason in self._records.incomplete.items()]
        status = gravest(*self._statuses, *more, Status.NOT_WRITTEN if incomplete else Status.FINE)
        report = "".join(tell(status) for tell in self._reports)
        told = self._records.mask(report) + "".join(f"failed: {line}\n" for line in incomplete)
        try:
            tell(self._people, told)
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


def _handle_signals(ended: asyncio.Event, force: Callable[[], int], reload: Callable[[], None]) -> None:
    """Let the first signal end the run in order, the second one end the process at once, and SIGHUP call `reload`."""
    signals = count(1)

    def stop() -> None:
        if next(signals) > 1:
            os._exit(force())  # a regular end would wait for stations or disks
        ended.set()

    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(signal_, stop)
        except NotImplementedError:  # Windows
            signal.signal(signal_, lambda *_: loop.call_soon_threadsafe(stop))
    if hasattr(signal, "SIGHUP"):
        loop.add_signal_handler(signal.SIGHUP, reload)


def _failed(context: dict[str, Any]) -> Failed:
    """Return an event for an exception that nobody caught, instead of a traceback."""
    problem = context.get("exception") or context["message"]
    return Failed(clock.now(), "", f"internal error: {problem!r}")

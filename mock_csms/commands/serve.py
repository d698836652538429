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
from mock_csms.settings.flags import Source
from mock_csms.settings.values import reason_of
from mock_csms.twin.events import Failed
from mock_csms.watch.findings import Findings
from mock_csms.watch.records import Recorder
from mock_csms.watch.statuses import Status, cannot_start, gravest

if TYPE_CHECKING:
    from mock_csms.commands.beside import Beside
    from mock_csms.watch.verdict import RunVerdict


async def serve(
    config: Config, sources: Sequence[Source], gather: Callable[[], Sequence[Source]], command: str = ""
) -> int:
    """Serve until the verdict, the end of --duration or the first signal, and return the exit status.

    A second signal ends the process at once. The settings come from `sources`. At SIGHUP `gather` reads them again; it
    raises ValueError if it cannot. `command` is the command line as it may be shown.
    """
    bus, ended = Bus(), asyncio.Event()
    asyncio.get_running_loop().set_exception_handler(lambda _, context: bus.publish(_failed(context)))
    people = sys.stderr if config.events == "-" else sys.stdout
    ready = ReadyFile(config.ready_file)
    async with AsyncExitStack() as stack:
        try:
            records = stack.enter_context(Recorder(config, bus, command))
            ending, csms = Ending(records, people, ready), CsmsServer(config, bus, records.backpressure)
            verdict = _verdict(config, bus, records, ended.set)
            findings = Findings(config, records.shown, lambda: csms.exercised)
            stack.callback(ready.remove)

            beside = _beside(config, csms, records, findings)

            def announce(url: str) -> None:
                _see_to_signals(ended, ending.force, Reload(csms, sources, gather))
                with naming("stdout" if people is sys.stdout else "stderr"):
                    tell(people, f"Listening on {url}\n{beside.lines if beside else ''}")
                for warning in _exposed(config):
                    complain(f"mock-csms: warning: {warning}\n")
                with naming(str(config.ready_file)):
                    ready.write(url, *(beside.urls if beside else ()))

            await stack.enter_async_context(
                running(csms, announce, *((beside.schedule, beside.open) if beside else ()))
            )
        except OSError as error:
            return cannot_start(error.filename or f"{config.host}:{config.port}", error)
        if config.duration is not None:
            asyncio.get_running_loop().call_later(config.duration, ended.set)
        gc.freeze()  # what was loaded until now stays for ever, so that no garbage collection needs to look at it
        gc.enable()
        await ended.wait()
        ending.judge(verdict, findings)
    if csms.unsaved:
        records.incomplete[str(config.state_dir)] = csms.unsaved
    return ending.tell()


def _verdict(config: Config, bus: Bus, records: Recorder, end: Callable[[], None]) -> "RunVerdict | None":
    """Return what judges the run, if anything is expected or forbidden."""
    if not (config.expect or config.forbid):
        return None
    from mock_csms.watch.verdict import RunVerdict  # noqa: PLC0415 - a run without expectations does not wait for it

    return RunVerdict(config, bus, records.shown, end, records.mask_difference)


def _beside(config: Config, csms: CsmsServer, records: Recorder, findings: Findings) -> "Beside | None":
    """Return what is served beside the mock, if anything is."""
    if config.api is None:
        return None
    from mock_csms.commands.beside import Beside  # noqa: PLC0415 - a start without an API does not wait for it

    return Beside(config, csms, records, findings)


def _exposed(config: Config) -> Iterator[str]:
    """Yield a warning if other machines can connect without a password."""
    is_loopback = config.host in ("localhost", "::1") or config.host.startswith("127.")
    if not is_loopback and not config.basic_auth:
        yield f"--host {config.host} without --basic-auth: everybody on the network can connect (there is no TLS)"


class Ending:
    """The end of a run: it is judged before anything closes, and reported when all is closed and written."""

    def __init__(self, records: Recorder, people: TextIO, ready: ReadyFile) -> None:
        self._ready = ready
        self._records = records
        self._people = people
        self._statuses: list[Status] = []
        self._reports: list[Callable[[Status], str]] = []
        """The reports to print; each gets the exit status of the run."""

    def judge(self, verdict: "RunVerdict | None", findings: Findings) -> None:
        """Judge what was seen so far, and write the cases; from now on no station should connect."""
        self._ready.remove()
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
        """Print how the run went, and in the last line which record is incomplete; return the status."""
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
        """Write what waits, print the reports, and return the status of a run that a second signal ends."""
        self._ready.remove()
        self._records.flush()
        return self.tell(Status.FORCED)


def _see_to_signals(ended: asyncio.Event, force: Callable[[], int], reload: Callable[[], None]) -> None:
    """Let the first signal end the run in order, the second one end the process at once, and SIGHUP call `reload`."""
    signals = count(1)

    def stop() -> None:
        if next(signals) > 1:
            os._exit(force())  # whatever waits for a station or a disk would go on waiting
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
    """Publish an exception that nobody caught as an event, instead of a traceback."""
    problem = context.get("exception") or context["message"]
    return Failed(clock.now(), "", f"internal error: {problem!r}")

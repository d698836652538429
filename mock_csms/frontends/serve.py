"""Serving: the parts wired together, from the open port to the last signal."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from typing import Any

from mock_csms.assembly import check, scripts
from mock_csms.behavior.events import Failed, Reconfigured, Started
from mock_csms.config import Config
from mock_csms.frontends.console import Console
from mock_csms.runtime import clock, schedule
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.csms import Csms
from mock_csms.runtime.sink import Sink
from mock_csms.values import reason_of

FINE = 0
CANNOT_START = 3
FORCED = 130


async def serve(config: Config, reread: Callable[[], Config]) -> int:
    """Serve until the first SIGINT or SIGTERM, and return the exit status; a second signal ends the process at once.

    SIGHUP makes the mock behave as the settings say that `reread` returns; it raises ValueError for broken ones.
    """
    bus = Bus()
    log = Sink(sys.stderr.fileno())
    Console(bus, log, config.log_level)
    asyncio.get_running_loop().set_exception_handler(lambda _, context: bus.publish(_failed(context)))
    stopped = _stop_on_signals(log)
    async with AsyncExitStack() as stack:
        stack.callback(log.flush)
        try:
            csms = await stack.enter_async_context(Csms(config, bus))
            _announce(csms.url, config.ready_file)
        except OSError as error:
            subject = error.filename or f"{config.host}:{config.port}"
            sys.stderr.write(f"mock-csms: error: cannot start: {subject}: {reason_of(error)}\n")
            return CANNOT_START
        csms.publish(Started(clock.now(), "", csms.url, csms.chance.seed))
        for script in scripts(config):
            schedule.start(script, csms)
        _reread_on_hangup(csms, reread)
        await stopped.wait()
    return FINE


def _reread_on_hangup(csms: Csms, reread: Callable[[], Config]) -> None:
    """Read the settings again on SIGHUP; broken ones are told, and the old ones stay."""

    def read() -> None:
        try:
            config = reread()
            check(config)
        except ValueError as error:
            csms.publish(Failed(clock.now(), "", f"the settings stay as they were: {error}"))
        else:
            csms.configure(config)
            csms.publish(Reconfigured(clock.now(), ""))

    if hasattr(signal, "SIGHUP"):
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, read)


def _announce(url: str, ready_file: str | None) -> None:
    """Tell people and scripts that the mock listens; the file appears whole or not at all."""
    with suppress(BrokenPipeError):  # nobody has to listen to us
        print(f"Listening on {url}", flush=True)  # noqa: T201 - the promised first line
    if ready_file is not None:
        unfinished = Path(f"{ready_file}.{os.getpid()}")
        unfinished.write_text(url + "\n", encoding="utf-8")
        unfinished.replace(ready_file)


def _stop_on_signals(log: Sink) -> asyncio.Event:
    """Return what the first signal sets; the second one ends the process."""
    stopped = asyncio.Event()

    def stop() -> None:
        if stopped.is_set():
            log.flush()
            os._exit(FORCED)
        stopped.set()

    loop = asyncio.get_running_loop()
    for signal_ in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(signal_, stop)
        except NotImplementedError:  # Windows
            signal.signal(signal_, lambda *_: loop.call_soon_threadsafe(stop))
    return stopped


def _failed(context: dict[str, Any]) -> Failed:
    """Tell of an exception that nobody caught as an event instead of a traceback."""
    problem = context.get("exception") or context["message"]
    return Failed(clock.now(), "", f"internal error: {problem!r}")

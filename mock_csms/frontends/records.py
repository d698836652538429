"""The files and lines that are kept of a run: opened before anything happens, and whole when it ends."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from functools import partial
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from mock_csms.behavior.events import ALL, Failed
from mock_csms.behavior.redaction import Redactor
from mock_csms.behavior.templates import rfc3339
from mock_csms.config import Config
from mock_csms.frontends import diagram
from mock_csms.frontends.console import Console, look_for
from mock_csms.frontends.junit import Case
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink

if TYPE_CHECKING:
    from mock_csms.frontends.frames import Frames


class Records:
    """All that a configuration wants kept, as long as the block lasts; OSError for a file that cannot be written.

    The files come before the lines for people in the order of subscribers, so that these never wait for those.
    """

    def __init__(self, config: Config, bus: Bus) -> None:
        self._config = config
        self._bus = bus
        self.redactor = Redactor() if config.redact else None
        self.shown = _masked(bus, self.redactor) if self.redactor else bus
        self._sinks: list[Sink] = []
        self._trace: Sink | None = None
        self.write_ahead = self._write_ahead if config.trace else None
        """What is to be done before anything that was sent goes out, if anything is."""
        self._page: Sink | None = None
        self._junit: int | None = None
        self._opened: list[int] = []
        self._began = clock.now()

    def __enter__(self) -> Self:
        config, bus = self._config, self.shown
        if config.trace or config.events or config.diagram:
            from mock_csms.frontends.frames import Frames  # noqa: PLC0415 - start-up waits only for what is asked for

            self._keep(Frames(bus))
        if config.junit:
            self._junit = self._descriptor(config.junit)
        if not config.quiet:
            look = look_for(sys.stderr.fileno(), config.log_level, is_verbose=config.verbose)
            Console(bus, self._sink(sys.stderr.fileno(), "stderr"), look)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._page is not None:
            diagram.end(self._page)
        self.flush()
        for descriptor in self._opened:
            os.close(descriptor)

    def _keep(self, frames: "Frames") -> None:
        """Open the files that tell of every message."""
        config, bus = self._config, self.shown
        if config.trace:
            from mock_csms.frontends.trace import Trace  # noqa: PLC0415 - as above

            self._trace = self._open(config.trace)
            Trace(bus, frames, self._trace, V201.name)
        lines = [self._open(config.events)] if config.events else []
        if config.diagram:
            self._page = self._open(config.diagram)
            diagram.begin(self._page)
            lines.append(self._page)
        if lines:
            from mock_csms.frontends.eventlog import EventLog  # noqa: PLC0415 - as above

            EventLog(bus, frames, lines)

    def _write_ahead(self) -> None:
        """Write the trace, so that not even `kill -9` loses a message that was answered."""
        if self._trace is not None:
            self._trace.flush()

    def flush(self) -> None:
        """Write now what waits."""
        for sink in self._sinks:
            sink.flush()

    def conclude(self, report: str, suites: Mapping[str, Sequence[Case]], people: TextIO) -> None:
        """Tell people how it went, and write the cases that were judged where they are wanted."""
        self.flush()
        with suppress(BrokenPipeError):  # nobody has to listen to us
            people.write(self._mask(report))
            people.flush()
        if self._junit is not None:
            from mock_csms.frontends.junit import junit  # noqa: PLC0415 - XML is seldom asked for

            masked = {name: [replace(case, **self._masked(case)) for case in cases] for name, cases in suites.items()}
            sink = self._sink(self._junit, str(self._config.junit))
            sink.write(junit(masked, rfc3339(self._began), clock.now() - self._began))
            self.flush()

    def _mask(self, text: str) -> str:
        return self.redactor.words(text) if self.redactor else text

    def _masked(self, case: Case) -> dict[str, str]:
        return {name: self._mask(getattr(case, name)) for name in case.__struct_fields__}

    def _open(self, path: str) -> Sink:
        return self._sink(self._descriptor(path), path)

    def _descriptor(self, path: str) -> int:
        """Open a file to be written anew; - is stdout."""
        if path == "-":
            return sys.stdout.fileno()
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
        self._opened.append(opened)
        return opened

    def _sink(self, descriptor: int, name: str) -> Sink:
        sink = Sink(descriptor, partial(self._tell, name))
        self._sinks.append(sink)
        return sink

    def _tell(self, name: str, error: OSError) -> None:
        """Tell once of a file that can no longer be written."""
        if name != "stderr":
            self._bus.publish(Failed(clock.now(), "", f"{name} is written no more: {error.strerror}"))


def _masked(bus: Bus, redactor: Redactor) -> Bus:
    """Return a bus with the events of another, their idTokens masked."""
    shown = Bus()
    bus.subscribe(lambda event: shown.publish(redactor.event(event)), *ALL)
    return shown

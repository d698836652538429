"""The files and lines of a run: opened before its first event, complete at its end."""

import asyncio
import os
import sys
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mock_csms.behavior.matching import Difference
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.records import replace
from mock_csms.runtime import clock
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.outlet import NamedPipe, Outlet, is_named_pipe
from mock_csms.runtime.place import Place
from mock_csms.runtime.sink import Backpressure, Sink, finish
from mock_csms.settings import Config
from mock_csms.settings.assembly import payloads
from mock_csms.settings.values import reason_of
from mock_csms.twin.events import Event, Failed
from mock_csms.watch.shown import ShownBus

if TYPE_CHECKING:
    from mock_csms.behavior.secrets import Secrets
    from mock_csms.watch.batch import Batch
    from mock_csms.watch.console import Console
    from mock_csms.watch.digest import Digest
    from mock_csms.watch.journal import Journal
    from mock_csms.watch.junit import JUnitCase
    from mock_csms.watch.metrics import Metrics

_STDERR = "stderr"
_LOOK = 1.0
"""The seconds between two looks for removed files."""


class Recorder:
    """Writes the files and lines of a run. Raises OSError if a file cannot be written.

    Files are written before lines for people, so that a slow terminal cannot delay them. command: the command line
    without secrets. keeps_journal: whether to keep the events in a journal.
    """

    def __init__(self, config: Config, bus: Bus, command: str = "", *, keeps_journal: bool = False) -> None:
        self._keeps_journal = keeps_journal or config.api is not None
        self.journal: Journal | None = None
        """The journal; None unless the API or a Python program needs it."""
        self.metrics: Metrics | None = None
        """The metrics; None unless something can read them."""
        self._config = config
        self._command = command
        self._outcome = ""
        self._bus = bus
        self.shown = ShownBus(bus, lambda: self.secrets, is_redacted=config.redact)
        self._sinks: dict[Sink, str] = {}
        """The sinks, each with its name for people."""
        self._batch: Batch | None = None
        """Collects the events that will be written to files."""
        self._digest: Digest | None = None
        """Collects the events for the journal and the metrics."""
        self._trace: Sink | None = None
        self.backpressure = Backpressure(self._write_ahead if config.trace else None)
        """What connections must wait for: the trace must be written, and records must not pile up."""
        self._page: Sink | None = None
        self._console: Console | None = None
        self._junit: Sink | None = None
        self._opened: dict[Place, int] = {}
        self._unread: dict[str, int] = {}
        """By record that nobody reads: how many bytes waited at the last check."""
        self._reported_unread: set[str] = set()
        self._timer: asyncio.TimerHandle | None = None
        self.incomplete: dict[str, str] = {}
        """The incomplete files, each with the reason; final when the block has ended."""
        self._began = clock.now()

    def __enter__(self) -> Self:
        config, bus = self._config, self.shown
        if config.trace or config.events or config.diagram or config.metrics or self._keeps_journal:
            self._keep(bus)
        if config.junit:
            self._junit = self._open(config.junit)
        if not config.quiet:
            lines = Sink(sys.stderr.fileno())
            self._sinks[lines] = _STDERR
            # The first event is Started or an error. OCPI's kinds of events, which come later, need not be loaded.
            self._leave = bus.subscribe(partial(self._show_first, lines), *Event.__subclasses__())
        if self._opened or any(sink.can_block for sink in self._sinks):
            self._timer = asyncio.get_running_loop().call_later(_LOOK, self._look_again)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self.flush()
        if self._page is not None:
            from mock_csms.watch import diagram  # noqa: PLC0415 - see `_keep`

            diagram.end(self._page, self._outcome)
        self.flush()
        finish(self._sinks)
        self._look_for_files()
        for sink, name in self._sinks.items():
            if sink.waiting and name != _STDERR:
                self.incomplete.setdefault(name, "nobody reads it")
            sink.close()
        for place, descriptor in self._opened.items():
            try:
                os.close(descriptor)
            except OSError as failed:  # some disks report only now that they are full
                self._tell(place.path, failed)

    def _show_first(self, lines: Sink, event: Event) -> None:
        """Load the console with the first event, which it shows, so that the start does not wait for it."""
        from mock_csms.watch.console import look_for  # noqa: PLC0415 - see above
        from mock_csms.watch.quick_console import console_for  # noqa: PLC0415 - see above

        self._leave()
        config = self._config
        look = look_for(sys.stderr.fileno(), config.log_level, is_verbose=config.verbose, color=config.color)
        self._console = console_for(self.shown, lines, look)
        self._console.show(event)

    def _look_again(self) -> None:
        self._look_for_files()
        self._look_for_readers()
        self._timer = asyncio.get_running_loop().call_later(_LOOK, self._look_again)

    def _look_for_files(self) -> None:
        """Report files that were removed, so that everything written to them is lost."""
        for place in self._opened:
            if place.path not in self.incomplete and (gone := place.gone()) is not None:
                self._tell(place.path, OSError(gone))

    def _look_for_readers(self) -> None:
        """Report once each record that nobody reads.

        Stations wait at once for an unread trace, and later for other unread records.
        """
        for sink, name in self._sinks.items():
            waiting, before = sink.waiting, self._unread.get(name, 0)
            self._unread[name] = waiting
            if waiting and waiting >= before > 0 and name not in self._reported_unread and name != _STDERR:
                self._reported_unread.add(name)
                what = "stations get no answers" if sink is self._trace else f"{waiting:,} bytes wait"
                self._bus.publish(Failed(clock.now(), "", f"nobody reads {name}: {what} until somebody does"))

    def _keep(self, shown: Bus) -> None:
        """Open the records that contain every message."""
        config = self._config
        if config.trace or config.events or config.diagram:
            self._keep_files(shown)
        if not self._keeps_journal and config.metrics is None:
            return
        from mock_csms.watch.digest import Digest  # noqa: PLC0415 - start-up waits only for what is asked for

        self._digest = digest = Digest(shown)
        if self._keeps_journal:
            from mock_csms.watch.journal import Journal  # noqa: PLC0415 - as above

            self.journal = Journal(config.journal_size, digest)
        if config.api is not None or config.metrics is not None:
            from mock_csms.watch.metrics import Metrics  # noqa: PLC0415 - as above

            self.metrics = Metrics(digest)

    def _keep_files(self, shown: Bus) -> None:
        from mock_csms.watch.batch import Batch  # noqa: PLC0415 - start-up waits only for what is asked for
        from mock_csms.watch.frames import Frames  # noqa: PLC0415 - as above

        config, batch = self._config, Batch(shown)
        self._batch, frames = batch, Frames(batch)
        if config.trace:
            from mock_csms.watch.trace import Trace  # noqa: PLC0415 - as above

            self._trace = self._open(config.trace)
            Trace(batch, frames, self._trace)
        lines = [self._open(config.events)] if config.events else []
        if config.diagram:
            from mock_csms.watch import diagram  # noqa: PLC0415 - as above

            self._page = self._open(config.diagram)
            diagram.begin(self._page, self._command)
            lines.append(self._page)
        if lines:
            from mock_csms.watch.eventlog import EventLog  # noqa: PLC0415 - as above

            EventLog(batch, frames, lines)

    def _write_ahead(self) -> bool:
        """Write the trace, so that even `kill -9` loses no answered message; return whether it was written."""
        if self._batch is not None:
            self._batch.flush()
        return self._trace is None or self._trace.flush()

    def flush(self) -> None:
        """Write the waiting records now."""
        if self._digest is not None:
            self._digest.flush()
        if self._batch is not None:
            self._batch.flush()
        if self._console is not None:
            self._console.tell()
        for sink in self._sinks:
            sink.flush()

    def keep(self, suites: Mapping[str, "Sequence[JUnitCase]"], outcome: str) -> None:
        """Write the JUnit cases and the line with the outcome, if the settings ask for them."""
        self._outcome = self.mask(outcome)
        if self._junit is not None:
            from mock_csms.watch.junit import junit  # noqa: PLC0415 - XML is seldom asked for

            masked = {name: [replace(case, **self._masked(case)) for case in cases] for name, cases in suites.items()}
            self._junit.write(junit(masked, rfc3339(self._began), clock.now() - self._began))
        self.flush()

    def mask(self, text: str) -> str:
        """Return a text with secrets masked; it may have many lines."""
        return "".join(map(self.secrets.words, text.splitlines(keepends=True))) if text else text

    def mask_difference(self, difference: Difference) -> Difference:
        """Return a difference from an expectation with secrets masked."""
        return self.secrets.difference(difference)

    @cached_property
    def secrets(self) -> "Secrets":
        """Masks secrets and, with --redact, idTokens."""
        from mock_csms.behavior.secrets import Secrets  # noqa: PLC0415 - most runs have no secret to mask

        redactor = None
        if self._config.redact:
            from mock_csms.behavior.redaction import Redactor  # noqa: PLC0415 - only those who mask tokens wait for it

            redactor = Redactor()
        secrets = Secrets(redactor)
        _teach(secrets, self._config)
        return secrets

    def learn(self, config: Config) -> None:
        """Mask the secrets in these settings from now on."""
        _teach(self.secrets, config)

    def _masked(self, case: "JUnitCase") -> dict[str, str]:
        return {name: self.mask(getattr(case, name)) for name in case.__struct_fields__}

    def _open(self, path: str) -> Sink:
        """Open a file for writing, and empty it; `-` is stdout. A named pipe is opened when it has a reader."""
        name = "stdout" if path == "-" else path
        sink = Sink(self._target(path), partial(self._tell, name), self.backpressure)
        self._sinks[sink] = name
        return sink

    def _target(self, path: str) -> int | Outlet:
        if path == "-":
            return sys.stdout.fileno()
        if is_named_pipe(path):
            return NamedPipe(path)
        opened = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o666)
        self._opened[Place(path, os.fstat(opened))] = opened
        return opened

    def _tell(self, name: str, error: OSError) -> None:
        """Report once a file that can no longer be written. A reader that leaves is not an error."""
        if not isinstance(error, BrokenPipeError):
            self.incomplete.setdefault(name, reason_of(error))
        self._bus.publish(Failed(clock.now(), "", f"writing {name} has stopped: {reason_of(error)}"))


def _teach(secrets: "Secrets", config: Config) -> None:
    """Add the secrets in the settings to `secrets`, which masks them from then on."""
    for password in (config.basic_auth or {}).values():
        secrets.hide(password)
    secrets.learn(list(payloads(config)))

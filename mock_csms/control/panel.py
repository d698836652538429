"""What the HTTP API drives: a running mock, its records, settings and expectations."""

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from mock_csms.control.tuning import Tuning
from mock_csms.protocol.records import Mutable, field
from mock_csms.runtime import clock
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.schedule import Schedule
from mock_csms.watch.expecting import Expectations
from mock_csms.watch.findings import Findings
from mock_csms.watch.journal import Journal
from mock_csms.watch.judgement import Judgement
from mock_csms.watch.records import Recorder

if TYPE_CHECKING:
    from mock_csms.behavior.secrets import Secrets


class Panel(Mutable, eq=False):
    """A running mock with everything that drives and watches it."""

    csms: CsmsServer
    records: Recorder
    journal: Journal
    schedule: Schedule
    judgement: Judgement
    tuning: Tuning
    streams: set[object] = field(default_factory=set)
    """The streams of events that are open."""
    since: float = field(default_factory=clock.now)
    """When the mock was started, in seconds since 1970."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the mock begins to stop: all waits end."""
    api: str = ""
    """The URL of the HTTP API."""
    stop: Callable[[], tuple[int, str]] | None = None
    """Judges the run, ends it, and returns exit status and report; None where a Python program ends it."""

    @property
    def secrets(self) -> "Secrets":
        """What masks secrets in everything that is shown."""
        return self.records.secrets

    @property
    def findings(self) -> Findings:
        """Counts the findings."""
        return self.judgement.findings

    @property
    def expectations(self) -> Expectations:
        """The expectations that are given while the mock runs."""
        assert self.judgement.expectations is not None  # noqa: S101 - whoever opens a panel makes them
        return self.judgement.expectations

    def close(self) -> None:
        """End all waits and streams."""
        self.closing.set()
        self.journal.close()

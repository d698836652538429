"""The state behind the HTTP API: the running mock with its records, settings and expectations."""

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mock_csms.control.api.extension import ApiExtension
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
    """A running mock, with its records, settings and expectations."""

    csms: CsmsServer
    records: Recorder
    journal: Journal
    schedule: Schedule
    judgement: Judgement
    tuning: Tuning
    streams: set[object] = field(default_factory=set)
    """The open streams of events."""
    since: float = field(default_factory=clock.now)
    """When the mock was started, in seconds since 1970."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the mock begins to stop, to end all waits."""
    api: str = ""
    """The URL of the HTTP API."""
    stop: Callable[[], tuple[int, str]] | None = None
    """Judges the run, ends it, and returns the exit status and the report. None if a Python program ends the mock."""

    extensions: Sequence[ApiExtension] = ()
    """What other rooms have added to the API and its page."""

    @property
    def secrets(self) -> "Secrets":
        """The object that masks secrets in output."""
        return self.records.secrets

    @property
    def findings(self) -> Findings:
        """Counts the findings."""
        return self.judgement.findings

    @property
    def expectations(self) -> Expectations:
        """The expectations that were added at run time."""
        assert self.judgement.expectations is not None  # noqa: S101 - whoever opens a panel makes them
        return self.judgement.expectations

    def close(self) -> None:
        """End all waits and streams."""
        self.closing.set()
        self.journal.close()

"""Serves the HTTP API, the metrics and the files of a mock. Only a start with one of their flags loads this module."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

from mock_csms.control.api.security import make_token
from mock_csms.control.api.serving import serving, serving_metrics
from mock_csms.control.panel import Panel
from mock_csms.control.tuning import Tuning
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.schedule import Schedule
from mock_csms.settings.control import AUTO
from mock_csms.twin.events import Connected, Event
from mock_csms.twin.twin import Twin
from mock_csms.watch.expecting import Expectations
from mock_csms.watch.judgement import Judgement
from mock_csms.watch.records import Recorder


class Beside:
    """The servers beside one mock."""

    def __init__(
        self, csms: CsmsServer, records: Recorder, schedule: Schedule, tuning: Tuning, judgement: Judgement
    ) -> None:
        self._csms, self._records, self._judgement = csms, records, judgement
        judgement.expectations = Expectations(csms.bus, records.mask_difference)
        self.tuning = tuning
        self.schedule = schedule
        self.urls: list[str] = []
        """The URLs for the ready file, after the one for stations."""
        self.api = ""
        """The URL of the HTTP API; empty without one."""
        self.files: list[str] = []
        """The URLs of the file server, the one that commands name first."""
        self.lines = ""
        """The lines to print after the first line of the output."""
        csms.bus.subscribe(self._follow, Connected)

    @asynccontextmanager
    async def open(self, stop: Callable[[], tuple[int, str]] | None = None) -> AsyncIterator[None]:
        """Serve until the block ends.

        `stop` judges the run and ends it; it returns the exit status and the report. None if a Python program ends the
        mock.
        """
        config = self._csms.config
        async with AsyncExitStack() as stack:
            if config.api is not None:
                token = make_token(config.api_token)
                server = await stack.enter_async_context(serving(self._panel(stop), config.api, token))
                self.api = server.url
                self.urls.append(server.url)
                self.lines += f"API on {server.url}\n"
                self.lines += f"API token: {token}\n" if config.api_token == AUTO else ""
            if config.metrics is not None:
                opened = serving_metrics(self._csms, self._records, config.metrics)
                server = await stack.enter_async_context(opened)
                self.lines += f"Metrics on {server.url}/metrics\n"
            if config.files is not None:
                from mock_csms.control.files.serving import serving_files  # noqa: PLC0415 - only with --files

                self.files = await stack.enter_async_context(serving_files(self._csms))
                self.urls += self.files
                self.lines += "".join(f"Files on {url}\n" for url in self.files)
            yield

    def _panel(self, stop: Callable[[], tuple[int, str]] | None) -> Panel:
        journal = self._records.journal
        assert journal is not None  # noqa: S101 - with an API there is one
        return Panel(self._csms, self._records, journal, self.schedule, self._judgement, self.tuning, stop=stop)

    def _follow(self, event: Event) -> None:
        """Create the twin of a station, unless a check has created it."""
        station = self._csms.stations.get(event.station)
        if station is not None and station.twin is None:
            station.twin = Twin()

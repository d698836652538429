"""What is served beside the mock: the HTTP API. Only a start with --api loads this."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from mock_csms.control.api.security import make_token
from mock_csms.control.api.serving import serving
from mock_csms.control.panel import Panel
from mock_csms.control.tuning import Tuning
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.schedule import Schedule
from mock_csms.settings.control import AUTO
from mock_csms.settings.flags import Source
from mock_csms.watch.expecting import Expectations
from mock_csms.watch.judgement import Judgement
from mock_csms.watch.records import Recorder


class Beside:
    """The API of one run."""

    def __init__(self, csms: CsmsServer, records: Recorder, judgement: Judgement, sources: Sequence[Source]) -> None:
        self._csms, self._records, self._judgement = csms, records, judgement
        judgement.expectations = Expectations(csms.bus, records.mask_difference)
        self.tuning = Tuning(csms, records, sources)
        self.schedule = Schedule(csms)
        """Runs the scripts, so that the API can stop them."""
        self.urls: list[str] = []
        """The URLs for the ready file, after the one for stations."""
        self.lines = ""
        """What is printed after the first line."""

    @asynccontextmanager
    async def open(self, stop: Callable[[], tuple[int, str]]) -> AsyncIterator[None]:
        """Serve until the block ends. `stop` judges the run and ends it; it returns exit status and report."""
        config, journal = self._csms.config, self._records.journal
        if config.api is None or journal is None:
            yield
            return
        panel = Panel(self._csms, self._records, journal, self.schedule, self._judgement, self.tuning, stop=stop)
        token = make_token(config.api_token)
        async with serving(panel, config.api, token) as server:
            self.urls.append(server.url)
            self.lines = f"API on {server.url}\n"
            if config.api_token == AUTO:
                self.lines += f"API token: {token}\n"
            yield

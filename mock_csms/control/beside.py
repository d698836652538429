"""Serves the HTTP API, the metrics and the files of a mock. Only a start with one of their flags loads this module."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING, TypeAlias

from mock_csms.control.tuning import Tuning
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.schedule import Schedule
from mock_csms.settings.control import AUTO, Address
from mock_csms.watch.expecting import Expectations
from mock_csms.watch.judgement import Judgement
from mock_csms.watch.records import Recorder

if TYPE_CHECKING:
    from mock_csms.control.api.extension import ApiExtension

Stop: TypeAlias = Callable[[], tuple[int, str]]
"""Judges the run and ends it; returns the exit status and the report."""


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
        self.extensions: list[ApiExtension] = []
        """What other rooms have added to the API and its page, before it opens."""
        if csms.config.api is not None or csms.config.metrics is not None:
            csms.follow_all()

    @asynccontextmanager
    async def open(self, stop: Stop | None = None) -> AsyncIterator[None]:
        """Serve until the block ends; `stop` is None if a Python program ends the mock."""
        config = self._csms.config
        async with AsyncExitStack() as stack:
            if config.api is not None:
                await self._open_api(stack, config.api, stop)
            if config.metrics is not None:
                await self._open_metrics(stack, config.metrics)
            if config.files is not None:
                await self._open_files(stack)
            yield

    async def _open_api(self, stack: AsyncExitStack, address: Address, stop: Stop | None) -> None:
        from mock_csms.control.api.security import make_token  # noqa: PLC0415 - each server is loaded with its flag
        from mock_csms.control.api.serving import serving  # noqa: PLC0415 - as above
        from mock_csms.control.panel import Panel  # noqa: PLC0415 - as above

        journal, wanted = self._records.journal, self._csms.config.api_token
        assert journal is not None  # noqa: S101 - with an API there is one
        panel = Panel(self._csms, self._records, journal, self.schedule, self._judgement, self.tuning, stop=stop)
        panel.extensions = self.extensions
        token = make_token(wanted)
        server = await stack.enter_async_context(serving(panel, address, token))
        self.api = server.url
        self.urls.append(server.url)
        self.lines += f"API on {server.url}\n"
        self.lines += f"API token: {token}\n" if wanted == AUTO else ""

    async def _open_metrics(self, stack: AsyncExitStack, address: Address) -> None:
        from mock_csms.control.api.serving import serving_metrics  # noqa: PLC0415 - as above

        server = await stack.enter_async_context(serving_metrics(self._csms, self._records, address))
        self.lines += f"Metrics on {server.url}/metrics\n"

    async def _open_files(self, stack: AsyncExitStack) -> None:
        from mock_csms.control.files.serving import serving_files  # noqa: PLC0415 - as above

        self.files = await stack.enter_async_context(serving_files(self._csms))
        self.urls += self.files
        self.lines += "".join(f"Files on {url}\n" for url in self.files)

"""Opens the HTTP API, and the server for metrics alone, beside a running mock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mock_csms.control.api.application import application
from mock_csms.control.api.plain import serving_text
from mock_csms.control.api.routes.page import metrics
from mock_csms.control.api.security import Guard
from mock_csms.control.api.server import ApiServer
from mock_csms.control.panel import Panel
from mock_csms.runtime.csms import CsmsServer
from mock_csms.settings.control import Address
from mock_csms.watch.records import Recorder


@asynccontextmanager
async def serving(panel: Panel, address: Address, token: str) -> AsyncIterator[ApiServer]:
    """Serve the API until the block ends; `token` is empty if none is asked for. Raises OSError for a wrong address."""
    async with ApiServer(address, lambda bound: application(panel, Guard(bound, token)), panel.close) as server:
        panel.api = server.url
        yield server


@asynccontextmanager
async def serving_metrics(csms: CsmsServer, records: Recorder, address: Address) -> AsyncIterator[ApiServer]:
    """Serve nothing but /metrics and /healthz until the block ends. Raises OSError for a wrong address."""

    async def read() -> tuple[bytes, str]:
        content = await metrics(csms, records)
        return content.data, content.media

    async with serving_text(address, read) as server:
        yield server

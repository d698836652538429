"""Opens the HTTP API beside a running mock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mock_csms.control.api.application import application
from mock_csms.control.api.security import Guard
from mock_csms.control.api.server import ApiServer
from mock_csms.control.panel import Panel
from mock_csms.settings.control import Address


@asynccontextmanager
async def serving(panel: Panel, address: Address, token: str) -> AsyncIterator[ApiServer]:
    """Serve the API until the block ends; `token` is empty if none is asked for. Raises OSError for a wrong address."""
    async with ApiServer(address, lambda bound: application(panel, Guard(bound, token)), panel.close) as server:
        panel.api = server.url
        yield server

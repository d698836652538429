"""Opens the HTTP API, and the server for metrics alone, beside a running mock."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_csms.control.api.application import application
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

    async def read_metrics(_: Request) -> Response:
        content = await metrics(csms, records)
        return Response(content.data, 200, media_type=content.media)

    async def read_health(_: Request) -> Response:
        return Response("OK\n")

    app = Starlette(routes=[Route("/metrics", read_metrics), Route("/healthz", read_health)])
    async with ApiServer(address, lambda _: app, lambda: None) as server:
        yield server

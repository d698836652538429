"""Serves only metrics and health over HTTP."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_csms.control.api.server import ApiServer
from mock_csms.settings.control import Address


@asynccontextmanager
async def serving_text(address: Address, read: Callable[[], Awaitable[tuple[bytes, str]]]) -> AsyncIterator[ApiServer]:
    """Serve /metrics and /healthz until the block ends. Raises OSError for a wrong address.

    `read` returns the metrics, and their media type.
    """

    async def read_metrics(_: Request) -> Response:
        data, media = await read()
        return Response(data, 200, media_type=media)

    async def read_health(_: Request) -> Response:
        return Response("OK\n")

    app = Starlette(routes=[Route("/metrics", read_metrics), Route("/healthz", read_health)])
    async with ApiServer(address, lambda _: app, lambda: None) as server:
        yield server

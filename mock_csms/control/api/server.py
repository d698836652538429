"""Serves the HTTP API; the only importer of uvicorn. The mock keeps its own signal handlers and logs."""

import asyncio
import logging
from contextlib import suppress
from types import TracebackType
from typing import TYPE_CHECKING, Self, TypeAlias

from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol

from mock_csms.runtime.addresses import LOOPBACKS, bind
from mock_csms.settings.control import Address

if TYPE_CHECKING:
    import socket
    import ssl
    from collections.abc import Callable

    from starlette.types import ASGIApp, Scope

    from mock_csms.control.api.accepting import FirstByteAcceptor

_MOST_CONNECTIONS = 256
_MOST_HEAD = 64 * 1024
_IDLE = 30
"""The seconds after which a connection without the complete head of a request is closed."""
_LAST = 1
"""How many seconds the end of the server waits for answers that are being sent."""


TlsBeside: TypeAlias = "tuple[ssl.SSLContext, Callable[[Exception], None]]"
"""The TLS settings of a server, and the function that gets the errors of handshakes."""
_DROP = "mock_csms.drop"


def drop(scope: "Scope") -> None:
    """End the connection of a request at once, without an answer."""
    scope["extensions"][_DROP]["abort"]()


class PatientProtocol(H11Protocol):
    """One connection. It is closed if the complete head of a request does not come in time."""

    failed: "Callable[[Exception], None] | None" = None
    """Gets the error that ended a connection with TLS."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as in uvicorn
        """Start the timer for the first request."""
        super().connection_made(transport)
        self._wait_for_request()

    def data_received(self, data: bytes) -> None:
        """Handle data, and restart the timer if the head of the request is not complete."""
        super().data_received(data)
        if self.cycle is not None:
            self.cycle.scope.setdefault("extensions", {})[_DROP] = {"abort": self.transport.abort}
        if self.cycle is None or self.cycle.response_complete:
            self._wait_for_request()

    def connection_lost(self, exc: Exception | None) -> None:
        """Report an error of TLS; a client may send one after it has seen the certificate."""
        if exc is not None and self.failed is not None:
            self.failed(exc)
        super().connection_lost(exc)

    def _wait_for_request(self) -> None:
        if self.timeout_keep_alive_task is None:
            self.timeout_keep_alive_task = self.loop.call_later(_IDLE, self.timeout_keep_alive_handler)


class ApiServer:
    """`async with ApiServer(address, make_app, close) as server` listens until the block ends.

    `make_app` gets the address with the real port. `close` is called at the end, before connections are closed, to end
    all waits. With `tls` the port serves https:// too. Raises OSError if the address cannot be used.
    """

    def __init__(
        self,
        address: Address,
        make_app: "Callable[[Address], ASGIApp]",
        close: "Callable[[], None]",
        tls: "TlsBeside | None" = None,
    ) -> None:
        self.address = address
        self._tls = tls
        self._either: FirstByteAcceptor | None = None
        self._make_app = make_app
        self._close = close

    @property
    def url(self) -> str:
        """The URL at which it listens."""
        host = LOOPBACKS.get(self.address.host, self.address.host)
        return f"http://{Address('127.0.0.1' if host == '*' else host, self.address.port)}"

    async def __aenter__(self) -> Self:
        try:
            self._sockets: list[socket.socket] = bind(*self.address)
        except OSError as error:
            error.filename = error.filename or str(self.address)
            raise
        self.address = self.address._replace(port=self._sockets[0].getsockname()[1])
        logger = logging.getLogger("uvicorn")
        logger.propagate = False
        logger.addHandler(logging.NullHandler())
        config = Config(
            self._make_app(self.address),
            http=PatientProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_keep_alive=_IDLE,
            timeout_graceful_shutdown=_LAST,
            h11_max_incomplete_event_size=_MOST_HEAD,
        )
        config.load()
        self._server = Server(config)
        self._server.lifespan = config.lifespan_class(config)
        await self._server.startup([] if self._tls else self._sockets)
        if self._tls:
            self._either = self._accept_either(config, self._tls)
        self._loop = asyncio.get_running_loop().create_task(self._server.main_loop())
        return self

    def _accept_either(self, config: Config, tls: "TlsBeside") -> "FirstByteAcceptor":
        """Accept connections in place of uvicorn, which would require TLS from all clients."""
        import ssl  # noqa: PLC0415 - only with TLS

        from mock_csms.control.api.accepting import FirstByteAcceptor  # noqa: PLC0415 - as above

        def make() -> asyncio.Protocol:
            protocol = PatientProtocol(config, self._server.server_state, self._server.lifespan.state)
            protocol.failed = lambda error: tls[1](error) if isinstance(error, ssl.SSLError) else None
            return protocol

        return FirstByteAcceptor(self._sockets, make, *tls)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        if self._either is not None:
            await self._either.close()
        self._loop.cancel()
        with suppress(asyncio.CancelledError):
            await self._loop
        await self._server.shutdown(self._sockets)

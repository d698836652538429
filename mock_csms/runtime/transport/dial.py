"""Opens connections: from a URL over DNS, TCP and TLS to an open WebSocket, or a line about the failure."""

import asyncio
import os
import re
import ssl
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import urlsplit

from websockets.client import ClientProtocol
from websockets.exceptions import InvalidURI
from websockets.extensions.permessage_deflate import enable_client_permessage_deflate
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI, parse_uri

from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.handshake import LOGGER
from mock_csms.runtime.transport.limits import Limits
from mock_csms.runtime.transport.outgoing import CannotConnect, Outgoing, Welcome
from mock_csms.runtime.transport.pool import Pool
from mock_csms.runtime.transport.trust import Trust, client_context, refusal_of

__all__ = ["CannotConnect", "Dialer", "Welcome"]

_SYSTEM = Trust()


class Dialer(Pool):
    """Opens connections to servers. The connections share the resources of a pool."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self._extensions = enable_client_permessage_deflate(None) if limits.compression else None
        self._context = lru_cache(maxsize=16)(client_context)
        """The settings of OpenSSL for each `Trust`, which take some milliseconds to make."""

    async def dial(
        self,
        url: str,
        subprotocols: Sequence[str],
        welcome: Welcome,
        *,
        authorization: str | None = None,
        trust: Trust = _SYSTEM,
        timeout_: float = 10.0,
    ) -> Transport:
        """Open a WebSocket to `url` and return its transport; `authorization` is the header of that name.

        `welcome(transport, subprotocol)` returns the receiver of the messages, and is called before the first message
        is delivered. Raises ValueError for a URL that is neither ws:// nor wss://, and CannotConnect if there is no
        connection within `timeout_` seconds. `trust` is only used for wss://.
        """
        address = _parse(url)
        connection = self._prepare(address, subprotocols, welcome, authorization)
        try:
            async with asyncio.timeout(timeout_) as deadline:
                await self._open(connection, address, trust)
        except OSError as error:
            reason = f"no answer within {timeout_:g} s" if deadline.expired() else _explain(error)
            raise CannotConnect(reason, refused=refusal_of(error)) from error
        return connection

    def _prepare(
        self, address: WebSocketURI, subprotocols: Sequence[str], welcome: Welcome, authorization: str | None
    ) -> Outgoing:
        protocol = ClientProtocol(
            address,
            extensions=self._extensions,
            subprotocols=[Subprotocol(name) for name in subprotocols] or None,
            max_size=self.limits.max_message_size,
            logger=LOGGER,
        )
        request = protocol.connect()
        if authorization is not None:
            request.headers.pop("Authorization", None)  # the Authorization for the user in the URL
            request.headers["Authorization"] = authorization
        return Outgoing(self, protocol, request, welcome)

    async def _open(self, connection: Outgoing, address: WebSocketURI, trust: Trust) -> None:
        """Connect and wait for the handshake; if that fails or is cancelled, leave no connection open."""
        tls = self._tls(trust) if address.secure else None
        try:
            await asyncio.get_running_loop().create_connection(lambda: connection, address.host, address.port, ssl=tls)
            await connection.opened
        except BaseException:
            connection.opened.cancel()  # otherwise asyncio complains that nobody has read the exception
            if connection in self.transports:
                connection.close(1001, "given up")
            raise

    def _tls(self, trust: Trust) -> ssl.SSLContext:
        """Return the settings of OpenSSL. Raises CannotConnect for a certificate that it cannot use."""
        try:
            return self._context(trust)
        except ValueError as error:
            raise CannotConnect(f"TLS is not possible with the certificates of the station: {error}") from None


def _parse(url: str) -> WebSocketURI:
    """Return the parts of a URL. Raises ValueError."""
    if re.search(r"[\s\x00-\x1f\x7f]", url):
        raise ValueError("the URL contains a space or a control character")  # the library would drop it, or send it
    try:
        address = parse_uri(url)
    except InvalidURI as error:
        raise ValueError(error.msg) from None
    if urlsplit(url).port == 0:
        raise ValueError("nothing can listen on port 0")  # the library would treat it as no port
    return address


def _explain(error: OSError) -> str:
    """Return why TCP or TLS failed. The text of asyncio contains the reason once for each address of a name."""
    number = re.search(r"\[Errno (\d+)\]", str(error))
    if number is not None:
        return os.strerror(int(number[1]))
    reason = error.strerror or str(error) or "the server closed the connection"
    return f"TLS failed: {reason}" if isinstance(error, ssl.SSLError) else reason

"""Opens the file server beside a running mock, and lets its commands point there."""

import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from types import SimpleNamespace
from typing import TypeAlias
from urllib.parse import quote, urlsplit
from warnings import catch_warnings

from mock_csms.behavior.file_offers import FileOffers
from mock_csms.control.api.server import ApiServer, TlsBeside
from mock_csms.control.files.http import FileApp
from mock_csms.control.files.shelf import Shelf
from mock_csms.control.files.transfers import Transfers
from mock_csms.runtime import clock
from mock_csms.runtime.addresses import LOOPBACKS, bind
from mock_csms.runtime.csms import CsmsServer
from mock_csms.settings.control import Address
from mock_csms.settings.files import FTP, HTTP, SFTP, FilesAddress
from mock_csms.twin.events import TlsFailed

_DEFAULT = (FilesAddress(HTTP, Address("127.0.0.1", 0)),)
_NOBODY = SimpleNamespace(certificate=b"", alert=None)
"""A TLS object that has seen neither a certificate nor an alert."""
_Served: TypeAlias = tuple[Shelf, Transfers]
_EVERYWHERE = (*LOOPBACKS, "*")
"""The hosts that stand for all addresses of the machine."""


@asynccontextmanager
async def serving_files(csms: CsmsServer) -> AsyncIterator[list[str]]:
    """Serve the files of --files until the block ends; yields the URLs, the one of commands first.

    Raises OSError for an address or a directory that cannot be used.
    """
    config = csms.config
    shelf = Shelf(config.files or "", lambda sha256: csms.pki.sign_firmware(sha256, clock.now()))
    shelf.open()
    transfers = Transfers(csms)
    async with AsyncExitStack() as stack:
        listening = []
        for scheme, address in config.files_listen or _DEFAULT:
            port = await _OPENERS[scheme](stack, csms, address, (shelf, transfers))
            listening.append(FilesAddress(scheme, address._replace(port=port)))
        first, user = listening[0], config.files_auth
        csms.offer(FileOffers(lambda url: url_for(first, url, user), shelf.firmware, shelf.describe))
        stack.callback(transfers.closing.set)
        yield [url_for(each, csms.url) for each in listening]
    csms.offer(None)


def url_for(served: FilesAddress, mock: str, user: tuple[str, str] | None = None) -> str:
    """Return the URL of the file server for a station that reaches the mock at the URL `mock`.

    A station that uses TLS gets an https:// URL. If the server listens on all addresses, the URL has the host of
    `mock`.
    """
    parts = urlsplit(mock)
    host = (parts.hostname or "127.0.0.1") if served.address.host in _EVERYWHERE else served.address.host
    scheme = "https" if served.scheme == HTTP and parts.scheme == "wss" else served.scheme
    login = f"{quote(user[0], safe='')}:{quote(user[1], safe='')}@" if user else ""
    return f"{scheme}://{login}{served.address._replace(host=host)}"


async def _open_http(stack: AsyncExitStack, csms: CsmsServer, address: Address, on: _Served) -> int:
    context, app = csms.tls_context(), FileApp(*on)
    tls: TlsBeside | None = None if context is None else (context, lambda error: _tell(csms, error))
    server = await stack.enter_async_context(ApiServer(address, lambda _: app, on[1].closing.set, tls))
    return server.address.port


async def _open_ftp(stack: AsyncExitStack, _: CsmsServer, address: Address, on: _Served) -> int:
    with catch_warnings(action="ignore", category=DeprecationWarning):  # about asyncore, which Python 3.11 still has
        from mock_csms.control.files.ftp import serving_ftp  # noqa: PLC0415 - an extra

    return await _open_at_each(stack, serving_ftp, address, on)


async def _open_sftp(stack: AsyncExitStack, _: CsmsServer, address: Address, on: _Served) -> int:
    from mock_csms.control.files.sftp import serving_sftp  # noqa: PLC0415 - an extra

    return await _open_at_each(stack, serving_sftp, address, on)


_OPENERS = {HTTP: _open_http, FTP: _open_ftp, SFTP: _open_sftp}
"""By protocol: a function that serves at an address and returns the port."""


async def _open_at_each(
    stack: AsyncExitStack,
    serve: Callable[[socket.socket, Shelf, Transfers], AbstractAsyncContextManager[None]],
    address: Address,
    on: _Served,
) -> int:
    """Serve at each socket of an address, and return their port."""
    try:
        sockets = bind(*address)
    except OSError as error:
        error.filename = error.filename or str(address)
        raise
    port: int = sockets[0].getsockname()[1]
    for bound in sockets:
        await stack.enter_async_context(serve(bound, *on))
    return port


def _tell(csms: CsmsServer, error: Exception) -> None:
    """Publish that TLS failed at the file server."""
    import ssl  # noqa: PLC0415 - only with TLS

    from mock_csms.runtime.transport.tls.handling import Failure  # noqa: PLC0415 - as above
    from mock_csms.runtime.transport.tls.reasons import BROKEN_OFF, failure_of  # noqa: PLC0415 - as above

    failure = failure_of(error, _NOBODY) if isinstance(error, ssl.SSLError) else Failure(reason=BROKEN_OFF)
    csms.publish(TlsFailed(clock.now(), "", f"file server: {failure.reason}", failure.by, failure.alert, "", ""))

"""Files over HTTP and HTTPS, with h11: GET for a download, PUT for an upload."""

import asyncio
import re
import ssl
from base64 import b64encode
from collections.abc import Mapping
from contextlib import suppress
from urllib.parse import quote

import h11

from mock_csms.station.cues import MoveProblem
from mock_csms.station.transfers.wanted import PORTS, Sums, Target, TransferFailed

_AT_ONCE = 64 * 1024
_UNQUOTED = r"[^ !#-\[\]-~]"
"""The characters that a name between quotes cannot have (RFC 9110, 5.6.4)."""
_PROBLEMS: Mapping[int, MoveProblem] = {
    400: MoveProblem.MALFORMED,
    401: MoveProblem.DENIED,
    403: MoveProblem.DENIED,
    405: MoveProblem.UNSUPPORTED,
    501: MoveProblem.UNSUPPORTED,
}
"""The meaning of a status of HTTP; all others of 300 and above mean that the transfer has failed."""


async def exchange(target: Target, sums: Sums, patience: float, authorities: str | None) -> None:
    """Download or upload a file. Raises TransferFailed, TimeoutError or OSError."""
    tls = _trust(authorities) if target.scheme == "https" else None
    async with asyncio.timeout(patience):
        reader, writer = await asyncio.open_connection(target.host, target.port, ssl=tls)
    try:
        await _Exchange(reader, writer, patience).run(target, sums)
    except h11.ProtocolError as error:
        problem = MoveProblem.FAILED if sums.size else MoveProblem.MALFORMED
        raise TransferFailed(problem, f"this is no HTTP: {error}") from None
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


def _trust(authorities: str | None) -> ssl.SSLContext:
    """Return the TLS settings. Raises OSError."""
    return ssl.create_default_context(cafile=authorities)


class _Exchange:
    """One request and its answer."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, patience: float) -> None:
        self._reader, self._writer, self._patience = reader, writer, patience
        self._http = h11.Connection(h11.CLIENT)
        self._has_answered = False

    async def run(self, target: Target, sums: Sums) -> None:
        """Send the request, and read the answer."""
        sending = asyncio.ensure_future(self._send(target))
        try:
            await self._read(sums)
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError, OSError):
                await sending

    async def _send(self, target: Target) -> None:
        await self._write(h11.Request(method=_method(target), target=_path(target), headers=_headers(target)))
        content = target.content or b""
        for at in range(0, len(content), _AT_ONCE):
            await self._write(h11.Data(data=content[at : at + _AT_ONCE]))
        await self._write(h11.EndOfMessage())

    async def _write(self, event: h11.Event) -> None:
        self._writer.write(self._http.send(event) or b"")
        async with asyncio.timeout(self._patience):
            await self._writer.drain()

    async def _read(self, sums: Sums) -> None:
        """Read the body of a good answer; an answer that refuses may come before everything is sent."""
        while True:
            event = await self._next()
            if isinstance(event, h11.Response) and event.status_code >= 300:
                problem = _PROBLEMS.get(event.status_code, MoveProblem.FAILED)
                raise TransferFailed(problem, f"the server answers {event.status_code}")
            if isinstance(event, h11.Data):
                sums.add(bytes(event.data))
            if isinstance(event, h11.EndOfMessage):
                return
            if isinstance(event, h11.ConnectionClosed):
                raise TransferFailed(MoveProblem.FAILED, "the server closed the connection")

    async def _next(self) -> h11.Event:
        while True:
            event = self._http.next_event()
            if isinstance(event, h11.Event):
                return event
            async with asyncio.timeout(self._patience):
                data = await self._reader.read(_AT_ONCE)
            if not data and not self._has_answered:
                raise TransferFailed(MoveProblem.FAILED, "the server closed the connection")
            self._has_answered = True
            self._http.receive_data(data)


def _method(target: Target) -> str:
    return "GET" if target.content is None else "PUT"


def _path(target: Target) -> str:
    path = quote(target.path, safe="/%:@!$&'()*+,;=~-._")
    return f"{path}?{quote(target.query, safe='%/?:@!$&()*+,;=~-._')}" if target.query else path


def _headers(target: Target) -> list[tuple[str, str]]:
    host = f"[{target.host}]" if ":" in target.host else target.host
    port = "" if target.port == PORTS[target.scheme] else f":{target.port}"
    headers = [("Host", f"{host}{port}"), ("User-Agent", "mock-station"), ("Connection", "close")]
    if target.user:
        login = b64encode(f"{target.user}:{target.password}".encode()).decode()
        headers.append(("Authorization", f"Basic {login}"))
    if target.content is not None:
        headers += [
            ("Content-Length", str(len(target.content))),
            ("Content-Type", "application/octet-stream"),
            ("Content-Disposition", f'attachment; filename="{re.sub(_UNQUOTED, "_", target.name)}"'),
        ]
    return headers

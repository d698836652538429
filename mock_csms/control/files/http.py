"""Files over HTTP and HTTPS: GET with ranges, PUT, and POST of a file or of a form (N01.FR.14 to N01.FR.22)."""

import asyncio
import base64
import binascii
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from mock_csms.behavior.file_faults import AUTH, HANG, MISSING, TRUNCATED
from mock_csms.control.api.server import drop
from mock_csms.control.files.forms import name_in, unpack
from mock_csms.control.files.shelf import FullError, Shelf, Upload
from mock_csms.control.files.transfers import PIECES, FileWish, Transfer, Transfers
from mock_csms.twin.events import COMPLETE

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

_METHODS = ("GET", "HEAD", "PUT", "POST")
_PATIENCE = 60.0
"""After how many seconds without a byte an upload is given up."""
_DROPPED = "the mock ended the connection"
_LEFT = "the client ended the connection"


class FileApp:
    """The ASGI application."""

    def __init__(self, shelf: Shelf, transfers: Transfers) -> None:
        self._shelf, self._transfers = shelf, transfers

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        """Answer one request."""
        request = Request(scope, receive)
        if request.method not in _METHODS:
            await Response(status_code=405, headers={"Allow": ", ".join(_METHODS)})(scope, receive, send)
            return
        transfer = self._transfers.begin(_wish(request))
        try:
            await self._answer(request, transfer, send)
        finally:
            transfer.end(_LEFT)

    async def _answer(self, request: Request, transfer: Transfer, send: "Send") -> None:
        if transfer.kind == HANG:
            await self._hang(request, transfer)
            return
        refusal = self._refusal(request, transfer)
        if refusal is not None:
            transfer.end(f"refused with {refusal.status_code}")
            await refusal(request.scope, request.receive, send)
        elif transfer.wish.is_upload:
            await self._take(request, transfer, send)
        else:
            await self._give(request, transfer, send)

    def _refusal(self, request: Request, transfer: Transfer) -> Response | None:
        """Return the answer that refuses a request; None if the request is allowed."""
        if transfer.kind == AUTH or not self._transfers.is_user(*_credentials(request)):
            realm = {"WWW-Authenticate": 'Basic realm="mock-csms files", charset="UTF-8"'}
            return PlainTextResponse("the user or the password is wrong\n", 401, realm)
        is_there = transfer.wish.is_upload or self._shelf.find(transfer.wish.path) is not None
        if transfer.kind == MISSING or not is_there:
            return PlainTextResponse("there is no such file\n", 404)
        return None

    async def _hang(self, request: Request, transfer: Transfer) -> None:
        """Answer nothing until the client or the mock gives up."""
        gone = asyncio.ensure_future(_disconnected(request))
        closing = asyncio.ensure_future(self._transfers.closing.wait())
        await asyncio.wait((gone, closing), return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        closing.cancel()
        transfer.end("there was no answer")
        drop(request.scope)

    # Downloads.

    async def _give(self, request: Request, transfer: Transfer, send: "Send") -> None:
        found = self._shelf.find(transfer.wish.path)
        assert found is not None  # noqa: S101 - otherwise it was refused
        sending = _Sending(transfer, send)
        await FileResponse(found, media_type="application/octet-stream")(request.scope, request.receive, sending)
        if transfer.kind == TRUNCATED and not sending.is_whole:
            transfer.end(_DROPPED)
        elif sending.is_whole:
            transfer.end(COMPLETE if sending.status < 300 else f"refused with {sending.status}")

    # Uploads.

    async def _take(self, request: Request, transfer: Transfer, send: "Send") -> None:
        try:
            incoming = self._shelf.receive(transfer.wish.path, _name_given(request))
        except OSError as error:
            await self._fail(request, transfer, error, send)
            return
        try:
            await self._read(request, transfer, incoming)
            kept = _kept(request, incoming)
        except OSError as error:
            await self._fail(request, transfer, error, send)
        except (ClientDisconnect, TimeoutError, _DroppedError) as error:
            transfer.end({_DroppedError: _DROPPED, TimeoutError: "no more bytes came"}.get(type(error), _LEFT))
            drop(request.scope)
        else:
            transfer.end(kept=kept)
            await PlainTextResponse(f"kept as {kept}\n", 201)(request.scope, request.receive, send)
        finally:
            incoming.drop()

    async def _read(self, request: Request, transfer: Transfer, incoming: Upload) -> None:
        await asyncio.sleep(transfer.pause * PIECES)
        half = int(request.headers.get("content-length", "0") or 0) // 2
        stream = request.stream()
        while True:
            async with asyncio.timeout(_PATIENCE):
                data = await anext(stream, None)
            if data is None:
                return
            transfer.count(data)
            if transfer.kind == TRUNCATED and transfer.size >= half:
                raise _DroppedError
            incoming.write(data)

    async def _fail(self, request: Request, transfer: Transfer, error: OSError, send: "Send") -> None:
        """Answer that the upload cannot be stored."""
        status = 413 if isinstance(error, FullError) else 507
        transfer.end(f"refused with {status}: {error.strerror or error}")
        answer = PlainTextResponse(f"{error.strerror or error}\n", status, {"Connection": "close"})
        await answer(request.scope, request.receive, send)


class _DroppedError(Exception):
    """The mock ends an upload early, because of a fault."""


class _Sending:
    """Sends an answer with the fault of its transfer, and counts its bytes."""

    def __init__(self, transfer: Transfer, send: "Send") -> None:
        self._transfer, self._send = transfer, send
        self.status = 0
        self._length = 0
        self.is_whole = False
        """Whether the whole file was sent."""

    async def __call__(self, message: "Message") -> None:
        """Send a part of the answer."""
        if message["type"] == "http.response.start":
            headers = {name.lower(): value for name, value in message["headers"]}
            self.status, self._length = message["status"], int(headers.get(b"content-length", 0))
            await self._send(message)
            return
        body, is_last = message.get("body", b""), not message.get("more_body", False)
        if self.status >= 300 or not body:
            self.is_whole = is_last
            await self._send(message)
        else:
            await self._send_body(body, is_last=is_last)

    async def _send_body(self, body: bytes, *, is_last: bool) -> None:
        """Send bytes of a file; depending on the fault only the first half, slowly, or wrong bytes."""
        transfer = self._transfer
        if transfer.kind == TRUNCATED:
            body = body[: max(0, self._length // 2 - transfer.size)]
        pieces = [body]
        if transfer.pause:
            step = max(1, self._length // PIECES)
            pieces = [body[at : at + step] for at in range(0, len(body), step)]
        for number, piece in enumerate(pieces, start=1):
            transfer.count(piece)
            more = not is_last or number < len(pieces) or transfer.kind == TRUNCATED
            self.is_whole = not more  # from here on a client that has the whole file may leave
            await self._send({"type": "http.response.body", "body": transfer.spoiled(piece), "more_body": more})
            await asyncio.sleep(transfer.pause)


def _name_given(request: Request) -> str:
    """Return the name of an upload in its headers; empty if there is none, or if the URL of a PUT has one."""
    is_in_url = request.method == "PUT" and not request.url.path.endswith("/")
    return "" if is_in_url else name_in(request.headers.get("content-disposition", ""))


def _kept(request: Request, incoming: Upload) -> str:
    """Store a whole upload and return its path; of a form, store the first file."""
    name = unpack(request.headers.get("content-type", ""), incoming)
    return incoming.keep(name)


def _wish(request: Request) -> FileWish:
    scope: Any = request.scope
    client = request.client.host if request.client else ""
    return FileWish(scope["scheme"], request.method, scope["path"], client, request.headers.get("range", ""))


def _credentials(request: Request) -> tuple[str, str]:
    """Return the user and the password of a request; two empty texts if there are none, or if they are unreadable."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    with suppress(binascii.Error, ValueError):
        if scheme.lower() == "basic":
            name, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
            return name, password
    return "", ""


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass

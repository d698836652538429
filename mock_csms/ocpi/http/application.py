"""The application of an OCPI server: reads requests, lets handlers answer them, and sends the envelopes."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from inspect import isgenerator
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_csms.control.api.security import headers_of
from mock_csms.control.api.server import drop
from mock_csms.ocpi.delivery import Delivery
from mock_csms.ocpi.envelope import CLIENT_ERROR, SERVER_ERROR, Declined, OcpiAnswer
from mock_csms.ocpi.exchange import Observe, OcpiExchange
from mock_csms.ocpi.http.performing import Performer
from mock_csms.ocpi.http.receiving import HttpRequest, base_of, is_early, returned_headers, shown_by, understood
from mock_csms.ocpi.modules import ModuleRow, Modules
from mock_csms.ocpi.parties import OcpiPeer
from mock_csms.ocpi.tokens_header import TokenShown, token_form
from mock_csms.ocpi.world import OcpiWorld
from mock_csms.protocol.records import Record, replace

_MOST_BODY = 1024 * 1024
"""The greatest length of a body in bytes."""
_PAUSE, _MOST_PAUSES = 0.02, 500
"""How many seconds a request waits for the end of its registration, and how often."""
_PATIENCE = 30
"""How many seconds a client may take to send a body."""


class Visit(Record):
    """When a request came, and who is behind its token."""

    at: float
    shown: TokenShown | None
    peer: OcpiPeer | None


class OcpiHooks(Record, kw_only=True):
    """What one role adds to the server."""

    observe: Observe = lambda _: None
    """Gets every exchange, of both directions."""
    deliver: Callable[[ModuleRow | None, HttpRequest, Delivery], Delivery] = lambda _, __, delivery: delivery
    """Changes an answer before it is sent."""
    perform: Mapping[type, Callable[[Any], Awaitable[Any]]] = {}
    """Performs further kinds of steps."""
    wrap: Callable[["OcpiSide", ASGIApp], ASGIApp] = lambda _, app: app
    """Returns an application around that of the modules, for other paths."""


class OcpiSide(Record):
    """One side of OCPI that is served."""

    world: OcpiWorld
    rows: Modules
    performer: Performer
    hooks: OcpiHooks


def ocpi_application(side: OcpiSide) -> ASGIApp:
    """Return the application that serves all modules."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        at, begun = side.world.now(), asyncio.get_running_loop().time()
        try:
            incoming, problem = await _incoming(Request(scope, receive))
        except ClientDisconnect:
            return
        shown = shown_by(side.world, incoming)  # a registration changes who is behind a token
        visit = Visit(at, shown, side.world.parties.behind(shown.token) if shown else None)
        row, answer = (None, problem) if problem else await _answer(side, incoming)
        headers = {"content-type": "application/json", **returned_headers(row, incoming.headers), **answer.headers}
        content = b"" if incoming.method == "HEAD" else answer.content(side.world.now())
        url = base_of(side.world, incoming) + incoming.path
        first = Delivery(status=answer.status, headers=headers, content=content, url=url)
        delivery = side.hooks.deliver(row, incoming, first)
        if delivery.delay:
            await asyncio.sleep(delivery.delay)
        if delivery.is_dropped:
            drop(scope)
        else:
            await Response(delivery.content, delivery.status, dict(delivery.headers))(scope, receive, send)
        exchange = _exchange(side, row, incoming, delivery, visit)
        seconds = asyncio.get_running_loop().time() - begun
        side.hooks.observe(replace(exchange, seconds=seconds, about=answer.about))
        if answer.then is not None:
            side.performer.begin(answer.then())

    return serve


async def _incoming(request: Request) -> tuple[HttpRequest, OcpiAnswer | None]:
    """Return a request, and the answer if its body is too long, or does not come in time."""
    parts, size, problem = [], 0, None
    try:
        async with asyncio.timeout(_PATIENCE):
            async for part in request.stream():
                size += len(part)
                if size > _MOST_BODY:
                    problem = OcpiAnswer(status=413, code=CLIENT_ERROR, message=f"the body has over {_MOST_BODY} bytes")
                    break
                parts.append(part)
    except TimeoutError:
        problem = OcpiAnswer(status=408, code=CLIENT_ERROR, message=f"the body did not come within {_PATIENCE} s")
    scope = request.scope
    incoming = HttpRequest(
        method=scope["method"],
        path=scope["raw_path"].decode("latin-1"),
        query=scope["query_string"].decode("latin-1"),
        headers=headers_of(scope),
        body=b"" if problem else b"".join(parts),
    )
    return incoming, problem


async def _answer(side: OcpiSide, incoming: HttpRequest) -> tuple[ModuleRow | None, OcpiAnswer]:
    """Return the row for a request, if there is one, and its answer."""
    row: ModuleRow | None = None
    for _ in range(_MOST_PAUSES):
        if is_early(side.world, side.rows, incoming):
            await asyncio.sleep(_PAUSE)
    try:
        row, request = understood(side.world, side.rows, incoming)
        found = row.handle(request, side.world)
        return row, await side.performer.run(found) if isgenerator(found) else found  # type: ignore[return-value] # else an answer
    except Declined as declined:
        return row, declined.answer
    except Exception as error:
        side.world.failed(f"internal error: {incoming.method} {incoming.path[:200]}: {error!r}")
        return row, OcpiAnswer(status=500, code=SERVER_ERROR, message="internal error: the log of the mock says more")


def _exchange(
    side: OcpiSide, row: ModuleRow | None, incoming: HttpRequest, delivery: Delivery, visit: Visit
) -> OcpiExchange:
    """Return the event about a request and its answer."""
    shown, peer = visit.shown, visit.peer
    return OcpiExchange(
        at=visit.at,
        is_ours=False,
        peer=peer.name if peer else "",
        module=row.module if row else "",
        method=incoming.method,
        url=base_of(side.world, incoming) + incoming.target,
        headers={name: value for name, value in incoming.headers.items() if name != "authorization"},
        body=incoming.body,
        is_raw=bool(shown and shown.is_raw),
        authorization=token_form(incoming.headers.get("authorization", ""), shown),
        is_for_registration=shown is not None and peer is None,
        status=0 if delivery.is_dropped else delivery.status,
        answer_headers=delivery.headers,
        answer=delivery.content,
        problem="the connection was dropped" if delivery.is_dropped else "",
        seconds=0.0,
    )

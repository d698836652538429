"""The router, made from the table of endpoints: it parses requests, calls their functions, and writes answers."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from inspect import isawaitable
from typing import Any
from urllib.parse import unquote

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mock_csms.control.api.operation import Operation
from mock_csms.control.api.request import PROBLEM, ApiRequest, Content, Trouble, parse_fields, parse_json
from mock_csms.control.api.routes import FUNCTIONS
from mock_csms.control.api.security import HEADERS, Guard, check_body, headers_of
from mock_csms.control.api.table import ENDPOINTS
from mock_csms.control.panel import Panel
from mock_csms.protocol.records import json_text
from mock_csms.runtime import clock
from mock_csms.twin.events import Failed

_MOST_BODY = 1024 * 1024
"""The greatest length of a body in bytes."""
_PATIENCE = 30
"""How many seconds a client may take to send a body."""
_HEALTH = "/healthz"


def application(panel: Panel, guard: Guard) -> ASGIApp:
    """Return the application that serves all endpoints."""
    functions = dict(FUNCTIONS)
    for added in panel.extensions:
        functions |= added.functions
    rows = (*ENDPOINTS, *(row for added in panel.extensions for row in added.rows))
    routes = [Route(row.path, _endpoint(panel, row, functions[row.name], guard), methods=[row.method]) for row in rows]
    app = Starlette(routes=routes, exception_handlers={HTTPException: _no_route})
    app.router.redirect_slashes = False
    app.state.guard = guard
    return _guarded(app, guard)


def _guarded(app: ASGIApp, guard: Guard) -> ASGIApp:
    """Return an application that refuses requests which a foreign web page may have caused; it checks them first.

    Paths stay percent-encoded until a route is found, so that an identity may contain a slash.
    """

    async def guarded(scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                own = {name.lower() for name, _ in message["headers"]}
                fixed = [(name.lower().encode(), value.encode()) for name, value in HEADERS.items()]
                message["headers"] = [*message["headers"], *(pair for pair in fixed if pair[0] not in own)]
            await send(message)

        scope = dict(scope, path=scope["raw_path"].decode("latin-1"))
        try:
            if scope["path"] != _HEALTH:
                guard.check_request(scope["method"], headers_of(scope))
        except Trouble as trouble:
            await _told(trouble)(scope, receive, send_with_headers)
            return
        await app(scope, receive, send_with_headers)

    return guarded


def _endpoint(
    panel: Panel, row: Operation, function: Callable[[ApiRequest[Any, Any]], Any], guard: Guard
) -> Callable[[Request], Awaitable[Response]]:
    """Return what answers the requests of a row, with the function of that row."""

    async def answer(request: Request) -> Response:
        try:
            headers = headers_of(request.scope)
            if not row.is_open:
                guard.check_token(headers)
            found = function(await _asked(panel, row, request, headers))
            found = await _while_wanted(request, found, panel) if isawaitable(found) else found
            return _response(row, found)
        except Trouble as trouble:
            return _told(trouble)
        except ValueError as error:
            return _told(Trouble(422, panel.records.mask(" ".join(str(error).split()))))
        except ClientDisconnect:
            return Response(status_code=400)
        except Exception as error:
            if type(error) is LookupError:
                return _told(Trouble(404, panel.records.mask(str(error))))
            panel.csms.publish(Failed(clock.now(), "", f"internal error: {row.name}: {error!r}"))
            return _told(Trouble(500, "internal error: the log of the mock says more"))

    return answer


async def _asked(panel: Panel, row: Operation, request: Request, headers: Mapping[str, str]) -> ApiRequest[Any, Any]:
    """Return a parsed request, as its row describes it. Raises Trouble or ValueError for a wrong one."""
    place = {name: unquote(request.path_params[name], errors="strict") for name in row.places}
    query = _query(row, request)
    data = await _data(request)
    body: Any = None
    if data:
        check_body(headers)
    if row.body is not None:
        if not data and row.is_body_needed:
            raise Trouble(422, "the request needs a JSON body")
        given = parse_json(data) if data else {}
        if not isinstance(given, dict):
            raise Trouble(422, "the body must be a JSON object")
        body = given if not row.body.__struct_fields__ else parse_fields(row.body, given, "the body")
    elif data and parse_json(data) != {}:
        raise Trouble(422, "this request takes no body")
    return ApiRequest(panel, place, query, body, request)


def _query(row: Operation, request: Request) -> Any:
    given: dict[str, str] = {}
    for name, value in request.query_params.multi_items():
        if name in given:
            raise ValueError(f"query: {name!r} is given twice")
        given[name] = value
    if row.query is None:
        if given:
            raise ValueError(f"query: unknown field {next(iter(given))!r}; this request takes none")
        return None
    return parse_fields(row.query, given, "query")


async def _data(request: Request) -> bytes:
    """Return the body of a request. Raises Trouble if it is too long."""
    parts, size = [], 0
    try:
        async with asyncio.timeout(_PATIENCE):
            async for part in request.stream():
                size += len(part)
                if size > _MOST_BODY:
                    raise Trouble(413, f"the body is longer than {_MOST_BODY} bytes")
                parts.append(part)
    except TimeoutError:
        raise Trouble(408, f"the body did not come within {_PATIENCE} s") from None
    return b"".join(parts)


async def _while_wanted(request: Request, work: Awaitable[Any], panel: Panel) -> Any:
    """Await `work` and return its result; cancel it when the client disconnects or the mock stops."""
    task = asyncio.ensure_future(work)
    left = asyncio.ensure_future(request.receive())
    closing = asyncio.ensure_future(panel.closing.wait())
    try:
        await asyncio.wait([task, left, closing], return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            return task.result()
        if left.done():
            raise ClientDisconnect
        raise Trouble(503, "the mock stops")
    finally:
        for each in (task, left, closing):
            each.cancel()


def _response(row: Operation, found: Any) -> Response:
    """Return the response for the result of an endpoint's function."""
    if isinstance(found, Response):
        return found
    if found is None:
        return Response(status_code=row.status)
    if not isinstance(found, Content):
        found = Content(json_text(found))
    return Response(found.data, found.status or row.status, dict(found.headers), found.media)


def _told(trouble: Trouble) -> Response:
    """Return the response for a problem."""
    return Response(trouble.content, trouble.status, dict(trouble.headers), PROBLEM)


def _no_route(request: Request, error: Exception) -> Response:
    """Answer a request for which the table has no row."""
    assert isinstance(error, HTTPException)  # noqa: S101 - it is registered for nothing else
    what = f"{request.method} {request.url.path}"
    detail = f"there is no {what}; /openapi.json lists all endpoints"
    return _told(Trouble(error.status_code, detail, headers=error.headers))

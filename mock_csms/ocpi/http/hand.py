"""The endpoints for `mock-csms ocpi`, which only this machine reaches and which need no token; and pages for people."""

import ipaddress
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from mock_csms.control.api.request import Trouble, parse_fields
from mock_csms.control.api.security import Guard, check_body, headers_of
from mock_csms.ocpi.emsp.hand import HAND_ROWS, PREFIX, HandRow
from mock_csms.ocpi.emsp.hand_acts import UnknownPlace
from mock_csms.ocpi.emsp.sending import ACCEPTED, CannotSend, watch_result
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.http.application import OcpiSide
from mock_csms.ocpi.http.performing import Performer
from mock_csms.ocpi.modules import path_of
from mock_csms.ocpi.registration import RegistrationFailed
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.settings.control import Address

_HEALTH = ("/health", "/healthz")
_PAGES = ("/", "/docs", "/ocpi/emsp/2.2.1/docs")
_ALIASES = {b"/ocpi/emsp/2.2.1/credentials": b"/ocpi/2.2.1/credentials"}
"""Paths that tutorials document, each with that of the same thing here."""


def around(world: EmspWorld, side: OcpiSide, app: ASGIApp) -> ASGIApp:
    """Return an application that serves these paths, and lets `app` serve all others."""
    guard = Guard(Address("127.0.0.1", 0), "")

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["raw_path"].decode("latin-1")
        if path in _HEALTH:
            await JSONResponse({"status": "ok"})(scope, receive, send)
        elif path in _PAGES:
            await HTMLResponse(_page(side))(scope, receive, send)
        elif path.startswith(f"{PREFIX}/"):
            try:
                response = await _asked(Hand(world, side.performer, guard), Request(scope, receive), path)
            except ClientDisconnect:
                return
            await response(scope, receive, send)
        else:
            raw = scope["raw_path"].rstrip(b"/")
            await app({**scope, "raw_path": _ALIASES.get(raw, scope["raw_path"])}, receive, send)

    return serve


class Hand(Record):
    """What the endpoints need."""

    world: EmspWorld
    performer: Performer
    guard: Guard


async def _asked(hand: Hand, request: Request, path: str) -> Response:
    """Do what a person asks for."""
    name = path.removeprefix(f"{PREFIX}/")
    try:
        _check(hand.guard, request)
        if name not in HAND_ROWS:
            raise Trouble(404, f"there is no {name[:40]!r}{did_you_mean(name[:40], HAND_ROWS)}")
        if request.method != "POST":
            raise Trouble(405, "only POST is possible here")
        row = HAND_ROWS[name]
        result = await hand.performer.run(row.act(hand.world, _fields(row, await request.body())))
        if result.get("response") == ACCEPTED:
            hand.performer.begin(watch_result(hand.world, result["id"]))
        return JSONResponse(result)
    except Trouble as trouble:
        return _told(trouble.status, str(trouble))
    except (UnknownPlace, LookupError) as error:
        return _told(404, str(error))
    except CannotSend as error:
        return _told(409, str(error))
    except RegistrationFailed as failed:
        return _told(502, f"{failed.code}: {failed}")
    except ValueError as error:
        return _told(422, " ".join(str(error).split()))
    except Exception as error:
        hand.world.failed(f"internal error: {name}: {error!r}")
        return _told(500, "internal error: the log of the eMSP says more")


def _check(guard: Guard, request: Request) -> None:
    """Raise Trouble for a request from another machine, or one that a foreign web page may have caused."""
    headers = headers_of(request.scope)
    client = request.client.host if request.client else ""
    if not _is_here(client):
        raise Trouble(403, "only this machine may use these endpoints")
    guard.check_request(request.method, headers)
    if request.method == "POST":
        check_body(headers)


def _is_here(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return (mapped or address).is_loopback


def _fields(row: HandRow, data: bytes) -> Any:
    try:
        given = orjson.loads(data or b"{}")
    except orjson.JSONDecodeError as error:
        raise Trouble(400, f"the body is not JSON: {error}") from None
    if not isinstance(given, dict):
        raise Trouble(422, "the body must be a JSON object")
    return parse_fields(row.fields, given, row.name)


def _told(status: int, detail: str) -> Response:
    return JSONResponse({"detail": detail}, status)


def _page(side: OcpiSide) -> str:
    """Return a page that lists all paths."""
    rows = "".join(
        f"<tr><td>{row.method}<td>{path_of(row, side.world.prefix)}<td>{row.help}"
        f"<td>{'an extension of this mock' if row.is_extension else ''}"
        for row in side.rows
    )
    head = (
        f"<!doctype html><meta charset=utf-8><title>mock eMSP</title><h1>Mock eMSP {side.world.parties.us.party}</h1>"
    )
    return f"{head}<p>OCPI 2.2.1. The versions are at <code>/ocpi/versions</code>.<table>{rows}</table>"

"""The endpoints for the page and its files, health, metrics and the OpenAPI document."""

import asyncio
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from mock_csms.control.api.contract.page import PageQuery
from mock_csms.control.api.openapi import document
from mock_csms.control.api.operation import Operations
from mock_csms.control.api.request import ApiRequest, Content, Trouble
from mock_csms.control.api.security import Guard, headers_of
from mock_csms.protocol.records import json_text
from mock_csms.runtime.csms import CsmsServer
from mock_csms.watch.records import Recorder

_PAGE, _SHARED = Path(__file__).parents[2] / "page", Path(__file__).parents[3] / "watch"
"""The folders of the page's files, and of the files that it shares with the sequence diagram."""
_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
}
_INDEX, _LOGIN = "index.html", "login.html"


def read_page(asked: ApiRequest[PageQuery, None]) -> Content:
    """Return the page. With a token in the query, set a cookie first."""
    guard: Guard = asked.request.app.state.guard
    if asked.query.token is not None:
        if not guard.token or guard.is_token(asked.query.token):
            return Content(b"", "text/plain", 303, {"Location": "./", "Set-Cookie": guard.login()})
        return _file(_LOGIN, 401)
    if not guard.is_known(headers_of(asked.request.scope)):
        return _file(_LOGIN, 401)
    return _file(_INDEX)


def read_page_file(asked: ApiRequest[None, None]) -> Content:
    """Return a file of the page."""
    added = {name: path for each in asked.panel.extensions for name, path in each.files.items()}
    return _file(asked.place["file"], more=added)


def _file(name: str, status: int = 200, more: Mapping[str, Path] = {}) -> Content:
    files = [*_PAGE.iterdir(), _SHARED / "look.css", _SHARED / "telling.js"]
    known = {path.name: path for path in files if path.suffix in _TYPES} | dict(more)
    if name not in known:
        raise Trouble(404, f"there is no file {name!r} of the page")
    return Content(known[name].read_bytes(), _TYPES[known[name].suffix], status)


def read_health(_: ApiRequest[None, None]) -> Content:
    """Return status 200, because the mock listens."""
    return Content(b"OK\n", "text/plain; charset=utf-8")


async def read_metrics(asked: ApiRequest[None, None]) -> Content:
    """Return the metrics of the run."""
    return await metrics(asked.panel.csms, asked.panel.records)


async def metrics(csms: CsmsServer, records: Recorder) -> Content:
    """Return the current metrics of a run."""
    exposition = await asyncio.to_thread(_load)  # the first call loads the library
    records.flush()
    data = await asyncio.to_thread(exposition.written, exposition.RunCollector(csms, records))
    return Content(data, exposition.MEDIA)


def _load() -> Any:
    from mock_csms.watch import exposition  # noqa: PLC0415 - no start waits for it

    return exposition


async def read_openapi(asked: ApiRequest[None, None]) -> Content:
    """Return the OpenAPI document."""
    more = tuple(row for each in asked.panel.extensions for row in each.rows)
    return Content(await asyncio.to_thread(_extended, more) if more else await asyncio.to_thread(_openapi))


@cache
def _openapi() -> bytes:
    return json_text(document())


def _extended(more: Operations) -> bytes:
    return json_text(document(more))

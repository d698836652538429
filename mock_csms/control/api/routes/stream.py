"""The live stream of events (Server-Sent Events). Each reader has its own cursor in the journal."""

import asyncio
from collections.abc import AsyncIterator, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from mock_csms.control.api.request import Trouble
from mock_csms.control.panel import Panel
from mock_csms.twin.events import ALL, Event
from mock_csms.watch.journal import Logged
from mock_csms.watch.search import Criteria

_MOST_STREAMS = 64
_SILENT = 15.0
"""The seconds without an event after which a comment is sent, so that proxies do not close the stream."""
_PAUSE = 0.05
"""How many seconds a stream collects events before it sends them."""
_SLICE = 500
"""How many events are examined before other tasks may run."""
_NAMES: Mapping[type[Event], bytes] = {kind: kind.__name__.encode() for kind in ALL}
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def stream(request: Request, panel: Panel, what: Criteria, after: int) -> Response:
    """Return a stream of the matching events.

    It starts after the event in Last-Event-ID, or else after `after`; without both it starts now. Raises Trouble if too
    many streams are open, or the id is not a number.
    """
    last = request.headers.get("last-event-id", "")
    if last and not (last.isascii() and last.isdigit() and len(last) < 16):
        raise Trouble(422, f"Last-Event-ID {last[:50]!r} is not the number of an event")
    if len(panel.streams) >= _MOST_STREAMS:
        raise Trouble(503, f"{_MOST_STREAMS} streams are open already")
    if request.method == "HEAD":
        return Response(headers=_HEADERS, media_type="text/event-stream")
    begin = int(last) if last else after if "after" in request.query_params else panel.journal.cursor
    return StreamingResponse(_pieces(panel, what, begin), headers=_HEADERS, media_type="text/event-stream")


async def _pieces(panel: Panel, what: Criteria, cursor: int) -> AsyncIterator[bytes]:
    """Yield the parts of the stream until the mock stops or the client disconnects."""
    mark, journal, is_all = object(), panel.journal, what.is_all
    panel.streams.add(mark)
    try:
        yield b"retry: 1000\n\n"
        while not journal.is_closed:
            if not await journal.news(cursor, _SILENT):
                yield b": keep-alive\n\n"
                continue
            if lost := journal.lost(cursor):
                cursor += lost
                journal.missed += lost
                yield b'event: gap\ndata: {"lost":%d,"cursor":%d}\n\n' % (lost, cursor)
            end = min(cursor + _SLICE, journal.last)
            found = journal.between(cursor, end + 1)
            piece = b"".join([_piece(each) for each in (found if is_all else filter(what.suits, found))])
            is_behind, cursor = end < journal.last, end
            if piece:
                yield piece
            await asyncio.sleep(0 if is_behind else _PAUSE)
    finally:
        panel.streams.discard(mark)


def _piece(logged: Logged) -> bytes:
    seq = logged.seq
    return b'id: %d\nevent: %b\ndata: {"seq":%d,%b\n' % (seq, _NAMES[logged.kind], seq, logged.line[1:])

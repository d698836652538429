"""The live stream of events (Server-Sent Events). Each reader has its own cursor in the journal."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from mock_csms.control.api.request import Trouble
from mock_csms.control.panel import Panel
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.twin.every_event import ALL
from mock_csms.watch.blocks import Entry
from mock_csms.watch.eventlog import CALL_FORM, RESULT_FORM, exchange_values
from mock_csms.watch.journal import Journal
from mock_csms.watch.jsonlines import without_tags
from mock_csms.watch.search import Criteria

_MOST_STREAMS = 64
_SILENT = 15.0
"""The seconds without an event after which a comment is sent, so that proxies do not close the stream."""
_PAUSE = 0.05
"""How many seconds a stream waits for more events before it sends."""
_SLICE = 250
"""How many events are looked at before the loop may do something else."""
_NAMES: Mapping[type[Event], bytes] = {kind: kind.__name__.encode() for kind in ALL}
_PIECE = b'id: %d\nevent: %b\ndata: {"seq":%d,%b\n'
_EXCHANGE = b"".join(
    b'id: %%d\nevent: %b\ndata: {"seq":%%d,%b\n' % (_NAMES[kind], form)
    for kind, form in ((Received, CALL_FORM), (Sent, RESULT_FORM))
)
"""The forms of an event, and of a call and its result."""
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
    """Yield the stream in pieces until the mock stops or the client leaves."""
    mark, journal = object(), panel.journal
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
            piece, end = _next(journal, what, cursor)
            is_behind, cursor = end < journal.last, end
            if piece:
                yield piece
            await asyncio.sleep(0 if is_behind else _PAUSE)
    finally:
        panel.streams.discard(mark)


def _next(journal: Journal, what: Criteria, cursor: int) -> tuple[bytes, int]:
    """Return some of the stream after a number, and the number of the last event that was looked at."""
    pieces, begun = list[bytes](), cursor
    while what.is_all and cursor - begun < _SLICE and (block := journal.write_block(cursor, _whole)):
        pieces.append(block[0])
        cursor = block[1]
    if pieces:
        return b"".join(pieces), cursor
    end = min(cursor + _SLICE, journal.last, journal.end_of_block(cursor))
    found = filter(what.suits, journal.between(cursor, end + 1))
    return b"".join([_piece(each.seq, each.kind, each.line) for each in found]), end


def _whole(first: int, entries: Iterable[Entry]) -> bytes:
    """Return events as one text for the stream. Most of them are exchanges, which are written together."""
    pieces, seq = list[bytes](), first
    for entry in entries:
        if len(entry) == 2:
            pieces.append(_piece(seq, *entry))
            seq += 1
        else:
            call, result = exchange_values(entry)
            pieces.append(_EXCHANGE % (seq, seq, *call, seq + 1, seq + 1, *result))
            seq += 2
    return without_tags(b"".join(pieces))


def _piece(seq: int, kind: type[Event], line: bytes) -> bytes:
    return _PIECE % (seq, _NAMES[kind], seq, line[1:])

"""The endpoints for the journal: pages, waiting for events, and the live stream."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Any

from starlette.responses import StreamingResponse

from mock_csms.behavior.notation import parse_expectation
from mock_csms.control.api.contract.events import (
    CountBody,
    Counted,
    EventFilter,
    EventPage,
    EventsQuery,
    WaitBody,
    Waited,
)
from mock_csms.control.api.request import JSON, ApiRequest
from mock_csms.control.api.routes.stream import stream
from mock_csms.protocol.records import Raw
from mock_csms.watch.blocks import Logged
from mock_csms.watch.reading import TraceWriter, as_lines, line_of
from mock_csms.watch.search import Criteria, criteria, explain, found_in, wait_for_events

_SLICE = 100
"""How many events are written before other tasks may run."""


def sought_by(wanted: EventFilter, part: dict[str, Any] | None = None) -> Criteria:
    """Return the criteria in a query or a body. Raises ValueError for an unknown kind, type or action.

    part: JSON that the payload must contain.
    """
    match = parse_expectation(wanted.match, counted=False) if wanted.match else None
    texts = {name: getattr(wanted, name) for name in ("station", "kind", "type", "action", "finding")}
    return criteria(texts, match, part)


async def read_events(asked: ApiRequest[EventsQuery, None]) -> Any:
    """Return a page of the journal, or a stream of it."""
    query, journal, what = asked.query, asked.panel.journal, sought_by(asked.query)
    if "text/event-stream" in asked.request.headers.get("accept", ""):
        return stream(asked.request, asked.panel, what, query.after)
    before = min(query.before if query.before is not None else journal.cursor + 1, journal.cursor + 1)
    lost = journal.lost(query.after)
    order = journal.backwards if query.latest else journal.between
    hits, at = await found_in(order(query.after, before), what, query.limit)
    found = sorted(hits, key=lambda each: each.seq)
    cursor = max(query.after, before - 1) if at is None or query.latest else at
    return _page(query.format, found, EventPage(cursor, at is not None, lost, []))


def _page(form: str, found: list[Logged], page: EventPage) -> StreamingResponse:
    """Return events in one of the formats. It is written in pieces: a page may have megabytes."""
    if form == "json":
        told = (page.cursor, b"true" if page.more else b"false", page.lost)
        begin = b'{"cursor":%d,"more":%b,"lost":%d,"events":[' % told
        return StreamingResponse(_pieces(form, found, begin, b"]}"), media_type=JSON)
    headers = {"X-Cursor": str(page.cursor), "X-More": str(page.more).lower(), "X-Lost": str(page.lost)}
    media = "application/x-ndjson" if form == "jsonl" else "text/plain; charset=utf-8"
    return StreamingResponse(_pieces(form, found), headers=headers, media_type=media)


async def _pieces(form: str, found: list[Logged], begin: bytes = b"", end: bytes = b"") -> AsyncIterator[bytes]:
    """Yield the pieces of a page; the loop may do something else in between."""
    write, between = _WRITERS[form](), b"," if form == "json" else b""
    for place in range(0, len(found), _SLICE):
        yield (between if place else begin) + write(found[place : place + _SLICE])
        await asyncio.sleep(0)
    yield end if found else begin + end


_WRITERS: Mapping[str, Callable[[], Callable[[Sequence[Logged]], bytes]]] = {
    "json": lambda: lambda found: b",".join([each.text for each in found]),
    "jsonl": lambda: lambda found: b"".join([each.text + b"\n" for each in found]),
    "text": lambda: as_lines,
    "trace": lambda: TraceWriter().write,
}
"""By format: a function that returns a writer of events."""


async def wait_for(asked: ApiRequest[None, WaitBody]) -> Waited:
    """Wait until enough matching events came."""
    journal, body = asked.panel.journal, asked.body
    what = sought_by(body, body.part)
    waited = await wait_for_events(journal, what, body.after, body.count, body.within)
    events: Any = [Raw(each.text) for each in waited.events]
    explanation = "" if waited.is_met else explain(journal, what, waited, body.after, body.within, line_of)
    return Waited(waited.is_met, waited.cursor, events, explanation)


async def count_events(asked: ApiRequest[None, CountBody]) -> Counted:
    """Return the number of matching events in the journal."""
    journal, body = asked.panel.journal, asked.body
    cursor = journal.cursor
    what = sought_by(body, body.part)
    hits, _ = await found_in(journal.between(body.after, cursor + 1), what, cursor + 1)
    return Counted(len(hits), cursor)


def clear_events(asked: ApiRequest[None, None]) -> None:
    """Empty the journal."""
    asked.panel.journal.clear()

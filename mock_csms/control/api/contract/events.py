"""The endpoints for events: the journal, its stream, and waiting for events after a cursor."""

from typing import Annotated, Any, Literal

from mock_csms.control.api.operation import PREFIX, Fields, Operation, about
from mock_csms.protocol.records import Record, field

_EVENTS = f"{PREFIX}/events"


class EventFilter(Fields):
    """Selects events; an event must match all fields that are given."""

    station: Annotated[str, about("a pattern for the identity; * and ? are wildcards")] = "*"
    kind: Annotated[str, about("the kind of event, or several with commas: Received, Sent, Connected, …")] = ""
    type: Annotated[str, about("the type of message: Call, Result, Error or Malformed; several with commas")] = ""
    action: Annotated[
        str, about("the action of a message or of its call, or a module of OCPI; several with commas")
    ] = ""
    finding: Annotated[str, about("the id of a check that has found something; several with commas")] = ""
    match: Annotated[
        str,
        about("as in --expect without a count: ACTION[path=value]@GLOB, ACTION.response, ACTION.error, connect, …"),
    ] = ""
    after: Annotated[int, about("only events with a greater number", ge=0)] = 0


class EventsQuery(EventFilter):
    """Selects events, and sets their number and format."""

    before: Annotated[int | None, about("only events with a smaller number")] = None
    limit: Annotated[int, about("how many at most", ge=1, le=10_000)] = 1000
    latest: Annotated[bool, about("return the last matching events, not the first")] = False
    format: Annotated[
        Literal["json", "jsonl", "text", "trace"],
        about("one JSON object, JSON Lines, lines as on the console, or an OCPP trace 1.1; ignored for a stream"),
    ] = "json"


class EventPage(Record):
    """A page of events, in their order."""

    cursor: Annotated[int, about("the cursor for `after` of the next page")]
    more: Annotated[bool, about("whether there may be more events after the cursor")]
    lost: Annotated[int, about("how many events after `after` the journal has dropped because it was full")]
    events: Annotated[list[dict[str, Any]], about("the events in the form of --events, each with its number as seq")]


class WaitBody(EventFilter):
    """The events to wait for."""

    part: Annotated[dict[str, Any], about("what the payload must contain, at any depth")] = field(default_factory=dict)
    count: Annotated[int, about("how many such events must have come", ge=1, le=10_000)] = 1
    within: Annotated[float, about("how many seconds to wait at most", ge=0, le=300)] = 30.0


class Waited(Record, omit_defaults=True):
    """The result of a wait."""

    met: bool
    cursor: Annotated[int, about("the number of the last examined event, for `after` of the next wait")]
    events: Annotated[list[dict[str, Any]], about("the events that came, at most `count`")]
    explain: Annotated[str, about("what did not come, the nearest event, and what came instead; empty if met")] = ""


class CountBody(EventFilter):
    """The events to count."""

    part: Annotated[dict[str, Any], about("what the payload must contain, at any depth")] = field(default_factory=dict)


class Counted(Record):
    """The number of events."""

    count: int
    cursor: int


ENDPOINTS = (
    Operation(
        method="GET",
        path=_EVENTS,
        name="read_events",
        help="the journal; with `Accept: text/event-stream` a live stream, which resumes at Last-Event-ID or `after`",
        query=EventsQuery,
        answer=EventPage,
        answers_media=("application/json", "application/x-ndjson", "text/plain", "text/event-stream"),
    ),
    Operation(
        method="POST",
        path=f"{_EVENTS}/wait",
        name="wait_for",
        help="wait for events after a cursor; several clients may wait for the same events",
        body=WaitBody,
        is_body_needed=True,
        answer=Waited,
    ),
    Operation(
        method="POST",
        path=f"{_EVENTS}/count",
        name="count_events",
        help="count the matching events in the journal",
        body=CountBody,
        answer=Counted,
    ),
    Operation(
        method="DELETE",
        path=_EVENTS,
        name="clear_events",
        help="empty the journal; later events continue the numbers",
        status=204,
    ),
)
"""The rows for events."""

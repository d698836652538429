"""The endpoints that send commands to stations and return the answers."""

from typing import Any

from mock_csms.control.api.contract.stations import CommandBody, ManyOutcomes, ManyQuery, Outcome, SentRequest
from mock_csms.control.api.request import ApiRequest, Trouble
from mock_csms.control.api.routes.stations import find_station
from mock_csms.control.commanding import (
    AWAY,
    BUSY,
    LOST,
    SILENT,
    CommandAnswer,
    NoAnswer,
    send,
    send_to_many,
    step_of,
)
from mock_csms.protocol.messages import Error
from mock_csms.protocol.records import UNSET, json_value
from mock_csms.watch.search import content_of, payload_in

_STATUSES = {AWAY: 409, LOST: 502, BUSY: 503, SILENT: 504}


async def send_command(asked: ApiRequest[None, CommandBody]) -> Outcome:
    """Send a command to a station, and return its answer."""
    body, station = asked.body, find_station(asked.panel, asked.place["station"])
    step = step_of(asked.place["action"], _payload(body), is_raw=body.raw)
    try:
        return _outcome(await send(asked.panel, station, step, body.timeout))
    except NoAnswer as none:
        raise Trouble(_STATUSES[none.why], str(none), none.why) from None


async def send_to_matching(asked: ApiRequest[ManyQuery, CommandBody]) -> ManyOutcomes:
    """Send a command to all connected stations that match, and return their answers."""
    body = asked.body
    step = step_of(asked.place["action"], _payload(body), is_raw=body.raw)
    answers, problems = await send_to_many(asked.panel, asked.query.match, step, body.timeout)
    outcomes = {station: _outcome(each) for station, each in answers.items()}
    return ManyOutcomes(len(answers) + len(problems), outcomes, dict(problems))


def _payload(body: CommandBody) -> Any:
    return {} if body.payload is UNSET else body.payload


def _outcome(answered: CommandAnswer) -> Outcome:
    """Return what a station answered, as the journal shows it."""
    sent, came = content_of(answered.request), content_of(answered.answer)
    request = SentRequest(json_value(answered.request.id), payload_in(sent))
    fields: dict[str, Any] = {"answer": payload_in(came)}
    kind = "result"
    if answered.answer.type is Error:
        kind, fields = "error", dict(fields["answer"])
    elif came.get("is_refused"):
        kind, fields["violations"] = "invalid", tuple(_violation(each) for each in came["violations"])
    return Outcome(
        outcome=kind,  # type: ignore[arg-type] # one of the three literals
        station=answered.station,
        action=answered.action,
        request=request,
        seq=answered.answer.seq,
        ms=round(answered.ms, 3),
        **fields,
    )


def _violation(each: dict[str, Any]) -> str:
    return f"{each['path']}: {each['message']}" if each["path"] else str(each["message"])

"""Learns which message ids a station has used, and how the mock's commands ended."""

from mock_csms.conformance.common.versions import rules_of
from mock_csms.conformance.facts.exchanges import BREAKS_ITS_SCHEMA, UNKNOWN_TYPE
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import UNREADABLE_ID, Call, Malformed
from mock_csms.twin.events import Sent
from mock_csms.twin.seen import Seen, call, command, error, refusal, response, result, when

EXCHANGES = Subject("exchanges")


@EXCHANGES.learn(call(), any_payload=True)
def called(seen: Seen, station: StationFacts) -> None:
    """Note that the station sends a call."""
    exchanges = station.exchanges
    exchanges.ids.add(seen.id, rules_of(seen.version.name).number_of(seen.action, seen.payload))
    exchanges.note(seen.at)
    if len(station.connections.calls) > 1:
        exchanges.is_troubled = True


@EXCHANGES.learn(when("send"), any_payload=True)
def told(seen: Seen, station: StationFacts) -> None:
    """Note that the station sends a SEND; its id is one of the ids of its calls (Part 4 of OCPP 2.1, 4.1.4)."""
    station.exchanges.ids.add(seen.id, -1)


@EXCHANGES.learn(response(), any_payload=True)
def answered(seen: Seen, station: StationFacts) -> None:
    """Note that the mock answers a call. A call that the station sends right after that had to wait for this answer."""
    station.exchanges.called_at = seen.at


@EXCHANGES.learn(refusal(), any_payload=True)
def refused(_: Seen, station: StationFacts) -> None:
    """Note that the mock refuses a call. The station may try it again later."""
    station.exchanges.is_troubled = True


@EXCHANGES.learn(when("connected"))
def opened(_: Seen, station: StationFacts) -> None:
    """Note a new connection. Commands that were not answered on the old one are lost."""
    exchanges = station.exchanges
    for id_ in exchanges.open:
        exchanges.over[id_] = "lost"
    exchanges.open.clear()
    exchanges.is_troubled = False


@EXCHANGES.learn(command(), any_payload=True)
def commanded(seen: Seen, station: StationFacts) -> None:
    """Note that the mock sends a command."""
    if seen.is_sound:
        station.exchanges.open[seen.id] = seen.action
    else:
        station.exchanges.wrong[seen.id] = BREAKS_ITS_SCHEMA


@EXCHANGES.learn(when("spoiled"), any_payload=True)
def spoiled(seen: Seen, station: StationFacts) -> None:
    """Note that the mock sends a message that a user's setting has made wrong."""
    station.exchanges.wrong[seen.id] = _wrong(seen.event_as(Sent), seen)
    if not isinstance(seen.message, Call):
        station.exchanges.is_troubled = True


def _wrong(event: Sent, seen: Seen) -> str:
    """Return what a setting has spoiled in a message: a constant of `facts/exchanges.py`, or the fault."""
    framing = seen.version.framing
    sent = decode(event.text, framing)
    if isinstance(sent, Malformed):  # also if the payload violates its schema: the station cannot see it
        return UNKNOWN_TYPE if sent.code is framing.unknown_type else event.fault
    return event.fault if seen.is_sound else BREAKS_ITS_SCHEMA


@EXCHANGES.learn(result(), error(), when("unanswered", "malformed"), any_payload=True)
def ended(seen: Seen, station: StationFacts) -> None:
    """Note that a command has ended. A malformed answer ends it too."""
    answers = seen.answers
    if answers is not None and answers.id != UNREADABLE_ID:
        station.exchanges.open.pop(answers.id, None)
        station.exchanges.over[answers.id] = "given up" if seen.kind == "unanswered" else "answered"

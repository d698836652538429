"""A recorded trace, read back: the events that the mock would have seen, for the checks to look at.

A trace tells of messages only. A new connection is known by the number of it in its first record in our own traces, or
else by a BootNotification while a call is open; who was refused, and how, cannot be seen.
"""

from collections.abc import Iterable, Iterator, Sequence

import orjson

from mock_csms.behavior.events import Connected, Disconnected, Event, Received, Sent
from mock_csms.behavior.times import read_time
from mock_csms.frontends.trace import CONNECTION
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call, Malformed, Message, Result, decode
from mock_csms.protocol.records import Mutable, field
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import V201

_UNSEEN = 1006
"""The close code of a connection of whose end nothing is known (RFC 6455, 7.1.5)."""


class _Line(Mutable):
    """The connection of one station, by its identity as it was written first, and the open calls of either side."""

    identity: str
    calls: dict[str, Call] = field(default_factory=dict)
    commands: dict[str, Call] = field(default_factory=dict)


def play_back(lines: Iterable[bytes]) -> Iterator[Event]:
    """Yield the events of a trace in the OCPP trace format 1.1. Raises ValueError with the number of a wrong line."""
    stations: dict[str, _Line] = {}
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield from _events(orjson.loads(line), stations)
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise ValueError(f"line {number} is no record of the OCPP trace format 1.1: {error}") from None


def _events(record: Json, stations: dict[str, _Line]) -> Iterator[Event]:
    """Yield what a record tells."""
    at, identity, text = read_time(record["timestamp"]), str(record["chargePointId"]), _text(record)
    message = decode(text)
    line = stations.get(folded(identity))
    identity = line.identity if line else identity
    if line is None or _is_new(record, message, line):
        if line is not None:
            yield Disconnected(at, identity, _UNSEEN, "")
        line = stations[folded(identity)] = _Line(identity)
        yield Connected(at, identity, "ocpp2.0.1", ("ocpp2.0.1",))
    if record["direction"] == "cp-to-csms":
        yield _received(at, identity, text, message, line)
    elif not isinstance(message, Malformed):
        yield _sent(record, at, identity, text, message, line)


def _text(record: Json) -> bytes:
    """Return the frame, made anew where the record has it only in its parts."""
    if "raw" in record:
        raw: str = record["raw"]
        return raw.encode(errors="surrogatepass")
    id_, error = record["messageId"], record.get("error", {})
    arrays = {
        "CALL": [2, id_, record.get("action"), record.get("payload")],
        "CALLRESULT": [3, id_, record.get("payload")],
        "CALLERROR": [4, id_, error.get("code"), error.get("description", ""), error.get("details", {})],
    }
    return orjson.dumps(arrays[record["messageType"]])


def _is_new(record: Json, message: Message | Malformed, line: _Line) -> bool:
    """Whether a record is the first of a connection."""
    is_boot = isinstance(message, Call) and message.action == "BootNotification"
    return CONNECTION in record.get("meta", {}) or (is_boot and bool(line.calls))


def _received(at: float, identity: str, text: bytes, message: Message | Malformed, line: _Line) -> Received:
    violations: Sequence[Violation] = ()
    answers = line.commands.pop(message.id, None) if message.is_answer else None
    if isinstance(message, Call):
        line.calls[message.id] = message
        violations = V201.call_violations(message, Sender.STATION)
    elif isinstance(message, Result) and answers is not None:
        violations = V201.result_violations(answers, message.payload)
    refused = bool(violations) or isinstance(message, Malformed)
    return Received(at, identity, text, message, violations, answers, binary=False, is_refused=refused)


def _sent(record: Json, at: float, identity: str, text: bytes, message: Message, line: _Line) -> Sent:
    meta = record.get("meta", {})
    answers = line.calls.pop(message.id, None) if message.is_answer else None
    if isinstance(message, Call):
        line.commands[message.id] = message
    return Sent(at, identity, text, message, (), answers, meta.get("rule", ""), meta.get("fault", ""))

"""The messages of a run as JSON Lines in the OCPP trace format 1.1, which other tools read."""

import re
from base64 import b64encode
from collections import deque
from collections.abc import Container

from mock_csms.behavior.templates import instant
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import UNREADABLE_ID, Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Bounded
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink
from mock_csms.twin.events import Connected, Disconnected, Event, Lost, Received, Sent, Spoiled, Unanswered, is_loss
from mock_csms.watch.frames import Exchange, Frame, Frames, described, payload_text
from mock_csms.watch.jsonlines import as_json, line, without_tags

CONNECTION = "connection"
"""The key in `meta` of the first record of each connection, for the number of connections of the station so far."""
SINCE = "since"
"""The key of the events since the last record of the station, except messages."""
BINARY, BYTES = "binary", "bytes"
"""The keys for a binary frame, and for a frame that is not text: its bytes in base64."""
_RECORD = (
    b'{"schemaVersion":"1.1","timestamp":%b,"ocppVersion":"%b","transport":"json","chargePointId":%b,"direction":"%b",'
    b'"messageType":"%b"%b%b%b,"raw":%b%b}\n'
)
"""A line of the file. The values for messageId, action and meta contain their keys."""
_HEAD = b'{"schemaVersion":"1.1","timestamp":'
_DIRECTIONS = {Received: b"cp-to-csms", Sent: b"csms-to-cp"}
_TYPES: dict[type[Message], bytes] = {
    Call: b"CALL",
    Result: b"CALLRESULT",
    Error: b"CALLERROR",
    SendMessage: b"SEND",
    ResultError: b"CALLRESULTERROR",
}
_BEGIN = re.compile(rb'\s*\[\s*"?([2-6])\b')
_ACTION = re.compile(rb'\s*\[\s*"?[26]"?\s*,[^,]*,\s*"(\w{1,50})"')
_ANSWERS = (Result, Error)
_BEGUN = {b"%d" % kind.number: word for kind, word in _TYPES.items()}
"""The types by the number at the start of a frame."""
_MOST_SINCE = 100
_MOST_OPEN = 10_000
"""How many unanswered calls are remembered, to compute the time until their answers."""


class Trace:
    """Writes a record for every frame. Frames that are not messages are in `raw`, and `meta` has the reason.

    The owner of the sink makes sure that records are written before the message is answered.
    """

    def __init__(self, bus: Bus, frames: Frames, sink: Sink) -> None:
        self._sink = sink
        self._began: Bounded[tuple[str, str], float] = Bounded(_MOST_OPEN)
        self._connections: dict[str, int] = {}
        self._fresh: set[str] = set()
        """The stations whose current connection has no record yet."""
        self._since: dict[str, deque[Json]] = {}
        """The events at each station since its last record."""
        bus.subscribe(self._happened, Connected, Disconnected, Unanswered, Lost, Spoiled)
        frames.subscribe(self._write, self._write_exchange)

    def _happened(self, event: Event) -> None:
        if isinstance(event, Spoiled) and not is_loss(event):  # a sent message has its own record, with its fault
            return
        record: Json = {"event": type(event).__name__, "timestamp": instant(event.at)}
        if isinstance(event, Connected):
            self._connections[event.station] = self._connections.get(event.station, 0) + 1
            self._fresh.add(event.station)
        elif isinstance(event, Disconnected):
            record |= {"code": event.code, "reason": event.reason}
        elif isinstance(event, Unanswered):
            record |= {"messageId": event.call.id, "reason": event.reason}
        elif isinstance(event, Spoiled):
            record |= {
                "messageId": event.message.id,
                "fault": event.fault,
                "messageType": _TYPES[type(event.message)].decode(),
            }
        elif isinstance(event, Lost):
            record |= {"messageId": event.received.message.id, "fault": event.fault, **_frame_of(event.received)}
        self._since.setdefault(event.station, deque(maxlen=_MOST_SINCE)).append(record)

    def _write(self, event: Received | Sent, frame: Frame) -> None:
        message = event.message
        if isinstance(message, Malformed):
            kind, carried, action = _resembled(event.text, event.version.framing.types)
            id_ = b',"messageId":%b' % frame.id if message.id != UNREADABLE_ID else b""
        else:
            kind, carried, action = _TYPES[type(message)], _carried(event, message, frame), frame.action
            id_ = b',"messageId":%b' % frame.id
        meta = self._meta(event, message)
        record = line(
            _RECORD,
            frame.at,
            event.version.name.encode(),
            frame.station,
            _DIRECTIONS[type(event)],
            kind,
            id_,
            b',"action":%b' % action if action else b"",
            carried,
            frame.text,
            b',"meta":%b' % as_json(meta) if meta else b"",
        )
        self._sink.write(record)

    def _write_exchange(self, called: Received, answered: Sent, exchange: Exchange) -> None:
        """Write the records of an ordinary call and its result.

        If they need more in `meta`, they are written one by one.
        """
        station = called.station
        has_more = station in self._since or station in self._fresh
        if has_more or len(self._began) >= _MOST_OPEN or not called.at:
            self._write(called, described(called))
            self._write(answered, described(answered))
            return
        if self._began:
            self._began.pop((station, called.message.id), None)
        station_key, call_keys, result_keys = _KEYS[called.version.name]
        about = (b',"action":', exchange.action, b',"payload":')
        time_taken = as_json(_milliseconds(answered.at - called.at))
        call = (_HEAD, exchange.called, station_key, exchange.station, call_keys, exchange.id, *about, exchange.payload)
        result = (
            _HEAD,
            exchange.answered,
            station_key,
            exchange.station,
            result_keys,
            exchange.id,
            *about,
            exchange.said,
        )
        end = (b',"raw":', exchange.result, b',"meta":{"roundTripMs":', time_taken, b"}}\n")
        self._sink.write(without_tags(b"".join((*call, b',"raw":', exchange.call, b"}\n", *result, *end))))

    def _meta(self, event: Received | Sent, message: Message | Malformed) -> Json:
        """Return the facts about a message that the format itself does not define; it has a place for them."""
        meta: Json = {}
        if isinstance(event, Sent) and (event.rule or event.fault):
            meta = {name: said for name, said in (("rule", event.rule), ("fault", event.fault)) if said}
        elif isinstance(event, Received) and (event.binary or isinstance(message, Malformed)):
            meta = _of_frame(event, message)
        if event.station in self._since:
            meta[SINCE] = list(self._since.pop(event.station))
        key = (event.station, message.id)
        if type(message) is Call:
            self._began[key] = event.at
        elif (
            event.answers and not isinstance(message, Malformed | ResultError) and (began := self._began.pop(key, None))
        ):
            meta["roundTripMs"] = _milliseconds(event.at - began)
        if event.violations:
            meta["violations"] = [str(violation) for violation in event.violations]
        if event.station in self._fresh:
            self._fresh.remove(event.station)
            meta[CONNECTION] = self._connections[event.station]
        return meta


class _Keys(dict[str, tuple[bytes, bytes, bytes]]):
    """By version: the JSON before the station, before the id of a call, and before the id of a result."""

    def __missing__(self, version: str) -> tuple[bytes, bytes, bytes]:
        station = b',"ocppVersion":"%b","transport":"json","chargePointId":' % version.encode()
        ways = ((_DIRECTIONS[kind], _TYPES[type_]) for kind, type_ in ((Received, Call), (Sent, Result)))
        call, result = (b',"direction":"%b","messageType":"%b","messageId":' % way for way in ways)
        keys = self[version] = (station, call, result)
        return keys


_KEYS = _Keys()


def _milliseconds(seconds: float) -> float:
    return int(seconds * 1_000_000 + 0.5) / 1000


def _carried(event: Received | Sent, message: Message, frame: Frame) -> bytes:
    """Return the payload of a message, or the error in its place, as a JSON member."""
    if isinstance(message, Error):
        error = {"code": message.code, "description": message.description, "details": message.details or {}}
        return b',"error":%b' % as_json(error)
    return b',"payload":%b' % payload_text(event, message, frame)


def _resembled(text: bytes, types: Container[int]) -> tuple[bytes, bytes, bytes]:
    """Return the type, the members and the action of a record for a frame that is not a message.

    The format requires a type, and an action for a CALL. The type is that of the frame's beginning, else CALL. `types`
    are the type numbers of the version.
    """
    begin = _BEGIN.match(text)
    kind = _BEGUN[begin[1] if begin and int(begin[1]) in types else b"2"]
    if kind in (b"CALLERROR", b"CALLRESULTERROR"):
        return kind, b',"error":{}', b""
    if kind == b"CALLRESULT":
        return kind, b"", b""
    found = _ACTION.match(text)
    return kind, b"", b'"%b"' % (found[1] if found else b"")


def _frame_of(event: Received) -> Json:
    """Return a frame without its own record, as text, or as bytes in base64."""
    try:
        return {"raw": event.text.decode()} | ({BINARY: True} if event.binary else {})
    except UnicodeDecodeError:
        return {BYTES: b64encode(event.text).decode(), BINARY: True}


def _of_frame(event: Received, message: Message | Malformed) -> Json:
    """Return the irregularities of a frame; its exact bytes if they are not text."""
    meta: Json = {"malformed": message.problem} if isinstance(message, Malformed) else {}
    if event.binary:
        meta[BINARY] = True
    try:
        event.text.decode()
    except UnicodeDecodeError:
        meta[BYTES] = b64encode(event.text).decode()
    return meta

"""The messages of a run as JSON Lines in the OCPP trace format 1.1, which other tools read."""

from mock_csms.behavior.events import Connected, Event, Received, Sent
from mock_csms.frontends.frames import Frame, Frames, payload_text
from mock_csms.frontends.jsonlines import as_json, line
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result, decode
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink

CONNECTION = "connection"
"""The key in `meta` of the first record of each connection: how many the station has had."""
_RECORD = (
    b'{"schemaVersion":"1.1","timestamp":%b,"ocppVersion":"%b","transport":"json","chargePointId":%b,"direction":"%b",'
    b'"messageType":"%b","messageId":%b%b,%b:%b,"raw":%b%b}\n'
)
"""A line of the file; action and meta bring their keys, and so does what the message carries."""
_DIRECTIONS = {Received: b"cp-to-csms", Sent: b"csms-to-cp"}
_TYPES: dict[type[Message], bytes] = {Call: b"CALL", Result: b"CALLRESULT", Error: b"CALLERROR"}
_MOST_OPEN = 10_000
"""How many unanswered calls are remembered, for the time that their answers took."""


class Trace:
    """Writes a record for every message; frames that are none cannot be said in this format, and are in `--events`.

    Who has the sink sees to it that it is written before a message is answered.
    """

    def __init__(self, bus: Bus, frames: Frames, sink: Sink, version: str) -> None:
        self._sink = sink
        self._version = version.encode()
        self._began: dict[tuple[str, str], float] = {}
        self._connections: dict[str, int] = {}
        self._fresh: set[str] = set()
        """The stations whose connection has no record yet."""
        bus.subscribe(self._connected, Connected)
        frames.subscribe(self._write)

    def _connected(self, event: Event) -> None:
        self._connections[event.station] = self._connections.get(event.station, 0) + 1
        self._fresh.add(event.station)

    def _write(self, event: Received | Sent, frame: Frame) -> None:
        message = event.message
        is_spoiled = isinstance(event, Sent) and event.fault and isinstance(decode(event.text), Malformed)
        if isinstance(message, Malformed) or is_spoiled:
            return
        meta = self._meta(event, message)
        record = line(
            _RECORD,
            frame.at,
            self._version,
            frame.station,
            _DIRECTIONS[type(event)],
            _TYPES[type(message)],
            frame.id,
            b',"action":%b' % frame.action if frame.action else b"",
            b'"error"' if isinstance(message, Error) else b'"payload"',
            _carried(event, message),
            frame.text,
            b',"meta":%b' % as_json(meta) if meta else b"",
        )
        self._sink.write(record)

    def _meta(self, event: Received | Sent, message: Message) -> Json:
        """Return what only we tell of a message; the format leaves room for it."""
        meta: Json = {}
        if isinstance(event, Sent) and (event.rule or event.fault):
            meta = {name: said for name, said in (("rule", event.rule), ("fault", event.fault)) if said}
        key = (event.station, message.id)
        if isinstance(message, Call):
            self._began[key] = event.at
            if len(self._began) > _MOST_OPEN:
                del self._began[next(iter(self._began))]
        elif event.answers and (began := self._began.pop(key, None)):
            meta["roundTripMs"] = int((event.at - began) * 1_000_000 + 0.5) / 1000
        if event.violations:
            meta["violations"] = [str(violation) for violation in event.violations]
        if event.station in self._fresh:
            self._fresh.remove(event.station)
            meta[CONNECTION] = self._connections[event.station]
        return meta


def _carried(event: Received | Sent, message: Message) -> bytes:
    """Return the payload of a message, or the error in its place."""
    if isinstance(message, Error):
        return as_json({"code": message.code, "description": message.description, "details": message.details or {}})
    return payload_text(event, message)

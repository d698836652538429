"""The messages of a run as JSON Lines in the OCPP trace format 1.1, which other tools read."""

from typing import Any

from mock_csms.behavior.events import Connected, Event, Received, Sent
from mock_csms.behavior.templates import instant
from mock_csms.frontends.jsonlines import json_line, quoted
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result, decode
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink

_TYPES: dict[type[Message], str] = {Call: "CALL", Result: "CALLRESULT", Error: "CALLERROR"}
CONNECTION = "connection"
"""The key in `meta` of the first record of each connection: how many the station has had."""
_MOST_OPEN = 10_000
"""How many unanswered calls are remembered, for the time that their answers took."""


class Trace:
    """Writes a record for every message; frames that are none cannot be said in this format, and are in `--events`.

    Who has the sink sees to it that it is written before a message is answered.
    """

    def __init__(self, bus: Bus, sink: Sink, version: str) -> None:
        self._sink = sink
        self._version = version
        self._began: dict[tuple[str, str], float] = {}
        self._connections: dict[str, int] = {}
        self._fresh: set[str] = set()
        """The stations whose connection has no record yet."""
        bus.subscribe(self._connected, Connected)
        bus.subscribe(self._received, Received)
        bus.subscribe(self._sent, Sent)

    def _connected(self, event: Event) -> None:
        self._connections[event.station] = self._connections.get(event.station, 0) + 1
        self._fresh.add(event.station)

    def _received(self, event: Event) -> None:
        if isinstance(event, Received) and not isinstance(event.message, Malformed):
            self._write(event, event.message, "cp-to-csms", {})

    def _sent(self, event: Event) -> None:
        if isinstance(event, Sent) and not (event.fault and isinstance(decode(event.text), Malformed)):
            meta = {key: name for key, name in (("rule", event.rule), ("fault", event.fault)) if name}
            self._write(event, event.message, "csms-to-cp", meta)

    def _write(self, event: Received | Sent, message: Message, direction: str, meta: Json) -> None:
        call = message if isinstance(message, Call) else event.answers
        record: dict[str, Any] = {
            "schemaVersion": "1.1",
            "timestamp": instant(event.at),
            "ocppVersion": self._version,
            "transport": "json",
            "chargePointId": event.station,
            "direction": direction,
            "messageType": _TYPES[type(message)],
            "messageId": message.id,
        }
        if call is not None:
            record["action"] = call.action
            self._time(event, message, meta)
        if isinstance(message, Error):
            record["error"] = {
                "code": message.code,
                "description": message.description,
                "details": message.details or {},
            }
        else:
            record["payload"] = message.payload
        record["raw"] = quoted(event.text)
        if event.violations:
            meta["violations"] = [str(violation) for violation in event.violations]
        if event.station in self._fresh:
            self._fresh.remove(event.station)
            meta[CONNECTION] = self._connections[event.station]
        if meta:
            record["meta"] = meta
        self._sink.write(json_line(record))

    def _time(self, event: Received | Sent, message: Message, meta: Json) -> None:
        """Note when a call came or went, or how long its answer took."""
        key = (event.station, message.id)
        if isinstance(message, Call):
            self._began[key] = event.at
            if len(self._began) > _MOST_OPEN:
                del self._began[next(iter(self._began))]
        elif key in self._began:
            meta["roundTripMs"] = round((event.at - self._began.pop(key)) * 1000, 3)

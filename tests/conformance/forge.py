"""Makes random sessions of a station: most messages match their schemas, but their content has no meaning."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from random import Random
from typing import Any

import orjson

from mock_csms.behavior.faults import FAULTS
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call, Error, ErrorCode, Message, Result
from mock_csms.protocol.v2.v201 import ACTIONS
from mock_csms.protocol.versions import V201
from mock_csms.protocol.visitors import Visitor
from mock_csms.station.v2.model import VARIABLES
from mock_csms.twin import events
from mock_csms.twin.events import Event
from tests.conformance.story import CREDENTIALS, came, got, sent
from tests.conformance.witness import STATION
from tests.station.bench import NOW

ODD_TEXTS = ["", " ", "x", "ü", "nan", "-1", "1e999", "9" * 30, "true", "a,b,,c", "\x00", "null", "%s{}", "soon"]
ODD_TIMES = ["", "now", "2026-01-01", "2026-01-01T12:00:00", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"]
ODD_TIMES += ["2026-02-31T12:00:00Z", "2026-01-01T12:00:00.123456789Z", "2026-01-01T12:00:00z", "2026-W01-1T00:00Z"]
ODD_NUMBERS = [-1, 0, 1, 2, 3, 5, 60, 86400, 2**31, 2**63, -(2**63)]
ODD_VALUES: list[Any] = [None, True, {}, [], "", -1, 1e308, [None], {"x": None}, [[]], "x" * 300, {"vendorId": 5}]
NAMES = [name for variable in VARIABLES for name in (variable[0], variable[1].partition("[")[0])]
POOLS: dict[str, list[str]] = {
    "transactionId": ["T1", "T2", "T3", ""],
    "idToken": ["Alice", "Bob", ""],
    "name": [*NAMES, "Connector", "AvailabilityState", "EVSE", ""],
    "instance": ["Default", "", "x"],
    "actualValue": ["Available", "Occupied", "5", "", "nan", "true"],
    "attributeValue": ["0", "1", "5", "60", "true", "false", "", "nan", "inf", "-3", "Authorized,EVConnected", "1,2"],
    "value": ["5", "inf", "", "x"],
}
"""Small pools of values for fields where a repeated value can be an error."""
FROM_STATION = [action for action, row in ACTIONS.items() if row.sent_by(Sender.STATION)]
FROM_CSMS = [action for action, row in ACTIONS.items() if row.sent_by(Sender.CSMS)]
OFTEN = ["TransactionEvent", "StatusNotification", "BootNotification", "NotifyReport", "MeterValues", "NotifyEvent"]
PATHS = ["/CS", "/", "/CS%", "/a|b?c=d", "/" + "x" * 60, "/C\udcc3S", "/CS%3A1"]
HEADERS = [
    None,
    CREDENTIALS,
    "",
    "Basic",
    "Basic !!",
    "Basic Q1M=",
    "Bearer x",
    "Basic /////w==",
    "Basic Og==",
    "Basic eDp4",
]
TEXTS = [b"", b"{", b"[]", b"[2]", b"[7,{}]", b'[2,5,"Heartbeat",{}]', b'[3,"a"]', b'[4,"a",1,2,3]', b"[" * 2000]


@cache
def schema(name: str) -> Json:
    """Return a schema; it is read only once."""
    return V201.schemas.schema(name)


class Forge:
    """Makes random events."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._now = NOW
        self._open: list[Call] = []
        self._commands: list[Call] = []

    def events(self, count: int) -> Iterator[Event]:
        """Yield about `count` events. The first ones open a connection, as checks ignore most events without one."""
        yield from self._line()
        acts: list[Callable[[], Iterator[Event]]] = [self._call, self._call, self._call, self._response, self._response]
        acts += [self._command, self._answer, self._answer, self._any]
        for _ in range(count):
            self._now += self._random.choice([0.0, 0.0, 0.1, 0.1, 1.0, 20.0, 61.0, 4000.0])
            yield from (self._line if self._random.random() < 0.05 else self._random.choice(acts))()

    # Events.

    def _line(self) -> Iterator[Event]:
        pick = self._random.choice
        offered, extensions = pick([["ocpp2.0.1"], [], ["ocpp1.6", ""]]), pick(["", "permessage-deflate", ",;"])
        code, reason = pick([1000, 1001, 1006, 4999]), pick(["", "closed by the mock with 1007 x", "no pong in time"])
        if self._random.random() < 0.8:
            yield events.Disconnected(self._now, STATION, code, reason)
        visitor = Visitor(pick(PATHS), offered, pick(HEADERS), extensions, pick(["", "", "bad Upgrade"]))
        yield events.Knocked(self._now, STATION, visitor)
        if self._random.random() < 0.3:
            yield events.Refused(self._now, STATION, pick(["503: no", "no common subprotocol; offered: none"]))
        yield events.Connected(self._now, STATION, "ocpp2.0.1", ("ocpp2.0.1",))

    def _call(self) -> Iterator[Event]:
        action = self._random.choice(FROM_STATION if self._random.random() < 0.5 else OFTEN)
        call = Call(self._id(), action, self._payload(f"{action}Request"))
        event: Any = got(self._now, call)
        if isinstance(event.message, Call):
            self._open.append(event.message)
        yield event

    def _response(self) -> Iterator[Event]:
        if not self._open:
            return
        call = self._open.pop(self._random.randrange(len(self._open)))
        row = ACTIONS.get(call.action)
        if row is None or self._random.random() < 0.1:
            yield sent(self._now, Error(call.id, "InternalError"), call, self._fault())
        elif self._random.random() < 0.9:
            payload = self._payload(f"{call.action}Response")
            payload = payload if isinstance(payload, dict) else {}
            if self._random.random() < 0.7 and "status" in payload:
                payload["status"] = "Accepted"
            yield sent(self._now, Result(call.id, payload), call, self._fault())

    def _command(self) -> Iterator[Event]:
        action = self._random.choice(FROM_CSMS)
        payload = self._payload(f"{action}Request")
        call = Call(f"command-{self._random.random()}", action, payload if isinstance(payload, dict) else {})
        self._commands.append(call)
        yield sent(self._now, call, None, self._fault())

    def _answer(self) -> Iterator[Event]:
        if not self._commands:
            return
        call = self._commands.pop()
        match self._random.randrange(8):
            case 0:
                reason = self._random.choice(["no answer within 30 s", "the connection was lost"])
                yield events.Unanswered(self._now, STATION, call, reason)
            case 1:
                code = self._random.choice([*ErrorCode, "Busy", "", "OccurenceConstraintViolation"])
                yield got(self._now, Error(call.id, code, "x" * self._random.choice([0, 300])), call)
            case _:
                yield got(self._now, Result(call.id, self._answer_to(call)), call)

    def _answer_to(self, call: Call) -> Any:
        """Return an answer that often has one result for each requested item, about the same variable."""
        payload = self._payload(f"{call.action}Response")
        if isinstance(payload, dict):
            for key, value in payload.items():
                asked = next((items for items in call.payload.values() if isinstance(items, list)), None)
                if isinstance(value, list) and asked and self._random.random() < 0.5:
                    payload[key] = [
                        {**item, **{name: other[name] for name in ("component", "variable") if name in other}}
                        for item, other in zip(value * len(asked), asked, strict=False)
                        if isinstance(item, dict) and isinstance(other, dict)
                    ]
            if "status" in payload and self._random.random() < 0.6:
                payload["status"] = "Accepted"
        return payload

    def _any(self) -> Iterator[Event]:
        """Yield the event of a text that is not a message, or of an answer without a call."""
        answers: list[Message] = [Result(self._id(), {}), Error(self._id(), "Busy"), Result("-1", None)]
        if self._random.random() < 0.5:
            yield came(self._now, self._random.choice(TEXTS))
        elif self._random.random() < 0.5:
            yield came(self._now, orjson.dumps([2, self._id(), self._random.choice(["Reset", "x-Signed", "ü"]), None]))
        else:
            yield got(self._now, self._random.choice(answers))

    def _fault(self) -> str:
        return self._random.choice([*FAULTS]) if self._random.random() < 0.05 else ""

    def _id(self) -> str:
        return str(self._random.randrange(10**6 if self._random.random() < 0.9 else 5))

    # Payloads.

    def _payload(self, name: str) -> Any:
        made = self._made(schema(name), schema(name), "")
        return self._spoilt(made) if self._random.random() < 0.2 else made

    def _made(self, root: Json, node: Json, key: str) -> Any:
        """Return a value that a schema allows, mostly a small one."""
        if "$ref" in node:
            node = root["definitions"][node["$ref"].removeprefix("#/definitions/")]
        if "enum" in node:
            return self._random.choice(node["enum"])
        match node.get("type"):
            case "object":
                required, chance = node.get("required", ()), self._random.choice([0.1, 0.6])
                wanted = (
                    name for name in node.get("properties", {}) if name in required or self._random.random() < chance
                )
                return {name: self._made(root, node["properties"][name], name) for name in wanted}
            case "array":
                size = self._random.choice([1, 1, 2, 3])
                size = max(node.get("minItems", 0), min(size, node.get("maxItems", 4)))
                return [self._made(root, node["items"], key) for _ in range(size)]
            case "integer":
                return max(self._random.choice(ODD_NUMBERS[:7] * 3 + ODD_NUMBERS), node.get("minimum", -(2**63)))
            case "number":
                return self._random.choice([0.0, 1.0, 5.5, 230, -1.0, 1e308, -1e308])
            case "boolean":
                return self._random.random() < 0.5
            case "string":
                return self._text(node, key)
            case _:
                return self._odd()

    def _text(self, node: Json, key: str) -> str:
        if node.get("format") == "date-time":
            near = rfc3339(self._now + self._random.choice([-9e4, -60, -5, 0, 0, 0, 5, 9e4]))
            return self._random.choice([near] * 12 + ODD_TIMES)
        text = self._random.choice(POOLS.get(key, ODD_TEXTS))
        return text[: node.get("maxLength", 1000)]

    def _spoilt(self, made: Any) -> Any:
        """Return a payload with a missing, unknown or odd field."""
        place: Any = made
        while keys := list(range(len(place)) if isinstance(place, list) else place):
            key: Any = self._random.choice(keys)
            if not isinstance(place[key], dict | list) or self._random.random() < 0.3:
                if self._random.random() < 0.3:
                    del place[key]
                else:
                    place[key] = self._odd()
                return made
            place = place[key]
        return made if self._random.random() < 0.1 else self._odd()

    def _odd(self) -> Any:
        """Return a copy of an odd value, so that spoiling it later does not change another example."""
        return deepcopy(self._random.choice(ODD_VALUES))

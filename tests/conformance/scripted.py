"""Events that are written by hand, for what no station on the stage does."""

from collections.abc import Sequence

from mock_csms.behavior.admission import Visitor
from mock_csms.behavior.events import Connected, Event, Knocked, Received, Sent
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result, decode, encode
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import V201
from tests.conformance.witness import STATION

CREDENTIALS = "Basic Q1M6dGhlLW9sZC1wYXNzd29yZC0x"


def connected(at: float) -> list[Event]:
    """Return how a station comes."""
    visitor = Visitor("/CS", ["ocpp2.0.1"], CREDENTIALS)
    return [Knocked(at, STATION, visitor), Connected(at, STATION, "ocpp2.0.1", ("ocpp2.0.1",))]


def came(at: float, text: bytes, answers: Call | None = None, *, is_checked: bool = True) -> Event:
    """Return the event of a text that came, as the session makes it."""
    message = decode(text)
    violations: Sequence[Violation] = ()
    if isinstance(message, Call) and is_checked:
        violations = V201.call_violations(message, Sender.STATION)
    elif isinstance(message, Result) and answers and is_checked:
        violations = V201.result_violations(answers, message.payload)
    is_refused = bool(violations) or isinstance(message, Malformed)
    return Received(at, STATION, text, message, violations, answers, binary=False, is_refused=is_refused)


def got(at: float, message: Message, answers: Call | None = None) -> Event:
    """Return the event of a message that came."""
    return came(at, encode(message), answers)


def sent(at: float, message: Message, answers: Call | None = None, fault: str = "") -> Event:
    """Return the event of a message of the mock."""
    violations: Sequence[Violation] = ()
    if isinstance(message, Result) and answers:
        violations = V201.result_violations(answers, message.payload)
    elif isinstance(message, Call) and message.action in V201.actions:
        violations = V201.schemas.request_violations(message.action, message.payload)
    return Sent(at, STATION, encode(message), message, violations, answers, "", fault)


def asked(at: float, id_: str, action: str, payload: Json, answer: Json | Error | None = None) -> list[Event]:
    """Return a call of the station, and what the mock says to it, if anything."""
    call = Call(id_, action, payload)
    message = answer if isinstance(answer, Error) else Result(id_, answer or {})
    return [got(at, call)] if answer is None else [got(at, call), sent(at, message, call)]


def booted(at: float, id_: str, status: str = "Accepted", time: str = "2026-01-01T12:00:00Z") -> list[Event]:
    """Return a boot and its answer."""
    station = {"vendorName": "V", "model": "M"}
    answer = {"currentTime": time, "interval": 300, "status": status}
    return asked(at, id_, "BootNotification", {"reason": "PowerUp", "chargingStation": station}, answer)


def told(at: float, component: str, variable: str, value: str, instance: str = "") -> list[Event]:
    """Return how the mock learns a variable, as the answer to GetVariables."""
    named = {"name": variable, "instance": instance} if instance else {"name": variable}
    name: Json = {"component": {"name": component}, "variable": named}
    call = Call(f"get-{variable}", "GetVariables", {"getVariableData": [name]})
    row = name | {"attributeStatus": "Accepted", "attributeValue": value}
    return [sent(at, call), got(at, Result(call.id, {"getVariableResult": [row]}), call)]

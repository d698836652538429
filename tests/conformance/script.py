"""A station by hand: the events of messages that a test writes down, for what the reference station does not do."""

from collections.abc import Sequence
from typing import Any, Self

from mock_csms.behavior import events
from mock_csms.behavior.events import Event
from mock_csms.conformance import CHECKS
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call, Error, Message, Result, encode
from mock_csms.protocol.versions import V201
from tests.conformance.witness import STATION, TERMS, inspect
from tests.station.bench import NOW
from tests.station.play import default_answer


class Script:
    """One station; it has a connection, and is accepted, unless the mock came later than that."""

    def __init__(self, *, boots: bool = True) -> None:
        self.now = NOW
        self.events: list[Event] = [events.Connected(NOW, STATION, "ocpp2.0.1", ("ocpp2.0.1",))]
        self._count = 0
        station = {"model": "M", "vendorName": "V"}
        if boots:
            self.call("BootNotification", {"reason": "PowerUp", "chargingStation": station})

    def wait(self, seconds: float) -> Self:
        """Let time pass."""
        self.now += seconds
        return self

    def lose(self) -> Self:
        """Lose the connection, and come back."""
        self.events.append(events.Disconnected(self.now, STATION, 1006, ""))
        self.events.append(events.Connected(self.now, STATION, "ocpp2.0.1", ("ocpp2.0.1",)))
        return self

    def call(self, action: str, payload: Json, response: Json | str | None = None) -> Self:
        """Let the station call; it is answered as usual, or with a CALLERROR of that code."""
        call = Call(self._id(), action, payload)
        self._receive(call, None, V201.call_violations(call, Sender.STATION))
        answer = default_answer(action, payload) if response is None else response
        return self._send(Error(call.id, answer, "") if isinstance(answer, str) else Result(call.id, answer), call)

    def tell(self, action: str, payload: Json) -> Self:
        """Let the station call, and the mock not answer."""
        self._receive(Call(self._id(), action, payload), None, ())
        return self

    def command(self, action: str, payload: Json, answer: Json | str | None, *early: tuple[str, Json]) -> Self:
        """Let the mock ask for something, and the station answer it, after calls that are too early, or not at all."""
        call = Call(self._id(), action, payload)
        self._send(call, None)
        for sent in early:
            self.call(*sent)
        if isinstance(answer, str):
            self._receive(Error(call.id, answer, ""), call, ())
        elif answer is not None:
            self._receive(Result(call.id, answer), call, V201.result_violations(call, answer))
        return self

    def set(self, component: str, variable: str, value: str, status: str = "Accepted") -> Self:
        """Set a variable."""
        about = {"component": {"name": component}, "variable": {"name": variable}}
        item = about | {"attributeValue": value}
        answer = about | {"attributeType": "Actual", "attributeStatus": status}
        return self.command("SetVariables", {"setVariableData": [item]}, {"setVariableResult": [answer]})

    def get(self, component: str, variable: str, status: str = "Accepted", **more: Any) -> Self:
        """Get a variable."""
        about = {"component": {"name": component}, "variable": {"name": variable}}
        answer = about | {"attributeType": "Actual", "attributeStatus": status} | more
        return self.command("GetVariables", {"getVariableData": [about]}, {"getVariableResult": [answer]})

    def report(self, *items: Json, base: str = "FullInventory", id_: int = 4242) -> Self:
        """Report variables, all of them by default."""
        self.command("GetBaseReport", {"requestId": id_, "reportBase": base}, {"status": "Accepted"})
        return self.call("NotifyReport", part(id_, 0, *items))

    def found(self, *checks: str) -> list[str]:
        """Return what is found by now by those checks, or by all."""
        return [each.problem for each in inspect(self.events, self.now, checks or tuple(CHECKS))]

    def _id(self) -> str:
        self._count += 1
        return f"id-{self._count}"

    def _send(self, message: Message, answers: Call | None) -> Self:
        self.events.append(events.Sent(self.now, STATION, encode(message), message, (), answers, "", ""))
        return self

    def _receive(self, message: Message, answers: Call | None, violations: Sequence[Any]) -> None:
        text, is_bad = encode(message), bool(violations)
        self.events.append(
            events.Received(self.now, STATION, text, message, violations, answers, binary=False, is_refused=is_bad)
        )


def variable(component: str, name: str, *, mutability: str = "ReadWrite", **more: Any) -> Json:
    """Return a reported variable: `value` is that of its attribute, the rest are its characteristics."""
    attribute = {"mutability": mutability} | ({"value": more.pop("value")} if "value" in more else {})
    about = {"component": {"name": component}, "variable": {"name": name}, "variableAttribute": [attribute]}
    return about | {"variableCharacteristics": {"dataType": "string", "supportsMonitoring": False} | more}


def part(id_: int, number: int, *items: Json, tbc: bool = False) -> Json:
    """Return a NotifyReport."""
    return {"requestId": id_, "generatedAt": STAMP, "seqNo": number, "tbc": tbc} | (
        {"reportData": list(items)} if items else {}
    )


STAMP = "2026-01-01T00:00:00Z"
PATIENCE = TERMS.patience

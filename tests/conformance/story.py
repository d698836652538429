"""Stories of a station, written down by hand: the events of what no station on the stage does."""

from typing import Any, Self

from mock_csms.behavior import events
from mock_csms.behavior.admission import Visitor
from mock_csms.behavior.events import Event
from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call, Error, Message, Result, encode
from mock_csms.protocol.versions import V201
from mock_csms.station.network import basic
from tests.conformance.witness import STATION, inspect
from tests.station.bench import NOW
from tests.station.play import default_answer

OLD = "the-old-password-1"


class Story:
    """What a station does, one thing after the other; `seconds` are those since the beginning."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._events: list[Event] = []
        self._count = 0

    def wait(self, seconds: float) -> Self:
        """Let time pass."""
        self.seconds += seconds
        return self

    def stamp(self, after: float = 0.0) -> str:
        """Return the time so many seconds from now, as messages have it."""
        return rfc3339(NOW + self.seconds + after)

    def connect(self, password: str = OLD) -> Self:
        """Open a connection."""
        visitor = Visitor(f"/{STATION}", ["ocpp2.0.1"], basic(STATION, password))
        self._add(events.Knocked(self._now, STATION, visitor))
        return self._add(events.Connected(self._now, STATION, "ocpp2.0.1", ("ocpp2.0.1",)))

    def lose(self) -> Self:
        """Lose it."""
        return self._add(events.Disconnected(self._now, STATION, 1006, ""))

    def call(self, action: str, payload: Json, answer: Any = (), *, fault: str = "") -> Self:
        """Let the station call; it gets the usual answer with `answer` laid over it, an error code, or None at all."""
        call = Call(self._new_id(), action, payload)
        violations = V201.call_violations(call, Sender.STATION)
        assert not violations, violations
        self._receive(call, None)
        if isinstance(answer, str):
            return self._send(Error(call.id, answer, ""), call, fault)
        if answer is None:
            return self
        return self._send(Result(call.id, default_answer(action, payload) | dict(answer)), call, fault)

    def command(self, action: str, payload: Json, answer: Json | str | None) -> Self:
        """Send a command that is answered with a result, an error code, or not at all."""
        call = Call(self._new_id(), action, payload)
        assert not V201.call_violations(call, Sender.CSMS)
        self._send(call, None)
        if isinstance(answer, str):
            return self._receive(Error(call.id, answer, ""), call)
        return self if answer is None else self._receive(Result(call.id, answer), call)

    # What most stations do.

    def boot(self, reason: str = "PowerUp", status: str = "Accepted", interval: int = 0, **more: Any) -> Self:
        """Boot."""
        station = {"model": "M", "vendorName": "V", "serialNumber": "S-1"} | more
        answer = {"status": status, "interval": interval}
        return self.call("BootNotification", {"reason": reason, "chargingStation": station}, answer)

    def begin(self, *connectors: tuple[int, int]) -> Self:
        """Connect, boot, and tell that all is well."""
        self.connect().boot()
        for evse, connector in connectors or [(1, 1)]:
            self.tell(evse, connector)
        return self.secure("StartupOfTheDevice")

    def tell(self, evse: int, connector: int, status: str = "Available", after: float = 0.0, answer: Any = ()) -> Self:
        """Tell the status of a connector."""
        place = {"evseId": evse, "connectorId": connector}
        payload = {"timestamp": self.stamp(after), "connectorStatus": status} | place
        return self.call("StatusNotification", payload, answer)

    def secure(self, kind: str) -> Self:
        """Tell a security event."""
        return self.call("SecurityEventNotification", {"type": kind, "timestamp": self.stamp()})

    def event(
        self, kind: str, trigger: str, number: int = 0, *, after: float = 0.0, answer: Any = (), **more: Any
    ) -> Self:
        """Tell of transaction T at connector 1.1, or otherwise."""
        info = {"transactionId": "T"} | more.pop("info", {})
        stamp = {"timestamp": self.stamp(after), "evse": {"id": 1, "connectorId": 1}}
        payload = {"eventType": kind, "triggerReason": trigger, "seqNo": number, "transactionInfo": info}
        return self.call("TransactionEvent", payload | stamp | more, answer)

    def report(self, **values: str) -> Self:
        """Report variables: `OCPPCommCtrlr_OfflineThreshold="60"`."""
        items = [
            {
                "component": {"name": component},
                "variable": {"name": variable},
                "variableAttribute": [{"value": value}],
            }
            for (component, variable), value in ((name.split("_"), value) for name, value in values.items())
        ]
        wanted = {"requestId": 1, "reportBase": "FullInventory"}
        self.command("GetBaseReport", wanted, {"status": "Accepted"})
        part = {"requestId": 1, "generatedAt": self.stamp(), "seqNo": 0, "reportData": items}
        return self.call("NotifyReport", part)

    def found(self, *checks: str) -> list[str]:
        """Return what those checks find by now."""
        return [each.problem for each in inspect(self._events, self._now, checks)]

    @property
    def _now(self) -> float:
        return NOW + self.seconds

    def _new_id(self) -> str:
        self._count += 1
        return f"id-{self._count}"

    def _add(self, event: Event) -> Self:
        self._events.append(event)
        return self

    def _send(self, message: Message, answers: Call | None, fault: str = "") -> Self:
        return self._add(events.Sent(self._now, STATION, encode(message), message, (), answers, "", fault))

    def _receive(self, message: Message, answers: Call | None) -> Self:
        text = encode(message)
        received = events.Received(self._now, STATION, text, message, (), answers, binary=False, is_refused=False)
        return self._add(received)

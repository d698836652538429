"""A station that does as it is told, and what the checks find in that: for what the reference station never does."""

from itertools import count
from typing import Any, Self

from mock_csms.behavior.events import Disconnected, Event
from mock_csms.behavior.templates import rfc3339
from mock_csms.conformance import CHECKS
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Result
from tests.conformance.scripted import asked, booted, connected, got, sent
from tests.conformance.witness import STATION, inspect
from tests.station.bench import NOW


class Tale:
    """What happens, in the order in which it is told; it begins with a boot unless it is of a station that goes on."""

    def __init__(self, *, boots: bool = True) -> None:
        self.now = NOW
        self._ids = count(1)
        self.events: list[Event] = connected(NOW)
        if boots:
            self.events += booted(NOW, "boot")

    def at(self, seconds: float) -> str:
        """Return a time so long from now."""
        return rfc3339(self.now + seconds)

    def wait(self, seconds: float) -> Self:
        """Let time go by."""
        self.now += seconds
        return self

    def call(self, action: str, payload: Json) -> Self:
        """Let the station call; the mock has an answer."""
        self.events += asked(self.now, f"call-{next(self._ids)}", action, payload, {})
        return self

    def status(self, evse: int, status: str) -> Self:
        """Let the station tell the status of the one connector of an EVSE."""
        about = {"timestamp": self.at(0), "connectorStatus": status, "evseId": evse, "connectorId": 1}
        return self.call("StatusNotification", about)

    def event(self, kind: str, number: int = 0, id_: str = "T", evse: int = 1, **more: Any) -> Self:
        """Let the station tell of a transaction."""
        about = {"eventType": kind, "timestamp": self.at(0), "triggerReason": "Authorized", "seqNo": number}
        return self.call(
            "TransactionEvent", about | {"transactionInfo": {"transactionId": id_}, "evse": {"id": evse}} | more
        )

    def command(self, action: str, payload: Json, answer: Json | str | None = None, *between: tuple[str, Json]) -> Self:
        """Send a command; a text is the code of a CALLERROR. The station may call before it answers."""
        call = Call(f"command-{next(self._ids)}", action, payload)
        self.events.append(sent(self.now, call))
        for called in between:
            self.call(*called)
        if answer is not None:
            message = Error(call.id, answer, "") if isinstance(answer, str) else Result(call.id, answer)
            self.events.append(got(self.now, message, call))
        return self

    def know(self, component: str, variable: str, value: str) -> Self:
        """Let the mock learn a variable."""
        item = {"component": {"name": component}, "variable": {"name": variable}}
        result = item | {"attributeStatus": "Accepted", "attributeValue": value}
        return self.command("GetVariables", {"getVariableData": [item]}, {"getVariableResult": [result]})

    def lose(self) -> Self:
        """Lose the connection for a second."""
        self.events.append(Disconnected(self.now, STATION, 1006, ""))
        self.wait(1)
        self.events += connected(self.now)
        return self

    def found(self, *ids: str) -> list[str]:
        """Return what those checks find, or all of those letters."""
        wanted = [id_ for id_ in CHECKS if id_.startswith(ids)]
        return [finding.check for finding in inspect(self.events, self.now, wanted)]

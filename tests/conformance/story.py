"""Stories of a station written by hand, with events that the reference scenarios do not have."""

from collections.abc import Iterable
from typing import Any, Self

from mock_csms.behavior.templates import rfc3339
from mock_csms.behavior.validation import Validation
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.conversation import Conversation
from mock_csms.protocol.messages import Call, Error, Message, Result, encode
from mock_csms.protocol.versions import V201, Version
from mock_csms.protocol.visitors import Visitor
from mock_csms.station.handshake import basic
from mock_csms.twin.events import Connected, Disconnected, Event, Finding, Knocked, Received, Sent
from tests.conformance.witness import OLD, STATION, TERMS, inspect
from tests.station.bench import NOW
from tests.station.play import default_answer

CREDENTIALS = basic(STATION, OLD)
PATIENCE = TERMS.patience
STAMP = rfc3339(NOW)


# Events.


def connected(at: float, credentials: str = CREDENTIALS) -> list[Event]:
    """Return the events of a handshake and the new connection."""
    visitor = Visitor(f"/{STATION}", ["ocpp2.0.1"], credentials)
    return [Knocked(at, STATION, visitor), Connected(at, STATION, "ocpp2.0.1", ("ocpp2.0.1",))]


def came(at: float, text: bytes, answers: Call | None = None, version: Version = V201) -> Received:
    """Return the event of a received text, as the session makes it; it may answer a call of the mock."""
    talk = Conversation(version, Sender.STATION)
    if answers:
        talk.open(answers)
    read = talk.receive(text, Validation())
    return Received(at, STATION, text, read.message, read.violations, read.answers, False, read.is_refused, version)


def got(at: float, message: Message, answers: Call | None = None) -> Received:
    """Return the event of a received message."""
    return came(at, encode(message), answers)


def sent(at: float, message: Message, answers: Call | None = None, fault: str = "", version: Version = V201) -> Sent:
    """Return the event of a message that the mock sent."""
    violations = Conversation(version, Sender.STATION).sent(message, answers)
    return Sent(at, STATION, encode(message), message, violations, answers, "", fault, version)


# Payloads.


def about(component: str, variable: str) -> Json:
    """Return component and variable, for instance of `("OCPPCommCtrlr", "MessageTimeout[Default]")`."""
    name, _, instance = variable.removesuffix("]").partition("[")
    named = {"name": name, "instance": instance} if instance else {"name": name}
    return {"component": {"name": component}, "variable": named}


def variable(component: str, name: str, *, mutability: str = "ReadWrite", **more: Any) -> Json:
    """Return a reported variable: `value` goes into its attribute, the rest into its characteristics."""
    attribute = {"mutability": mutability} | ({"value": more.pop("value")} if "value" in more else {})
    characteristics = {"dataType": "string", "supportsMonitoring": False} | more
    return about(component, name) | {"variableAttribute": [attribute], "variableCharacteristics": characteristics}


def part(id_: int, number: int, *rows: Json, tbc: bool = False) -> Json:
    """Return a NotifyReport."""
    result = {"requestId": id_, "generatedAt": STAMP, "seqNo": number, "tbc": tbc}
    return result | ({"reportData": list(rows)} if rows else {})


class Story:
    """What a station does, step by step; `now` is the time of the next step."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.now = NOW + seconds
        self.events: list[Event] = []
        self._count = 0

    def found(self, *checks: str) -> list[str]:
        """Return what these checks have reported by now. A check counts if its id begins with one of the texts."""
        return [finding.problem for finding in self._findings(checks)]

    def checks(self, *checks: str) -> list[str]:
        """Return the ids of the checks that have reported something by now."""
        return [finding.check for finding in self._findings(checks)]

    def wait(self, seconds: float) -> Self:
        """Let time pass."""
        self.now += seconds
        return self

    def at(self, seconds: float = 0.0) -> str:
        """Return the timestamp of a time, in seconds from now."""
        return rfc3339(self.now + seconds)

    def connect(self, password: str = OLD) -> Self:
        """Open a connection."""
        return self._add(*connected(self.now, basic(STATION, password)))

    def lose(self) -> Self:
        """Lose the connection."""
        return self._add(Disconnected(self.now, STATION, 1006, ""))

    def reconnect(self) -> Self:
        """Lose the connection, and open another one after a second."""
        return self.lose().wait(1).connect()

    def call(self, action: str, payload: Json, answer: Any = (), *, fault: str = "", late: float = 0.0) -> Self:
        """Let the station call, and the mock answer `late` seconds later.

        `answer` patches the usual answer, or is an error code; None means no answer.
        """
        call = Call(self._new_id(), action, payload)
        received = got(self.now, call)
        assert isinstance(answer, str) or not received.violations, "what breaks its schema is refused"
        self._add(received)
        self.now += late
        if answer is None:
            return self
        if isinstance(answer, str):
            return self._add(sent(self.now, Error(call.id, answer, ""), call, fault))
        usual = default_answer(action, payload)
        usual |= {"currentTime": self.at()} if "currentTime" in usual else {}
        return self._add(sent(self.now, Result(call.id, usual | dict(answer)), call, fault))

    def command(self, action: str, payload: Json, answer: Json | str | None, *early: tuple[str, Json]) -> Self:
        """Send a command. It gets a result, an error code, or no answer; `early` calls come before that."""
        call = Call(self._new_id(), action, payload)
        command = sent(self.now, call)
        assert not command.violations
        self._add(command)
        for each in early:
            self.call(*each)
        if answer is None:
            return self
        message = Error(call.id, answer, "") if isinstance(answer, str) else Result(call.id, answer)
        return self._add(got(self.now, message, call))

    # What stations usually do.

    def boot(self, reason: str = "PowerUp", status: str = "Accepted", interval: int = 0, **answer: Any) -> Self:
        """Boot."""
        station = {"model": "M", "vendorName": "V", "serialNumber": "S-1"}
        answer = {"status": status, "interval": interval} | answer
        return self.call("BootNotification", {"reason": reason, "chargingStation": station}, answer)

    def begin(self, *connectors: tuple[int, int]) -> Self:
        """Connect, boot, and report that all connectors are Available."""
        self.connect().boot()
        for evse, connector in connectors or [(1, 1)]:
            self.tell(evse, connector)
        return self.secure("StartupOfTheDevice")

    def tell(self, evse: int, connector: int, status: str = "Available", after: float = 0.0, answer: Any = ()) -> Self:
        """Send the status of a connector."""
        place = {"evseId": evse, "connectorId": connector}
        payload = {"timestamp": self.at(after), "connectorStatus": status} | place
        return self.call("StatusNotification", payload, answer)

    def secure(self, kind: str) -> Self:
        """Send a security event."""
        return self.call("SecurityEventNotification", {"type": kind, "timestamp": self.at()})

    def event(
        self,
        kind: str,
        trigger: str = "Authorized",
        number: int = 0,
        *,
        after: float = 0.0,
        answer: Any = (),
        **more: Any,
    ) -> Self:
        """Send a TransactionEvent, of transaction T at connector 1.1 unless `more` says otherwise."""
        info = {"transactionId": "T"} | more.pop("info", {})
        stamp = {"timestamp": self.at(after), "evse": {"id": 1, "connectorId": 1}}
        payload = {"eventType": kind, "triggerReason": trigger, "seqNo": number, "transactionInfo": info}
        return self.call("TransactionEvent", payload | stamp | more, answer)

    # What a CSMS usually asks for.

    def know(self, **values: str) -> Self:
        """Read variables with these values: `OCPPCommCtrlr_OfflineThreshold="60"`."""
        for name, value in values.items():
            self.get(*name.split("_"), attributeValue=value)
        return self

    def get(self, component: str, variable: str, status: str = "Accepted", **more: Any) -> Self:
        """Read a variable."""
        name = about(component, variable)
        answer = name | {"attributeType": "Actual", "attributeStatus": status} | more
        return self.command("GetVariables", {"getVariableData": [name]}, {"getVariableResult": [answer]})

    def set(self, component: str, variable: str, value: str, status: str = "Accepted") -> Self:
        """Set a variable."""
        name = about(component, variable)
        answer = name | {"attributeType": "Actual", "attributeStatus": status}
        item = name | {"attributeValue": value}
        return self.command("SetVariables", {"setVariableData": [item]}, {"setVariableResult": [answer]})

    def report(self, *rows: Json, base: str = "FullInventory", id_: int = 4242) -> Self:
        """Report variables, in a FullInventory by default."""
        self.command("GetBaseReport", {"requestId": id_, "reportBase": base}, {"status": "Accepted"})
        return self.call("NotifyReport", part(id_, 0, *rows))

    def _new_id(self) -> str:
        self._count += 1
        return f"id-{self._count}"

    def _add(self, *events: Event) -> Self:
        self.events += events
        return self

    def _findings(self, checks: tuple[str, ...]) -> Iterable[Finding]:
        return inspect(self.events, self.now, [id_ for id_ in CHECKS if id_.startswith(checks)])


def accepted() -> Story:
    """Return a station that has booted, and sent nothing else."""
    return Story().connect().boot()

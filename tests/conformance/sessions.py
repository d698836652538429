"""A simulated station for property tests: it makes no mistake, and gives the checks its events.

It follows the state machine of a transaction and shares no code with the reference station: the checks must find
nothing wrong with either. It performs a list of moves: drivers come and go, commands are sent, the connection breaks,
the mock refuses events.
"""

from collections.abc import Callable, Mapping
from itertools import count
from typing import Any, TypeAlias

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Message, Result
from mock_csms.protocol.records import Mutable
from mock_csms.twin import events
from mock_csms.twin.events import Event
from tests.conformance.story import about, connected, got, sent
from tests.conformance.witness import STATION
from tests.station.bench import NOW

Move: TypeAlias = tuple[str, int, int]
"""What happens, at which EVSE, and how many seconds pass afterwards."""

EVENT = "TransactionEvent"
REGISTER, POWER = "Energy.Active.Import.Register", "Power.Active.Import"
INTERVAL, ATTEMPTS, PAUSE, POWER_DRAWN = 60, 3, 10, 7200
POINTS = ("EVConnected", "Authorized", "PowerPathClosed")
CARD, CENTRAL = {"idToken": "Alice", "type": "ISO14443"}, {"idToken": "Office", "type": "Central"}
CONNECTED = {"EVConnected", "Charging", "SuspendedEV"}


class Terms(Mutable):
    """The settings of the station."""

    start: str = "PowerPathClosed"
    """TxStartPoint."""
    stop: str = "PowerPathClosed"
    """TxStopPoint."""
    is_known: bool = True
    """Whether the mock reads the variables of the station."""


class Bay(Mutable):
    """An EVSE with one connector, and its transaction."""

    id: int
    is_plugged: bool = False
    """Whether a cable is plugged in."""
    token: Json | None = None
    """The idToken that charges."""
    remote: int | None = None
    """The remoteStartId of the transaction."""
    is_suspended: bool = False
    """Whether the vehicle takes no power."""
    energy: float = 0.0
    """What the register shows, in Wh."""
    transaction: str | None = None
    """The transactionId; None if no transaction runs."""
    number: int = 0
    """The next seqNo."""
    is_token_sent: bool = False
    """Whether an event has had the idToken."""
    is_place_told: bool = False
    """Whether an event has had the connector."""
    reason: str | None = None
    """The stoppedReason of the stop, until the transaction ends."""
    due: float = 0.0
    """When the next periodic values are due."""

    @property
    def points(self) -> set[str]:
        """The values of TxStartPoint and TxStopPoint that apply now."""
        held = {"EVConnected"} if self.is_plugged else set()
        held |= {"Authorized"} if self.token else set()
        return held | ({"PowerPathClosed"} if len(held) == 2 else set())

    @property
    def state(self) -> str:
        """The chargingState."""
        if not self.is_plugged:
            return "Idle"
        return "EVConnected" if not self.token else "SuspendedEV" if self.is_suspended else "Charging"


class Queued(Mutable):
    """An event that waits until the CSMS accepts it."""

    payload: Json
    """The payload of the TransactionEvent."""
    attempts: int = 0
    """How often it was sent."""


class Street:
    """A station with two EVSEs, and the events that the mock sees of it."""

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.seen: list[Event] = []
        self.now = NOW
        self.ids = count(1)
        self.bays = {number: Bay(number) for number in (1, 2)}
        self.is_online = False
        self.queue: list[Queued] = []
        self.quiet_until = 0.0
        self.answers: list[str] = []
        self._begin()

    # What happens to the station.

    def play(self, moves: list[Move]) -> list[Event]:
        """Perform the moves, one after the other, and return all events."""
        for name, evse, seconds in moves:
            MOVES[name](self, self.bays[evse])
            self.wait(seconds)
        self.wait(200)
        return self.seen

    def wait(self, seconds: float) -> None:
        """Let time pass: meters are read, and queued events are sent."""
        end = self.now + seconds
        while True:
            due = [bay.due for bay in self.bays.values() if bay.transaction]
            due += [self.quiet_until] if self.queue and self.quiet_until > self.now else []
            at = min([each for each in due if each <= end], default=end)
            for bay in self.bays.values():
                bay.energy += POWER_DRAWN * (at - self.now) / 3600 if bay.state == "Charging" else 0.0
            self.now = at
            for bay in self.bays.values():
                if bay.transaction and bay.due <= at:
                    bay.due += INTERVAL
                    self.tell(bay, "Updated", "MeterValuePeriodic", "Sample.Periodic")
            self.flush()
            if at >= end:
                return

    def change(self, bay: Bay, trigger: str, reason: str | None = None, **changes: Any) -> None:
        """Change an EVSE, and send the TransactionEvent for this change."""
        before = bay.points
        for name, value in changes.items():
            setattr(bay, name, value)
        if bay.token is None:
            bay.remote, bay.is_suspended = None, False
        gone, come = before - bay.points, bay.points - before
        if bay.transaction is None:
            if come and self.terms.start in bay.points:
                bay.transaction, bay.number, bay.reason = f"tx-{bay.id}-{next(self.ids)}", 0, None
                bay.is_token_sent = bay.is_place_told = False
                bay.due = self.now + INTERVAL
                self.tell(bay, "Started", trigger, "Transaction.Begin")
            return
        if "EVConnected" in come:
            bay.is_place_told = False
        if "Authorized" in come:
            bay.is_token_sent, bay.reason = False, None
        if self.terms.stop in gone or not bay.points:
            self.tell(bay, "Ended", trigger, "Transaction.End", bay.reason or reason)
            bay.transaction = bay.token = bay.remote = None
            return
        bay.reason = reason if trigger in ("StopAuthorized", "RemoteStop") else bay.reason
        self.tell(bay, "Updated", trigger)

    # What the station sends.

    def tell(self, bay: Bay, kind: str, trigger: str, context: str = "", reason: str | None = None) -> None:
        """Queue a TransactionEvent."""
        info: Json = {"transactionId": bay.transaction, "chargingState": bay.state}
        event: Json = {"eventType": kind, "timestamp": rfc3339(self.now), "triggerReason": trigger, "seqNo": bay.number}
        if bay.token and not bay.is_token_sent:
            event["idToken"], bay.is_token_sent = bay.token, True
            if bay.remote is not None:
                info["remoteStartId"], event["triggerReason"] = bay.remote, "RemoteStart"
        if reason:
            info["stoppedReason"] = reason
        if not bay.is_place_told and (bay.is_plugged or kind == "Started"):
            event["evse"] = {"id": bay.id} | ({"connectorId": 1} if bay.is_plugged else {})
            bay.is_place_told = bay.is_plugged
        if context:
            event["meterValue"] = [{"timestamp": event["timestamp"], "sampledValue": self.samples(bay, context)}]
        if not self.is_online:
            event["offline"] = True
        bay.number += 1
        self.queue.append(Queued(event | {"transactionInfo": info}))
        self.flush()

    def samples(self, bay: Bay, context: str) -> list[Json]:
        """Return the values that a meter shows."""
        power = POWER_DRAWN if bay.state == "Charging" else 0
        return [
            {"value": round(bay.energy, 1), "measurand": REGISTER, "context": context, "unitOfMeasure": {"unit": "Wh"}},
            {"value": power, "measurand": POWER, "context": context, "unitOfMeasure": {"unit": "W"}},
        ]

    def flush(self) -> None:
        """Send the queued events, as long as the mock accepts them."""
        while self.queue and self.is_online and self.now >= self.quiet_until:
            first = self.queue[0]
            answer = self.answers.pop(0) if self.answers else "taken"
            first.attempts += 1
            if answer == "lost":
                self.call(EVENT, first.payload, None)
                self.lose()
                return
            self.call(EVENT, first.payload, {} if answer == "taken" else Error("", "InternalError", "no"))
            if answer == "taken" or first.attempts >= ATTEMPTS:
                self.queue.pop(0)
            else:
                self.quiet_until = self.now + PAUSE * first.attempts

    def call(self, action: str, payload: Json, answer: Json | Error | None) -> None:
        """Send a call; the mock answers it, unless `answer` is None."""
        call = Call(f"call-{next(self.ids)}", action, payload)
        self.seen.append(got(self.now, call))
        if answer is not None:
            is_error = isinstance(answer, Error)
            message: Message = Error(call.id, answer.code, "") if is_error else Result(call.id, answer)  # type: ignore[union-attr] # mypy does not follow is_error
            self.seen.append(sent(self.now, message, call))

    def command(self, action: str, payload: Json, answer: Json) -> None:
        """Let the mock send a command, and answer it at once."""
        call = Call(f"command-{next(self.ids)}", action, payload)
        self.seen += [sent(self.now, call, None), got(self.now, Result(call.id, answer), call)]

    def status(self, bay: Bay) -> None:
        """Send the status of a connector."""
        if self.is_online:
            state = "Occupied" if bay.is_plugged else "Available"
            where = {"evseId": bay.id, "connectorId": 1}
            result = {"timestamp": rfc3339(self.now), "connectorStatus": state}
            self.call("StatusNotification", where | result, {})

    def lose(self) -> None:
        """Lose the connection: queued events are offline from now on (E11.FR.07)."""
        self.is_online = False
        self.seen.append(events.Disconnected(self.now, STATION, 1006, ""))
        for each in self.queue:
            each.payload, each.attempts = each.payload | {"offline": True}, 0

    def connect(self) -> None:
        """Open a connection."""
        self.is_online, self.quiet_until = True, 0.0
        self.seen += connected(self.now)

    def _begin(self) -> None:
        """Boot, report the connectors, and let the mock read the variables if the terms say so."""
        self.connect()
        boot = {"reason": "PowerUp", "chargingStation": {"model": "Street", "vendorName": "Tests"}}
        self.call("BootNotification", boot, {"currentTime": rfc3339(self.now), "interval": 86400, "status": "Accepted"})
        startup = {"type": "StartupOfTheDevice", "timestamp": rfc3339(self.now)}
        self.call("SecurityEventNotification", startup, {})
        for bay in self.bays.values():
            self.status(bay)
        if self.terms.is_known:
            results = variables(self.terms)
            asked = [{key: each[key] for key in ("component", "variable")} for each in results]
            self.command("GetVariables", {"getVariableData": asked}, {"getVariableResult": results})
        self.wait(5)


def variables(terms: Terms) -> list[Json]:
    """Return the settings of the station as results of GetVariables."""
    measurands = f"{REGISTER},{POWER}"
    rows = [
        ("SampledDataCtrlr", "TxStartedMeasurands", measurands),
        ("SampledDataCtrlr", "TxUpdatedMeasurands", measurands),
        ("SampledDataCtrlr", "TxEndedMeasurands", measurands),
        ("SampledDataCtrlr", "TxUpdatedInterval", str(INTERVAL)),
        ("TxCtrlr", "TxStartPoint", terms.start),
        ("TxCtrlr", "TxStopPoint", terms.stop),
        ("TxCtrlr", "StopTxOnInvalidId", "true"),
        ("AuthCtrlr", "Enabled", "true"),
        ("OCPPCommCtrlr", f"MessageAttempts[{EVENT}]", str(ATTEMPTS)),
        ("OCPPCommCtrlr", f"MessageAttemptInterval[{EVENT}]", str(PAUSE)),
    ]
    return [
        about(component, name) | {"attributeStatus": "Accepted", "attributeType": "Actual", "attributeValue": value}
        for component, name, value in rows
    ]


# Moves.


def _plug(street: Street, bay: Bay) -> None:
    if not bay.is_plugged:
        bay.is_plugged = True
        street.status(bay)
        bay.is_plugged = False
        street.change(bay, "CablePluggedIn", is_plugged=True)


def _unplug(street: Street, bay: Bay) -> None:
    if bay.is_plugged:
        street.change(bay, "EVCommunicationLost", "EVDisconnected", is_plugged=False, token=None)
        street.status(bay)


def _present(street: Street, bay: Bay) -> None:
    """Present a card: start charging, or stop."""
    if bay.token:
        street.change(bay, "StopAuthorized", "Local", token=None)
    else:
        card = CARD | {"idToken": f"Alice{bay.id}"}
        if street.is_online:
            street.call("Authorize", {"idToken": card}, {"idTokenInfo": {"status": "Accepted"}})
        street.change(bay, "Authorized", token=card)


def _start(street: Street, bay: Bay) -> None:
    if bay.token or not street.is_online:
        return
    number = next(street.ids)
    answer = {"status": "Accepted"} | ({"transactionId": bay.transaction} if bay.transaction else {})
    request = {"idToken": CENTRAL, "remoteStartId": number, "evseId": bay.id}
    street.command("RequestStartTransaction", request, answer)
    street.change(bay, "RemoteStart", token=CENTRAL, remote=number)


def _stop(street: Street, bay: Bay) -> None:
    if bay.transaction and bay.token and street.is_online:
        street.command("RequestStopTransaction", {"transactionId": bay.transaction}, {"status": "Accepted"})
        street.change(bay, "RemoteStop", "Remote", token=None)


def _suspend(street: Street, bay: Bay) -> None:
    """Let the vehicle stop taking power, or take it again."""
    if bay.transaction and bay.state in ("Charging", "SuspendedEV"):
        street.change(bay, "ChargingStateChanged", is_suspended=not bay.is_suspended)


def _ask(street: Street, bay: Bay) -> None:
    if bay.transaction and street.is_online:
        waits = any(each.payload["transactionInfo"]["transactionId"] == bay.transaction for each in street.queue)
        answer = {"ongoingIndicator": True, "messagesInQueue": waits}
        street.command("GetTransactionStatus", {"transactionId": bay.transaction}, answer)


def _lose(street: Street, _: Bay) -> None:
    if street.is_online:
        street.lose()


def _return(street: Street, _: Bay) -> None:
    if not street.is_online:
        street.wait(10)
        street.connect()
        for bay in street.bays.values():
            street.status(bay)
        street.flush()


def _answers(*next_ones: str) -> Callable[[Street, Bay], None]:
    return lambda street, _: street.answers.extend(next_ones)


CALM: Mapping[str, Callable[[Street, Bay], None]] = {
    "plug": _plug,
    "unplug": _unplug,
    "present": _present,
    "start": _start,
    "stop": _stop,
    "suspend": _suspend,
    "ask": _ask,
}
"""The moves without lost connections and refused events."""

MOVES: Mapping[str, Callable[[Street, Bay], None]] = {
    **CALM,
    "lose": _lose,
    "return": _return,
    "refuse": _answers("refused"),
    "refuse often": _answers("refused", "refused", "refused"),
    "lose the answer": _answers("lost"),
}
"""All moves."""

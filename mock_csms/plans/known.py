"""What is known of the station under test besides what the mock itself remembers: whether it is connected, what its
connectors say, its transactions, and what vehicles do there. `states` decides by it what there is still to do.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from mock_csms.behavior.matching import ABSENT, value_at
from mock_csms.frontends.python import Csms
from mock_csms.protocol.identifiers import folded, spelling_in
from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.protocol.records import Mutable, Record
from mock_csms.twin.events import Connected, Disconnected, Event, Knocked, Received, Refused, Sent, Unanswered


class Transaction(Mutable):
    """One that runs: where, its charging state, whether somebody was authorized for it, and the trigger of a stop."""

    id: str
    evse: int | None = None
    charging_state: str = ""
    is_authorized: bool = False
    stopped_by: str = ""


class Visit(Record):
    """That the station connected, was refused, or went: `kind` is the name of the event.

    `path` is what stood before its identity in the URL that it dialed.
    """

    kind: str
    at: float
    path: str = ""

    @property
    def name(self) -> str:
        """How people call it."""
        return {"Connected": "the connection", "Refused": "the try to connect"}.get(self.kind, "the disconnection")


class Known:
    """What the events of one station told of it so far; `visits` and `answers` since the case began.

    `answers` are what the mock has answered, by the ids of the calls. Who has looked at a visit takes it. `path` is
    what stood before the identity in the URL that was dialed last. At the EVSEs that are `parked` the operator has
    driven a vehicle into the bay, and at those that are `paused` one takes no energy. `heard` counts what came from it,
    `heard_in` is the `case` in which the last of it came, `ignored` counts the commands since then that were not
    answered, `opened` its connections; in the one of number `boots_never` it boots for nothing.
    """

    def __init__(self, identity: str, csms: Csms) -> None:
        self.is_connected = False
        self.connectors: dict[tuple[int, int], str] = {}
        self.transactions: dict[str, Transaction] = {}
        self.visits: list[Visit] = []
        self.answers: dict[str, Result | Error] = {}
        self.parked: set[int] = set()
        self.paused: set[int] = set()
        self.path = ""
        self.case = self.heard_in = ""
        self.heard = self.ignored = self.opened = self.boots_never = 0
        self._identity = folded(identity)
        self._csms = csms
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}
        csms.bus.subscribe(self._learn, Knocked, Connected, Disconnected, Refused, Received, Sent, Unanswered)

    def anew(self) -> None:
        """Forget what is kept of one case only."""
        self.visits.clear()
        self.answers.clear()

    def was_done(self, action: str, evse: int) -> None:
        """Learn what the operator has done with a vehicle."""
        if action == "drive-in":
            self.parked.add(evse)
        elif action == "drive-out":
            self.parked.discard(evse)
        elif action == "ev-pause":
            self.paused.add(evse)
        elif action in ("ev-ready", "unplug"):
            self.paused.discard(evse)

    @property
    def is_accepted(self) -> bool:
        """Whether its last boot was answered with Accepted."""
        return any(folded(name) == self._identity and each.is_accepted for name, each in self._csms.stations.items())

    @property
    def was_told_to_wait(self) -> bool:
        """Whether its last boot was answered with Pending or Rejected, so that it boots again by itself."""
        stations = (each for name, each in self._csms.stations.items() if folded(name) == self._identity)
        return any(station.boot_status in ("Pending", "Rejected") for station in stations)

    @property
    def is_usable(self) -> bool:
        """Whether it can be talked with."""
        return self.is_connected and self.is_accepted

    def at(self, evse: int) -> Transaction | None:
        """Return the transaction that runs at an EVSE."""
        return next((each for each in self.transactions.values() if each.evse == evse), None)

    @property
    def is_silent(self) -> bool:
        """Whether it is connected, was told something since it said anything, and has not answered."""
        return self.is_connected and self.ignored > 0

    async def until(self, is_so: Callable[[], bool], within: float) -> bool:
        """Wait until something is so; False when it is not within so many seconds."""
        if is_so():
            return True
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting[future] = is_so
        try:
            await asyncio.wait([future], timeout=within)
        finally:
            del self._waiting[future]
        return is_so()

    def _learn(self, event: Event) -> None:
        if folded(event.station) != self._identity:
            return
        if isinstance(event, Knocked):
            self.path = event.visitor.path.partition("?")[0].rpartition("/")[0]
        elif isinstance(event, Connected | Disconnected | Refused):
            self.visits.append(Visit(type(event).__name__, event.at, self.path))
            self.is_connected = isinstance(event, Connected) or (isinstance(event, Refused) and self.is_connected)
            self.opened += isinstance(event, Connected)
            self.ignored = self.ignored if isinstance(event, Refused) else 0
        elif isinstance(event, Unanswered):
            self.ignored += 1
        elif isinstance(event, Sent):
            if event.answers and isinstance(event.message, Result | Error):
                self.answers[event.answers.id] = event.message
        elif isinstance(event, Received):
            self._hear(event)
        for future, is_so in self._waiting.items():
            if not future.done() and is_so():
                future.set_result(None)

    def _hear(self, event: Received) -> None:
        self.heard, self.ignored, self.heard_in = self.heard + 1, 0, self.case
        learn = _FROM_CALLS.get(event.message.action) if isinstance(event.message, Call) else None
        if learn and isinstance(event.message, Call) and not event.is_refused:
            learn(self, event.message.payload)


def _status(known: Known, payload: Any) -> None:
    known.connectors[payload["evseId"], payload["connectorId"]] = payload["connectorStatus"]


def _events(known: Known, payload: Any) -> None:
    for data in payload["eventData"]:
        place = data["component"].get("evse", {})
        if data["variable"]["name"] == "AvailabilityState" and "connectorId" in place:
            known.connectors[place["id"], place["connectorId"]] = data["actualValue"]


def _transaction(known: Known, payload: Any) -> None:
    info = payload["transactionInfo"]
    id_ = spelling_in(known.transactions, info["transactionId"])
    if payload["eventType"] == "Ended":
        known.transactions.pop(id_, None)
        return
    transaction = known.transactions.setdefault(id_, Transaction(id_))
    evse = value_at(payload, ("evse", "id"))
    transaction.evse = transaction.evse if evse is ABSENT else evse
    transaction.charging_state = info.get("chargingState", transaction.charging_state)
    transaction.is_authorized = transaction.is_authorized or "idToken" in payload
    if payload["triggerReason"] in _STOPS:
        transaction.stopped_by = payload["triggerReason"]


_STOPS = ("StopAuthorized", "RemoteStop")

_FROM_CALLS: dict[str, Callable[[Known, Any], None]] = {
    "StatusNotification": _status,
    "NotifyEvent": _events,
    "TransactionEvent": _transaction,
}

"""The station under test: what it has told, which its twin knows, what it did in this case, and what vehicles do there.

`states` decides by it what there is still to do.
"""

import asyncio
from collections.abc import Callable, Mapping

from mock_csms.control.python import Csms
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Error, Result
from mock_csms.protocol.records import Record
from mock_csms.twin.events import Connected, Disconnected, Event, Knocked, Received, Refused, Sent, Unanswered
from mock_csms.twin.transactions import Transaction
from mock_csms.twin.twin import Twin


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


class StationUnderTest:
    """What is known of the station under test so far; `visits` and `answers` since the case began."""

    def __init__(self, identity: str, csms: Csms) -> None:
        self.visits: list[Visit] = []
        """How it came and went; who has looked at a visit takes it."""
        self.answers: dict[str, Result | Error] = {}
        """What the mock has answered, by the ids of the calls."""
        self.parked: set[int] = set()
        """The EVSEs where the operator has driven a vehicle into the bay."""
        self.paused: set[int] = set()
        """The EVSEs where a vehicle takes no energy."""
        self.heard = 0
        """How many messages came from it."""
        self.case = self.heard_in = ""
        """The case that runs, and the one in which its last message came."""
        self.ignored = 0
        """How many commands since that message were not answered."""
        self.boots_never = 0
        """The number of the connection in which it boots for nothing."""
        self._twin = Twin()
        self._given_up: dict[str, int] = {}
        self._identity = folded(identity)
        self._csms = csms
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}
        csms.bus.subscribe(self._learn, Knocked, Connected, Disconnected, Refused, Received, Sent, Unanswered)

    @property
    def is_connected(self) -> bool:
        """Whether it is connected now."""
        return self._twin.connections.is_open

    @property
    def opened(self) -> int:
        """How many connections it has had."""
        return self._twin.connections.opened

    @property
    def path(self) -> str:
        """What stood before its identity in the URL that it dialed last."""
        visitor = self._twin.connections.visitor
        return visitor.path.partition("?")[0].rpartition("/")[0] if visitor else ""

    @property
    def connectors(self) -> Mapping[tuple[int, int], str]:
        """The status that it told last of each connector."""
        return self._twin.connectors.statuses

    @property
    def transactions(self) -> Mapping[str, Transaction]:
        """The transactions that run there, without those that were given up and of which nothing came since."""
        running = self._twin.transactions.running
        return {id_: each for id_, each in running.items() if self._given_up.get(id_) != each.highest}

    def give_up(self, id_: str) -> None:
        """Take a transaction for one that runs no more, until something comes of it."""
        transaction = self._twin.transactions.running.get(id_)
        if transaction is not None:
            self._given_up[id_] = transaction.highest

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
        self._twin = self._csms.follow(event.station)
        if isinstance(event, Connected | Disconnected | Refused):
            self.visits.append(Visit(type(event).__name__, event.at, self.path))
            self.ignored = self.ignored if isinstance(event, Refused) else 0
        elif isinstance(event, Unanswered):
            self.ignored += 1
        elif isinstance(event, Sent):
            if event.answers and isinstance(event.message, Result | Error):
                self.answers[event.answers.id] = event.message
        elif isinstance(event, Received):
            self.heard, self.ignored, self.heard_in = self.heard + 1, 0, self.case
        for future, is_so in self._waiting.items():
            if not future.done() and is_so():
                future.set_result(None)

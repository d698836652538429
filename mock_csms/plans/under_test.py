"""The facts about the station under test: its connections, its twin, the answers that it got, and the vehicles at it.

The states (`v2/states/`) use them to decide which steps are still to be done.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import TypeAlias

from mock_csms.control.python import Csms
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Error, Result
from mock_csms.protocol.records import Record
from mock_csms.twin.events import (
    Connected,
    Disconnected,
    Event,
    FileRequested,
    FileTransferred,
    Knocked,
    Received,
    Refused,
    Sent,
    TlsAgreed,
    TlsFailed,
    TlsOffered,
    Unanswered,
)
from mock_csms.twin.transactions import Transaction
from mock_csms.twin.twin import Twin
from mock_csms.watch.inbox import Taken
from mock_csms.watch.waiting import wait_for

_UPLOADING = ("PUT", "POST")
"""The methods of an upload, by any protocol."""


class ConnectionEvent(Record):
    """The station connected, was refused, or disconnected."""

    kind: str
    """The name of the event: Connected, Refused or Disconnected."""
    at: float
    """When, in seconds since 1970 (UTC)."""
    path: str = ""
    """The path before the identity in the URL of the station."""

    @property
    def name(self) -> str:
        """The name of the station in failures."""
        return {"Connected": "the connection", "Refused": "the connection attempt"}.get(self.kind, "the disconnection")


Timed: TypeAlias = Taken | ConnectionEvent | FileRequested
"""A step of the station that has a time: a call, a connection event, or an attempt to upload."""


def name_of(step: Timed) -> str:
    """Return the name of a step of the station in failures."""
    if isinstance(step, FileRequested):
        return "the upload"
    return step.name if isinstance(step, ConnectionEvent) else step.call.action


class TlsHandshake(Record):
    """A TLS handshake that is over."""

    result: TlsAgreed | TlsFailed
    offer: TlsOffered | None
    """What the station has offered; None if the mock could not read it."""


class StationUnderTest:
    """The facts about the station under test so far.

    `connection_events`, `handshakes`, `answers`, `attempts` and `transfers` begin anew with each case.
    """

    def __init__(self, identity: str, csms: Csms) -> None:
        self.connection_events: list[ConnectionEvent] = []
        """How it connected and disconnected, without the events that earlier steps have used."""
        self.handshakes: list[TlsHandshake] = []
        """The TLS handshakes at the mock, without those that earlier steps have used."""
        self.answers: dict[str, Result | Error] = {}
        """The mock's answers, by the message ids of the calls."""
        self.attempts: list[FileRequested] = []
        """Its attempts to upload a file."""
        self.transfers: list[FileTransferred] = []
        """How these attempts have ended."""
        self.parked: set[int] = set()
        """The EVSEs where the operator has driven a vehicle into the bay."""
        self.paused: set[int] = set()
        """The EVSEs where the vehicle suspends charging."""
        self.received = 0
        """How many messages it has sent."""
        self.case = self.last_case = ""
        """The id of the running case, and of the case in which its last message came."""
        self.unanswered = 0
        """How many commands were not answered since its last message."""
        self.never_boots_on = 0
        """The number of a connection on which the station cannot be made to boot; 0 if there is none."""
        self._twin = Twin()
        self._given_up: dict[str, int] = {}
        self._offer: TlsOffered | None = None
        self._identity = folded(identity)
        self._csms = csms
        self._waiting: dict[asyncio.Future[None], Callable[[], bool]] = {}
        csms.bus.subscribe(self._learn, Knocked, Connected, Disconnected, Refused, Received, Sent, Unanswered)
        csms.bus.subscribe(self._note_upload, FileRequested, FileTransferred)
        csms.bus.subscribe(self._note_handshake, TlsOffered, TlsAgreed, TlsFailed)

    @property
    def is_connected(self) -> bool:
        """Whether it is connected."""
        return self._twin.connections.is_open

    @property
    def opened(self) -> int:
        """How many connections it has opened."""
        return self._twin.connections.opened

    @property
    def path(self) -> str:
        """The path before the identity in the URL of its last connection."""
        visitor = self._twin.connections.visitor
        return visitor.path.partition("?")[0].rpartition("/")[0] if visitor else ""

    @property
    def security_profile(self) -> int:
        """The security profile of its last connection; 0 for none."""
        visitor = self._twin.connections.visitor
        return visitor.profile if visitor else 0

    @property
    def certificate(self) -> str:
        """The client certificate of its last connection, in PEM; "" if it has shown none."""
        visitor = self._twin.connections.visitor
        return visitor.tls.certificate if visitor and visitor.tls else ""

    @property
    def connectors(self) -> Mapping[tuple[int, int], str]:
        """The status that it last reported for each connector, by EVSE and connector."""
        return self._twin.connectors.statuses

    @property
    def transactions(self) -> Mapping[str, Transaction]:
        """The running transactions by id, except those that were given up and not reported again."""
        running = self._twin.transactions.running
        return {id_: each for id_, each in running.items() if self._given_up.get(id_) != each.highest}

    @property
    def firmware_status(self) -> str:
        """The firmware status that a trigger must report while no update runs: Idle, or how the last one failed.

        After Installed it is Idle (L01.FR.25), after any other end that status (L01.FR.26).
        """
        update = self._twin.firmware.update
        return "Idle" if update is None or update.status in (None, "Installed") else update.status

    def give_up(self, id_: str) -> None:
        """Treat a transaction as ended until the station reports something about it."""
        transaction = self._twin.transactions.running.get(id_)
        if transaction is not None:
            self._given_up[id_] = transaction.highest

    def begin_case(self) -> None:
        """Reset everything that is kept for one case only."""
        self.connection_events.clear()
        self.handshakes.clear()
        self.answers.clear()
        self.attempts.clear()
        self.transfers.clear()

    def note_action(self, action: str, evse: int) -> None:
        """Note an action of the operator with a vehicle."""
        if action == "drive-in":
            self.parked.add(evse)
        elif action == "drive-out":
            self.parked.discard(evse)
        elif action == "ev-pause":
            self.paused.add(evse)
        elif action in ("ev-ready", "unplug", "unplug-ev"):
            self.paused.discard(evse)

    @property
    def is_accepted(self) -> bool:
        """Whether its last boot was answered with Accepted."""
        return any(folded(name) == self._identity and each.is_accepted for name, each in self._csms.stations.items())

    @property
    def has_to_wait(self) -> bool:
        """Whether its last boot was answered with Pending or Rejected, so that it boots again by itself."""
        stations = (each for name, each in self._csms.stations.items() if folded(name) == self._identity)
        return any(station.boot_status in ("Pending", "Rejected") for station in stations)

    @property
    def is_usable(self) -> bool:
        """Whether it is connected and accepted."""
        return self.is_connected and self.is_accepted

    def transaction_at(self, evse: int) -> Transaction | None:
        """Return the running transaction at an EVSE, or None."""
        return next((each for each in self.transactions.values() if each.evse == evse), None)

    @property
    def is_silent(self) -> bool:
        """Whether it is connected, and has not answered a command since its last message."""
        return self.is_connected and self.unanswered > 0

    async def until(self, is_so: Callable[[], bool], within: float) -> bool:
        """Wait until `is_so` returns True; return False if that does not happen within `within` seconds.

        `is_so` is called after each event of the station.
        """
        if is_so():
            return True
        await wait_for(self._waiting, is_so, within)
        return is_so()

    def _learn(self, event: Event) -> None:
        if folded(event.station) != self._identity:
            return
        self._twin = self._csms.follow(event.station)
        if isinstance(event, Connected | Disconnected | Refused):
            self.connection_events.append(ConnectionEvent(type(event).__name__, event.at, self.path))
            self.unanswered = self.unanswered if isinstance(event, Refused) else 0
        elif isinstance(event, Unanswered):
            self.unanswered += 1
        elif isinstance(event, Sent):
            if event.answers and isinstance(event.message, Result | Error):
                self.answers[event.answers.id] = event.message
        elif isinstance(event, Received):
            self.received, self.unanswered, self.last_case = self.received + 1, 0, self.case
        self._wake()

    def _note_upload(self, event: Event) -> None:
        if folded(event.station) != self._identity:
            return
        if isinstance(event, FileRequested) and event.method in _UPLOADING:
            self.attempts.append(event)
        elif isinstance(event, FileTransferred) and event.method in _UPLOADING:
            self.transfers.append(event)
        self._wake()

    def _note_handshake(self, event: Event) -> None:
        """Note a handshake when it is over. No identity is known in it, but no other station connects to the mock."""
        if isinstance(event, TlsOffered):
            self._offer = event
        elif isinstance(event, TlsAgreed | TlsFailed):
            self.handshakes.append(TlsHandshake(event, self._offer))
            self._offer = None
        self._wake()

    def _wake(self) -> None:
        """Wake every waiter whose condition is true now."""
        for future, is_so in self._waiting.items():
            if not future.done() and is_so():
                future.set_result(None)

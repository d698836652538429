"""The transactions of a station, as it told of them; the past ones by their ids alone."""

from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call, decode
from mock_csms.protocol.records import Bounded, Mutable, bounded, field
from mock_csms.twin.connectors import Connector

MOST_EVENTS = 16
MOST_FREE = 100
_MOST, _MOST_IDS, _MOST_GAPS = 100, 10_000, 50
_MOST_AFTER_END = 3

Gap: TypeAlias = tuple[int, int]
"""The first and the last seqNo of events that did not come."""


class ToldEvent(Mutable, gc=False):
    """One event of a transaction as it came last."""

    stamp: str
    kind: str
    """Its eventType."""
    trigger: str
    is_offline: bool
    id: str
    """The id of the message."""
    text: bytes
    at: float
    """When it came."""
    connection: int
    """The number of the connection over which it came."""
    attempts: int = 1
    """How often it came over that connection."""
    failed_at: float | None = None
    """When it was refused; None where it was not."""

    @property
    def payload(self) -> Json:
        """All that it told."""
        message = decode(self.text)
        payload: Json = message.payload if isinstance(message, Call) else {}
        return payload


class Transaction(Mutable):
    """One transaction."""

    id: str
    evse: int | None = None
    connector: int | None = None
    """Where it is, as soon as that was told."""
    events: Bounded[int, ToldEvent] = bounded(MOST_EVENTS)
    """The last events by seqNo."""
    highest: int = -1
    """The highest seqNo that came."""
    stamp: str = ""
    """The timestamp of that event."""
    gaps: list[Gap] = field(default_factory=list)
    """The events that did not come."""
    token: Any = None
    """The idToken that was told first."""
    charging_state: str | None = None
    """The chargingState that was told last."""
    remote: int | None = None
    """The remoteStartId."""
    started: str | None = None
    """The timestamp of the start, where that was told."""
    stopped_by: str | None = None
    """The trigger that took the right to charge."""
    is_reserved: bool = False
    """Whether it has named a reservation."""
    sampled: str | None = None
    """The timestamp of the last periodic values."""
    ended_by: int | None = None
    """The seqNo of the event that ended it."""

    @property
    def is_open(self) -> bool:
        """Whether its end was not told yet."""
        return self.ended_by is None

    @property
    def is_whole(self) -> bool:
        """Whether all of it was told so far: its start, and what followed, without a gap."""
        return self.started is not None and not self.gaps

    def is_next(self, number: int) -> bool:
        """Whether an event is the next one of a transaction of which all is known."""
        return number == self.highest + 1 and self.started is not None and not self.gaps

    def skip_to(self, number: int) -> None:
        """Note a gap before an event; before the first event that came there may be anything."""
        if self.highest >= 0 and len(self.gaps) < _MOST_GAPS:
            self.gaps.append((self.highest + 1, number - 1))

    def fill(self, number: int) -> None:
        """Take a number out of the gaps."""
        for at, (first, last) in enumerate(self.gaps):
            if first <= number <= last:
                parts = [(first, number - 1), (number + 1, last)]
                self.gaps[at : at + 1] = [part for part in parts if part[0] <= part[1]]
                return


class Transactions(Mutable):
    """The transactions that run, and the last hundred that have ended."""

    by_id: dict[str, Transaction] = field(default_factory=dict)
    """Both of them, by id."""
    running: dict[str, Transaction] = field(default_factory=dict)
    """Those that run."""
    ids: dict[str, str] = field(default_factory=dict)
    """The timestamp of the start of each by id, the last ten thousand, also of former runs of the mock."""
    spellings: dict[str, str] = field(default_factory=dict)
    """How each of these ids was written first, by the folded id."""
    late_at: float = 0.0
    """When an event came last that was made offline."""
    trouble_at: float = 0.0
    """When one was refused last."""
    tells_phases: bool = False
    """Whether the station has told numberOfPhasesUsed."""
    were_free: set[Connector] = field(default_factory=set)
    """The connectors that were Available at some time: what charges there has begun since."""

    def open_at(self, evse: int | None = None) -> list[Transaction]:
        """Return those that run, at an EVSE or (None) anywhere."""
        return [each for each in self.running.values() if evse in (None, each.evse)]

    def spelt(self, id_: str) -> str:
        """Return the id of a transaction as it was written first: under that it is known."""
        return id_ if id_ in self.by_id else self.spellings.get(folded(id_), id_)

    def note_id(self, id_: str, began: str) -> None:
        """Remember the id of a transaction and when it began, and forget the oldest ones."""
        self.ids.setdefault(id_, began)
        self.spellings.setdefault(folded(id_), id_)
        if len(self.ids) > _MOST_IDS:
            oldest = next(iter(self.ids))
            del self.ids[oldest]
            self.spellings.pop(folded(oldest), None)

    def begin(self, id_: str) -> Transaction:
        """Make a transaction, and forget old ones: of those that have ended, the ids are kept."""
        self.by_id.pop(id_, None)
        transaction = self.by_id[id_] = self.running[id_] = Transaction(id_)
        self.note_id(id_, "")
        if len(self.by_id) > _MOST:
            oldest = next((each for each in self.by_id if each not in self.running), next(iter(self.by_id)))
            self.by_id.pop(oldest)
            self.running.pop(oldest, None)
        return transaction

    def end(self, transaction: Transaction, number: int) -> None:
        """Note that the event of that number has ended a transaction, and keep its last events only."""
        transaction.ended_by = number
        for old in [*transaction.events][:-_MOST_AFTER_END]:
            del transaction.events[old]
        self.running.pop(transaction.id, None)

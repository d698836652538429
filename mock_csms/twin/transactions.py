"""The transactions of a station, as it reported them. Of old transactions only the ids are kept."""

from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Bounded, Mutable, bounded, field
from mock_csms.twin.connectors import Connector

MOST_EVENTS = 16
MOST_FREE = 100
_MOST, _MOST_IDS, _MOST_GAPS = 100, 10_000, 50
_MOST_AFTER_END = 3

Gap: TypeAlias = tuple[int, int]
"""The first and the last seqNo of a series of missing events."""


class ReportedEvent(Mutable, gc=False):
    """One event of a transaction, as it was last sent."""

    stamp: str
    """Its timestamp."""
    kind: str
    """Its eventType."""
    trigger: str
    """Its triggerReason."""
    is_offline: bool
    """Whether it happened while the station was offline."""
    id: str
    """The id of the message."""
    text: bytes
    """The message."""
    at: float
    """When it came, in seconds since 1970."""
    connection: int
    """The number of the connection over which it came."""
    attempts: int = 1
    """How often it came with the same content on that connection."""
    failed_at: float | None = None
    """The time at which the mock refused it; None if the mock did not."""

    @property
    def payload(self) -> Json:
        """Its payload, decoded again each time."""
        message = decode(self.text)
        payload: Json = message.payload if isinstance(message, Call) else {}
        return payload


class Transaction(Mutable):
    """What a station has reported about one transaction."""

    id: str
    evse: int | None = None
    """Its EVSE; None until an event names one."""
    connector: int | None = None
    """Its connector; None until an event names one."""
    events: Bounded[int, ReportedEvent] = bounded(MOST_EVENTS)
    """The last events, by seqNo."""
    highest: int = -1
    """The highest seqNo that came; -1 before the first event."""
    stamp: str = ""
    """The timestamp of the event with that seqNo."""
    gaps: list[Gap] = field(default_factory=list)
    """The series of missing events."""
    token: Any = None
    """The first idToken that an event named."""
    charging_state: str | None = None
    """The last chargingState that an event reported."""
    remote: int | None = None
    """The remoteStartId."""
    started: str | None = None
    """The timestamp of the Started event; None if that event did not come."""
    stopped_by: str | None = None
    """The triggerReason that ended the authorization; None while the transaction is authorized."""
    is_reserved: bool = False
    """Whether an event named a reservation."""
    sampled: str | None = None
    """The timestamp of the last periodic meter values."""
    ended_by: int | None = None
    """The seqNo of the event that ended it; None while it runs."""
    ended: str | None = None
    """The timestamp of that event."""
    reason: str | None = None
    """The stoppedReason of the Ended event."""
    register: float | None = None
    """The first value of the energy register, in Wh; None if no event has one."""
    meter: float | None = None
    """The last value of the energy register, in Wh, for versions whose events do not contain it."""
    cost: float | None = None
    """The cost that the mock last reported to the station."""
    seems_over: bool = False
    """Whether it has ended, as it seems, although no Ended event came; a further event of it revokes that.

    It seems so once another transaction has started on its EVSE, or the station has answered that it does not run.
    """

    @property
    def is_open(self) -> bool:
        """Whether it has not ended yet."""
        return self.ended_by is None

    @property
    def is_whole(self) -> bool:
        """Whether its start and all events since then have come."""
        return self.started is not None and not self.gaps

    def is_next(self, number: int) -> bool:
        """Return whether `number` is the next seqNo, and all events before it have come."""
        return number == self.highest + 1 and self.started is not None and not self.gaps

    def skip_to(self, number: int) -> None:
        """Note the gap before the event `number`, unless it is the first event that came."""
        if self.highest >= 0 and len(self.gaps) < _MOST_GAPS:
            self.gaps.append((self.highest + 1, number - 1))

    def fill(self, number: int) -> None:
        """Remove the seqNo of a late event from the gaps."""
        for at, (first, last) in enumerate(self.gaps):
            if first <= number <= last:
                parts = [(first, number - 1), (number + 1, last)]
                self.gaps[at : at + 1] = [part for part in parts if part[0] <= part[1]]
                return


class Transactions(Mutable):
    """The running transactions and the ended ones: the last hundred in total."""

    by_id: dict[str, Transaction] = field(default_factory=dict)
    """All of them, by id."""
    running: dict[str, Transaction] = field(default_factory=dict)
    """The running ones, by id."""
    ids: dict[str, str] = field(default_factory=dict)
    """By transaction id: the timestamp of the start, empty if the Started event did not come.

    It has the last ten thousand transactions, including those of earlier runs of the mock.
    """
    spellings: dict[str, str] = field(default_factory=dict)
    """The first spelling of each of these ids, by the folded id."""
    late_at: float = 0.0
    """When an event that happened offline last came, in seconds since 1970."""
    trouble_at: float = 0.0
    """When an event was last refused, or its answer spoiled, in seconds since 1970."""
    tells_phases: bool = False
    """Whether the station has ever reported numberOfPhasesUsed."""
    were_free: set[Connector] = field(default_factory=set)
    """The connectors that were Available at some time. A transaction there must have begun later."""

    def open_at(self, evse: int | None = None) -> list[Transaction]:
        """Return the running transactions at an EVSE, or all of them for None; without those that seem over."""
        return [each for each in self.running.values() if evse in (None, each.evse) and not each.seems_over]

    def spelt(self, id_: str) -> str:
        """Return the id of a transaction as it was written the first time, which is its key here."""
        return id_ if id_ in self.by_id else self.spellings.get(folded(id_), id_)

    def note_id(self, id_: str, began: str) -> None:
        """Remember the id of a transaction and the timestamp of its start, and forget the oldest ones."""
        self.ids.setdefault(id_, began)
        self.spellings.setdefault(folded(id_), id_)
        if len(self.ids) > _MOST_IDS:
            oldest = next(iter(self.ids))
            del self.ids[oldest]
            self.spellings.pop(folded(oldest), None)

    def begin(self, id_: str) -> Transaction:
        """Return a new transaction; of the oldest transactions only the ids are kept."""
        self.by_id.pop(id_, None)
        transaction = self.by_id[id_] = self.running[id_] = Transaction(id_)
        self.note_id(id_, "")
        if len(self.by_id) > _MOST:
            oldest = next((each for each in self.by_id if each not in self.running), next(iter(self.by_id)))
            self.by_id.pop(oldest)
            self.running.pop(oldest, None)
        return transaction

    def end(self, transaction: Transaction, number: int) -> None:
        """Note that the event `number` has ended a transaction, and keep only its last events."""
        transaction.ended_by = number
        for old in [*transaction.events][:-_MOST_AFTER_END]:
            del transaction.events[old]
        self.running.pop(transaction.id, None)

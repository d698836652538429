"""What is known of the transactions of a station, by what it told of them; the past ones by their ids alone."""

from typing import TYPE_CHECKING, Any

from mock_csms.conformance.known.connectors import Connector, statuses_in
from mock_csms.conformance.known.gaps import Gap, fill, skip
from mock_csms.conformance.known.meters import is_of_clock
from mock_csms.conformance.known.spellings import note_id, spelt
from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, refusal, when
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, decode
from mock_csms.protocol.records import Mutable, field
from mock_csms.protocol.times import seconds_of

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

TRANSACTIONS = Subject("transactions")
STOPS = {"StopAuthorized", "RemoteStop", "Deauthorized", "EVConnectTimeout"}
"""The triggers that take the right to charge; the transaction may go on."""
PERIODIC = "MeterValuePeriodic"
MOST_EVENTS = 16

_MOST, _MOST_LATE = 100, 10_000
_MOST_AFTER_END = 3


class Told(Mutable, gc=False):
    """One event as it came last: by which message, when, and over which connection.

    attempts: how often it came over that connection. failed_at: when it was refused; None where it was not.
    """

    stamp: str
    kind: str
    trigger: str
    is_offline: bool
    id: str
    text: bytes
    at: float
    line: int
    attempts: int = 1
    failed_at: float | None = None

    @property
    def payload(self) -> Json:
        """All that it told."""
        message = decode(self.text)
        payload: Json = message.payload if isinstance(message, Call) else {}
        return payload

    def is_again(self, payload: Json) -> bool:
        """Whether an event with the same number is the same one, told again."""
        return (self.stamp, self.trigger, self.kind) == (
            payload["timestamp"],
            payload["triggerReason"],
            payload["eventType"],
        )


class Transaction(Mutable):
    """One transaction.

    evse, connector: where it is, as soon as that was told. events: the last events by seqNo. highest, stamp: the
    highest seqNo, and the timestamp of that event. token: the idToken that was told first. state: the chargingState
    that was told last. remote: the remoteStartId. started: the timestamp of the start, where that was told.
    stopped_by: the trigger that took the right to charge. sampled: the timestamp of the last periodic values.
    """

    id: str
    evse: int | None = None
    connector: int | None = None
    events: dict[int, Told] = field(default_factory=dict)
    highest: int = -1
    stamp: str = ""
    gaps: list[Gap] = field(default_factory=list)
    token: Any = None
    state: str | None = None
    remote: int | None = None
    started: str | None = None
    stopped_by: str | None = None
    is_reserved: bool = False
    sampled: str | None = None
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


class Transactions(Mutable):
    """The transactions that run, and the last hundred that have ended.

    ids: the timestamp of the start of each transaction by id, the last ten thousand, also of former runs. spellings:
    how each of them was written first, by the folded id. late_at: when an event came last that was made offline.
    trouble_at: when one was refused last. tells_phases: whether the station has told numberOfPhasesUsed.
    """

    by_id: dict[str, Transaction] = field(default_factory=dict)
    running: dict[str, Transaction] = field(default_factory=dict)
    ids: dict[str, str] = field(default_factory=dict)
    spellings: dict[str, str] = field(default_factory=dict)
    late_at: float = 0.0
    trouble_at: float = 0.0
    tells_phases: bool = False
    were_free: set[Connector] = field(default_factory=set)
    """The connectors that were Available at some time: what charges there has begun since."""

    def open_at(self, evse: int | None = None) -> list[Transaction]:
        """Return those that run, at an EVSE or (None) anywhere."""
        return [each for each in self.running.values() if evse in (None, each.evse)]

    def of(self, payload: Json) -> Transaction | None:
        """Return the transaction that a sound TransactionEvent is about."""
        return self.by_id.get(payload["transactionInfo"]["transactionId"])

    def evse_of(self, payload: Json) -> int | None:
        """Return the EVSE that a sound TransactionEvent is about, by itself or by what was told before."""
        if "evse" in payload:
            evse: int = payload["evse"]["id"]
            return evse
        transaction = self.of(payload)
        return None if transaction is None else transaction.evse


def is_watched(known: "Known") -> bool:
    """Whether all that runs must have begun while the station was watched: it booted, and all connectors were free."""
    statuses = known.connectors.statuses.keys()
    return bool(statuses) and known.boots.accepted_at is not None and statuses <= known.transactions.were_free


def may_wait(known: "Known", now: float) -> bool:
    """Whether events may still wait at the station: it was offline, or its events are refused or not answered."""
    line, transactions, patience = known.line, known.transactions, known.terms.patience
    waits = any(action == "TransactionEvent" and now - at > 1.0 for action, at in line.calls.values())
    if len(known.deadlines) > _MOST_LATE:
        return False
    lately = max(line.opened_at if line.opened > 1 else 0.0, transactions.late_at, transactions.trouble_at)
    return waits or not line.is_open or now < lately + patience


def told_at(stamp: str, known: "Known") -> float | None:
    """Return when that was by the clock of the mock's events; None for what is no time."""
    seconds = seconds_of(stamp)
    return None if seconds is None else seconds - known.terms.clock_offset


@TRANSACTIONS.learn(call("TransactionEvent"), any_payload=True)
def told(seen: Seen, known: "Known") -> None:
    """Something happened in a transaction."""
    if not seen.is_sound:
        _note(seen.payload, known)
        return
    payload, all_ = seen.payload, known.transactions
    info, number, trigger = payload["transactionInfo"], payload["seqNo"], payload["triggerReason"]
    transaction = all_.by_id.get(info["transactionId"])
    if transaction is None or (seen.detail == "Started" and is_restart(transaction, payload)):
        transaction = _begin(info["transactionId"], all_)
    event = _keep(seen, transaction, known.line.opened)
    if event.is_offline:
        all_.late_at = seen.at
    if number > transaction.highest:
        if number > transaction.highest + 1:
            skip(transaction.gaps, transaction.highest, number)
        transaction.highest, transaction.stamp = number, event.stamp
        transaction.state = info.get("chargingState", transaction.state)
    elif transaction.gaps:
        fill(transaction.gaps, number)
    if trigger != PERIODIC or seen.detail != "Updated" or "evse" in payload or "idToken" in payload:
        _changed(transaction, payload, all_)
    if trigger == PERIODIC and not is_of_clock(payload, known):
        transaction.sampled = event.stamp


def _keep(seen: Seen, transaction: Transaction, line: int) -> Told:
    """Keep an event, and how often it came."""
    payload, events = seen.payload, transaction.events
    number, trigger, is_offline = payload["seqNo"], payload["triggerReason"], payload.get("offline", False)
    event = Told(payload["timestamp"], seen.detail, trigger, is_offline, seen.id, seen.event.text, seen.at, line)  # type: ignore[attr-defined] # it is a Received
    before = events.get(number)
    events[number] = event
    if before is not None:
        event.attempts = before.attempts + 1 if before.line == line and before.is_again(payload) else 1
    elif len(events) > MOST_EVENTS:
        del events[next(iter(events))]
    return event


def _changed(transaction: Transaction, payload: Json, all_: Transactions) -> None:
    """Keep what changes with most events, but not with periodic values."""
    info, trigger = payload["transactionInfo"], payload["triggerReason"]
    transaction.remote = info.get("remoteStartId", transaction.remote)
    if trigger in STOPS:
        transaction.stopped_by = trigger
    if "evse" in payload:
        transaction.evse = payload["evse"]["id"]
        transaction.connector = payload["evse"].get("connectorId", transaction.connector)
    if "idToken" in payload and trigger not in STOPS:
        transaction.token = transaction.token or payload["idToken"]
        transaction.stopped_by = None
    if "reservationId" in payload:
        transaction.is_reserved = True
    if "numberOfPhasesUsed" in payload:
        all_.tells_phases = True
    if payload["eventType"] == "Started":
        transaction.started = all_.ids[transaction.id] = payload["timestamp"]
    elif payload["eventType"] == "Ended":
        _end(transaction, payload["seqNo"], all_)


@TRANSACTIONS.learn(refusal("TransactionEvent"), when("spoiled"), any_payload=True)
def failed(seen: Seen, known: "Known") -> None:
    """An event was refused, or its answer was spoiled."""
    answers = getattr(seen.event, "answers", None)
    if seen.action != "TransactionEvent" or answers is None:
        return
    known.transactions.trouble_at = seen.at
    event = event_of(answers.payload, known)
    if event is not None:
        event.failed_at = seen.at


@TRANSACTIONS.learn(call("StatusNotification", "NotifyEvent"))
def was_free(seen: Seen, known: "Known") -> None:
    """A connector is Available."""
    for place, status in statuses_in(seen.action, seen.payload):
        if status == "Available" and len(known.transactions.were_free) < _MOST:
            known.transactions.were_free.add(place)


def event_of(payload: Any, known: "Known") -> Told | None:
    """Return the event that a TransactionEvent told, be it sound or not."""
    match payload:
        case {"transactionInfo": {"transactionId": str(id_)}, "seqNo": int(number)}:
            transaction = known.transactions.by_id.get(spelt(id_, known))
            return transaction.events.get(number) if transaction else None
    return None


def _note(payload: Any, known: "Known") -> None:
    """Note that an event came, though it cannot be understood: its number is no gap, and an end is an end."""
    match payload:
        case {"transactionInfo": {"transactionId": str(id_)}, "seqNo": int(number)} if id_ in known.transactions.by_id:
            transaction = known.transactions.by_id[id_]
            transaction.highest = max(transaction.highest, number)
            fill(transaction.gaps, number)
            if payload.get("eventType") == "Ended":
                _end(transaction, number, known.transactions)


def is_restart(transaction: Transaction, payload: Json) -> bool:
    """Whether a start is that of another transaction with the same id."""
    is_other = transaction.started not in (None, payload["timestamp"])
    return is_other and payload["seqNo"] <= transaction.highest


def _begin(id_: str, all_: Transactions) -> Transaction:
    """Make a transaction, and forget old ones: of those that have ended, the ids are kept."""
    all_.by_id.pop(id_, None)
    transaction = all_.by_id[id_] = all_.running[id_] = Transaction(id_)
    note_id(id_, "", all_)
    if len(all_.by_id) > _MOST:
        oldest = next((each for each in all_.by_id if each not in all_.running), next(iter(all_.by_id)))
        all_.by_id.pop(oldest)
        all_.running.pop(oldest, None)
    return transaction


def _end(transaction: Transaction, number: int, all_: Transactions) -> None:
    transaction.ended_by = number
    for old in [*transaction.events][:-_MOST_AFTER_END]:
        del transaction.events[old]
    all_.running.pop(transaction.id, None)

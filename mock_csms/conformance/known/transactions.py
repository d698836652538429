"""What is known of the transactions of a station, by what it told of them."""

from typing import TYPE_CHECKING, Any

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call
from mock_csms.protocol.records import Mutable, field

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

TRANSACTIONS = Subject("transactions")
_MOST = 1000


class Transaction(Mutable):
    """One transaction.

    evse, connector: where it is, as soon as that was told. events: the timestamp of each seqNo that came. token: the
    idToken that was told first. state: the chargingState that was told last. remote: the remoteStartId.
    """

    id: str
    evse: int | None = None
    connector: int | None = None
    events: dict[int, str] = field(default_factory=dict)
    token: Any = None
    state: str | None = None
    remote: int | None = None
    ended_by: int | None = None
    """The seqNo of the event that ended it."""

    @property
    def is_open(self) -> bool:
        """Whether its end was not told yet."""
        return self.ended_by is None


class Transactions(Mutable):
    """All transactions by id, the last thousand."""

    by_id: dict[str, Transaction] = field(default_factory=dict)

    def open_at(self, evse: int | None = None) -> list[Transaction]:
        """Return those that run, at an EVSE or (None) anywhere."""
        return [each for each in self.by_id.values() if each.is_open and evse in (None, each.evse)]


@TRANSACTIONS.learn(call("TransactionEvent"))
def told(seen: Seen, known: "Known") -> None:
    """Something happened in a transaction."""
    payload, all_ = seen.payload, known.transactions.by_id
    info = payload["transactionInfo"]
    transaction = all_.get(info["transactionId"])
    if transaction is None:
        transaction = all_[info["transactionId"]] = Transaction(info["transactionId"])
        if len(all_) > _MOST:
            del all_[next(iter(all_))]
    transaction.events[payload["seqNo"]] = payload["timestamp"]
    transaction.state = info.get("chargingState", transaction.state)
    transaction.remote = info.get("remoteStartId", transaction.remote)
    if "evse" in payload:
        transaction.evse = payload["evse"]["id"]
        transaction.connector = payload["evse"].get("connectorId", transaction.connector)
    if transaction.token is None:
        transaction.token = payload.get("idToken")
    if payload["eventType"] == "Ended":
        transaction.ended_by = payload["seqNo"]

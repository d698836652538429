"""What is known of each station, by identity, folded from the messages seen. It survives reconnects.

`fold` is the only writer. It learns what a responder, a rule or a check asks for, and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from mock_csms.behavior.events import Event, Received, Sent
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result

_MOST_TRANSACTIONS = 1000
"""A station that never ends its transactions must not fill the memory: the oldest are forgotten."""


@dataclass(slots=True)
class Station:
    """One station, as far as the mock has seen it.

    `boots` counts its BootNotifications, `accepted` tells whether the last one was answered with Accepted, and
    `transactions` are the ids of those that run, the oldest first (a dict, for its order and its quick removal).
    """

    identity: str
    boots: int = 0
    accepted: bool = False
    transactions: dict[str, None] = field(default_factory=dict)

    @property
    def oldest_transaction(self) -> str | None:
        """The transaction that has been running longest, if one runs."""
        return next(iter(self.transactions), None)


def fold(station: Station, event: Event) -> None:
    """Take over into `station` what `event` tells about it; invalid messages tell nothing."""
    match event:
        case Received(message=Call(action=action, payload=payload), violations=()) if action in _LEARN_FROM_CALL:
            _LEARN_FROM_CALL[action](station, payload)
        case Sent(message=Result(payload=payload), answers=Call(action="BootNotification")):
            station.accepted = payload.get("status") == "Accepted"


def _boot(station: Station, _: Json) -> None:
    station.boots += 1
    station.accepted = False


def _transaction(station: Station, payload: Json) -> None:
    transaction: str = payload["transactionInfo"]["transactionId"]
    if payload["eventType"] == "Ended":
        station.transactions.pop(transaction, None)
        return
    station.transactions.setdefault(transaction)
    if len(station.transactions) > _MOST_TRANSACTIONS:
        del station.transactions[next(iter(station.transactions))]


_LEARN_FROM_CALL: dict[str, Callable[[Station, Json], None]] = {
    "BootNotification": _boot,
    "TransactionEvent": _transaction,
}

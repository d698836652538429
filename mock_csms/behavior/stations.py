"""What is known of each station, by identity, folded from the messages seen. It survives reconnects.

`fold` is the only writer of what messages tell. It learns what a responder, a rule or a check asks for, and no more.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.behavior.matching import parse_path, value_at
from mock_csms.protocol.identifiers import spelling_in
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Mutable, field
from mock_csms.twin.events import Event, Received, Sent

_MOST_TRANSACTIONS = 1000
"""A station that never ends its transactions must not fill the memory: the oldest are forgotten."""


_TRANSACTION = parse_path("transactionInfo.transactionId")


class Station(Mutable):
    """One station, as far as the mock has seen it.

    `boot_status` is how its last BootNotification was answered, `asked_for` are the actions that commands of ours made
    it send since then, and `transactions` the ids of those that run, the oldest first (a dict, for its order). `csr` is
    the last request for a certificate, of any type. `url` is where it found the mock, set by whoever let it in; empty
    where that is the mock's own URL.
    """

    identity: str
    password: str | None = None
    """The one that it has accepted from us last."""
    boot_status: str | None = None
    asked_for: frozenset[str] = frozenset()
    transactions: dict[str, None] = field(default_factory=dict)
    csr: str = ""
    url: str = ""

    @property
    def is_accepted(self) -> bool:
        """Whether its last BootNotification was answered with Accepted."""
        return self.boot_status == "Accepted"

    @property
    def oldest_transaction(self) -> str | None:
        """The transaction that has been running longest, if one runs."""
        return next(iter(self.transactions), None)


def fold(station: Station, event: Event) -> None:
    """Take over into `station` what `event` tells about it; what was refused tells nothing.

    Payloads may be wrong in any way: they need not be checked.
    """
    if type(event) is Received and type(event.message) is Call and not event.is_refused:
        learn = _FROM_CALLS.get(event.message.action)
        if learn:
            learn(station, event.message.payload)
    elif type(event) is Received and type(event.message) is Result and event.answers is not None:
        if event.answers.action == "SetVariables" and not event.is_refused and not event.violations:
            _password(station, event.answers.payload, event.message.payload)
    elif type(event) is Sent and type(event.message) is Result and event.answers is not None:
        if event.answers.action == "BootNotification" and event.answers.id == event.message.id:
            status = value_at(event.message.payload, ("status",))
            station.boot_status = status if isinstance(status, str) else None
    elif type(event) is Sent and type(event.message) is Call:
        asked = _ASKS_FOR.get(event.message.action) or value_at(event.message.payload, ("requestedMessage",))
        if isinstance(asked, str):
            station.asked_for |= {_TRIGGERS.get(asked, asked)}


def _boot(station: Station, _: Any) -> None:
    station.boot_status = None
    station.asked_for = frozenset()


def _password(station: Station, asked: Any, told: Any) -> None:
    """Learn the password that the station goes on with (A01.FR.03)."""
    items, results = value_at(asked, ("setVariableData",)), value_at(told, ("setVariableResult",))
    if not isinstance(items, list) or not isinstance(results, list):
        return
    for item, result in zip(items, results, strict=False):
        name = value_at(item, ("component", "name")), value_at(item, ("variable", "name"))
        value, status = value_at(item, ("attributeValue",)), value_at(result, ("attributeStatus",))
        if name == _PASSWORD and isinstance(value, str) and status in ("Accepted", "RebootRequired"):
            station.password = value


def _transaction(station: Station, payload: Any) -> None:
    transaction = value_at(payload, _TRANSACTION)
    if not isinstance(transaction, str):
        return
    transaction = spelling_in(station.transactions, transaction)
    if value_at(payload, ("eventType",)) == "Ended":
        station.transactions.pop(transaction, None)
        return
    station.transactions.setdefault(transaction)
    if len(station.transactions) > _MOST_TRANSACTIONS:
        del station.transactions[next(iter(station.transactions))]


def _request(station: Station, payload: Any) -> None:
    csr = value_at(payload, ("csr",))
    if isinstance(csr, str):
        station.csr = csr


_PASSWORD = ("SecurityCtrlr", "BasicAuthPassword")

_FROM_CALLS: Mapping[str, Callable[[Station, Any], None]] = {
    "BootNotification": _boot,
    "TransactionEvent": _transaction,
    "SignCertificate": _request,
}

_ASKS_FOR: Mapping[str, str] = {
    "GetBaseReport": "NotifyReport",
    "GetReport": "NotifyReport",
    "GetMonitoringReport": "NotifyMonitoringReport",
    "GetLog": "LogStatusNotification",
    "UpdateFirmware": "FirmwareStatusNotification",
    "CustomerInformation": "NotifyCustomerInformation",
    "GetChargingProfiles": "ReportChargingProfiles",
    "GetDisplayMessages": "NotifyDisplayMessages",
}
"""What a station sends because of a command (a TriggerMessage says it itself)."""

_TRIGGERS: Mapping[str, str] = {
    "SignChargingStationCertificate": "SignCertificate",
    "SignV2GCertificate": "SignCertificate",
    "SignCombinedCertificate": "SignCertificate",
}
"""The action that a requestedMessage of another name stands for."""

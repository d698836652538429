"""Updates the `StationModel` with messages of OCPP 2.x."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.identifiers import spelling_in
from mock_csms.twin.meaning import Meaning, at, boot_answered, boots, certificate_asked
from mock_csms.twin.station import StationModel

_PASSWORD = ("SecurityCtrlr", "BasicAuthPassword")

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
"""By command: the action that the station sends because of it. (A TriggerMessage names the action itself.)"""

_TRIGGERS: Mapping[str, str] = {
    "SignChargingStationCertificate": "SignCertificate",
    "SignV2GCertificate": "SignCertificate",
    "SignCombinedCertificate": "SignCertificate",
}
"""By requestedMessage: the action of the requested message, if it has another name."""


def _transaction(station: StationModel, payload: Any) -> None:
    """Note a transaction that is running or has ended."""
    id_ = at(payload, "transactionInfo", "transactionId")
    if isinstance(id_, str):
        _note_transaction(station, id_, is_ended=payload.get("eventType") == "Ended")


def _typed_transaction(station: StationModel, typed: Any) -> None:
    """Note a transaction that is running or has ended, from a typed payload."""
    id_, transactions = typed.transactionInfo.transactionId, station.transactions
    if typed.eventType == "Ended" or id_ not in transactions:
        _note_transaction(station, id_, is_ended=typed.eventType == "Ended")


def _note_transaction(station: StationModel, id_: str, *, is_ended: bool) -> None:
    transactions: Any = station.transactions
    id_ = spelling_in(transactions, id_)
    if is_ended:
        transactions.pop(id_, None)
    elif id_ not in transactions:
        transactions[id_] = None


def _password_set(station: StationModel, asked: Any, reported: Any) -> None:
    """Note the password that the station has accepted; it uses the password from now on (A01.FR.03)."""
    items, results = at(asked, "setVariableData"), at(reported, "setVariableResult")
    if not isinstance(items, list) or not isinstance(results, list):
        return
    for item, result in zip(items, results, strict=False):
        name = at(item, "component", "name"), at(item, "variable", "name")
        value, status = at(item, "attributeValue"), at(result, "attributeStatus")
        if name == _PASSWORD and isinstance(value, str) and status in ("Accepted", "RebootRequired"):
            station.password, station.needs_reboot = value, status == "RebootRequired"


def _profile_set(station: StationModel, asked: Any, reported: Any) -> None:
    """Note that the station has accepted a network profile, maybe with a higher security profile (B09, A05)."""
    profile = at(asked, "connectionData", "securityProfile")
    if at(reported, "status") == "Accepted" and isinstance(profile, int) and profile > station.profile:
        station.raised_to = profile


def asks_for(action: str, payload: Any) -> str | None:
    """Return the action of the message that a command requests from the station; None if there is none."""
    asked = _ASKS_FOR.get(action) or at(payload, "requestedMessage")
    return _TRIGGERS.get(asked, asked) if isinstance(asked, str) else None


MEANING = Meaning(
    calls={"BootNotification": boots, "TransactionEvent": _transaction, "SignCertificate": certificate_asked},
    results={"SetVariables": _password_set, "SetNetworkProfile": _profile_set},
    responses={"BootNotification": boot_answered},
    asks_for=asks_for,
    typed_calls={"TransactionEvent": _typed_transaction},
)
"""The functions for the messages of OCPP 2.0.1."""

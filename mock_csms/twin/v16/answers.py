"""How messages of OCPP 1.6 change the facts that the mock's answers, templates and admission need."""

from collections.abc import Mapping
from typing import Any

from mock_csms.twin.meaning import Meaning, at, boot_answered, boots, certificate_asked
from mock_csms.twin.station import StationModel

_OF_CREDENTIALS = "authorizationkey"
"""The configuration key with the password, in lower case: keys have no case."""

_ASKS_FOR: Mapping[str, str] = {
    "GetDiagnostics": "DiagnosticsStatusNotification",
    "GetLog": "LogStatusNotification",
    "SignedUpdateFirmware": "SignedFirmwareStatusNotification",
    "UpdateFirmware": "FirmwareStatusNotification",
}
"""The action that a station sends because of a command (a trigger names it itself)."""


def _started(station: StationModel, payload: Any) -> None:
    """The mock has answered a StartTransaction, with a new transactionId."""
    id_ = at(payload, "transactionId")
    if isinstance(id_, int):
        station.transactions[id_] = None


def _metered(station: StationModel, payload: Any) -> None:
    """Meter values came, perhaps of a transaction that began before the mock started."""
    id_ = at(payload, "transactionId")
    if isinstance(id_, int) and id_ > 0 and id_ not in station.transactions:
        station.transactions[id_] = None


def _stopped(station: StationModel, payload: Any) -> None:
    """A transaction has ended."""
    id_ = at(payload, "transactionId")
    if isinstance(id_, int):
        station.transactions.pop(id_, None)


def _password_set(station: StationModel, asked: Any, told: Any) -> None:
    """The station has accepted another password, which it uses from now on (OCPP-J 1.6, 6.2.2)."""
    key, value = at(asked, "key"), at(asked, "value")
    is_password = isinstance(key, str) and key.lower() == _OF_CREDENTIALS and isinstance(value, str)
    if is_password and at(told, "status") in ("Accepted", "RebootRequired"):
        station.password, station.needs_reboot = value, at(told, "status") == "RebootRequired"


def _configured(station: StationModel, asked: Any, told: Any) -> None:
    """The station has accepted another value of a key."""
    _password_set(station, asked, told)
    key, value = at(asked, "key"), at(asked, "value")
    is_profile = isinstance(key, str) and key.lower() == "securityprofile" and value in ("1", "2", "3")
    if is_profile and at(told, "status") in ("Accepted", "RebootRequired") and int(value) > station.profile:
        station.raised_to = int(value)


def asks_for(action: str, payload: Any) -> str | None:
    """Return the action that a command makes a station send; None if there is none."""
    asked = _ASKS_FOR.get(action) or at(payload, "requestedMessage")
    if asked == "SignChargePointCertificate":
        return "SignCertificate"
    if action == "ExtendedTriggerMessage" and asked == "FirmwareStatusNotification":
        return "SignedFirmwareStatusNotification"
    return asked if isinstance(asked, str) else None


MEANING = Meaning(
    calls={
        "BootNotification": boots,
        "MeterValues": _metered,
        "SignCertificate": certificate_asked,
        "StopTransaction": _stopped,
    },
    typed_calls={},
    results={"ChangeConfiguration": _configured},
    responses={"BootNotification": boot_answered, "StartTransaction": _started},
    asks_for=asks_for,
)
"""The meaning of each message for the mock's answers."""

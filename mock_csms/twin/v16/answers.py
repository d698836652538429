"""Updates the `StationModel` with messages of OCPP 1.6."""

from collections.abc import Mapping
from typing import Any

from mock_csms.twin.meaning import Meaning, at, boot_answered, boots, certificate_asked
from mock_csms.twin.station import StationModel

_OF_CREDENTIALS = "authorizationkey"
"""The configuration key with the password, in lower case, because the case of keys does not matter (OCPP 1.6, 7.17)."""

_ASKS_FOR: Mapping[str, str] = {
    "GetDiagnostics": "DiagnosticsStatusNotification",
    "GetLog": "LogStatusNotification",
    "SignedUpdateFirmware": "SignedFirmwareStatusNotification",
    "UpdateFirmware": "FirmwareStatusNotification",
}
"""By command: the action that the station sends because of it. (A trigger names the action itself.)"""


def _started(station: StationModel, payload: Any) -> None:
    """Note the answer to a StartTransaction, with a new transactionId."""
    id_ = at(payload, "transactionId")
    if isinstance(id_, int):
        station.transactions[id_] = None


def _metered(station: StationModel, payload: Any) -> None:
    """Note meter values. Their transaction may have begun before the mock started."""
    id_ = at(payload, "transactionId")
    if isinstance(id_, int) and id_ > 0 and id_ not in station.transactions:
        station.transactions[id_] = None


def _typed_metered(station: StationModel, typed: Any) -> None:
    """Do the same for a typed call."""
    id_ = typed.transactionId
    if isinstance(id_, int) and id_ > 0 and id_ not in station.transactions:
        station.transactions[id_] = None


def _stopped(station: StationModel, payload: Any) -> None:
    """Note that a transaction has ended."""
    id_ = at(payload, "transactionId")
    if isinstance(id_, int):
        station.transactions.pop(id_, None)


def _password_set(station: StationModel, asked: Any, reported: Any) -> None:
    """Note the password that the station has accepted; it uses the password from now on (OCPP-J 1.6, 6.2.2)."""
    key, value = at(asked, "key"), at(asked, "value")
    is_password = isinstance(key, str) and key.lower() == _OF_CREDENTIALS and isinstance(value, str)
    if is_password and at(reported, "status") in ("Accepted", "RebootRequired"):
        station.password, station.needs_reboot = value, at(reported, "status") == "RebootRequired"


def _configured(station: StationModel, asked: Any, reported: Any) -> None:
    """Note that the station has accepted a value for a configuration key."""
    _password_set(station, asked, reported)
    key, value = at(asked, "key"), at(asked, "value")
    is_profile = isinstance(key, str) and key.lower() == "securityprofile" and value in ("1", "2", "3")
    if is_profile and at(reported, "status") in ("Accepted", "RebootRequired") and int(value) > station.profile:
        station.raised_to = int(value)


def asks_for(action: str, payload: Any) -> str | None:
    """Return the action of the message that a command requests from the station; None if there is none."""
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
    typed_calls={"MeterValues": _typed_metered},
    results={"ChangeConfiguration": _configured},
    responses={"BootNotification": boot_answered, "StartTransaction": _started},
    asks_for=asks_for,
)
"""The functions for the messages of OCPP 1.6."""

"""How the messages of one version of OCPP change the `StationModel`."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.records import Record, field
from mock_csms.twin.station import StationModel


class Meaning(Record):
    """Functions that update a `StationModel`, by the action of the message."""

    calls: Mapping[str, Callable[[StationModel, Any], None]]
    """Update the model with the payload of a call of the station."""
    results: Mapping[str, Callable[[StationModel, Any, Any], None]]
    """Update the model for the result of a command, from the payloads of the command and of the result."""
    responses: Mapping[str, Callable[[StationModel, Any], None]]
    """Update the model with the payload of the mock's answer to a call."""
    asks_for: Callable[[str, Any], str | None]
    """Returns the action of the message that a command (its action and payload) requests; None if there is none."""
    typed_calls: Mapping[str, Callable[[StationModel, Any], None]] = field(default_factory=dict)
    """Do the same as `calls` for a typed payload (`protocol/typed.py`); used for frequent calls."""


# Updates that are the same in every version.


def boots(station: StationModel, _: Any) -> None:
    """Note that the station has sent a boot, which has no answer yet."""
    station.boot_status = None
    station.asked_for = frozenset()
    station.needs_reboot = False


def boot_answered(station: StationModel, payload: Any) -> None:
    """Note that the mock has answered a boot."""
    status = at(payload, "status")
    station.boot_status = status if isinstance(status, str) else None


def certificate_asked(station: StationModel, payload: Any) -> None:
    """Note that the station has requested a certificate."""
    csr = at(payload, "csr")
    if isinstance(csr, str):
        station.csr = csr


def at(payload: Any, *path: str | int) -> Any:
    """Return the value at a path in a payload of any shape; None if the path does not exist."""
    try:
        for name in path:
            payload = payload[name]
    except (TypeError, LookupError):
        return None
    return payload

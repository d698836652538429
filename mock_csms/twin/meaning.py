"""The meaning of the messages of one version of OCPP: how each changes the model of a station."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.records import Record, field
from mock_csms.twin.station import StationModel


class Meaning(Record):
    """The meaning of the messages of one version of OCPP, by their action."""

    calls: Mapping[str, Callable[[StationModel, Any], None]]
    """Updates the model with the payload of a call of the station."""
    results: Mapping[str, Callable[[StationModel, Any, Any], None]]
    """Updates the model with a command and its answer: the payload of the command, and that of the answer."""
    responses: Mapping[str, Callable[[StationModel, Any], None]]
    """Updates the model with the payload of the mock's answer to a call."""
    asks_for: Callable[[str, Any], str | None]
    """Returns the action that a command makes the station send, from the command's action and payload, or None."""
    typed_calls: Mapping[str, Callable[[StationModel, Any], None]] = field(default_factory=dict)
    """The same as `calls`, but from a typed payload (`protocol/typed.py`), for frequent calls."""


# What messages say in every version.


def boots(station: StationModel, _: Any) -> None:
    """The station boots; its boot has no answer yet."""
    station.boot_status = None
    station.asked_for = frozenset()
    station.needs_reboot = False


def boot_answered(station: StationModel, payload: Any) -> None:
    """The mock has answered a boot."""
    status = at(payload, "status")
    station.boot_status = status if isinstance(status, str) else None


def certificate_asked(station: StationModel, payload: Any) -> None:
    """The station asks for a certificate."""
    csr = at(payload, "csr")
    if isinstance(csr, str):
        station.csr = csr


def at(payload: Any, *path: str | int) -> Any:
    """Return the value at a path of a payload of any shape; None if there is none."""
    try:
        for name in path:
            payload = payload[name]
    except (TypeError, LookupError):
        return None
    return payload

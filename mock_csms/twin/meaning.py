"""The meaning of the messages of one version of OCPP: how each changes the model of a station."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.records import Record
from mock_csms.twin.station import StationModel


class Meaning(Record):
    """The meaning of the messages of one version of OCPP, by their action."""

    calls: Mapping[str, Callable[[StationModel, Any], None]]
    """Updates the model with the payload of a call of the station."""
    typed_calls: Mapping[str, Callable[[StationModel, Any], None]]
    """The same from a typed payload (`protocol/typed.py`), for calls that are frequent."""
    results: Mapping[str, Callable[[StationModel, Any, Any], None]]
    """Updates the model with a command and its answer: the payload of the command, and that of the answer."""
    responses: Mapping[str, Callable[[StationModel, Any], None]]
    """Updates the model with the payload of the mock's answer to a call."""
    asks_for: Callable[[str, Any], str | None]
    """Returns the action that a command makes the station send, from the command's action and payload, or None."""

"""What an answer to a command is, and the ones that several subjects give.

An answer takes the device, the command's payload and the moment, and returns the device, the response's payload and
acts, which come after the response.
"""

from collections.abc import Callable
from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act
from mock_csms.station.state import Moment
from mock_csms.station.v2.device import Device, Step

Given: TypeAlias = tuple[Device, Json, list[Act]]
Answer: TypeAlias = Callable[[Device, Json, Moment], Given]

Alarmed: TypeAlias = Callable[[Device, list[Any], Moment], Step]
"""What is done when an alarm rings: it gets the device, the rest of the alarm, and the moment."""

ACCEPTED: Json = {"status": "Accepted"}
REJECTED: Json = {"status": "Rejected"}


def because(reason: str, response: Json = REJECTED) -> Json:
    """Return a response with the reason of its status, one of appendix 5."""
    return response | {"statusInfo": {"reasonCode": reason}}


def has(device: Device, place: Json) -> bool:
    """Whether there is such an EVSE, and such a connector where one is named."""
    evse = device.evses.get(place["id"])
    return evse is not None and place.get("connectorId", 1) in evse.each_connector

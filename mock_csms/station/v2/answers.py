"""The types of the functions that answer commands and alarms, and answers that several modules share."""

from collections.abc import Callable
from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act
from mock_csms.station.state import Moment
from mock_csms.station.v2.device import Device, Step

Given: TypeAlias = tuple[Any, Json, list[Act]]
"""The station afterwards, the payload of the response, and the acts of the station after it was sent."""

Answer: TypeAlias = Callable[[Device, Json, Moment], Given]
"""Answers a command: it gets the station, the payload of the request, and the time."""

Alarmed: TypeAlias = Callable[[Device, list[Any], Moment], Step]
"""Called when an alarm rings, with the station, the items of the alarm after its kind, and the time."""

ACCEPTED: Json = {"status": "Accepted"}
REJECTED: Json = {"status": "Rejected"}


def because(reason: str, words: str = "", response: Json = REJECTED) -> Json:
    """Return a response with a reasonCode from appendix 5, and more words about it."""
    return response | {"statusInfo": {"reasonCode": reason} | ({"additionalInfo": words} if words else {})}


def has(device: Device, place: Json) -> bool:
    """Return whether the station has the EVSE, and the connector if one is named; `place` is an EVSEType."""
    evse = device.evses.get(place["id"])
    return evse is not None and place.get("connectorId", 1) in evse.each_connector

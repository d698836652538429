"""Reads the device from boots of OCPP 2.x, and writes variables in the form of messages."""

from collections.abc import Iterable, Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.twin.variables import Name


def maker_of(boot: Any) -> tuple[str | None, str | None]:
    """Return the vendor and the model from the payload of a BootNotification, which may have any shape."""
    return _text_in(boot, "vendorName"), _text_in(boot, "model")


def firmware_of(boot: Any) -> str | None:
    """Return the firmware version from the payload of a BootNotification, which may have any shape."""
    return _text_in(boot, "firmwareVersion")


def _text_in(boot: Any, name: str) -> str | None:
    device = boot.get("chargingStation") if type(boot) is dict else None
    text = device.get(name) if type(device) is dict else None
    return text if isinstance(text, str) else None


def as_results(values: Iterable[tuple[Name, str]]) -> list[Json]:
    """Return variables with their values in the form of a GetVariables result."""
    return [
        {"component": {"name": name[0]}, "variable": {"name": name[4]}, "attributeValue": value}
        for name, value in values
    ]


def values_in(results: Sequence[Json]) -> list[str]:
    """Return the values from the result of `as_results`."""
    return [result["attributeValue"] for result in results]

"""Reads the device from boots of OCPP 1.6, and writes configuration keys in the form of messages."""

from collections.abc import Iterable, Sequence
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.twin.meaning import at
from mock_csms.twin.variables import Name


def maker_of(boot: Any) -> tuple[str | None, str | None]:
    """Return the vendor and the model from the payload of a BootNotification, which may have any shape."""
    return _text(at(boot, "chargePointVendor")), _text(at(boot, "chargePointModel"))


def firmware_of(boot: Any) -> str | None:
    """Return the firmware version from the payload of a BootNotification, which may have any shape."""
    return _text(at(boot, "firmwareVersion"))


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def as_results(values: Iterable[tuple[Name, str]]) -> list[Json]:
    """Return configuration keys with their values in the form of a GetConfiguration result."""
    return [{"key": name[4], "value": value} for name, value in values]


def values_in(results: Sequence[Json]) -> list[str]:
    """Return the values from the result of `as_results`."""
    return [result["value"] for result in results]

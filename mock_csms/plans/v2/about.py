"""What a station of OCPP 2.x says about itself when it boots."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.printable import printable

_FIELDS: Mapping[str, str] = {
    "vendor": "vendorName",
    "model": "model",
    "serial number": "serialNumber",
    "firmware": "firmwareVersion",
}
"""The facts for people, each with its property of chargingStation in a BootNotification."""
FIRMWARE = "firmware"


def about(boot: Any) -> dict[str, str]:
    """Return the facts in the payload of a BootNotification, which may have any shape."""
    device = boot.get("chargingStation") if isinstance(boot, dict) else None
    if not isinstance(device, dict):
        return {}
    found = {fact: device.get(name) for fact, name in _FIELDS.items()}
    return {fact: printable(text) for fact, text in found.items() if isinstance(text, str) and text}

"""What a station of OCPP 2.x says about itself when it boots."""

from collections.abc import Mapping
from typing import Any

from mock_csms.plans.about import FIRMWARE, facts_in

_FIELDS: Mapping[str, str] = {
    "vendor": "vendorName",
    "model": "model",
    "serial number": "serialNumber",
    FIRMWARE: "firmwareVersion",
}
"""The facts for people, each with its property of chargingStation in a BootNotification."""


def about(boot: Any) -> dict[str, str]:
    """Return the facts in the payload of a BootNotification, which may have any shape."""
    return facts_in(boot.get("chargingStation") if isinstance(boot, dict) else None, _FIELDS)

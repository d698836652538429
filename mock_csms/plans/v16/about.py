"""What a station of OCPP 1.6 says about itself when it boots."""

from collections.abc import Mapping
from typing import Any

from mock_csms.plans.about import FIRMWARE, facts_in

_FIELDS: Mapping[str, str] = {
    "vendor": "chargePointVendor",
    "model": "chargePointModel",
    "serial number": "chargePointSerialNumber",
    FIRMWARE: "firmwareVersion",
}
"""The facts for people, each with its property of a BootNotification."""


def about(boot: Any) -> dict[str, str]:
    """Return the facts in the payload of a BootNotification, which may have any shape."""
    return facts_in(boot, _FIELDS)

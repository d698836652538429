"""What a BootNotification of OCPP 1.6 says about the device."""

from typing import Any


def maker_of(boot: Any) -> tuple[str | None, str | None]:
    """Return the vendor and the model in the payload of a boot, which may have any shape."""
    match boot:
        case {"chargePointVendor": str(vendor), "chargePointModel": str(model)}:
            return vendor, model
    return None, None


def firmware_of(boot: Any) -> str | None:
    """Return the version of the firmware in the payload of a boot, which may have any shape."""
    match boot:
        case {"firmwareVersion": str(version)}:
            return version
    return None

"""What boots of OCPP 2.x say about the device."""

from typing import Any


def maker_of(boot: Any) -> tuple[str | None, str | None]:
    """Return the vendor and the model in the payload of a boot, which may have any shape."""
    match boot:
        case {"chargingStation": {"vendorName": str(vendor), "model": str(model)}}:
            return vendor, model
    return None, None


def firmware_of(boot: Any) -> str | None:
    """Return the version of the firmware in the payload of a boot, which may have any shape."""
    match boot:
        case {"chargingStation": {"firmwareVersion": str(version)}}:
            return version
    return None

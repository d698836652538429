"""The texts that a station reports about itself. Each must fit its field of BootNotification."""

from collections.abc import Callable, Mapping

from mock_csms.settings import values


def _fitting(field: str) -> Callable[[str], str]:
    return values.fitting("BootNotificationRequest", "chargingStation", field)


IDENTITY: Mapping[str, Callable[[str], str]] = {
    "vendor": _fitting("vendorName"),
    "model": _fitting("model"),
    "serial_number": _fitting("serialNumber"),
    "firmware": _fitting("firmwareVersion"),
}
"""The parser of each field of `Identity`."""

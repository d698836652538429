"""Checks of DataTransfer (check P)."""

from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, Said, Subject
from mock_csms.twin.seen import Seen, result

_NOBODY = ("invalid", "test", "example", "com.example", "net.example", "org.example")
"""Vendor names that no vendor can have (RFC 2606; P01.FR.02), in the reversed form that vendors use."""

VENDORS = Subject("vendors")


@VENDORS.check(
    "P01",
    "P01.FR.05, P01.FR.06",
    ERROR,
    "DataTransfer for an unknown vendor is not Accepted",
    result("DataTransfer"),
)
def knows_its_vendors(seen: Seen, _: KnownStation) -> Said:
    """Report Accepted for a vendor that does not exist."""
    vendor = seen.request["vendorId"].casefold()
    is_nobody = any(vendor == name or vendor.startswith(f"{name}.") for name in _NOBODY)
    return f"Accepted, but no vendor is called {vendor}" if is_nobody and seen.payload["status"] == "Accepted" else None

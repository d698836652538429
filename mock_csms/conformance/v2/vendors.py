"""Checks of DataTransfer (check P)."""

from mock_csms.conformance.common.vendors import is_nobody
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, CheckResult, Subject
from mock_csms.twin.seen import Seen, result

VENDORS = Subject("vendors")


@VENDORS.check(
    "P01",
    "P01.FR.05, P01.FR.06",
    ERROR,
    "DataTransfer for an unknown vendor is not Accepted",
    result("DataTransfer"),
)
def knows_its_vendors(seen: Seen, _: KnownStation) -> CheckResult:
    """Report Accepted for a vendor that does not exist."""
    vendor = seen.request["vendorId"].casefold()
    is_wrong = is_nobody(vendor) and seen.payload["status"] == "Accepted"
    return f"Accepted, but no vendor is called {vendor}" if is_wrong else None

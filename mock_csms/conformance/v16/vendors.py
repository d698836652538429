"""Check of DataTransfer (check 6P01)."""

from mock_csms.conformance.common.vendors import is_nobody
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, OF_V16, WARNING, CheckResult, Subject, Wrong
from mock_csms.twin.seen import Seen, result

VENDORS = Subject("vendors", OF_V16, "v16")


@VENDORS.check(
    "6P01", "1.6 4.3", ERROR, "DataTransfer for an unknown vendor is UnknownVendorId, without data",
    result("DataTransfer"),
)  # fmt: skip
def knows_its_vendors(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report Accepted for a vendor that does not exist, and data of an unknown vendor or message (a warning)."""
    vendor, status = seen.request["vendorId"], seen.payload["status"]
    if status == "Accepted" and is_nobody(vendor):
        return f"Accepted, but no vendor is called {vendor}"
    has_data = status in ("UnknownVendorId", "UnknownMessageId") and bool(seen.payload.get("data"))
    return (
        Wrong(f"{status}, but there is data", severity=WARNING, why="the data may be an explanation")
        if has_data
        else None
    )

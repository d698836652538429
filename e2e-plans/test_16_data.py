"""OCPP 1.6, data of other vendors (4.3, 5.6)."""

from mock_csms.plans import Station, absent
from mock_csms.plans.v16.cases import case


@case(
    "TC_062_CS",
    use_case="Data Transfer",
    requirement="4.3, 5.6, 7.23",
    fails_with={"transfers-everything": "status: expected UnknownVendorId, got Accepted"},
)
async def test_16_unknown_vendor(station: Station) -> None:
    """The station does not know the vendor of the data, says so, and returns no data."""
    payload = {"vendorId": "org.example.unknown", "messageId": "Message", "data": "text"}
    await station.command("DataTransfer", payload, status="UnknownVendorId", data=absent)

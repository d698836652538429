"""Block P, data transfer: vendor-specific data (P01, P02)."""

from mock_csms.plans import Station, case, one_of

VENDOR = {"vendorId": "org.example.nobody", "messageId": "TestMessage"}


@case(
    "TC-P01",
    use_case="P02",
    needs=("send",),
    fails_with={"unknown-property@5": "sent no DataTransfer"},
)
async def test_p01_data_of_the_station(station: Station) -> None:
    """The mock accepts a DataTransfer of the station."""
    data = await station.send("DataTransfer", vendorId="TestVendor", messageId="TestMessage")
    await station.answered(data, status="Accepted")


@case(
    "TC-P02",
    use_case="P01",
    fails_with={"transfer-accepted": "status: expected UnknownVendorId or .*, got Accepted"},
)
async def test_p02_data_for_the_station(station: Station) -> None:
    """The station does not accept a DataTransfer with an unknown vendorId."""
    await station.command("DataTransfer", VENDOR, status=one_of("UnknownVendorId", "UnknownMessageId", "Rejected"))

"""Block P, data transfer: vendor-specific data (P01, P02)."""

from mock_csms.plans import Station, case, one_of, says, variable
from mock_csms.plans.v2 import states, variables

VENDOR = {"vendorId": "org.example.nobody", "messageId": "TestMessage"}
CUSTOM = {"customData": {"vendorId": "org.example.nobody", "note": "a property that no station knows"}}
THRESHOLD = variable("OCPPCommCtrlr", "OfflineThreshold")


async def reboot(station: Station) -> None:
    """Let the station reboot, so that a variable takes effect."""
    await states.booting(station)
    await station.expect(says("BootNotification"), within=station.profile.timeouts.boot)
    await station.settle()


async def data_are_not_accepted(station: Station) -> None:
    """Send a DataTransfer with an unknown vendorId; the station must not accept it, with any of three statuses."""
    await station.command("DataTransfer", VENDOR, status=one_of("UnknownVendorId", "UnknownMessageId", "Rejected"))


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
    await data_are_not_accepted(station)


@case(
    "TC_P_01_CS",
    use_case="P01",
    requirement="P01.FR.05, P01.FR.06",
    fails_with={"transfer-accepted": "status: expected UnknownVendorId or .*, got Accepted"},
)
async def test_p_01_data_of_an_unknown_vendor(station: Station) -> None:
    """The station does not accept a DataTransfer with an unknown vendorId."""
    await data_are_not_accepted(station)


@case(
    "TC_P_03_CS",
    use_case="B05, B06",
    requirement="Part 4, 9",
    fails_with={
        "refuses-custom-data": "FormatViolation",
        "old-value": "attributeValue: expected 30., got 1",
    },
)
async def test_p_03_custom_data(station: Station) -> None:
    """The station ignores customData that it does not know: it sets a variable, and returns the value that was set."""
    before = await station.remember("OCPPCommCtrlr", "OfflineThreshold")
    value = "301" if before == "300" else "300"
    given = {"setVariableData": [THRESHOLD | CUSTOM | {"attributeValue": value}]} | CUSTOM
    result = THRESHOLD | {"attributeStatus": variables.TAKEN}
    answer = await station.command("SetVariables", given, setVariableResult=[result])
    if answer["setVariableResult"][0]["attributeStatus"] == "RebootRequired":
        await station.prepare(reboot)
    asked = {"getVariableData": [THRESHOLD | CUSTOM]} | CUSTOM
    found = THRESHOLD | {"attributeStatus": "Accepted", "attributeValue": value}
    await station.command("GetVariables", asked, getVariableResult=[found])

"""Tests of variable and report checks (V) that the misbehaviours of the reference station do not cover."""

import pytest

from tests.conformance.story import PATIENCE, Story, accepted, part, variable

COMM = "OCPPCommCtrlr"
THRESHOLD = variable(COMM, "OfflineThreshold", dataType="integer", minLimit=10, maxLimit=600)
ITEM = {"component": {"name": COMM}, "variable": {"name": "OfflineThreshold"}}


def report_requested() -> Story:
    """Return a station that has accepted a FullInventory and will send it."""
    return accepted().command("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"}, {"status": "Accepted"})


def test_more_items_than_the_station_accepts() -> None:
    """V19 reports a command with more items than ItemsPerMessage."""
    most = variable("DeviceDataCtrlr", "ItemsPerMessage", value="2")
    most["variable"]["instance"] = "GetVariables"
    story = accepted().report(most)
    for count in (2, 3):
        story.command("GetVariables", {"getVariableData": [ITEM] * count}, "OccurrenceConstraintViolation")
    assert story.found("V19") == ["GetVariables has 3, and ItemsPerMessage is 2: a CALLERROR is allowed"]


@pytest.mark.parametrize(
    ("value", "check", "why"),
    [
        ("9", "V08", "its minLimit is 10"),
        ("601", "V08", "its maxLimit is 600"),
        ("60.5", "V04", "which is no integer"),
        ("soon", "V04", "which is no integer"),
        ("10", "", ""),
        ("600", "", ""),
        ("", "", ""),
    ],
)
def test_invalid_numbers(value: str, check: str, why: str) -> None:
    """V04 reports an accepted value that is no number, V08 one out of range; the limits themselves are in range."""
    story = accepted().report(THRESHOLD).set(COMM, "OfflineThreshold", value)
    for each in ("V04", "V08"):
        assert [why in text for text in story.found(each)] == [True] * (each == check)


@pytest.mark.parametrize(
    ("row", "value", "is_wrong"),
    [
        ({"dataType": "MemberList", "valuesList": "A,B,C"}, "C,A", False),
        ({"dataType": "MemberList", "valuesList": "A,B,C"}, "C,D", True),
        ({"dataType": "OptionList", "valuesList": "A, B"}, "B", False),
        ({"dataType": "OptionList", "valuesList": "A, B"}, "C", True),
        ({"dataType": "string", "maxLimit": 3}, "abcd", True),
        ({"dataType": "string", "minLimit": 9}, "abcd", False),
        ({"dataType": "string", "mutability": "ReadOnly"}, "abcd", True),
        ({"dataType": "decimal", "maxLimit": 3}, "3.01", True),
    ],
)
def test_values_out_of_their_range(row: dict[str, str], value: str, is_wrong: bool) -> None:
    """V08 reports accepted values outside of the valuesList or maxLimit, or of a ReadOnly variable."""
    story = accepted().report(variable("X", "Y", **row)).set("X", "Y", value)
    assert bool(story.found("V08")) is is_wrong
    assert accepted().report(variable("X", "Y", **row)).set("X", "Y", value, "Rejected").found("V08") == []


def test_values_without_an_inventory() -> None:
    """V04 and V08 are silent without an inventory."""
    story = accepted().set(COMM, "OfflineThreshold", "nonsense").get("Nobody", "Nothing", attributeValue="1")
    assert story.found("V04", "V08") == []


@pytest.mark.parametrize(
    ("component", "name", "status", "is_wrong"),
    [
        ("Nobody", "Nothing", "UnknownComponent", False),
        ("Nobody", "Nothing", "UnknownVariable", True),
        (COMM, "Nothing", "UnknownVariable", False),
        (COMM, "Nothing", "UnknownComponent", True),
        (COMM.lower(), "offlineTHRESHOLD", "Accepted", False),
    ],
)
def test_a_variable_not_in_the_inventory(component: str, name: str, status: str, is_wrong: bool) -> None:
    """V04 expects UnknownComponent or UnknownVariable if the inventory lacks the name, in any letter case."""
    story = accepted().report(THRESHOLD).get(component, name, status, attributeValue="60")
    assert bool(story.found("V04")) is is_wrong


def test_an_incomplete_inventory() -> None:
    """V04 is silent if a part of the inventory is missing, as the variable may have been in that part."""
    story = report_requested().call("NotifyReport", part(7, 0, tbc=True)).call("NotifyReport", part(7, 2, THRESHOLD))
    assert story.found("V11") == ["NotifyReport of request 7 has the seqNo 2, not 1"]
    assert story.get("Nobody", "Nothing", attributeValue="1").found("V04") == []


def test_a_result_without_the_attribute_type() -> None:
    """V03 reports a result without the requested attributeType."""
    story = accepted().report(THRESHOLD)
    about = ITEM | {"attributeType": "Target"}
    answer = ITEM | {"attributeStatus": "Accepted", "attributeValue": "1"}
    story.command("GetVariables", {"getVariableData": [about]}, {"getVariableResult": [answer]})
    assert story.found("V03") == ["the result of OCPPCommCtrlr.OfflineThreshold has no attributeType, not Target"]


@pytest.mark.parametrize(
    ("given", "expected", "is_same"),
    [
        ("77", "77", True),
        ("77", "077.0", True),
        ("77", "78", False),
        ("True", "true", True),
        ("A,B", "B, A", True),
        ("A,B", "A", False),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:07Z", True),
    ],
)
def test_a_value_that_was_set(given: str, expected: str, is_same: bool) -> None:
    """V07 expects the value that was set, in any equal spelling, until the next boot."""
    story = accepted().set("X", "Y", given).get("X", "Y", attributeValue=expected)
    assert (story.found("V07") == []) is is_same
    rebooted = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}
    story = accepted().set("X", "Y", given).call("BootNotification", rebooted).get("X", "Y", attributeValue=expected)
    assert story.found("V07") == []


def test_a_value_that_was_not_accepted() -> None:
    """V07 ignores values whose SetVariables was Rejected, RebootRequired or not answered."""
    story = accepted().set("X", "Y", "5", "Rejected").get("X", "Y", attributeValue="4")
    story.set("X", "Y", "5", "RebootRequired").get("X", "Y", attributeValue="4").set("X", "Y", "4")
    item = {"component": {"name": "X"}, "variable": {"name": "Y"}, "attributeValue": "9"}
    story.command("SetVariables", {"setVariableData": [item]}, None).get("X", "Y", attributeValue="9")
    assert story.found("V07") == []


def test_a_rejected_base_report() -> None:
    """V09 reports two Rejected in a row and NotSupported, but not one Rejected: the station may be busy."""
    story = accepted()
    for number, status in enumerate(("Rejected", "Accepted", "Rejected", "Rejected", "NotSupported")):
        wanted = {"requestId": number, "reportBase": "FullInventory"}
        story.wait(1).command("GetBaseReport", wanted, {"status": status})
        if status == "Accepted":
            story.call("NotifyReport", part(number, 0))
    assert story.found("V09") == [
        "FullInventory was rejected, and so was the report before it",
        "FullInventory was answered with NotSupported",
    ]


def test_unrequested_reports() -> None:
    """V10 reports an unknown or rejected requestId, V13 a report after the answer NotSupported."""
    story = accepted().call("NotifyReport", part(3, 0))
    for number, status in enumerate(("Rejected", "NotSupported")):
        story.command("GetBaseReport", {"requestId": number, "reportBase": "SummaryInventory"}, {"status": status})
        story.call("NotifyReport", part(number, 0))
    assert story.found("V10") == [
        "NotifyReport has the requestId 3, but nothing was requested with it",
        "NotifyReport has the requestId 0, which was answered with Rejected",
    ]
    assert story.found("V13") == ["NotifyReport has the requestId 1, which was answered with NotSupported"]


def test_a_report_before_its_answer() -> None:
    """V10 to V13 allow a report before the answer to its command."""
    wanted = {"requestId": 7, "reportBase": "SummaryInventory"}
    story = accepted().command("GetBaseReport", wanted, {"status": "Accepted"}, ("NotifyReport", part(7, 0)))
    assert story.wait(PATIENCE + 1).found("V10", "V11", "V12", "V13") == []


def test_a_report_that_goes_on() -> None:
    """V12 reports a part after the last one, but not parts that come in time."""
    story = report_requested()
    for number in range(3):
        story.wait(PATIENCE - 1).call("NotifyReport", part(7, number, tbc=number < 2))
    assert story.wait(PATIENCE + 1).found("V12") == []
    story.call("NotifyReport", part(7, 3))
    assert story.found("V12") == ["NotifyReport of request 7 continues after its last part"]


def test_a_report_that_waits_for_another_one() -> None:
    """V12 waits longer for a report while the station sends another one."""
    story = report_requested().command("GetReport", {"requestId": 8}, {"status": "Accepted"})
    for number in range(3):
        story.wait(PATIENCE - 1).call("NotifyReport", part(7, number, tbc=number < 2))
    assert story.wait(PATIENCE - 1).found("V12") == []
    assert story.wait(PATIENCE).found("V12") == ["the last NotifyReport of request 8 did not come within 30 s"]


def test_a_report_that_is_cut_off() -> None:
    """V11 and V12 are silent if the connection was lost or the mock refused a part."""
    story = (
        report_requested()
        .call("NotifyReport", part(7, 0, tbc=True))
        .reconnect()
        .call("NotifyReport", part(7, 2, tbc=True))
    )
    assert story.wait(PATIENCE + 1).found("V11", "V12") == []
    story = report_requested().call("NotifyReport", part(7, 0, tbc=True), "InternalError")
    assert story.call("NotifyReport", part(7, 0, tbc=True)).wait(PATIENCE + 1).found("V11", "V12") == []


def test_repeated_parts() -> None:
    """V11 and V12 allow a station to repeat a part that the mock did not answer."""
    story = (
        report_requested().call("NotifyReport", part(7, 0, tbc=True), None).call("NotifyReport", part(7, 0, tbc=True))
    )
    assert story.call("NotifyReport", part(7, 2, tbc=True)).wait(PATIENCE + 1).found("V11", "V12") == []
    story = report_requested().call("NotifyReport", part(7, 0), None).call("NotifyReport", part(7, 0))
    assert story.found("V11", "V12") == []


def test_a_part_that_is_refused_is_not_missing() -> None:
    """V11 and V16 are silent after a part that violates its schema."""
    story = report_requested().call("NotifyReport", {"requestId": 7}, "OccurrenceConstraintViolation")
    assert story.call("NotifyReport", part(7, 1, THRESHOLD)).found("V11", "V16") == []


def test_a_missing_part_of_an_inventory() -> None:
    """V16 is silent if a part is missing: V11 reports the gap in the seqNo."""
    assert report_requested().call("NotifyReport", part(7, 1, THRESHOLD)).found("V16") == []


def test_an_answer_that_breaks_its_schema() -> None:
    """V10, V12 and V13 are silent if the answer to the command violates its schema."""
    story = accepted().command("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"}, {"status": "Yes"})
    assert story.call("NotifyReport", part(7, 0)).found("V10", "V12", "V13") == []


def test_a_report_from_before_the_mock() -> None:
    """V10 to V12 are silent before the first boot: another CSMS may have asked for the report."""
    assert Story().connect().call("NotifyReport", part(3, 5)).found("V10", "V11", "V12") == []


def test_a_list_without_its_values() -> None:
    """V14 reports an OptionList without a valuesList; a string needs none."""
    story = accepted().report(variable("X", "Y", dataType="OptionList"), variable("X", "Z", dataType="string"))
    assert story.found("V14") == ["X.Y is reported as OptionList without valuesList"]


def test_a_summary_needs_no_characteristics() -> None:
    """V14 allows a SummaryInventory without characteristics."""
    bare = variable("X", "Y")
    del bare["variableCharacteristics"]
    assert accepted().report(bare, base="SummaryInventory").found("V14") == []


def test_an_inventory_in_parts() -> None:
    """V16 checks an inventory after its last part; V18 reports a variable that is in a report twice."""
    power = variable("EVSE", "Power", dataType="string", mutability="ReadOnly")
    story = report_requested().call("NotifyReport", part(7, 0, power, tbc=True))
    assert story.found("V16") == []
    story.call("NotifyReport", part(7, 1, THRESHOLD, power))
    assert story.found("V18") == ["EVSE.Power is in the report of request 7 twice"]
    (text,) = story.found("V16")
    assert text.startswith("AlignedDataCtrlr.Interval is missing, and ")


@pytest.mark.parametrize(("slot", "level", "is_wrong"), [(1, 1, False), (9, 1, True), (1, 0, True), (2, 3, False)])
def test_network_profiles(slot: int, level: int, is_wrong: bool) -> None:
    """V20 reports an accepted profile for a slot that does not exist, or with less security."""
    priority = variable(COMM, "NetworkConfigurationPriority", dataType="SequenceList", valuesList="1,2")
    story = accepted().report(priority, variable("SecurityCtrlr", "SecurityProfile", value="1"))
    profile = {"ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppCsmsUrl": "wss://x", "messageTimeout": 30}
    profile |= {"securityProfile": level, "ocppInterface": "Wired0"}
    wanted = {"configurationSlot": slot, "connectionData": profile}
    story.command("SetNetworkProfile", wanted, {"status": "Accepted"})
    assert bool(story.found("V20")) is is_wrong


def test_a_slot_whose_certificate_is_missing() -> None:
    """V20 reports a slot with security profile 3 if the station reported that it has no CSMS root."""
    story = accepted().report(variable("SecurityCtrlr", "SecurityProfile", value="1"))
    profile = {"ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppCsmsUrl": "wss://x", "messageTimeout": 30}
    profile |= {"securityProfile": 3, "ocppInterface": "Wired0"}
    story.command("SetNetworkProfile", {"configurationSlot": 2, "connectionData": profile}, {"status": "Accepted"})
    story.set(COMM, "NetworkConfigurationPriority", "2,1")
    assert story.found("V20") == []
    story.command("GetInstalledCertificateIds", {}, {"status": "NotFound"})
    story.set(COMM, "NetworkConfigurationPriority", "2,1")
    wrong = "slot 2 with the security profile 3 was accepted, but there is no CSMSRootCertificate"
    assert story.found("V20") == [wrong]

"""Checks of variables and reports, where the reference station cannot be so wrong, or might be wronged."""

import pytest

from tests.conformance.story import PATIENCE, Story, accepted, part, variable

COMM = "OCPPCommCtrlr"
THRESHOLD = variable(COMM, "OfflineThreshold", dataType="integer", minLimit=10, maxLimit=600)
ITEM = {"component": {"name": COMM}, "variable": {"name": "OfflineThreshold"}}


def asked() -> Story:
    """Return a station that is about to report."""
    return accepted().command("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"}, {"status": "Accepted"})


def test_more_items_than_the_station_takes() -> None:
    """V19 tells when the mock was told to ask for too much."""
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
def test_values_that_cannot_be(value: str, check: str, why: str) -> None:
    """A number has a form (V04) and a range (V08); the limits are within it."""
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
    """Lists have their values, texts their length, and what is ReadOnly is not set (V08)."""
    story = accepted().report(variable("X", "Y", **row)).set("X", "Y", value)
    assert bool(story.found("V08")) is is_wrong
    assert accepted().report(variable("X", "Y", **row)).set("X", "Y", value, "Rejected").found("V08") == []


def test_nothing_is_known_of_a_variable() -> None:
    """Without an inventory no status is wrong (V04, V08)."""
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
def test_what_is_not_in_the_inventory(component: str, name: str, status: str, is_wrong: bool) -> None:
    """Its status says which part of its name is not known; case does not matter (V04)."""
    story = accepted().report(THRESHOLD).get(component, name, status, attributeValue="60")
    assert bool(story.found("V04")) is is_wrong


def test_an_inventory_with_a_hole_is_none() -> None:
    """A part was missing: nobody knows what was in it (V04)."""
    story = asked().call("NotifyReport", part(7, 0, tbc=True)).call("NotifyReport", part(7, 2, THRESHOLD))
    assert story.found("V11") == ["NotifyReport of request 7 has the seqNo 2, not 1"]
    assert story.get("Nobody", "Nothing", attributeValue="1").found("V04") == []


def test_an_attribute_that_a_variable_has_not() -> None:
    """It is not accepted (V04), and the result is not without the type (V03)."""
    story = accepted().report(THRESHOLD)
    about = ITEM | {"attributeType": "Target"}
    answer = ITEM | {"attributeStatus": "Accepted", "attributeValue": "1"}
    story.command("GetVariables", {"getVariableData": [about]}, {"getVariableResult": [answer]})
    assert story.found("V03") == ["the result of OCPPCommCtrlr.OfflineThreshold has no attributeType, not Target"]


@pytest.mark.parametrize(
    ("given", "told", "is_same"),
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
def test_a_value_that_was_set(given: str, told: str, is_same: bool) -> None:
    """It is told again, maybe written otherwise; after a boot it may be another one (V07)."""
    story = accepted().set("X", "Y", given).get("X", "Y", attributeValue=told)
    assert (story.found("V07") == []) is is_same
    rebooted = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}
    story = accepted().set("X", "Y", given).call("BootNotification", rebooted).get("X", "Y", attributeValue=told)
    assert story.found("V07") == []


def test_a_value_that_was_not_taken_need_not_be_told() -> None:
    """Neither a rejected one, nor one that waits for a reboot, nor one that was never answered (V07)."""
    story = accepted().set("X", "Y", "5", "Rejected").get("X", "Y", attributeValue="4")
    story.set("X", "Y", "5", "RebootRequired").get("X", "Y", attributeValue="4").set("X", "Y", "4")
    item = {"component": {"name": "X"}, "variable": {"name": "Y"}, "attributeValue": "9"}
    story.command("SetVariables", {"setVariableData": [item]}, None).get("X", "Y", attributeValue="9")
    assert story.found("V07") == []


def test_a_base_report_that_is_refused() -> None:
    """Once it may be that the station is busy; twice is strange, and NotSupported is wrong (V09)."""
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


def test_reports_that_nobody_asked_for() -> None:
    """Another requestId, and one that was refused (V10); one that is said to be empty is another matter (V13)."""
    story = accepted().call("NotifyReport", part(3, 0))
    for number, status in enumerate(("Rejected", "NotSupported")):
        story.command("GetBaseReport", {"requestId": number, "reportBase": "SummaryInventory"}, {"status": status})
        story.call("NotifyReport", part(number, 0))
    assert story.found("V10") == [
        "NotifyReport has the requestId 3, but nothing was requested with it",
        "NotifyReport has the requestId 0, which was answered with Rejected",
    ]
    assert story.found("V13") == ["NotifyReport has the requestId 1, which was answered with NotSupported"]


def test_a_report_that_overtakes_its_answer() -> None:
    """It is the right one, and complete (V10 to V13)."""
    wanted = {"requestId": 7, "reportBase": "SummaryInventory"}
    story = accepted().command("GetBaseReport", wanted, {"status": "Accepted"}, ("NotifyReport", part(7, 0)))
    assert story.wait(PATIENCE + 1).found("V10", "V11", "V12", "V13") == []


def test_a_report_that_goes_on() -> None:
    """Parts come in time, and none after the last one (V12)."""
    story = asked()
    for number in range(3):
        story.wait(PATIENCE - 1).call("NotifyReport", part(7, number, tbc=number < 2))
    assert story.wait(PATIENCE + 1).found("V12") == []
    story.call("NotifyReport", part(7, 3))
    assert story.found("V12") == ["NotifyReport of request 7 continues after its last part"]


def test_a_report_that_waits_for_another_one() -> None:
    """A station that is busy with one is not late with the next (V12)."""
    story = asked().command("GetReport", {"requestId": 8}, {"status": "Accepted"})
    for number in range(3):
        story.wait(PATIENCE - 1).call("NotifyReport", part(7, number, tbc=number < 2))
    assert story.wait(PATIENCE - 1).found("V12") == []
    assert story.wait(PATIENCE).found("V12") == ["the last NotifyReport of request 8 did not come within 30 s"]


def test_a_report_that_is_cut_off() -> None:
    """What gets lost with the connection, or is refused by the mock, is not the station's fault (V11, V12)."""
    story = asked().call("NotifyReport", part(7, 0, tbc=True)).reconnect().call("NotifyReport", part(7, 2, tbc=True))
    assert story.wait(PATIENCE + 1).found("V11", "V12") == []
    story = asked().call("NotifyReport", part(7, 0, tbc=True), "InternalError")
    assert story.call("NotifyReport", part(7, 0, tbc=True)).wait(PATIENCE + 1).found("V11", "V12") == []


def test_parts_that_come_again() -> None:
    """What the mock does not answer may come again, once or after all of it (V11, V12)."""
    story = asked().call("NotifyReport", part(7, 0, tbc=True), None).call("NotifyReport", part(7, 0, tbc=True))
    assert story.call("NotifyReport", part(7, 2, tbc=True)).wait(PATIENCE + 1).found("V11", "V12") == []
    story = asked().call("NotifyReport", part(7, 0), None).call("NotifyReport", part(7, 0))
    assert story.found("V11", "V12") == []


def test_a_part_that_is_refused_is_not_missing() -> None:
    """One that breaks its schema counts somehow (V11, V16)."""
    story = asked().call("NotifyReport", {"requestId": 7}, "OccurrenceConstraintViolation")
    assert story.call("NotifyReport", part(7, 1, THRESHOLD)).found("V11", "V16") == []


def test_a_part_that_is_missing_is_no_small_inventory() -> None:
    """It is the seqNo that is wrong (V11), and not the inventory (V16)."""
    assert asked().call("NotifyReport", part(7, 1, THRESHOLD)).found("V16") == []


def test_an_answer_that_breaks_its_schema() -> None:
    """Nobody knows whether the station has agreed (V10, V13)."""
    story = accepted().command("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"}, {"status": "Yes"})
    assert story.call("NotifyReport", part(7, 0)).found("V10", "V12", "V13") == []


def test_a_report_from_before_the_mock() -> None:
    """Another CSMS may have asked for it (V10)."""
    assert Story().connect().call("NotifyReport", part(3, 5)).found("V10", "V11", "V12") == []


def test_a_list_without_its_values() -> None:
    """Lists have a valuesList in their characteristics, other types do not need one (V14)."""
    story = accepted().report(variable("X", "Y", dataType="OptionList"), variable("X", "Z", dataType="string"))
    assert story.found("V14") == ["X.Y is reported as OptionList without valuesList"]


def test_a_summary_needs_no_characteristics() -> None:
    """They belong to inventories (V14)."""
    bare = variable("X", "Y")
    del bare["variableCharacteristics"]
    assert accepted().report(bare, base="SummaryInventory").found("V14") == []


def test_an_inventory_in_parts() -> None:
    """It is judged when it is complete, by all of its parts (V16), and has nothing twice (V18)."""
    power = variable("EVSE", "Power", dataType="string", mutability="ReadOnly")
    story = asked().call("NotifyReport", part(7, 0, power, tbc=True))
    assert story.found("V16") == []
    story.call("NotifyReport", part(7, 1, THRESHOLD, power))
    assert story.found("V18") == ["EVSE.Power is in the report of request 7 twice"]
    (text,) = story.found("V16")
    assert text.startswith("AlignedDataCtrlr.Interval is missing, and ")


@pytest.mark.parametrize(("slot", "level", "is_wrong"), [(1, 1, False), (9, 1, True), (1, 0, True), (2, 3, False)])
def test_network_profiles(slot: int, level: int, is_wrong: bool) -> None:
    """A slot has to be there, and its profile not to be less secure (V20)."""
    priority = variable(COMM, "NetworkConfigurationPriority", dataType="SequenceList", valuesList="1,2")
    story = accepted().report(priority, variable("SecurityCtrlr", "SecurityProfile", value="1"))
    profile = {"ocppVersion": "OCPP20", "ocppTransport": "JSON", "ocppCsmsUrl": "wss://x", "messageTimeout": 30}
    profile |= {"securityProfile": level, "ocppInterface": "Wired0"}
    wanted = {"configurationSlot": slot, "connectionData": profile}
    story.command("SetNetworkProfile", wanted, {"status": "Accepted"})
    assert bool(story.found("V20")) is is_wrong


def test_a_slot_whose_certificate_is_missing() -> None:
    """Security profile 3 is not used without a root of the CSMS (V20)."""
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

"""Reports of the device model (B07, B08): their content and their parts."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.state import Identity
from mock_csms.station.v2.device import new_device
from mock_csms.station.v2.model import VARIABLES
from mock_csms.station.v2.variables import NETWORK_ATTEMPTS, REPORTED_ITEMS, Name, name_of
from tests.station.commanded import Bench, Sent, payloads

ACCEPTED, EMPTY = {"status": "Accepted"}, {"status": "EmptyResultSet"}
LISTS = ("OptionList", "SequenceList", "MemberList")
CRITERIA: list[tuple[list[str], set[str], set[str]]] = [
    (["Problem"], set(), {"ChargingStation", "EVSE", "TxCtrlr"}),
    (["Available"], {"ChargingStation", "EVSE", "TxCtrlr"}, {"ISO15118Ctrlr"}),
    (["Enabled"], {"ChargingStation", "AuthCtrlr"}, {"ISO15118Ctrlr"}),
    (["Active"], {"ChargingStation", "ISO15118Ctrlr"}, set()),
    (["Problem", "Enabled"], {"AuthCtrlr"}, {"ISO15118Ctrlr"}),
]
WANTED: list[tuple[Json, set[Name]]] = [
    ({"component": {"name": "EVSE"}, "variable": {"name": "Power"}}, {("EVSE[1]", "Power"), ("EVSE[2]", "Power")}),
    ({"component": {"name": "EVSE", "evse": {"id": 2}}, "variable": {"name": "power"}}, {("EVSE[2]", "Power")}),
    (
        {"component": {"name": "DeviceDataCtrlr"}, "variable": {"name": "ItemsPerMessage"}},
        {("DeviceDataCtrlr", f"ItemsPerMessage[{kind}]") for kind in ("GetReport", "GetVariables", "SetVariables")},
    ),
    (
        {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "MessageTimeout", "instance": "Default"}},
        {("OCPPCommCtrlr", "MessageTimeout[Default]")},
    ),
    ({"component": {"name": "CustomizationCtrlr"}}, {("CustomizationCtrlr", "CustomImplementationEnabled")}),
    ({"component": {"name": "Connector", "evse": {"id": 1, "connectorId": 2}}}, set()),
    ({"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "MessageTimeout", "instance": "No"}}, set()),
    ({"component": {"name": "Nonsense"}}, set()),
]


def variables_in(sent: Sent) -> dict[Name, Json]:
    """Return the reported variables by name; parts must be numbered, and no variable may come twice (V10 to V12)."""
    parts = payloads(sent, "NotifyReport")
    assert [part["seqNo"] for part in parts] == list(range(len(parts)))
    assert [part["tbc"] for part in parts] == [True] * (len(parts) - 1) + [False] * bool(parts)
    assert {part["requestId"] for part in parts} <= {7}
    items = [item for part in parts for item in part["reportData"]]
    named = {name_of(item["component"], item["variable"]): item for item in items}
    assert len(named) == len(items)
    return named


def ask(bench: Bench, action: str, **payload: Any) -> tuple[Json, dict[Name, Json]]:
    """Request a report; return the answer and the reported variables."""
    answer, sent = bench.command(action, {"requestId": 7, **payload})
    return answer, variables_in(sent)


def test_the_full_inventory_has_everything() -> None:
    """FullInventory has every variable of the station, its EVSEs and connectors, with characteristics."""
    bench = Bench(evses=2, connectors=2)
    answer, sent = bench.command("GetBaseReport", {"requestId": 7, "reportBase": "FullInventory"})
    assert answer == ACCEPTED
    assert len(payloads(sent, "NotifyReport")) > 2
    items = variables_in(sent)
    assert set(VARIABLES) < set(items)
    assert {("EVSE[2]", "Power"), ("Connector[2,2]", "AvailabilityState")} < set(items)
    for item in items.values():
        result = item["variableCharacteristics"]
        assert ("valuesList" in result) is (result["dataType"] in LISTS)
        for attribute in item["variableAttribute"]:
            assert ("value" in attribute) is (attribute["mutability"] != "WriteOnly")
    kept = {
        name: items[name]["variableAttribute"][0]["persistent"] for name in (NETWORK_ATTEMPTS, ("EVSE[2]", "Power"))
    }
    assert kept == {NETWORK_ATTEMPTS: True, ("EVSE[2]", "Power"): False}


def test_reports_and_get_variables_agree() -> None:
    """A report and GetVariables have the same values."""
    bench = Bench()
    _, items = ask(bench, "GetBaseReport", reportBase="FullInventory")
    for item in items.values():
        actual = item["variableAttribute"][0]
        assert bench.value(item["component"], item["variable"]) == actual.get("value", "Rejected")


def test_the_configuration_inventory() -> None:
    """ConfigurationInventory has the variables that can be set, and only those (B07.FR.07)."""
    answer, items = ask(Bench(), "GetBaseReport", reportBase="ConfigurationInventory")
    assert answer == ACCEPTED
    assert set(items) == {name for name, row in VARIABLES.items() if row.is_writable}


def test_the_summary_inventory() -> None:
    """SummaryInventory of a station without problems has only the AvailabilityStates."""
    _, items = ask(Bench(evses=1), "GetBaseReport", reportBase="SummaryInventory")
    assert set(items) == {(c, "AvailabilityState") for c in ("ChargingStation", "EVSE[1]", "Connector[1,1]")}


@pytest.mark.parametrize(("criteria", "inside", "outside"), CRITERIA)
def test_components_are_selected_by_criteria(criteria: list[str], inside: set[str], outside: set[str]) -> None:
    """A component is reported if it meets a criterion, or does not have its variable (B08.FR.07 to 11)."""
    answer, items = ask(Bench(), "GetReport", componentCriteria=criteria)
    there = {component.partition("[")[0] for component, _ in items}
    assert inside <= there
    assert not outside & there
    assert answer == (ACCEPTED if there else EMPTY)


@pytest.mark.parametrize(("item", "names"), WANTED)
def test_variables_are_selected_by_name(item: Json, names: set[Name]) -> None:
    """Omitted fields of a componentVariable match everything; for unknown names the answer is EmptyResultSet."""
    answer, items = ask(Bench(), "GetReport", componentVariable=[item])
    assert set(items) == names
    assert answer == (ACCEPTED if names else EMPTY)


def test_criteria_and_names_must_both_match() -> None:
    """With criteria and names, only variables that match both are reported."""
    item = {"component": {"name": "ISO15118Ctrlr"}}
    assert ask(Bench(), "GetReport", componentVariable=[item], componentCriteria=["Enabled"]) == (EMPTY, {})
    assert ask(Bench(), "GetReport")[0] == ACCEPTED


def test_a_station_without_summary_reports() -> None:
    """A station without the feature answers SummaryInventory with NotSupported, without a report (B07.FR.02)."""
    bench = Bench(device=replace(new_device(Identity(), 1, 1), features=frozenset()))
    answer, sent = bench.command("GetBaseReport", {"requestId": 7, "reportBase": "SummaryInventory"})
    assert (answer["status"], sent) == ("NotSupported", [])


@pytest.mark.parametrize(("most", "parts"), [(1, 3), (2, 2), (3, 1)])
def test_the_size_of_parts(most: int, parts: int) -> None:
    """Each part of a report has at most ItemsPerMessage items, and no part is empty."""
    device = new_device(Identity(), 1, 1)
    bench = Bench(device=replace(device, variables={**device.variables, REPORTED_ITEMS: str(most)}))
    _, sent = bench.command("GetBaseReport", {"requestId": 7, "reportBase": "SummaryInventory"})
    assert len(variables_in(sent)) == 3
    assert [len(part["reportData"]) <= most for part in payloads(sent, "NotifyReport")] == [True] * parts


def test_a_report_has_the_set_value() -> None:
    """A report shows the value that was set."""
    bench = Bench()
    bench.assign("OCPPCommCtrlr.NetworkProfileConnectionAttempts", "9")
    _, items = ask(bench, "GetBaseReport", reportBase="ConfigurationInventory")
    assert items[NETWORK_ATTEMPTS]["variableAttribute"][0]["value"] == "9"

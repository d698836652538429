"""Monitors are set, replaced, reported and cleared as N02 to N06 say."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Stop
from mock_csms.station.v2.storage import Monitor
from tests.station.commanded import Bench, payloads

POWER: Json = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}
STATE: Json = {"component": {"name": "ChargingStation"}, "variable": {"name": "AvailabilityState"}}
THRESHOLD: Json = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}
PASSWORD: Json = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
TEXT: Json = {"component": {"name": "ClockCtrlr"}, "variable": {"name": "TimeZone"}}
STATUSES: list[tuple[Json, str, float, int, str]] = [
    (POWER, "UpperThreshold", 5000, 5, "Accepted"),
    (POWER, "LowerThreshold", 0, 0, "Accepted"),
    (POWER, "UpperThreshold", 11001, 5, "Rejected"),
    (POWER, "LowerThreshold", -1, 5, "Rejected"),
    (POWER, "Delta", -5, 5, "Rejected"),
    (POWER, "Delta", 12000, 5, "Rejected"),
    (POWER, "UpperThreshold", 5000, 10, "Rejected"),
    (POWER, "UpperThreshold", 5000, -1, "Rejected"),
    (STATE, "Delta", 0, 9, "Accepted"),
    (STATE, "UpperThreshold", 1, 5, "UnsupportedMonitorType"),
    (STATE, "Periodic", 0, 5, "Rejected"),
    (STATE, "Periodic", 1, 5, "Accepted"),
    (STATE, "PeriodicClockAligned", 900, 5, "Accepted"),
    (TEXT, "Delta", 1, 5, "UnsupportedMonitorType"),
    (PASSWORD, "Delta", 1, 5, "Rejected"),
    ({**POWER, "variable": {"name": "Nonsense"}}, "Delta", 1, 5, "UnknownVariable"),
    ({**POWER, "component": {"name": "EVSE", "evse": {"id": 3}}}, "Delta", 1, 5, "UnknownComponent"),
]


def setting(about: Json, kind: str, value: float, severity: int = 5, **more: Any) -> Json:
    """Return one item of SetVariableMonitoring."""
    return {**about, "type": kind, "value": value, "severity": severity, **more}


def assign(bench: Bench, *items: Json) -> list[Json]:
    """Set monitors, and return the results, which must be about the items (N07)."""
    results = bench.command("SetVariableMonitoring", {"setMonitoringData": list(items)})[0]["setMonitoringResult"]
    keys = ("component", "variable", "type", "severity")
    assert [[result[key] for key in keys] for result in results] == [[item[key] for key in keys] for item in items]
    return list(results)


def reported(bench: Bench, **criteria: Any) -> dict[int, Json]:
    """Request a report, and return its monitors by id; only Accepted may be followed by a report (N10)."""
    answer, sent = bench.command("GetMonitoringReport", {"requestId": 9, **criteria})
    parts = payloads(sent, "NotifyMonitoringReport")
    assert answer == {"status": "Accepted" if parts else "EmptyResultSet"}
    assert [(part["requestId"], part["seqNo"]) for part in parts] == [(9, number) for number in range(len(parts))]
    assert [part["tbc"] for part in parts] == [True] * (len(parts) - 1) + [False] * bool(parts)
    items = [item for part in parts for item in part["monitor"]]
    return {entry["id"]: item | entry for item in items for entry in item["variableMonitoring"]}


@pytest.mark.parametrize(("about", "kind", "value", "severity", "status"), STATUSES)
def test_each_monitor_gets_its_status(about: Json, kind: str, value: float, severity: int, status: str) -> None:
    """A valid monitor is Accepted and reported; an invalid one gets the right status and is not reported."""
    bench = Bench()
    result = assign(bench, setting(about, kind, value, severity))[0]
    assert result["status"] == status
    assert ("id" in result) is (status == "Accepted")
    assert [entry["value"] for entry in reported(bench).values()] == [value] * (status == "Accepted")


def test_several_monitors_at_once() -> None:
    """One command sets several monitors, also on one variable; rejected items do not affect the others (TC_N_43)."""
    bench = Bench()
    items = [setting(POWER, "Delta", 1), setting(TEXT, "Delta", 1), setting(POWER, "Delta", 1, severity=6)]
    first, _, third = assign(bench, *items)
    assert first["id"] != third["id"]
    assert reported(bench).keys() == {first["id"], third["id"]}
    assert assign(bench, items[0])[0]["status"] == "Duplicate"


def test_a_monitor_can_be_replaced_by_its_id() -> None:
    """An item with the id of a monitor of the same variable replaces it; other ids are Rejected (N04.FR.11 to 16)."""
    bench = Bench()
    number = assign(bench, setting(POWER, "UpperThreshold", 5000))[0]["id"]
    assert assign(bench, setting(POWER, "UpperThreshold", 6000, id=number))[0] == {
        **POWER,
        "type": "UpperThreshold",
        "severity": 5,
        "id": number,
        "status": "Accepted",
    }
    assert assign(bench, setting(POWER, "Delta", 1, id=number + 1))[0]["status"] == "Rejected"
    assert assign(bench, setting(STATE, "Delta", 1, id=number))[0]["status"] == "Rejected"
    assert {key: entry["value"] for key, entry in reported(bench).items()} == {number: 6000}


def test_monitors_are_cleared_by_id() -> None:
    """A cleared monitor and its alarm are removed; an unknown id is NotFound, a factory monitor Rejected (N06)."""
    bench = Bench()
    number = assign(bench, setting(POWER, "Periodic", 60))[0]["id"]
    wired = Monitor(50, ("EVSE[1]", "Power"), setting(POWER, "Delta", 5), is_custom=False)
    bench.device = bench.device.storing(monitors={**bench.device.storage.monitors, 50: wired})
    answer, _ = bench.command("ClearVariableMonitoring", {"id": [number, 99, number, 50]})
    statuses = [(item["id"], item["status"]) for item in answer["clearMonitoringResult"]]
    assert statuses == [(number, "Accepted"), (99, "NotFound"), (number, "NotFound"), (50, "Rejected")]
    assert reported(bench).keys() == {50}
    assert payloads(bench.wait(200), "NotifyEvent") == []
    assert Stop(("monitor", number)).alarm not in bench.alarms


@pytest.mark.parametrize(("base", "kept"), [("All", {1, 50}), ("FactoryDefault", {50}), ("HardWiredOnly", {50})])
def test_a_monitoring_base_removes_monitors(base: str, kept: set[int]) -> None:
    """Every base except All removes the CSMS's own monitors; ActiveMonitoringBase has the base (N03)."""
    bench = Bench()
    assign(bench, setting(POWER, "Delta", 1))
    wired = Monitor(50, ("EVSE[1]", "Power"), setting(POWER, "Delta", 5), is_custom=False)
    bench.device = bench.device.storing(monitors={**bench.device.storage.monitors, 50: wired})
    assert bench.command("SetMonitoringBase", {"monitoringBase": base})[0] == {"status": "Accepted"}
    assert reported(bench).keys() == kept
    assert bench.value({"name": "MonitoringCtrlr"}, {"name": "ActiveMonitoringBase"}) == base


@pytest.mark.parametrize(("severity", "status"), [(0, "Accepted"), (9, "Accepted"), (10, "Rejected"), (-1, "Rejected")])
def test_a_level_is_one_of_ten(severity: int, status: str) -> None:
    """A severity from 0 to 9 becomes the ActiveMonitoringLevel; any other one is Rejected (N05)."""
    bench = Bench()
    bench.command("SetMonitoringLevel", {"severity": 7})
    assert bench.command("SetMonitoringLevel", {"severity": severity})[0] == {"status": status}
    level = bench.value({"name": "MonitoringCtrlr"}, {"name": "ActiveMonitoringLevel"})
    assert level == (str(severity) if status == "Accepted" else "7")


def test_a_monitoring_report_by_criteria() -> None:
    """GetMonitoringReport selects monitors by criteria, by variable, or by both (N02)."""
    bench = Bench()
    assert reported(bench) == {}
    assign(
        bench,
        setting(POWER, "UpperThreshold", 1),
        setting(POWER, "Delta", 1),
        setting(STATE, "Periodic", 60),
        setting(THRESHOLD, "Delta", 1),
    )
    evse = {"component": {"name": "EVSE"}}
    assert reported(bench).keys() == {1, 2, 3, 4}
    assert reported(bench, monitoringCriteria=["ThresholdMonitoring"]).keys() == {1}
    assert reported(bench, monitoringCriteria=["PeriodicMonitoring", "DeltaMonitoring"]).keys() == {2, 3, 4}
    assert reported(bench, componentVariable=[evse]).keys() == {1, 2}
    assert reported(bench, componentVariable=[evse], monitoringCriteria=["DeltaMonitoring"]).keys() == {2}
    assert reported(bench, componentVariable=[{"component": {"name": "Nonsense"}}]) == {}


def test_monitors_survive_a_reboot() -> None:
    """Monitors survive a reboot (TC_N_53)."""
    bench = Bench()
    assign(bench, setting(POWER, "UpperThreshold", 5000, transaction=True))
    before = reported(bench)
    bench.reboot()
    assert reported(bench) == before
    assert before[1]["transaction"] is True

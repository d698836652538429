"""Cases about remote control and availability: they accept both behaviours that the requirements allow."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.plans.scripted import STATUS, Say, Scripted, outcome
from tests.plans.test_both_ways import NOT_IMPLEMENTED, TIME, Device
from tests.test_plans import run
from tests.wire import PATIENCE, transaction

FEATURES = '"HFS-1", "C-29.5"'
BAY, CABLE, ENERGY = "ParkingBayOccupancy", "EVConnected", "EnergyTransfer"
PASSED: Sequence[tuple[str, Sequence[str]]] = [
    ("TC_F_01_CS", [f"TxCtrlr.TxStartPoint={CABLE}"]),
    ("TC_F_01_CS", ["AuthCtrlr.AuthorizeRemoteStart=true"]),
    ("TC_F_02_CS", [f"TxCtrlr.TxStartPoint={ENERGY}"]),
    ("TC_F_02_CS", ["TxCtrlr.TxStartPoint=Authorized"]),
    ("TC_F_03_CS", [f"TxCtrlr.TxStartPoint={BAY}"]),
    ("TC_F_04_CS", [f"TxCtrlr.TxStartPoint={BAY}", f"TxCtrlr.TxStopPoint={BAY}"]),
    ("TC_F_04_CS", [f"TxCtrlr.TxStartPoint={BAY}"]),
    ("TC_F_08_CS", [f"TxCtrlr.TxStopPoint={CABLE}"]),
    ("TC_F_13_CS", ["SampledDataCtrlr.TxUpdatedMeasurands="]),
    ("TC_G_11_CS", [f"TxCtrlr.TxStopPoint={CABLE}"]),
    ("TC_G_14_CS", [f"TxCtrlr.TxStartPoint={BAY}", f"TxCtrlr.TxStopPoint={BAY}"]),
]
"""Cases, and the variables of the reference station with which they must pass too."""


@pytest.mark.parametrize(("case", "variables"), PASSED)
def test_cases_pass_with_other_variables(case: str, variables: Sequence[str]) -> None:
    """The cases pass with other points at which transactions start and stop, and with other measurands."""
    flags = " ".join(f"--variable {each}" for each in variables)
    done = run("--case", case, f"--reference-flags={flags}", "--fail-on-findings", "warning")
    assert (done.returncode, "1 passed" in done.stdout) == (0, True), done.stdout


def test_a_station_without_measurands_has_no_values_to_send() -> None:
    """Without measurands there is nothing that a trigger of MeterValues could send."""
    done = run("--case", "TC_F_12_CS", "--reference-flags=--variable AlignedDataCtrlr.Measurands=")
    assert (done.returncode, "1 skipped" in done.stdout) == (0, True), done.stdout


async def verdict(folder: Path, case: str, **answers: Any) -> tuple[str, str]:
    """Return the verdict of a case on a station with these answers, and the output."""
    found = await outcome(folder, Scripted(Device(**answers)), "", "--case", case, "-rs", features=FEATURES)
    return next(iter(found.verdicts.values()), "not run"), found.out


def event(status: str, trigger: str = "Delta") -> Say:
    """Return a NotifyEvent that reports the status of the connector."""
    place = {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}
    data = {
        **{"eventId": 1, "timestamp": TIME, "trigger": trigger, "actualValue": status},
        **{"eventNotificationType": "HardWiredNotification", "component": place},
        "variable": {"name": "AvailabilityState"},
    }
    return Say("NotifyEvent", {"generatedAt": TIME, "seqNo": 0, "tbc": False, "eventData": [data]})


def triggered(asked: Any) -> Any:
    """Report the status by a NotifyEvent."""
    return [{"status": "Accepted"}, event("Available")]


def changed(asked: Any) -> Any:
    """Change the availability, and report it by a NotifyEvent."""
    status = "Available" if asked["operationalStatus"] == "Operative" else "Unavailable"
    return [{"status": "Accepted"}, event(status)]


@pytest.mark.parametrize(
    ("case", "answers"),
    [
        ("TC_F_23_CS", {"TriggerMessage": triggered}),
        ("TC_G_03_CS", {"ChangeAvailability": changed}),
        ("TC_G_04_CS", {"ChangeAvailability": changed}),
        ("TC_G_05_CS", {"ChangeAvailability": changed}),
    ],
)
async def test_an_event_reports_a_status(tmp_path: Path, case: str, answers: Any) -> None:
    """A station may report the status of a connector by NotifyEvent (G01.FR.07)."""
    is_passed, out = await verdict(tmp_path, case, **answers)
    assert is_passed == "passed", out


async def test_a_status_must_follow_its_report(tmp_path: Path) -> None:
    """A station that reports another status than the new one fails."""
    wrong = [{"status": "Accepted"}, Say("StatusNotification", STATUS)]
    found, out = await verdict(tmp_path, "TC_G_03_CS", ChangeAvailability=wrong)
    assert (found, "expected Unavailable, got Available" in out) == ("failure", True), out


def started(asked: Any) -> Any:
    """Accept a remote start; the event about it is the first one, and comes later."""
    first = transaction("Started", triggerReason="RemoteStart", seqNo=0)
    first |= {"idToken": asked["idToken"], "evse": {"id": 1, "connectorId": 1}}
    first["transactionInfo"] |= {"remoteStartId": asked["remoteStartId"], "chargingState": "Charging"}
    return [{"status": "Accepted"}, 0.5, Say("TransactionEvent", first)]


@pytest.mark.parametrize("case", ["TC_F_01_CS", "TC_K_38_CS"])
async def test_nobody_presents_a_card_after_a_remote_start(tmp_path: Path, case: str) -> None:
    """A station that starts remotely charges without a card, whatever its TxStartPoint is."""
    plugged = [Say("StatusNotification", STATUS | {"connectorStatus": "Occupied"})]
    station = Scripted(Device(RequestStartTransaction=started), acts={"plug": plugged, "unplug": []}.get)
    found = await outcome(tmp_path, station, "", "--case", case, "robot", features='"C-36"', message=PATIENCE)
    assert [*found.verdicts.values()] == ["passed"], found.out


class WithoutStartPoint(Device):
    """A script without TxStartPoint; the event of a remote start comes after the next answer about variables."""

    def __init__(self, trigger: str) -> None:
        super().__init__(RequestStartTransaction=self._start)
        self._trigger, self._due = trigger, list[Say]()

    def __call__(self, action: str, payload: Any) -> Any:
        """Answer a command, and send the event if it is due."""
        answer = super().__call__(action, payload)
        if action != "GetVariables":
            return answer
        for each in answer["getVariableResult"]:
            if each["variable"]["name"] == "TxStartPoint":
                each["attributeStatus"] = "UnknownVariable"
                del each["attributeValue"]
        due, self._due = self._due, []
        return [answer, 0.5, *due] if due else answer

    def _start(self, asked: Any) -> Any:
        accepted, _, event = started(asked)
        self._due = [Say("TransactionEvent", event.payload | {"triggerReason": self._trigger})]
        return accepted


@pytest.mark.parametrize(("trigger", "expected"), [("RemoteStart", "passed"), ("Authorized", "failure")])
async def test_a_station_without_a_start_point(tmp_path: Path, trigger: str, expected: str) -> None:
    """The event of a remote start must say so, also if it comes late and TxStartPoint is not known (F01.FR.19)."""
    plugged = [Say("StatusNotification", STATUS | {"connectorStatus": "Occupied"})]
    station = Scripted(WithoutStartPoint(trigger), acts={"plug": plugged, "unplug": []}.get)
    found = await outcome(tmp_path, station, "", "--case", "TC_K_38_CS", "robot", features='"C-36"', message=5)
    assert [*found.verdicts.values()] == [expected], found.out


@pytest.mark.parametrize("case", ["TC_F_06_CS", "TC_F_07_CS", "TC_F_10_CS"])
async def test_a_connector_without_a_lock(tmp_path: Path, case: str) -> None:
    """A station whose connectors have no lock answers UnlockConnector with NotSupported (F05.FR.07)."""
    found, out = await verdict(tmp_path, case, UnlockConnector="NotSupported")
    assert (found, "no connector lock that the CSMS can open" in out) == ("skipped", True), out


async def test_a_connector_that_cannot_be_unlocked(tmp_path: Path) -> None:
    """A station that answers UnlockConnector with another CALLERROR fails."""
    found, out = await verdict(tmp_path, "TC_F_06_CS", UnlockConnector="InternalError")
    assert (found, "InternalError" in out) == ("failure", True), out


async def test_a_station_without_a_trigger_of_heartbeats(tmp_path: Path) -> None:
    """A station need not implement the trigger of Heartbeat (F06.FR.08)."""
    found, out = await verdict(tmp_path, "TC_F_20_CS", TriggerMessage=NOT_IMPLEMENTED)
    assert found == "skipped", out

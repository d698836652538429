"""Failures of the preparation or clean-up of a case are not failures of the case."""

from pathlib import Path
from typing import Any

import pytest

from tests.plans.scripted import NOTHING, Scripted, outcome, plan

SET = 'await station.set("OCPPCommCtrlr", "OfflineThreshold", "77")'
GET = {"attributeStatus": "Accepted", "component": {"name": "c"}, "variable": {"name": "v"}}


class Variables:
    """A script with one variable; it answers SetVariables with the given statuses in order, and then not at all."""

    def __init__(self, *statuses: Any) -> None:
        self.statuses, self.value = [*statuses], "1"

    def __call__(self, action: str, payload: Any) -> Any:
        """Answer a command."""
        if action == "GetVariables":
            return {"getVariableResult": [{**GET, "attributeValue": self.value}]}
        if action != "SetVariables":
            return None
        status = self.statuses.pop(0) if self.statuses else NOTHING
        if not isinstance(status, str):
            return status
        self.value = payload["setVariableData"][0]["attributeValue"] if status == "Accepted" else self.value
        return {"setVariableResult": [{**GET, "attributeStatus": status}]}


@pytest.mark.parametrize(
    ("body", "needs", "script", "expected"),
    [
        (SET, (), Variables("Rejected"), "OCPPCommCtrlr.OfflineThreshold = 77 is Rejected"),
        (SET, (), Variables(), "SetVariables to CS-1: no answer within 1 s"),
        (
            'await station.act("plug")',
            ("plug",),
            Variables(),
            "the operator failed: false plug 1 '' ended with status 1",
        ),
        ("await states.booting(station)", ("reboot",), Variables(), "the operator failed: false reboot"),
        (
            "await station.prepare(states.reserved)",
            (),
            lambda action, _: {"status": "Rejected"} if action == "ReserveNow" else None,
            "the case could not be prepared: CS-1 gave an unexpected answer to ReserveNow",
        ),
    ],
)
async def test_a_failed_preparation_is_an_error(
    tmp_path: Path, body: str, needs: tuple[str, ...], script: Any, expected: str
) -> None:
    """A failed preparation is an error with its reason, in JUnit and in the summary; a failed case is a failure."""
    text = plan(("X1", body), ("X2", 'await station.command("ClearCache", status="Rejected")'), needs=needs)
    found = await outcome(tmp_path, Scripted(script), text, "--operator", "exec:false")
    assert (found.status, found.verdicts) == (1, {"x1": "error", "x2": "failure"}), found.out
    assert expected in "".join(found.cases["x1"].itertext())
    assert "1 failed, 1 error" in found.out


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["Accepted"], "SetVariables to CS-1: no answer within 1 s"),
        (["Accepted", "Rejected"], "OCPPCommCtrlr.OfflineThreshold = 1 is Rejected"),
    ],
)
async def test_a_failed_clean_up_is_a_note(tmp_path: Path, statuses: list[str], expected: str) -> None:
    """If a clean-up fails, the case passes; summary and JUnit name the variable that was not restored, no traceback."""
    found = await outcome(tmp_path, Scripted(Variables(*statuses)), plan(("X1", SET), ("X2", "pass")))
    note = f"clean-up: OCPPCommCtrlr.OfflineThreshold could not be set back to 1: {expected}"
    assert (found.status, found.notes("x1")) == (0, [note]), found.out
    assert "Traceback" not in found.out
    assert "CallFailed" not in found.out
    assert f"X1: {note}" in found.out


async def test_an_unanswered_undo_is_a_note(tmp_path: Path) -> None:
    """If an undo command gets no answer, the case passes with a note and without a traceback."""

    def script(action: str, _: Any) -> Any:
        return NOTHING if action == "ClearChargingProfile" else None

    body = 'station.undo_with("ClearChargingProfile", {"chargingProfileId": 1})'
    found = await outcome(tmp_path, Scripted(script), plan(("X1", body)))
    assert found.notes("x1") == ["clean-up: ClearChargingProfile to CS-1: no answer within 1 s"], found.out
    assert (found.status, "Traceback" in found.out) == (0, False)


async def test_a_variable_that_requires_a_reboot(tmp_path: Path) -> None:
    """`set` reboots the station if that is required, so the value is in effect afterwards."""
    station = Scripted(Variables("RebootRequired", "Accepted"))
    found = await outcome(tmp_path, station, plan(("X1", SET)))
    assert (found.status, station.commands.count("Reset"), station.visits) == (0, 1, 2), found.out

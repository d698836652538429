"""Plans with a station that is silent, disconnected, or does not boot: the run reboots it, and reports it once."""

import socket
from pathlib import Path
from typing import Any

import pytest

from tests.plans.scripted import NOTHING, Outcome, Scripted, outcome, plan

CLEAR = 'await station.command("ClearCache")'
CASES = plan(*[(f"X{number}", CLEAR) for number in range(1, 7)])
THREE = plan(*[(f"X{number}", CLEAR) for number in range(1, 4)])
SILENT = "CS-1 has not answered anything since X2"


def silent_after(count: int) -> Scripted:
    """Return a station that answers `count` ClearCache commands, and then nothing until it is rebooted."""
    station: Scripted

    def script(action: str, _: Any) -> Any:
        cleared = station.commands.count("ClearCache")
        return NOTHING if cleared > count and not station.reboots else None

    station = Scripted(script)
    return station


def cases_with(found: Outcome, text: str) -> int:
    """Return how many cases of the report contain a text."""
    return sum(text in "".join(case.itertext()) for case in found.cases.values())


async def test_a_silent_station_ends_the_session(tmp_path: Path) -> None:
    """If the station stops answering, one error says since when; the run is interrupted, and no further case fails."""
    found = await outcome(tmp_path, silent_after(2), CASES)
    assert found.status == 2, found.out
    assert found.verdicts == {"x1": "passed", "x2": "passed", "x3": "failure", "x4": "error"}, found.out
    assert (cases_with(found, SILENT), f"Interrupted: {SILENT}" in found.out) == (1, True), found.out


async def test_a_silent_station_is_rebooted(tmp_path: Path) -> None:
    """If the operator can reboot a silent station, the cases continue, and a note says so."""
    found = await outcome(tmp_path, silent_after(2), CASES, "robot")
    assert found.verdicts == {f"x{n}": "failure" if n == 3 else "passed" for n in range(1, 7)}, found.out
    assert found.notes("x4") == [f"{SILENT}; the operator has brought it back"]
    assert (found.status, found.out.count(SILENT)) == (1, 1), found.out


@pytest.mark.parametrize(
    ("operator", "name"), [("prompt", "the operator"), ("exec:false", "the person at the terminal")]
)
async def test_a_person_reboots_a_silent_station(tmp_path: Path, operator: str, name: str) -> None:
    """A person at the terminal reboots a silent station, as the operator or if the operator fails."""
    found = await outcome(tmp_path, silent_after(2), CASES, "person", "--operator", operator)
    assert found.notes("x4") == [f"{SILENT}; {name} has brought it back"], found.out


async def test_a_silent_station_with_a_failing_operator(tmp_path: Path) -> None:
    """If the operator fails and nobody is at a terminal, the run is interrupted."""
    found = await outcome(tmp_path, silent_after(2), CASES, "--operator", "exec:false")
    assert (found.status, f"Interrupted: {SILENT}" in found.out) == (2, True), found.out


async def test_a_station_that_does_not_answer_one_command_is_not_silent(tmp_path: Path) -> None:
    """If the station answers other commands, even with a CALLERROR, all cases are run."""

    def script(action: str, _: Any) -> Any:
        return NOTHING if action == "ClearCache" else "NotImplemented"

    found = await outcome(tmp_path, Scripted(script), CASES)
    assert (found.status, set(found.verdicts.values()), len(found.cases)) == (1, {"failure"}, 6), found.out


async def test_a_station_that_never_answers_ends_the_session(tmp_path: Path) -> None:
    """If the station never answers, the run is interrupted before the first case."""
    found = await outcome(tmp_path, Scripted(lambda *_: NOTHING, boots=lambda _: False), CASES)
    assert (found.status, found.verdicts) == (2, {"x1": "error"}), found.out
    assert "Interrupted: CS-1 has not answered anything since it connected" in found.out


async def test_a_station_that_does_not_come_ends_the_session(tmp_path: Path) -> None:
    """If no station connects, the run is interrupted after one wait, not after a wait for each case."""
    found = await outcome(tmp_path, None, CASES, boot=0.5)
    assert (found.status, found.verdicts) == (2, {"x1": "error"}), found.out
    assert "Interrupted: CS-1 did not connect to ws://127.0.0.1" in found.out


async def test_a_station_that_need_not_boot_is_reset_at_once(tmp_path: Path) -> None:
    """A connected station that sends nothing and rejects the trigger is reset without waiting for a time-out."""

    def script(action: str, _: Any) -> Any:
        return {"status": "Rejected"} if action == "TriggerMessage" else None

    station = Scripted(script, boots=lambda visit: visit > 1)
    found = await outcome(tmp_path, station, THREE, boot=10_000, interval=10_000)
    assert (found.status, station.commands[:2]) == (0, ["TriggerMessage", "Reset"]), found.out


async def test_a_station_that_never_boots_is_reset_once(tmp_path: Path) -> None:
    """If the station does not boot after the reset either, later cases do not wait for a boot."""
    station = Scripted(lambda *_: None, boots=lambda _: False)
    found = await outcome(tmp_path, station, THREE, boot=10_000)
    assert (found.status, station.commands.count("Reset")) == (0, 1), found.out


async def test_a_port_in_use_is_reported_once(tmp_path: Path) -> None:
    """A port in use is one usage error of the run, not an error of each case."""
    with socket.create_server(("127.0.0.1", 0)) as busy:
        flags = "--port", f"{busy.getsockname()[1]}"
        found = await outcome(tmp_path, None, CASES, *flags)
    assert (found.status, found.out.count("cannot listen on 127.0.0.1:"), found.cases) == (4, 1, {}), found.out

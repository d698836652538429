"""Black-box tests: `mock-station --misbehave` as a process, and the events of `server.py` about it."""

import json
from pathlib import Path
from typing import Any

import pytest

from mock_csms.station.v2.misbehaviours import KINDS
from tests.pace import turns
from tests.reference_station import run
from tests.wire import Mock

NOWHERE = "ws://127.0.0.1:1/CS-1"


def seen(tmp_path: Path, *habits: str, pace: int = 1, flags: tuple[str, ...] = ()) -> list[dict[str, Any]]:
    """Run a station with these misbehaviours for less than a second, times the pace; return the mock's events."""
    mock = Mock("--events", str(tmp_path / "events"), *flags)
    ended = run(f"{mock.url}/CS-1", f"--duration={0.7 * pace}", *(f"--misbehave={habit}" for habit in habits))
    mock.finish()
    assert (ended.status, ended.err) == (0, "")
    return [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]


def test_the_table_is_made_from_the_code() -> None:
    """`misbehaviours` prints each kind with the checks that report it and its title."""
    ended = run("misbehaviours")
    lines = ended.out.splitlines()
    assert (ended.status, ended.err, len(lines)) == (0, "", len(KINDS))
    for line, (kind, row) in zip(lines, KINDS.items(), strict=True):
        assert line.split() == f"{kind} {', '.join(row.checks)} {row.title}".split()


@pytest.mark.parametrize(
    ("habit", "complaint"),
    [
        ("nonsense", "'nonsense' is not a misbehaviour"),
        ("seqno-gab", "'seqno-gab' is not a misbehaviour; did you mean 'seqno-gap'?"),
        ("seqno-gap@0", "'0'"),
    ],
)
def test_an_unknown_kind(habit: str, complaint: str) -> None:
    """An unknown misbehaviour gets one line with the nearest one; the exit status is 2."""
    ended = run(NOWHERE, "--misbehave", habit)
    assert (ended.status, ended.out, ended.err.count("\n")) == (2, "", 1)
    assert complaint in ended.err


def test_calls_that_are_not_json(tmp_path: Path) -> None:
    """With `not-json@2` only the second call is not JSON."""
    for turn in turns():
        with turn as pace:
            events = seen(tmp_path, "not-json@2", pace=pace)
            first, second, *_ = [event for event in events if event["event"] == "Received"]
            assert (first["action"], second["messageType"]) == ("BootNotification", "Malformed")
            assert "not JSON" in second["problem"]
            assert second["text"].startswith("[2,")


def test_two_open_calls_in_binary_frames(tmp_path: Path) -> None:
    """Two misbehaviours together: a heartbeat while the status is open, and binary frames from the second call on."""
    for turn in turns():
        with turn as pace:
            slow = ("--fault", "StatusNotification", f"delay seconds={0.3 * pace}")
            events = seen(tmp_path, "two-open-calls", "binary-frames@2", pace=pace, flags=slow)
            calls = [event for event in events if event["event"] == "Received" and event["messageType"] == "Call"]
            assert [call["binary"] for call in calls[:3]] == [False, True, True]
            order = [(event["event"], event["action"]) for event in events if event["event"] in ("Received", "Sent")]
            at = order.index(("Received", "StatusNotification"))
            assert order.index(("Received", "Heartbeat")) < order.index(("Sent", "StatusNotification"))
            assert order[at + 1] == ("Received", "Heartbeat")


def test_a_command_without_an_answer(tmp_path: Path) -> None:
    """With `no-answer` the station executes a command, but does not answer it."""
    flags = ("--command=TriggerMessage", "--delay=0.1", "--after=boot", "--call-timeout=0.4")
    for turn in turns():
        with turn as pace:
            events = seen(tmp_path, "no-answer", pace=pace, flags=(*flags, "--trigger-message=Heartbeat"))
            names = [(event["event"], event.get("action")) for event in events]
            assert ("Sent", "TriggerMessage") in names
            assert ("Unanswered", "TriggerMessage") in names
            assert ("Received", "Heartbeat") in names
            assert not [event for event in events if event["event"] == "Received" and event["messageType"] == "Result"]


def test_a_command_that_breaks_its_schema(tmp_path: Path) -> None:
    """With `takes-anything` the station accepts a command that violates its schema."""
    flags = ("--command=GetVariables", "--delay=0.1", "--after=boot", "--fault", "GetVariables", "invalid")
    for turn in turns():
        with turn as pace:
            events = seen(tmp_path, "takes-anything", pace=pace, flags=flags)
            (answer,) = [event for event in events if event["event"] == "Received" and event["messageType"] == "Result"]
            assert json.loads(answer["text"])[2] == {"status": "Accepted"}

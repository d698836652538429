"""Black-box tests: `mock-station` as a process against `server.py` as a process; its calls, output and exit status."""

import json
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.v2.v201 import ACTIONS
from tests.pace import turns
from tests.reference_station import ROOT, STATION, Ended, run, running
from tests.wire import PATIENCE, Mock

FROM_STATION = [action for action, row in ACTIONS.items() if row.sent_by(Sender.STATION)]
BOOTED = "SecurityEventNotification.response"


@pytest.fixture(scope="module")
def url(mock: Mock) -> str:
    """The URL of a station at a mock without flags."""
    return f"{mock.url}/CS-1"


@pytest.fixture
def hasty() -> list[str]:
    """Flags that make a station reconnect quickly."""
    return ["--variable=OCPPCommCtrlr.RetryBackOffWaitMinimum=1", "--variable=OCPPCommCtrlr.RetryBackOffRandomRange=0"]


def calls_in(path: Path) -> list[tuple[str, dict[str, object]]]:
    """Return the calls in the event file of a mock."""
    events = [json.loads(line) for line in path.read_text().splitlines()]
    assert [event for event in events if event.get("violations")] == []
    calls = [e for e in events if e["event"] == "Received" and e["messageType"] == "Call"]
    return [(call["action"], json.loads(call["text"])[3]) for call in calls]


# --send.


def test_every_default_payload_is_accepted(url: str) -> None:
    """All 25 actions of a station can be sent without a payload, and each gets its result."""
    assert len(FROM_STATION) == 25
    ended = run(url, *(word for action in FROM_STATION for word in ("--send", action)))
    assert (ended.status, ended.err) == (0, "")
    answers = [line.split()[3] for line in ended.out.splitlines() if " <- " in line]
    assert answers == [f"{action}.response" for action in FROM_STATION]


def test_a_payload_is_merged_into_the_default(tmp_path: Path) -> None:
    """A payload is merged into the default: null removes, the rest stays; it may be in a file."""
    (tmp_path / "more.json").write_text('{"evseId": 4}')
    mock = Mock("--events", str(tmp_path / "events"))
    sends = ['--send=StatusNotification {"connectorStatus":"Faulted"}', f"--send=MeterValues @{tmp_path}/more.json"]
    ended = run(f"{mock.url}/CS-1", *sends, '--send=DataTransfer {"data":null}', "-v")
    mock.finish()
    (_, status), (_, values), (_, data) = calls_in(tmp_path / "events")
    assert (status["connectorStatus"], status["evseId"], values["evseId"]) == ("Faulted", 1, 4)
    assert data == {"vendorId": "TestVendor", "messageId": "TestMessage"}
    assert (ended.status, '"connectorStatus":"Faulted"' in ended.out) == (0, True)


def test_an_error_for_an_answer(url: str) -> None:
    """After a CALLERROR the station sends the other calls, and its status is 1."""
    ended = run(url, '--send=Heartbeat {"mood": 1}', "--send=Heartbeat")
    assert (ended.status, ended.out.count("Heartbeat.response")) == (1, 1)
    assert "OccurrenceConstraintViolation" in ended.out or "FormatViolation" in ended.out


@pytest.mark.parametrize(
    "flags",
    [
        ("--fault", "Heartbeat", "drop"),
        ("--reply", "Heartbeat", '{"currentTime": 5}'),
        ("--fault", "Heartbeat", "close"),
    ],
    ids=["timeout", "schema", "cut"],
)
def test_missing_and_invalid_answers(flags: tuple[str, ...]) -> None:
    """The status is 1 after no answer in time, an answer that violates its schema, or a lost connection."""
    mock = Mock(*flags)
    variable = "--variable=OCPPCommCtrlr.MessageTimeout=1"
    ended = run(f"{mock.url}/CS-1", "--send=Heartbeat", "--send=DataTransfer", variable)
    mock.finish()
    assert (ended.status, ended.err) == (1, "")


# --charge.


def test_a_session(tmp_path: Path) -> None:
    """--charge boots, plugs in, authorizes, charges with meter values, stops, unplugs, and ends with 0."""
    mock = Mock("--events", str(tmp_path / "events"))
    interval = "--variable=SampledDataCtrlr.TxUpdatedInterval=1"
    ended = run(f"{mock.url}/CS-1", "--charge=1.1", "--id-token=TAG:eMAID", "--evse=2", "--evses=2", interval)
    mock.finish()
    calls = calls_in(tmp_path / "events")
    events = [payload for action, payload in calls if action == "TransactionEvent"]
    first, *periodic, last = [event["triggerReason"] for event in events]
    assert (first, {*periodic}, last) == ("Authorized", {"MeterValuePeriodic"}, "StopAuthorized")
    assert (events[0]["evse"], events[0]["idToken"]) == (
        {"id": 2, "connectorId": 1},
        {"idToken": "TAG", "type": "eMAID"},
    )
    statuses = [payload["connectorStatus"] for action, payload in calls if action == "StatusNotification"]
    assert statuses == ["Available", "Available", "Occupied", "Available"]
    assert (ended.status, ended.err) == (0, "")


LATE = ("TransactionEvent", "delay seconds=1")


@pytest.mark.parametrize(
    "flags",
    [
        ("--auth-mode", "rate_limit"),
        ("--offline",),
        ("--reply", "TransactionEvent", '{"idTokenInfo": {"status": "Invalid"}}'),
        ("--reply", "TransactionEvent", '{"idTokenInfo": {"status": "Invalid"}}', "--fault", *LATE),
    ],
    ids=["refused", "error", "judged later", "judged after the session would have ended"],
)
def test_a_session_with_a_rejected_token(flags: tuple[str, ...]) -> None:
    """If the token is not Accepted, --charge says so at once, with status 1."""
    mock = Mock(*flags)
    ended = run(f"{mock.url}/CS-1", "--charge=0.2", "--quiet")
    mock.finish()
    assert (ended.status, ended.out) == (1, "")
    assert (
        ended.err
        == "mock-station: error: the session could not be completed: the CSMS rejected a message or did not answer\n"
    )


# Lines.


@pytest.fixture(params=["script", "pipe"])
def follow(request: pytest.FixtureRequest, url: str, tmp_path: Path) -> Callable[[str], Ended]:
    """Return a function that runs a station with control lines, from a file or from a pipe."""

    def run_lines(lines: str) -> Ended:
        if request.param == "pipe":
            return run(url, lines=lines)
        (tmp_path / "script").write_text(lines)
        return run(url, f"--script={tmp_path / 'script'}")

    return run_lines


def test_lines_are_obeyed(follow: Callable[[str], Ended]) -> None:
    """The station executes the lines of a file or a pipe in order, and ends when all its calls are answered."""
    lines = "# a session\nplug 1\ncard TAG\nsend Heartbeat\nwait 0.2\nstatus\ncard tag\nunplug\n"
    ended = follow(lines)
    assert (ended.status, ended.err) == (0, "")
    result = [line for line in ended.out.splitlines() if "TransactionEvent  " in line]
    assert [word in line for word, line in zip(["Started", "Ended"], result, strict=True)] == [True, True]
    assert re.search(r"EVSE 1: connector 1 Occupied; \d+ Wh; transaction", ended.out)


def test_the_status_has_the_cost(tmp_path: Path) -> None:
    """The line `status` prints the cost from CostUpdated (I02)."""
    command = '[[command]]\naction = "CostUpdated"\non = "TransactionEvent"\nrepeat = 1\npayload = {totalCost = 2.5}\n'
    (tmp_path / "mock.toml").write_text(command)
    mock = Mock(f"--config={tmp_path / 'mock.toml'}")
    with running(f"{mock.url}/CS-1") as station:
        station.type("plug", "card TAG")
        station.see("CostUpdated.response")
        station.type("status")
        station.see(", cost so far 2.5")
        assert station.stop() == 0
    mock.finish()


@pytest.mark.parametrize("line", ["offline 0.1", "reboot", "quit"])
def test_disconnecting_is_no_error_of_the_csms(line: str) -> None:
    """If the station itself disconnects while a call is open, the missing answer is no error."""
    mock = Mock("--fault", "Heartbeat*1", "delay seconds=60")
    with running(f"{mock.url}/CS-1") as station:
        station.type("send Heartbeat")
        station.see("-> Heartbeat")
        station.type(line)
        assert station.end() == (0, "")
    mock.finish()
    assert "stays unanswered: the station hung up" in station.out
    assert "closed by the station: " in station.out


def test_a_reboot_at_the_end(follow: Callable[[str], Ended]) -> None:
    """The station finishes a reboot in the last line before it ends."""
    ended = follow("reboot\n")
    assert (ended.status, ended.out.count("BootNotification.response")) == (0, 2)


def test_bad_lines_in_a_pipe(url: str) -> None:
    """An invalid line, also one that is not text, gets one error line and does not end the station."""
    bad = b'plugg\nsend Nothing\nsend Heartbeat {"a": "{{b}}"}\ncard \xff\xfe 1 2\n\xff\nplug 7\nsend Heartbeat\n'
    ended = run(url, lines=bad)
    assert (ended.status, ended.err, ended.out.count("Heartbeat.response")) == (0, "", 1)
    for text in (
        "did you mean 'plug'?",
        "'Nothing' is not an action",
        "{{b}} is not a placeholder",
        "no connector 1 of EVSE 7",
    ):
        assert ended.out.count(text) == 1


@pytest.mark.parametrize("stdin", ["empty", "closed"])
def test_no_stdin_keeps_running(mock: Mock, stdin: str) -> None:
    """Without any line on stdin the station runs until a signal."""
    shell = " ".join([*STATION, f"{mock.url}/CS-{stdin}", "<&-" if stdin == "closed" else "</dev/null"])
    command = ["sh", "-c", f"exec {shell}"]
    station = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=ROOT)
    assert station.stdout
    for line in station.stdout:
        if BOOTED.encode() in line:
            break
    station.send_signal(signal.SIGTERM)
    out, err = station.communicate(timeout=PATIENCE)
    assert (station.returncode, err, b"disconnected" in out) == (0, b"", True)


def test_quit(url: str) -> None:
    """`quit` ends the station; lines after it are ignored."""
    ended = run(url, lines="quit\nsend Heartbeat\n")
    assert (ended.status, "Heartbeat" in ended.out) == (0, False)


def test_help_lists_all_lines(url: str) -> None:
    """`help` lists every control line."""
    out = run(url, "--quiet", lines="help\n").out
    assert [line.split()[0] for line in out.splitlines()][:4] == ["plug", "unplug", "unplug-ev", "card"]


@pytest.mark.parametrize("signal_", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_station(tmp_path: Path, signal_: signal.Signals) -> None:
    """On a signal the station closes its connection with 1000, and its status is 0."""
    mock = Mock("--events", str(tmp_path / "events"))
    with running(f"{mock.url}/CS-1") as station:
        station.see(BOOTED)
        assert station.stop(signal_) == 0
    mock.finish()
    events = [json.loads(line) for line in (tmp_path / "events").read_text().splitlines()]
    (gone,) = [event for event in events if event["event"] == "Disconnected"]
    assert (gone["code"], gone["reason"]) == (1000, "the station stops")


# Lost connections.


def test_it_reconnects(hasty: list[str]) -> None:
    """After a lost connection the station reconnects without a boot (B04)."""
    for turn in turns():
        with turn as pace:
            mock = Mock("--disconnect-after", f"{0.3 * pace}*1")
            with running(f"{mock.url}/CS-1", *hasty) as station:
                station.see(BOOTED, "disconnected", " connected ")
                station.type("send Heartbeat")
                station.see("Heartbeat.response")
                assert station.stop() == 0
            mock.finish()
            assert station.out.count("BootNotification.response") == 1


def test_offline_events_are_sent_later(tmp_path: Path, hasty: list[str]) -> None:
    """After a reconnect the station sends the events of an offline session in order, marked as offline."""
    for turn in turns():
        with turn as pace:
            mock = Mock("--events", str(tmp_path / "events"))
            lines = f"offline {pace - 0.9:g}\nplug\ncard TAG\nwait 0.1\ncard TAG\nunplug\n"
            ended = run(f"{mock.url}/CS-1", *hasty, lines=lines)
            mock.finish()
            events = [payload for action, payload in calls_in(tmp_path / "events") if action == "TransactionEvent"]
            assert [(each["eventType"], each["seqNo"], each["offline"]) for each in events] == [
                ("Started", 0, True),
                ("Ended", 1, True),
            ]
            assert (ended.status, ended.err) == (0, "")

"""Black-box tests: if `mock-station` cannot start, one line says why; status 2 is wrong usage, 3 no connection."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mock_csms.commands.station import main
from tests.reference_station import run
from tests.wire import Mock


@pytest.fixture(scope="module")
def guarded() -> Iterator[Mock]:
    """A mock that requires a password."""
    mock = Mock("--basic-auth", "CS-1:0123456789abcdef")
    yield mock
    mock.finish()


@pytest.mark.parametrize(
    ("password", "flags", "status"),
    [
        ("0123456789abcdef", (), 0),
        ("0123456789abcdef\r\nsecond line", (), 0),
        ("fedcba9876543210", (), 3),
        ("0123456789abcdef", ("--user=CS-2",), 3),
        (None, (), 3),
    ],
)
def test_basic_authentication(
    guarded: Mock, tmp_path: Path, password: str | None, flags: tuple[str, ...], status: int
) -> None:
    """The password of a file is used, with the identity or another user name; a wrong one is status 3."""
    file = tmp_path / "password"
    file.write_text(password or "")
    ended = run(f"{guarded.url}/CS-1", "--send=Heartbeat", *([f"--password-file={file}"] if password else []), *flags)
    error = f"mock-station: error: cannot connect to {guarded.url}/CS-1: 401 Unauthorized\n"
    assert (ended.status, ended.err) == (status, error if status else "")


# Failures at the start.


def test_an_unknown_station() -> None:
    """If the CSMS answers 404, as it does not know the station, one line says so: status 3."""
    mock = Mock("--known-stations", "CS-2")
    ended = run(f"{mock.url}/CS-1")
    mock.finish()
    assert (ended.status, ended.err) == (3, f"mock-station: error: cannot connect to {mock.url}/CS-1: 404 Not Found\n")


def test_nobody_listens() -> None:
    """A refused connection is one line and status 3."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ended = run(f"ws://127.0.0.1:{port}/CS-1")
    assert (ended.status, ended.out) == (3, "")
    assert ended.err == f"mock-station: error: cannot connect to ws://127.0.0.1:{port}/CS-1: Connection refused\n"


@pytest.mark.parametrize(
    "answer",
    [b"HTTP/1.1 503 \x1b[31mred\x07", b"HTTP/1.1 503 \x9b31mred", "HTTP/1.1 503 \u202ered".encode(), b"\x1b[31mred"],
)
@pytest.mark.parametrize("flags", [(), ("--count=1", "--churn")])
def test_control_characters_from_a_server(answer: bytes, flags: tuple[str, ...]) -> None:
    """Control characters in the status line of a server are escaped, and the password of the URL is masked."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def refuse() -> None:
            for _ in range(8 if flags else 1):
                connection, _ = server.accept()
                connection.recv(65536)
                connection.sendall(answer + b"\r\n\r\n")
                connection.close()

        threading.Thread(target=refuse, daemon=True).start()
        ended = run(f"ws://me:S3c@ret@127.0.0.1:{server.getsockname()[1]}/CS-1", *flags)
    assert ended.status == 3
    assert "red" in ended.err
    assert [line for line in ended.err.splitlines() if not line.isprintable()] == []
    assert "ret@" not in ended.err + ended.out


@pytest.mark.parametrize(
    "url", ["http://me:S3c@ret@h/CS-1", "ws://me:S3cret@h", "ws://me:S3 cret@h", "ws://me:S3cret@h:0/X"]
)
def test_a_password_in_a_wrong_url(url: str) -> None:
    """The error about an invalid URL shows no password of it."""
    ended = run(url)
    assert (ended.status, ended.err.count("\n"), "ret" in ended.err) == (2, 1, False), ended.err


URL = "ws://127.0.0.1:1/CS-1"
USAGE = {
    ("http://127.0.0.1/CS-1",): "'http://127.0.0.1/CS-1' is not a WebSocket URL such as ws://127.0.0.1:9000/CS-1",
    ("CS-1",): "'CS-1' is not a WebSocket URL such as ws://127.0.0.1:9000/CS-1",
    ("ws://127.0.0.1:9000",): "'ws://127.0.0.1:9000' does not end with the identity of a station",
    ("ws://127.0.0.1:9000/",): "'ws://127.0.0.1:9000/' does not end with the identity of a station",
    ("ws://[::1/CS-1",): "Invalid IPv6 URL",
    (URL, "--send", "Heartbeat {"): "--send: not JSON: ",
    (
        URL,
        "--send",
        "Hartbeat",
    ): "--send: 'Hartbeat' is not an action that a station may send; did you mean 'Heartbeat'?",
    (URL, "--send", "Reset"): "--send: 'Reset' is not an action that a station may send",
    (URL, "--send", "Heartbeat @/no/file"): "--send: cannot read '/no/file': No such file or directory",
    (URL, "--variable", "TxCtrlr.Mood=1"): "--variable: 'TxCtrlr.Mood=1' is not COMPONENT.VARIABLE=VALUE",
    (URL, "--variable", "TxCtrlr.TxStartPoint=1"): "'TxCtrlr.TxStartPoint=1': this variable does not take this value",
    (URL, "--variable", "OCPPCommCtrlr.MessageTimeout=-5"): "this variable does not take this value",
    (URL, "--password-file", "/no/file"): "cannot read '/no/file': No such file or directory",
    (URL, "--charge", "1", "--evse", "2"): "--evse: there is no EVSE 2",
    (URL, "--charge", "1", "--send", "Heartbeat"): "cannot be used together",
    (URL, "--user", "me"): "--user needs --password-file",
    (URL, "--evses", "0"): "--evses: '0' is not between 1 and 100",
    (URL, "--ocpp", "1.6,2.0.1"): "--subprotocol: only many stations can have several",
    (URL, "--max", "errors=1"): "--max needs --count or --stages",
    (URL, "--load", "huge"): "--load: 'huge' is not one of light, medium, heavy, ramp",
    (URL, "--count", "2", "--stages", "2:1s"): "--count and --stages cannot be used together",
    (URL, "--stages", "2:1s", "--charge", "1"): "--charge and --stages cannot be used together",
    (URL, "--stages", "2"): "--stages: '2' is not N:DURATION, such as 50:30s",
    (URL, "--count", "2", "--max", "speed=1"): "--max: 'speed' is not a figure, such as connect_ms.p95",
    (URL, "--count", "2", "--pause", "9-2"): "--pause: '9-2' is not from the least to the most",
    (URL, "--count", "2", "--metrics", "x"): "--metrics: 'x' is not [HOST:]PORT",
    (
        URL,
        "--count",
        "2",
        "--ocpp",
        "2.0.1,1.6",
        "--send",
        "TransactionEvent",
    ): "--send: OCPP 1.6 has no action TransactionEvent",
}


@pytest.mark.parametrize("arguments", USAGE, ids=" ".join)
def test_bad_input_is_one_line(arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]) -> None:
    """An invalid command line gets one line and status 2, before the station does anything."""
    with pytest.raises(SystemExit) as raised:
        main(arguments)
    out, err = capsys.readouterr()
    assert (raised.value.code, out, err.count("\n")) == (2, "", 1)
    assert err.startswith("mock-station: error: ")
    assert USAGE[arguments] in err


def test_a_bad_line_in_a_script(tmp_path: Path) -> None:
    """A script is checked before the station does anything: an invalid line is named, with status 2."""
    (tmp_path / "script").write_text("plug\n\nplugg\n")
    ended = run(URL, f"--script={tmp_path / 'script'}")
    assert (ended.status, ended.out) == (2, "")
    assert f"{tmp_path / 'script'}, line 3: 'plugg' is not a known line" in ended.err


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (("ws://127.0.0.1:99999/CS-1",), "Port out of range 0-65535"),
        ((URL, "--script", "/no/file"), "cannot read '/no/file': No such file or directory"),
        ((URL, "--count", "2", "--report", "/no/file"), "--report: /no/file: No such file or directory"),
        ((URL, "--count", "2", "--metrics", "192.0.2.1:0"), "--metrics: 192.0.2.1:0: Cannot assign requested address"),
    ],
)
def test_errors_after_the_command_line(arguments: tuple[str, ...], error: str) -> None:
    """An error that only appears when the station starts gets one line too, with status 2."""
    ended = run(*arguments)
    assert (ended.status, ended.out, ended.err) == (2, "", f"mock-station: error: {error}\n")

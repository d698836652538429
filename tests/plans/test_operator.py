"""The operators of a station under test: each gets the action, and raises OperatorFailed if the action fails."""

import asyncio
import json
import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from mock_csms.plans.operator import (
    ACTIONS,
    ControlLines,
    Execute,
    OperatorAction,
    OperatorFailed,
    Post,
    Prompt,
    operator,
)
from mock_csms.station.control_lines import parse_line
from tests.wire import PATIENCE

TOKEN = {"idToken": "TAG1", "type": "ISO14443"}
CARD = OperatorAction("card", 2, 1, TOKEN)
SEND = OperatorAction("send", 2, call="DataTransfer", payload={"vendorId": "a b"})


@pytest.mark.parametrize(
    ("text", "kind"),
    [("prompt", Prompt), ("exec:./robot.sh", Execute), ("http:http://robot/act", Post), ("http://robot/act", Post)],
)
def test_the_kinds_of_operators(text: str, kind: type) -> None:
    """The word before the colon selects the kind of operator."""
    assert type(operator(text)) is kind
    assert all(operator(text).can(action) for action in ACTIONS if action != "send")


@pytest.mark.parametrize(
    ("text", "can"),
    [("prompt", False), ("exec:robot", True), ("exec:robot {action} {payload}", True), ("exec:robot {action}", False)],
)
def test_operators_that_can_make_a_station_send(text: str, can: bool) -> None:
    """A person, or a command without {payload}, cannot make a station send a call."""
    assert operator(text).can("send") is can


@pytest.mark.parametrize("text", ["", "prompt:", "promt", "exec:", "exec: ", "exec:a {place}", "exec:a {0}", "file:a"])
def test_an_unknown_operator_is_refused(text: str) -> None:
    """A text that names no operator is refused in one line."""
    with pytest.raises(ValueError, match=r"\A[^\n]+\Z"):
        operator(text)


# exec


async def test_a_command_gets_the_action(tmp_path: Path) -> None:
    """Placeholders of the command are filled in; without any, action, EVSE and token ('' if none) are appended."""
    seen = tmp_path / "seen"
    tell = f"{sys.executable} -c \"import sys; open(r'{seen}', 'w').write(repr(sys.argv[1:]))\""
    for command, deed, words in [
        (f"{tell} -a {{action}} {{connector}}@{{evse}} {{token}}", CARD, ["-a", "card", "1@2", "TAG1:ISO14443"]),
        (tell, CARD, ["card", "2", "TAG1:ISO14443"]),
        (tell, OperatorAction("reboot"), ["reboot", "1", ""]),
        (tell, SEND, ["send", "DataTransfer", '{"vendorId": "a b"}']),
        (f"{tell} {{call}} {{payload}}", SEND, ["DataTransfer", '{"vendorId": "a b"}']),
    ]:
        await Execute(command).act(deed, PATIENCE)
        assert seen.read_text() == repr(words)


@pytest.mark.parametrize(
    ("command", "within", "problem"),
    [
        ("false", PATIENCE, "false plug 1 '' ended with status 1"),
        ("sleep 9 {action}", 0.05, "sleep 9 plug (ended with status 1|did not end within 0.05 s)"),
        ("/no/such/robot", PATIENCE, "/no/such/robot: No such file"),
    ],
)
async def test_a_command_that_fails_says_how(command: str, within: float, problem: str) -> None:
    """The error has the exit status of the command, or says that it took too long or does not exist."""
    with pytest.raises(OperatorFailed, match=problem):
        await Execute(command).act(OperatorAction("plug"), within)


# http


@contextmanager
def robot(status: int, seen: list[Any]) -> Iterator[str]:
    """Serve a robot that answers with this status."""

    class Robot(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(status)
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is http.server's
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Robot)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/act"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


async def test_a_service_gets_the_action_as_json() -> None:
    """The JSON has all fields of the action; `token` is null if there is none."""
    seen: list[Any] = []
    with robot(204, seen) as url:
        await operator(f"http:{url}").act(CARD, PATIENCE)
        await operator(url).act(OperatorAction("reboot"), PATIENCE)
        await operator(url).act(SEND, PATIENCE)
    assert seen == [
        {"action": "card", "evse": 2, "connector": 1, "token": TOKEN},
        {"action": "reboot", "evse": 1, "connector": 1, "token": None},
        {"action": "send", "evse": 2, "connector": 1, "token": None, "call": SEND.call, "payload": SEND.payload},
    ]


async def test_a_service_that_fails_says_how() -> None:
    """The error has the HTTP status of the service, or says that the connection was refused."""
    with robot(500, []) as url, pytest.raises(OperatorFailed, match="500"):
        await Post(url).act(CARD, PATIENCE)
    with pytest.raises(OperatorFailed, match="refused"):
        await Post("http://127.0.0.1:1/").act(CARD, PATIENCE)


# prompt


@pytest.mark.parametrize(
    ("typed", "problem"),
    [
        ("\n", None),
        ("  \n", None),
        ("no cable\n", "could not card: no cable"),
        ("", "nobody pressed Enter within 0.2 s"),
    ],
)
async def test_a_person_is_asked_at_the_terminal(typed: str, problem: str | None) -> None:
    """The prompt names the token and the EVSE; Enter means done, and a typed text is the error."""
    ours, theirs = os.openpty()
    try:
        os.write(ours, typed.encode())
        acting = asyncio.ensure_future(Prompt(os.ttyname(theirs)).act(CARD, 0.2 if not typed else PATIENCE))
        if problem:
            with pytest.raises(OperatorFailed, match=problem):
                await acting
        else:
            await acting
        shown = b""
        while b"present the token TAG1:ISO14443 at EVSE 2, then press Enter" not in shown:
            assert select.select([ours], [], [], PATIENCE)[0], shown
            shown += os.read(ours, 1000)
    finally:
        os.close(ours)
        os.close(theirs)


async def test_without_a_terminal_nobody_is_asked() -> None:
    """Without a terminal, as in CI, the prompt fails."""
    with pytest.raises(OperatorFailed, match="no terminal"):
        await Prompt("/no/such/terminal").act(CARD, PATIENCE)


# The control lines of the reference station.


async def test_operator_lines_are_valid_control_lines() -> None:
    """Every action of an operator is a line that mock-station understands."""
    typed: list[str] = []
    lines = ControlLines(typed.append)
    able = [action for action in ACTIONS if lines.can(action)]
    for action in able:
        await lines.act(SEND if action == "send" else OperatorAction(action, 2, 1, TOKEN), PATIENCE)
    assert able == [*ACTIONS], "each action has a row in _LINES, plans/operator.py, in the same order"
    sent = 'send DataTransfer {"vendorId": "a b"}'
    vehicles = ["ev-ready 2", "ev-pause 2", "drive-in 2", "drive-out 2"]
    cards = ["card TAG1:ISO14443 2", "card TAG1:ISO14443", "card TAG1:ISO14443 2"]
    assert typed == ["plug 2 1", "unplug 2", "unplug-ev 2", *cards, "reboot", *vehicles, sent]
    assert all(parse_line(line) for line in typed)

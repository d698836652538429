"""The operator acts at the station under test: a person, a program, an HTTP service, or the reference station's lines.

An operator gets an action and returns when it is done. If it cannot do it, it raises OperatorFailed: the case ends with
an error of the set-up, not as a failure of the station.
"""

import asyncio
import json
import os
import select
import shlex
import urllib.request
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from mock_csms.plans.v2.tokens import token_text
from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import nearest
from mock_csms.protocol.records import Record

ACTIONS: Mapping[str, str] = {
    "plug": "plug the cable of EVSE {evse}, connector {connector}, into the vehicle",
    "unplug": "unplug the cable of EVSE {evse}, connector {connector}; also from the station if it is detachable",
    "unplug-ev": "take the cable of EVSE {evse}, connector {connector}, out of the vehicle, but not out of the station",
    "card": "present the token {token} at EVSE {evse}",
    "stop-all": "present the token {token}, and choose on the display to stop all transactions",
    "stop-one": "present the token {token}, and choose on the display to stop the transaction at EVSE {evse}",
    "reboot": "switch the station off and on again",
    "ev-ready": "let the vehicle at EVSE {evse} take energy",
    "ev-pause": "let the vehicle at EVSE {evse} pause",
    "drive-in": "drive a vehicle into the parking bay of EVSE {evse}",
    "drive-out": "drive the vehicle out of the parking bay of EVSE {evse}",
    "send": "let the station send {call} with the payload {payload}",
}
"""Every action of an operator, with the words that ask a person to do it."""
_SEND = "send"
"""The action that no person can do; a simulator may have an API for it."""


class OperatorAction(Record):
    """One action for an operator to do."""

    action: str
    """One of ACTIONS."""
    evse: int = 1
    connector: int = 1
    token: Json | None = None
    """The idToken to present."""
    call: str = ""
    """For `send`: the action of the call to send."""
    payload: Json | None = None
    """For `send`: its payload."""

    @property
    def words(self) -> Mapping[str, str]:
        """Its fields as texts, to fill into the words of a command; a token as `ID:TYPE`."""
        token = token_text(self.token) if self.token else ""
        payload = json.dumps(self.payload) if self.call else ""
        places = {"action": self.action, "evse": f"{self.evse}", "connector": f"{self.connector}", "token": token}
        return {**places, "call": self.call, "payload": payload}


class OperatorFailed(Exception):
    """The operator has not done the requested action."""


class Operator(Protocol):
    """A person or program that can act at a station."""

    def can(self, action: str) -> bool:
        """Whether the operator supports that action."""

    async def act(self, deed: OperatorAction, within: float) -> None:
        """Do the action. Raises OperatorFailed if it is not done within `within` seconds."""


def operator(text: str) -> Operator:
    """Return the operator written as `prompt`, `exec:COMMAND` or `http:URL`. Raises ValueError, in one line."""
    kind, colon, rest = text.partition(":")
    if kind == "prompt" and not colon:
        return Prompt()
    if kind == "exec" and rest.strip():
        _filled(rest, OperatorAction("plug"))
        return Execute(rest)
    if kind in ("http", "https"):
        return Post(rest if rest.startswith(("http://", "https://")) else text)
    raise ValueError(f"{text!r} is not prompt, exec:COMMAND or http:URL{nearest(kind, OPERATORS)}")


OPERATORS = ("prompt", "exec", "http")


class Prompt:
    """Asks the person at the terminal, who presses Enter when it is done, or types what went wrong."""

    def __init__(self, terminal: str = "/dev/tty") -> None:
        self._terminal = terminal

    def can(self, action: str) -> bool:
        """Whether a person can do it by hand."""
        return action in ACTIONS and action != _SEND

    async def act(self, deed: OperatorAction, within: float) -> None:
        """Ask, and wait for Enter."""
        question = f"\n>>> Please {ACTIONS[deed.action].format(**deed.words)}, then press Enter ({within:g} s): "
        answer = await asyncio.to_thread(self._ask, question, within)
        if answer is None:
            raise OperatorFailed(f"nobody pressed Enter within {within:g} s")
        if answer.strip():
            raise OperatorFailed(f"could not {deed.action}: {answer.strip()}")

    def _ask(self, question: str, within: float) -> str | None:
        """Return the typed line, or None if none comes in time. Opens the terminal, because pytest takes stdin away."""
        try:
            terminal = os.open(self._terminal, os.O_RDWR | os.O_NOCTTY)
        except OSError as error:
            raise OperatorFailed(f"there is no terminal to ask on: {error}") from None
        try:
            os.write(terminal, question.encode())
            ready, _, _ = select.select([terminal], [], [], within)
            return os.read(terminal, 1000).decode(errors="replace") if ready else None
        finally:
            os.close(terminal)


class Execute:
    """Runs a command after filling in {action}, {evse}, {connector}, {token}, {call} and {payload}.

    To a command without any of these it appends the action, the EVSE and the token; for `send` it appends the action,
    the call and the payload.
    """

    def __init__(self, command: str) -> None:
        self._command = command

    def can(self, action: str) -> bool:
        """Whether the command may support the action: for `send` it must use the payload."""
        return action in ACTIONS and (action != _SEND or "{payload}" in self._command or "{" not in self._command)

    async def act(self, deed: OperatorAction, within: float) -> None:
        """Run the command, and wait until it ends with status 0."""
        words = _filled(self._command, deed)
        try:
            process = await asyncio.create_subprocess_exec(*words, stdin=asyncio.subprocess.DEVNULL)
        except OSError as error:
            raise OperatorFailed(f"{words[0]}: {error.strerror}") from None
        try:
            async with asyncio.timeout(within):
                status = await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            raise OperatorFailed(f"{shlex.join(words)} did not end within {within:g} s") from None
        if status:
            raise OperatorFailed(f"{shlex.join(words)} ended with status {status}")


def _filled(command: str, deed: OperatorAction) -> list[str]:
    words = shlex.split(command)
    if not any("{" in word for word in words):
        words += ["{action}", "{call}", "{payload}"] if deed.call else ["{action}", "{evse}", "{token}"]
    try:
        return [word.format(**deed.words) for word in words]
    except (KeyError, IndexError, ValueError):
        raise ValueError(
            f"{command!r} may have no other placeholders than {', '.join(f'{{{it}}}' for it in deed.words)}"
        ) from None


class Post:
    """Posts the action as JSON; a status of 2xx means done."""

    def __init__(self, url: str) -> None:
        self._url = url

    def can(self, action: str) -> bool:
        """Whether ACTIONS has it. Only the status of the service's answer shows whether the service supports it."""
        return action in ACTIONS

    async def act(self, deed: OperatorAction, within: float) -> None:
        """Post the action, and wait for the answer."""
        body = {"action": deed.action, "evse": deed.evse, "connector": deed.connector, "token": deed.token}
        body |= {"call": deed.call, "payload": deed.payload} if deed.call else {}
        await asyncio.to_thread(self._post, json.dumps(body).encode(), within)

    def _post(self, body: bytes, within: float) -> None:
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._url, body, headers)  # noqa: S310 - `operator` has checked the scheme
        try:
            with urllib.request.urlopen(request, timeout=within):  # noqa: S310 - as above
                pass
        except OSError as error:
            raise OperatorFailed(f"{self._url}: {error}") from None


_LINES: Mapping[str, str] = {
    "plug": "plug {evse} {connector}",
    "unplug": "unplug {evse}",
    "unplug-ev": "unplug-ev {evse}",
    "card": "card {token} {evse}",
    "stop-all": "card {token}",
    "stop-one": "card {token} {evse}",
    "reboot": "reboot",
    "ev-ready": "ev-ready {evse}",
    "ev-pause": "ev-pause {evse}",
    "drive-in": "drive-in {evse}",
    "drive-out": "drive-out {evse}",
    "send": "send {call} {payload}",
}


class ControlLines:
    """Sends control lines to the reference station."""

    def __init__(self, type_: Callable[[str], Any]) -> None:
        self._type = type_

    def can(self, action: str) -> bool:
        """Whether a control line exists for it."""
        return action in _LINES

    async def act(self, deed: OperatorAction, within: float) -> None:  # noqa: ARG002 - a line is typed at once
        """Send the line."""
        self._type(_LINES[deed.action].format(**deed.words))

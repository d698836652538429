"""Keeps the messages and findings of a run for Python tests."""

from collections import deque
from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Record
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Event, Finding, Received, Sent
from mock_csms.watch.history import History

MOST = 10_000
"""How many messages and how many findings are stored; the oldest are dropped first."""
MOST_BYTES = 16 * 1024 * 1024
"""The most bytes of message texts. A parsed message may need ten times the memory of its text."""

Kind: TypeAlias = Literal["call", "result", "error", "malformed", "send", "resulterror"]
"""The kinds of messages; the last two are new in OCPP 2.1."""

_KINDS: dict[type[Message | Malformed], Kind] = {
    Call: "call",
    Result: "result",
    Error: "error",
    SendMessage: "send",
    ResultError: "resulterror",
    Malformed: "malformed",
}


class Passed(Record):
    """One message that was received or sent."""

    at: float
    """When, in seconds since 1970 (UTC)."""
    station: str
    """Identity of the station."""
    sender: Literal["station", "csms"]
    kind: Kind
    action: str
    """Name of the action; for a result or an error that of its call. Empty if it is unknown."""
    payload: Any
    """The payload of a call or a result; code and description of an error; the problem of a malformed message."""
    text: str
    """The frame as it was sent."""


class PassedMessages:
    """Keeps the events of the bus `shown`, in which secrets are masked."""

    def __init__(self, shown: Bus) -> None:
        self._events: deque[Received | Sent] = deque()
        self._size = 0
        """The length of the message texts in bytes."""
        self._findings: deque[Finding] = deque(maxlen=MOST)
        self._history = History()
        self._history.watch(shown)
        shown.subscribe(self._keep, Received, Sent, Finding)

    def _keep(self, event: Event) -> None:
        if isinstance(event, Finding):
            self._findings.append(event)
        elif isinstance(event, Received | Sent):
            self._events.append(event)
            self._size += len(event.text)
            while len(self._events) > MOST or (self._size > MOST_BYTES and len(self._events) > 1):
                self._size -= len(self._events.popleft().text)

    def messages(self) -> Sequence[Passed]:
        """Return the messages in order."""
        return [_passed(event) for event in self._events]

    def findings(self) -> Sequence[Finding]:
        """Return the findings of the checks in order."""
        return list(self._findings)

    def lines(self) -> Sequence[str]:
        """Return a line for people about every event."""
        return list(self._history.lines())


def _passed(event: Received | Sent) -> Passed:
    message, call = event.message, event.answers
    if isinstance(message, Call):
        call = message
    return Passed(
        event.at,
        event.station,
        "station" if isinstance(event, Received) else "csms",
        _KINDS[type(message)],
        call.action if call else "",
        _payload(message),
        event.text.decode(errors="backslashreplace"),
    )


def _payload(message: Message | Malformed) -> Any:
    match message:
        case Error():
            return {"code": str(message.code), "description": message.description}
        case Malformed():
            return message.problem
        case _:
            return message.payload

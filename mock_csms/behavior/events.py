"""Everything that can happen, as frozen records: the one stream that all who watch the mock read.

`at` is in seconds since 1970 (UTC), `station` the identity from the URL, `version` the one that is spoken with it.
"""

from collections.abc import Sequence
from enum import StrEnum

from mock_csms.behavior.admission import Visitor
from mock_csms.protocol.messages import Call, Malformed, Message
from mock_csms.protocol.records import Record
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import DEFAULT, Version


class Event(Record):
    """What all events have."""

    at: float
    station: str


class Started(Event):
    """The mock listens at `url`; with the same `seed` all its chance would come again."""

    url: str
    seed: int


class Reconfigured(Event):
    """The settings were read again and are in force."""


class Knocked(Event):
    """Somebody asks for a WebSocket, before it is decided who is let in."""

    visitor: Visitor


class Connected(Event):
    """A station completed its handshake; `offered` are the subprotocols that it asked for, in its order."""

    subprotocol: str
    offered: tuple[str, ...]
    version: Version = DEFAULT


class Refused(Event):
    """Somebody was not let in; `station` may be empty."""

    reason: str
    status: int | None = None
    """The HTTP status of the answer, if there is one."""
    is_handshake: bool = True
    """Whether it was a handshake for a WebSocket; False for what asks for a page, or is no HTTP."""


class Breached(Event):
    """A peer broke the protocol of WebSockets, and the connection ends for it: which clause, and how.

    waited: how long the mock waited for what had to come, in seconds; 0 where something wrong came.
    """

    clause: str
    problem: str
    waited: float


class Disconnected(Event):
    """A connection is gone; `code` is 1006 where no close frame came (RFC 6455, 7.1.5)."""

    code: int
    reason: str


class Received(Event):
    """A frame came from a station; `answers` is the open call of ours that it ends, if it ends one.

    `is_refused` when it is wrong in a way that counts: a call gets a CALLERROR, an answer ends its command as failed.
    """

    text: bytes
    message: Message | Malformed
    violations: Sequence[Violation]
    answers: Call | None
    binary: bool
    is_refused: bool
    version: Version = DEFAULT


class Lost(Event):
    """The mock itself lost a frame of a station, as its settings say: `received` is what nobody got to know.

    fault: the rule that lost it.
    """

    received: Received
    fault: str


class Sent(Event):
    """A frame was handed to the socket; `answers` is the station's call that it answers, if it answers one.

    `message` is what it means, also where a fault spoiled the `text`. `rule` is the user's rule that chose the answer,
    `fault` the one that took part.
    """

    text: bytes
    message: Message
    violations: Sequence[Violation]
    answers: Call | None
    rule: str
    fault: str
    version: Version = DEFAULT


class Spoiled(Event):
    """A fault is done to `message`, a command or the answer to the station's call `answers`."""

    fault: str
    message: Message
    answers: Call | None


LOSS = "--loss"
"""How the name of the rule begins that loses messages at random, both ways."""


def is_loss(event: Event) -> bool:
    """Whether an event tells that the mock lost a message at random, as its settings say."""
    return isinstance(event, Lost) or (isinstance(event, Spoiled) and LOSS in event.fault)


class Unanswered(Event):
    """A command of ours ended without an answer, by time-out or because the connection went."""

    call: Call
    reason: str


class Judged(Event):
    """A station has `met` an expectation, has `exceeded` or in the end `missed` it, or did what was `forbidden`.

    What was still pending when something forbidden, or one too many, has ended the run, is `not reached`. One with an
    upper bound is met only in the end; `station` is empty where none came that it is about.
    """

    expectation: str
    outcome: str


class Severity(StrEnum):
    """How grave a finding is: information, what should not be, and what must not be."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """Its place among the others: what is graver has a greater one."""
        return list(Severity).index(self)


class Finding(Event):
    """A conformance check has found something wrong: what, which clause it breaks, and the messages concerned.

    why: why it has not the severity of its check, where that is so.
    """

    check: str
    requirement: str
    severity: Severity
    problem: str
    messages: tuple[str, ...]
    why: str = ""


class Noted(Event):
    """A person should know this."""

    note: str


class Failed(Event):
    """Something of ours went wrong that must not stop the mock; `problem` says it in one line."""

    problem: str


ALL = (
    Started,
    Reconfigured,
    Knocked,
    Connected,
    Refused,
    Breached,
    Disconnected,
    Received,
    Lost,
    Sent,
    Spoiled,
    Unanswered,
    Judged,
    Finding,
    Noted,
    Failed,
)
"""Every kind."""

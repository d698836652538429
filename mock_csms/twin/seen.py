"""An event in the form in which learners and checks get it: its kind, its action, and the message.

The functions at the end return occasions: the events that a learner or check wants to get.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Record
from mock_csms.protocol.sends import ResultError
from mock_csms.protocol.versions import DEFAULT, V21, V201, Version
from mock_csms.twin import events
from mock_csms.twin.events import Event
from mock_csms.twin.v2 import details as v2
from mock_csms.twin.v2.details import Details, Sort

E = TypeVar("E", bound=Event)
_FRAMES = (events.Received, events.Sent)


class Seen(Record):
    """One event of a station, in the form for learners and checks."""

    at: float
    """The time in seconds since 1970."""
    kind: str
    """The kind of event.

    The station sends: `call`; `result` and `error`, its answers to a command; `stray`, an answer without a command; and
    `malformed`. In OCPP 2.1 also `send`, and `resulterror`, the refusal of an answer of the mock. The mock sends:
    `command`; `response` and `refusal`, its answers to a call; and `spoiled`, a command or an answer with a fault, or a
    response that breaks its schema. Of the connection: `knocked`, `connected`, `breached`, `disconnected`, `refused`.
    And `unanswered`: a command has ended without an answer.
    """
    action: str
    """The action of the message, or of the call that it answers; for `breached` the clause. Empty for other kinds."""
    payload: Any
    """The payload of a CALL or CALLRESULT, as it was read from JSON; None for other kinds."""
    request: Any
    """The payload of the call that it answers, or that is unanswered; None for other kinds."""
    id: str
    """The message id; empty if there is no message."""
    event: Event
    is_sound: bool = True
    """Whether the message matches its schema. Only then may a check rely on its content."""
    detail: str = ""
    """A more exact kind of message than its action, if its version defines one (`twin/v2/details.py`)."""
    sort: str = ""
    """An even more exact kind: in OCPP 2.x a TransactionEvent is Started, Sampled, Changed or Ended."""
    version: Version = DEFAULT
    """The version of OCPP of the message."""

    @property
    def message(self) -> Message | Malformed | None:
        """The message that the station or the mock sent; None for an event without one."""
        event = self.event
        return event.message if isinstance(event, _FRAMES) else None

    @property
    def answers(self) -> Call | None:
        """The call that the message answers, or that is unanswered; None if there is none."""
        event = self.event
        if isinstance(event, _FRAMES):
            return event.answers
        return event.call if isinstance(event, events.Unanswered) else None

    @property
    def code(self) -> str:
        """The error code of an `error` or a `refusal`; empty for other kinds."""
        message = self.message
        return message.code if isinstance(message, Error) else ""

    @property
    def problem(self) -> str:
        """The error of a `malformed` message, the text of `breached`, or the reason of `unanswered`; else empty."""
        match self.event:
            case events.Breached(problem=problem) | events.Received(message=Malformed(problem=problem)):
                return problem
            case events.Unanswered(reason=reason):
                return reason
        return ""

    def event_as(self, kind: type[E]) -> E:
        """Return the event with the type `kind`.

        Raises TypeError if it has another type, which is an error of the caller.
        """
        event = self.event
        if isinstance(event, kind):
            return event
        raise TypeError(f"{self.kind} is an event of the kind {type(event).__name__}, not {kind.__name__}")


Occasion: TypeAlias = tuple[str, str]
"""A kind and an action. `*` is any action; a detail or sort may follow the action, as in `TransactionEvent.Ended`."""

_CALLS: Mapping[str, Mapping[str, Details]] = {
    action: dict.fromkeys((V201.name, V21.name), find) for action, find in v2.CALLS.items()
}
"""By action and version: the function that finds the detail of a valid call. A new version adds rows here."""
_ANSWERS: Mapping[str, Mapping[str, Sort]] = {
    action: dict.fromkeys((V201.name, V21.name), row) for action, row in v2.ANSWERS.items()
}
"""By action and name of the version: the property of a CALLRESULT that gives it a sort."""
_NO_DETAILS = ("", "")


def see(event: Event) -> Seen | None:
    """Return an event in the form for learners and checks; None for events that they never need."""
    look = _LOOKS.get(type(event))
    return None if look is None else look(event)


def version_of(event: Event) -> Version:
    """Return the version of OCPP of a new or requested connection; the default for other events."""
    return event.version if isinstance(event, events.Connected | events.Knocked) else DEFAULT


# The functions below run for every message. For speed they use positional arguments and few calls.


def _received(event: events.Received) -> Seen:
    message, answers, version = event.message, event.answers, event.version
    sound = not event.violations and not event.is_refused
    if type(message) is Call:
        action, payload = message.action, message.payload
        detail = sort = ""
        if action in _CALLS and sound:
            find = _CALLS[action].get(version.name)
            detail, sort = find(payload) if find else _NO_DETAILS
        return Seen(event.at, "call", action, payload, None, message.id, event, sound, detail, sort, version)
    if isinstance(message, Malformed):
        return Seen(event.at, "malformed", "", None, None, message.id, event, is_sound=False, version=version)
    if isinstance(message, Call):
        return Seen(event.at, "send", message.action, message.payload, None, message.id, event, sound, version=version)
    if isinstance(message, ResultError):
        action = answers.action if answers else ""
        return Seen(event.at, "resulterror", action, None, None, message.id, event, sound, version=version)
    if answers is None:
        return Seen(event.at, "stray", "", None, None, message.id, event, is_sound=False, version=version)
    return _answer(event, message, answers, ("result", "error"), is_sound=sound)


def _sent(event: events.Sent) -> Seen:
    message, answers, sound, version = event.message, event.answers, not event.violations, event.version
    if event.fault or (event.violations and type(message) is Result):
        action = message.action if type(message) is Call else answers.action if answers else ""
        return Seen(event.at, "spoiled", action, None, None, message.id, event, sound, version=version)
    if type(message) is Call:
        action, payload = message.action, message.payload
        return Seen(event.at, "command", action, payload, None, message.id, event, sound, "", "", version)
    if answers is None:
        return Seen(event.at, "refusal", "", None, None, message.id, event, version=version)
    return _answer(event, message, answers, ("response", "refusal"), is_sound=sound)


def _answer(
    event: events.Received | events.Sent, message: Message, answers: Call, kinds: tuple[str, str], *, is_sound: bool
) -> Seen:
    action, request, version = answers.action, answers.payload, event.version
    if type(message) is Result:
        payload, sort = message.payload, ""
        if action in _ANSWERS:
            name, named = _ANSWERS[action].get(version.name, _NO_DETAILS)
            sort = named if type(payload) is dict and name in payload else ""
        return Seen(event.at, kinds[0], action, payload, request, message.id, event, is_sound, "", sort, version)
    return Seen(event.at, kinds[1], action, None, request, message.id, event, is_sound, "", "", version)


def _of_line(kind: str) -> Callable[[Event], Seen]:
    return lambda event: Seen(event.at, kind, "", None, None, "", event)


def _breached(event: events.Breached) -> Seen:
    return Seen(event.at, "breached", event.clause, None, None, "", event)


def _unanswered(event: events.Unanswered) -> Seen:
    call = event.call
    return Seen(event.at, "unanswered", call.action, None, call.payload, call.id, event)


_LOOKS: Mapping[type[Event], Callable[[Any], Seen]] = {
    events.Received: _received,
    events.Sent: _sent,
    events.Knocked: _of_line("knocked"),
    events.Connected: _of_line("connected"),
    events.Breached: _breached,
    events.Disconnected: _of_line("disconnected"),
    events.Refused: _of_line("refused"),
    events.Unanswered: _unanswered,
}

KINDS = tuple(_LOOKS)
"""The types of the events that learners and checks look at."""


# Occasions.


def call(*actions: str) -> tuple[Occasion, ...]:
    """Return the occasions of calls with these actions; without arguments those of all calls.

    `Action.Detail` is one detail or sort of an action.
    """
    return _of("call", actions)


def result(*actions: str) -> tuple[Occasion, ...]:
    """Return the occasions of the station's CALLRESULTs, by the action of the command."""
    return _of("result", actions)


def error(*actions: str) -> tuple[Occasion, ...]:
    """Return the occasions of the station's CALLERRORs, by the action of the command."""
    return _of("error", actions)


def command(*actions: str) -> tuple[Occasion, ...]:
    """Return the occasions of commands to the station."""
    return _of("command", actions)


def response(*actions: str) -> tuple[Occasion, ...]:
    """Return the occasions of the mock's CALLRESULTs, by the action of the call."""
    return _of("response", actions)


def refusal(*actions: str) -> tuple[Occasion, ...]:
    """Return the occasions of the mock's CALLERRORs, by the action of the call."""
    return _of("refusal", actions)


def breach(*clauses: str) -> tuple[Occasion, ...]:
    """Return the occasions of breaches of those clauses of the WebSocket protocol."""
    return _of("breached", clauses)


def when(*kinds: str) -> tuple[Occasion, ...]:
    """Return the occasions of those kinds, whatever their action is."""
    return tuple((kind, "*") for kind in kinds)


def _of(kind: str, actions: tuple[str, ...]) -> tuple[Occasion, ...]:
    return tuple((kind, action) for action in actions or ("*",))

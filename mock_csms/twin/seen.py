"""An event as learners and checks see it: what happened, the action, and the message.

The functions at the end return the occasions by which learners and checks ask for events.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias, TypeVar

from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import DEFAULT, SUBPROTOCOLS, V201, Version, choose_subprotocol
from mock_csms.twin import events
from mock_csms.twin.events import Event
from mock_csms.twin.v2 import details as v2
from mock_csms.twin.v2.details import Details

E = TypeVar("E", bound=Event)


class Seen(Record):
    """One event of a station, as learners and checks see it."""

    at: float
    """When it happened, in seconds since 1970."""
    kind: str
    """What happened.

    The station sends: `call`; `result` and `error`, its answers to a command; `stray`, an answer to nothing; and
    `malformed`. The mock sends: `command`; `response` and `refusal`, its answers to a call; and `spoiled`, a command or
    an answer with a fault, or a response that breaks its schema. Of the connection: `knocked`, `connected`, `breached`,
    `disconnected`, `refused`. And `unanswered`: a command has ended without an answer.
    """
    action: str
    """The action of the message, or of the call that it answers; of `breached` the clause. Empty for other kinds."""
    payload: Any
    """The payload of a CALL or CALLRESULT, as it was read from JSON; None for all that has none."""
    request: Any
    """The payload of the call that it answers, or that is unanswered; None for other kinds."""
    id: str
    """The message id; empty where there is no message."""
    event: Event
    message: Message | Malformed | None = None
    """The message that the station or the mock sent."""
    answers: Call | None = None
    """The call that the message answers, or that is unanswered."""
    is_sound: bool = True
    """Whether the message matches its schema. Only then may a check rely on what is in it."""
    detail: str = ""
    """What kind of message it is beyond its action, where its version has a row for that (`twin/v2/details.py`)."""
    sort: str = ""
    """The same, told apart more finely: of OCPP 2.x a TransactionEvent is Started, Sampled, Changed or Ended."""
    version: Version = DEFAULT
    """The version of OCPP that the message is of."""
    code: str = ""
    """The error code of an `error` or a `refusal`."""
    problem: str = ""
    """What was wrong: with a message that is `malformed`, with what is `breached`; or why a call is `unanswered`."""

    def event_as(self, kind: type[E]) -> E:
        """Return the event as one of that kind. Raises TypeError for another one: that is a mistake of the caller."""
        event = self.event
        if isinstance(event, kind):
            return event
        raise TypeError(f"{self.kind} is an event of the kind {type(event).__name__}, not {kind.__name__}")


Occasion: TypeAlias = tuple[str, str]
"""A kind and an action. `*` is any action; a detail or sort may follow the action, as in `TransactionEvent.Ended`."""

_DETAILS: Mapping[str, tuple[Mapping[str, Details], Mapping[str, Details]]] = {V201.name: (v2.CALLS, v2.ANSWERS)}
"""By the version of OCPP: who finds the details of calls, and of their answers, by action."""


def _by_action(which: int) -> Mapping[str, Mapping[str, Details]]:
    """Return the functions that find details by action, then by version: most actions have none."""
    actions = {action for tables in _DETAILS.values() for action in tables[which]}
    return {
        action: {name: tables[which][action] for name, tables in _DETAILS.items() if action in tables[which]}
        for action in actions
    }


_OF_CALLS, _OF_ANSWERS = _by_action(0), _by_action(1)


def see(event: Event) -> Seen | None:
    """Return what learners and checks see of an event; None for a kind of event that they do not look at."""
    look = _LOOKS.get(type(event))
    return None if look is None else look(event)


def version_of(event: Event) -> Version:
    """Return the version of OCPP of a new connection, or of one that is asked for; the default for other events."""
    match event:
        case events.Connected():
            return event.version
        case events.Knocked(visitor=visitor):
            subprotocol = choose_subprotocol(visitor.offered)
            return SUBPROTOCOLS[subprotocol] if subprotocol else DEFAULT
        case _:
            return DEFAULT


def _received(event: events.Received) -> Seen:
    message, answers, version = event.message, event.answers, event.version
    sound = not event.violations and not event.is_refused
    if type(message) is Call:
        action, payload = message.action, message.payload
        detail = sort = ""
        if sound and action in _OF_CALLS:
            find = _OF_CALLS[action].get(version.name)
            detail, sort = find(payload) if find else ("", "")
        # Positional arguments, as this runs for every message.
        return Seen(
            event.at, "call", action, payload, None, message.id, event, message, None, sound, detail, sort, version
        )
    if isinstance(message, Malformed):
        return _malformed(event, message)
    if answers is None:
        return Seen(event.at, "stray", "", None, None, message.id, event, message, is_sound=False, version=version)
    return _answer(event, message, answers, ("result", "error"), is_sound=sound)


def _malformed(event: events.Received, message: Malformed) -> Seen:
    return Seen(
        event.at,
        "malformed",
        "",
        None,
        None,
        message.id,
        event,
        message,
        event.answers,
        is_sound=False,
        version=event.version,
        problem=message.problem,
    )


def _sent(event: events.Sent) -> Seen:
    message, answers, sound, version = event.message, event.answers, not event.violations, event.version
    if event.fault or (event.violations and type(message) is Result):
        action = message.action if type(message) is Call else answers.action if answers else ""
        return Seen(
            event.at, "spoiled", action, None, None, message.id, event, message, answers, sound, version=version
        )
    if type(message) is Call:
        action, payload = message.action, message.payload
        return Seen(
            event.at, "command", action, payload, None, message.id, event, message, None, sound, "", "", version
        )
    if answers is None:
        return Seen(event.at, "refusal", "", None, None, message.id, event, message, version=version)
    return _answer(event, message, answers, ("response", "refusal"), is_sound=sound)


def _answer(
    event: events.Received | events.Sent, message: Message, answers: Call, kinds: tuple[str, str], *, is_sound: bool
) -> Seen:
    at, id_, action, request, version = event.at, message.id, answers.action, answers.payload, event.version
    if type(message) is Result:
        payload = message.payload
        find = _OF_ANSWERS[action].get(version.name) if action in _OF_ANSWERS else None
        detail, sort = find(payload) if find else ("", "")
        return Seen(
            at, kinds[0], action, payload, request, id_, event, message, answers, is_sound, detail, sort, version
        )
    code = message.code if type(message) is Error else ""
    return Seen(at, kinds[1], action, None, request, id_, event, message, answers, is_sound, "", "", version, code)


def _of_line(kind: str) -> Callable[[Event], Seen]:
    return lambda event: Seen(event.at, kind, "", None, None, "", event)


def _breached(event: events.Breached) -> Seen:
    return Seen(event.at, "breached", event.clause, None, None, "", event, problem=event.problem)


def _unanswered(event: events.Unanswered) -> Seen:
    call = event.call
    return Seen(
        event.at, "unanswered", call.action, None, call.payload, call.id, event, answers=call, problem=event.reason
    )


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
    """Return the occasions of the station's calls; all without actions. `Action.Detail` is one detail or sort."""
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

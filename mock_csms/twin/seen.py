"""An event as those see it who learn from it or judge it: the kind of occasion, the action, and what it carries.

Below are the occasions by which they ask for it.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import DEFAULT, SUBPROTOCOLS, Version, choose_subprotocol
from mock_csms.twin import events
from mock_csms.twin.events import Event


class Seen(Record):
    """One event of a station.

    kind: `call`, `result`, `error` (what the station sends, the latter two as answers to a command), `stray` (an answer
    to nothing), `malformed`; `command`, `response`, `refusal` (what it is sent), `spoiled` (the same with a fault, or a
    response that breaks its schema); `knocked`, `connected`, `breached`, `disconnected`, `refused`, `unanswered`, and
    `due` (a deadline of the check has passed). action: of the message, or of the call that it answers; the clause of a
    breach. payload: of the message; of a CALLERROR its code; what the breach was. request: the payload of the call that
    it answers. id: of the message.
    """

    at: float
    kind: str
    action: str
    payload: Any
    request: Any
    id: str
    event: Event
    is_sound: bool = True
    """Whether the message is as its schema wants it: only then a check may rely on what is in it."""
    detail: str = ""
    """The eventType of a sound TransactionEvent: most checks look at one of the three only."""
    sort: str = ""
    """The same, but Updated is either Sampled, which is nothing but periodic values, or Changed: all others.

    The answer to one is Authorized where it says what an idToken is worth.
    """

    version: Version = DEFAULT
    """The version of OCPP that the message is of."""


Occasion: TypeAlias = tuple[str, str]
"""A kind and an action; `*` is any action, and `TransactionEvent.Ended` is one of that detail or sort."""

TRANSACTION_EVENT = "TransactionEvent"


def see(event: Event) -> Seen | None:
    """Return what checks see of an event; None for one that is not about what a station does."""
    look = _LOOKS.get(type(event))
    return None if look is None else look(event)


def version_of(event: Event) -> Version:
    """Return the version of OCPP that is spoken over a new connection, or will be if the visitor is let in."""
    match event:
        case events.Connected():
            return event.version
        case events.Knocked(visitor=visitor):
            subprotocol = choose_subprotocol(visitor.offered)
            return SUBPROTOCOLS[subprotocol] if subprotocol else DEFAULT
        case _:
            return DEFAULT


def _received(event: events.Received) -> Seen:
    message, answers = event.message, event.answers
    sound = not event.violations and not event.is_refused
    if type(message) is Call:
        action, payload = message.action, message.payload
        if not sound or action != TRANSACTION_EVENT:
            return Seen(event.at, "call", action, payload, None, message.id, event, sound, "", "", event.version)
        detail = sort = payload["eventType"]
        if detail == "Updated":
            is_sample = payload["triggerReason"] == "MeterValuePeriodic" and "idToken" not in payload
            sort = "Sampled" if is_sample else "Changed"
        return Seen(event.at, "call", action, payload, None, message.id, event, sound, detail, sort, event.version)
    if isinstance(message, Malformed):
        return Seen(event.at, "malformed", "", message.problem, None, message.id, event, is_sound=False)
    if answers is None:
        return Seen(event.at, "stray", "", None, None, message.id, event, is_sound=False)
    return _answer(event, message, answers, ("result", "error"), is_sound=sound)


def _sent(event: events.Sent) -> Seen:
    message, answers, sound, version = event.message, event.answers, not event.violations, event.version
    if event.fault or (event.violations and type(message) is Result):
        action = message.action if type(message) is Call else answers.action if answers else ""
        return Seen(event.at, "spoiled", action, None, None, message.id, event, sound, version=version)
    if type(message) is Call:
        action, payload = message.action, message.payload
        return Seen(event.at, "command", action, payload, None, message.id, event, sound, version=version)
    if answers is None:
        return Seen(event.at, "refusal", "", None, None, message.id, event)
    return _answer(event, message, answers, ("response", "refusal"), is_sound=sound)


def _answer(
    event: events.Received | events.Sent, message: Message, answers: Call, kinds: tuple[str, str], *, is_sound: bool
) -> Seen:
    if type(message) is Result:
        action, payload = answers.action, message.payload
        is_told = action == TRANSACTION_EVENT and type(payload) is dict and "idTokenInfo" in payload
        sort = "Authorized" if is_told else ""
        return Seen(
            event.at, kinds[0], action, payload, answers.payload, message.id, event, is_sound, "", sort, event.version
        )
    code = message.code if type(message) is Error else ""
    return Seen(
        event.at, kinds[1], answers.action, code, answers.payload, message.id, event, is_sound, version=event.version
    )


def _of_line(kind: str) -> Callable[[Event], Seen]:
    return lambda event: Seen(event.at, kind, "", None, None, "", event)


_LOOKS: Mapping[type[Event], Callable[[Any], Seen]] = {
    events.Received: _received,
    events.Sent: _sent,
    events.Knocked: _of_line("knocked"),
    events.Connected: _of_line("connected"),
    events.Breached: lambda event: Seen(event.at, "breached", event.clause, event.problem, None, "", event),
    events.Disconnected: _of_line("disconnected"),
    events.Refused: _of_line("refused"),
    events.Unanswered: lambda event: Seen(
        event.at, "unanswered", event.call.action, event.reason, event.call.payload, event.call.id, event
    ),
}

KINDS = tuple(_LOOKS)
"""The kinds of events that checks look at."""


# Occasions.


def call(*actions: str) -> tuple[Occasion, ...]:
    """Return the calls of the station; without actions all of them; `TransactionEvent.Ended` those of a sort."""
    return _of("call", actions)


def result(*actions: str) -> tuple[Occasion, ...]:
    """Return its CALLRESULTs for commands."""
    return _of("result", actions)


def error(*actions: str) -> tuple[Occasion, ...]:
    """Return its CALLERRORs for commands."""
    return _of("error", actions)


def command(*actions: str) -> tuple[Occasion, ...]:
    """Return the commands that it is sent."""
    return _of("command", actions)


def response(*actions: str) -> tuple[Occasion, ...]:
    """Return the CALLRESULTs that it is sent."""
    return _of("response", actions)


def refusal(*actions: str) -> tuple[Occasion, ...]:
    """Return the CALLERRORs that it is sent."""
    return _of("refusal", actions)


def driven() -> tuple[Occasion, ...]:
    """Return the TransactionEvents that are more than periodic values, which come most often and tell least."""
    return call(*(f"TransactionEvent.{sort}" for sort in ("Started", "Changed", "Ended")))


def breach(*clauses: str) -> tuple[Occasion, ...]:
    """Return the breaches of those clauses of the protocol of WebSockets."""
    return _of("breached", clauses)


def when(*kinds: str) -> tuple[Occasion, ...]:
    """Return the occasions of other kinds, whatever they are about."""
    return tuple((kind, "*") for kind in kinds)


def _of(kind: str, actions: tuple[str, ...]) -> tuple[Occasion, ...]:
    return tuple((kind, action) for action in actions or ("*",))

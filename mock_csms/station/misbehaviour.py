"""Misbehaviours: how a station breaks the rules on demand (`--misbehave`).

The station first makes the right decision. Then a misbehaviour changes that decision, at one of the places that the
fields of `Misbehaviour` name. The code that decides knows nothing about misbehaviours.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, TypeAlias, TypeVar

from mock_csms.behavior import emissions
from mock_csms.behavior.templates import World
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.protocol.records import Record, replace
from mock_csms.station.cues import Act, Send, Set
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.state import Habit, Moment, State

Answer: TypeAlias = Json | tuple[str, str] | None
"""The payload of a result, the code and description of an error, or no answer at all."""


S = TypeVar("S", bound=State)


class Situation(Record, Generic[S]):
    """The facts behind a decision of the station."""

    device: S
    """The station before the decision."""
    event: Any
    """What the station decides about: a cue, or the (action, payload) of a command."""
    moment: Moment


class Misbehaviour(Record):
    """One way to break the rules.

    Each function gets the correct decision as its last argument, and returns a wrong one.
    """

    title: str
    """What the station does wrong."""
    checks: tuple[str, ...]
    """The ids of the conformance checks that find it."""
    acts: Callable[[Situation[Any], list[Act]], list[Act]] | None = None
    """Changes the acts of the station in a situation."""
    transmit: Callable[[Send | None, list[Act]], list[Act]] | None = None
    """Changes the call that is sent now; it also gets the call as it was queued."""
    answer: Callable[[str, Json, Answer], Answer] | None = None
    """Changes the answer to a command; it also gets the action and the request."""
    effect: Callable[[Situation[Any], Any], Any] | None = None
    """Changes the state of the station after a situation."""
    refusal: Callable[[Call, Result | Error], Result | Error] | None = None
    """Changes the answer to an invalid call."""
    wire: Callable[[World, Sequence[emissions.Act]], Sequence[emissions.Act]] | None = None
    """Changes how a message is sent."""
    name: Callable[[str], str] | None = None
    """Changes the message id of a call."""
    handshake: Callable[[HandshakeRequest, HandshakeRequest], HandshakeRequest] | None = None
    """Changes the handshake; it also gets the handshake with which the station was started."""
    pause: Callable[[float], float] | None = None
    """Changes how many seconds the station waits before it connects again."""


Kinds: TypeAlias = Mapping[str, Misbehaviour]


def misbehave(
    habits: tuple[Habit, ...], kinds: Kinds, place: str, right: Any, *context: Any
) -> tuple[tuple[Habit, ...], Any]:
    """Return the habits with their occasions counted, and the changed value of `right`.

    `place` is the name of a field of `Misbehaviour`; `context` are the first arguments of its functions.
    """
    counted_habits: list[Habit] = []
    for habit in habits:
        change = getattr(kinds[habit.kind], place)
        wrong = right if change is None else change(*context, right)
        if wrong != right:
            habit = replace(habit, seen=habit.seen + 1)  # noqa: PLW2901 - the same habit, with its count
            right = wrong if habit.seen >= habit.first else right
        counted_habits.append(habit)
    return tuple(counted_habits), right


# Building blocks of misbehaviours.

Where: TypeAlias = Callable[[Json], bool]


def anywhere(_: Json) -> bool:
    """Match every payload."""
    return True


def each(change: Callable[[Act], list[Act]]) -> Callable[[Situation[Any], list[Act]], list[Act]]:
    """Replace each act by the acts that `change` returns for it."""
    return lambda _, right: [made for act in right for made in change(act)]


def sends(action: str, change: Callable[[Json], Json | None], where: Where = anywhere) -> Any:
    """Change the payload of the calls of an action; if `change` returns None, the call is not sent."""

    def instead(act: Act) -> list[Act]:
        if not (isinstance(act, Send) and act.action == action and where(act.payload)):
            return [act]
        payload = change(act.payload)
        return [] if payload is None else [replace(act, payload=payload)]

    return each(instead)


def adds(after: str, extra: Callable[[Json], Send], where: Where = anywhere) -> Any:
    """Send another call after each call of an action; `extra` gets the payload of the first."""

    def instead(act: Act) -> list[Act]:
        if isinstance(act, Send) and act.action == after and where(act.payload):
            return [act, extra(act.payload)]
        return [act]

    return each(instead)


def alarms(kind: str, change: Callable[[float], float | None]) -> Any:
    """Change the seconds of the alarms of a kind; if `change` returns None, the alarm is not set."""

    def instead(act: Act) -> list[Act]:
        if not (isinstance(act, Set) and act.alarm[0] == kind):
            return [act]
        seconds = change(act.seconds)
        return [] if seconds is None else [replace(act, seconds=seconds)]

    return each(instead)


def answers(action: str, change: Callable[[Json, Json], Answer]) -> Any:
    """Change the result of the commands of an action; `change` gets the request and the right payload."""
    return lambda name, request, right: change(request, right) if name == action and isinstance(right, dict) else right


def ignores(action: str) -> Any:
    """Keep the station as it was before the commands of an action; the answer stays."""
    return after_command(action, lambda before, _: before)


def after_command(action: str, change: Callable[[Any, Any], Any]) -> Any:
    """Change the state of the station after the commands of an action; `change` gets the state before and after."""

    def effect(at: Situation[Any], right: Any) -> Any:
        return change(at.device, right) if isinstance(at.event, tuple) and at.event[0] == action else right

    return effect


def always(**answer: Any) -> Any:
    """Return a function that answers with this payload, whatever the request contains."""
    return lambda *_: answer


def instead(of: str, status: str, where: "Where | None" = None) -> Any:
    """Return a function that replaces the status `of` by `status`, if the request matches."""

    def change(request: Json, right: Json) -> Json:
        is_it = right.get("status") == of and (where is None or where(request))
        return right | {"status": status} if is_it else right

    return change


def in_list(key: str, change: Callable[[Json], Json], where: Where = anywhere) -> Callable[[Json], Json]:
    """Return a function that changes the matching objects in the list at `key` of a payload."""

    def changed(payload: Json) -> Json:
        if not isinstance(payload.get(key), list):
            return payload
        return payload | {key: [change(each) if _fits(each, where) else each for each in payload[key]]}

    return changed


def results(key: str, change: Callable[[Json], Json], where: Where = anywhere) -> Any:
    """Change the matching objects in the list at `key` of an answer."""
    altered = in_list(key, change, where)
    return lambda _, right: altered(right)


def _fits(value: Any, where: Where) -> bool:
    return isinstance(value, dict) and where(value)


def patched(**patch: Any) -> Callable[[Json], Json]:
    """Return a function that sets the keys of `patch` in a payload; None removes a key."""
    return lambda payload: {k: v for k, v in {**payload, **patch}.items() if v is not None}


def counted(key: str, change: Callable[[int], int]) -> Callable[[Json], Json]:
    """Return a function that changes the integer at `key`.

    Other values stay, because a user's call may have any value.
    """
    return lambda payload: payload | {key: change(payload[key])} if isinstance(payload.get(key), int) else payload


def inside(key: str, **patch: Any) -> Callable[[Json], Json]:
    """Return a function that sets the keys of `patch` in the object at `key`, if there is one."""
    change = patched(**patch)
    return lambda payload: payload | {key: change(payload[key])} if isinstance(payload.get(key), dict) else payload


def never(_: Json) -> None:
    """Return None: the call is not sent."""


def has(**wanted: Any) -> Where:
    """Match payloads with these values; None means that the key must be absent."""
    return lambda payload: all(payload.get(key) == value for key, value in wanted.items())

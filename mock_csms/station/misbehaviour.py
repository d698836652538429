"""How a station misbehaves on demand: a misbehaviour changes what the well-behaved one has just decided.

It is the smallest departure from the right behaviour, at one of the places that the fields of `Misbehaviour` name. The
decisions themselves know nothing of it: they are made first, and changed afterwards.
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
    """What the station knew when it decided."""

    device: S
    """The station as it was before."""
    told: Any
    """What happened to it: a cue, or the (action, payload) of a command."""
    moment: Moment


class Misbehaviour(Record):
    """One way to break the rules. Each function takes what is right as its last argument, and returns what is wrong."""

    title: str
    """What the station does wrong."""
    checks: tuple[str, ...]
    """The ids of the conformance checks that find it."""
    acts: Callable[[Situation[Any], list[Act]], list[Act]] | None = None
    """Changes what the station does in a situation."""
    transmit: Callable[[Send | None, list[Act]], list[Act]] | None = None
    """Changes the call that is sent now; it also gets the call as it was queued."""
    answer: Callable[[str, Json, Answer], Answer] | None = None
    """Changes the answer to a command; it also gets the action and the request."""
    refusal: Callable[[Call, Result | Error], Result | Error] | None = None
    """Changes the answer to an invalid call."""
    wire: Callable[[World, Sequence[emissions.Act]], Sequence[emissions.Act]] | None = None
    """Changes how a message is sent."""
    name: Callable[[str], str] | None = None
    """Changes the message id of a call."""
    handshake: Callable[[HandshakeRequest, HandshakeRequest], HandshakeRequest] | None = None
    """Changes the handshake; it also gets the one that the station was started with."""
    pause: Callable[[float], float] | None = None
    """Changes how many seconds the station waits before it connects again."""


Kinds: TypeAlias = Mapping[str, Misbehaviour]


def misbehave(
    habits: tuple[Habit, ...], kinds: Kinds, place: str, right: Any, *context: Any
) -> tuple[tuple[Habit, ...], Any]:
    """Return what becomes of what is `right` at a place, and the habits with their occasions counted."""
    told: list[Habit] = []
    for habit in habits:
        change = getattr(kinds[habit.kind], place)
        wrong = right if change is None else change(*context, right)
        if wrong != right:
            habit = replace(habit, seen=habit.seen + 1)  # noqa: PLW2901 - the same habit, older
            right = wrong if habit.seen >= habit.first else right
        told.append(habit)
    return tuple(told), right


# What most rows are made of.

Where: TypeAlias = Callable[[Json], bool]


def anywhere(_: Json) -> bool:
    """Take every payload."""
    return True


def each(change: Callable[[Act], list[Act]]) -> Callable[[Situation[Any], list[Act]], list[Act]]:
    """Do other acts instead of each one."""
    return lambda _, right: [made for act in right for made in change(act)]


def sends(action: str, change: Callable[[Json], Json | None], where: Where = anywhere) -> Any:
    """Change the payload of the calls of an action; None means that they are not sent."""

    def instead(act: Act) -> list[Act]:
        if not (isinstance(act, Send) and act.action == action and where(act.payload)):
            return [act]
        payload = change(act.payload)
        return [] if payload is None else [replace(act, payload=payload)]

    return each(instead)


def adds(after: str, extra: Callable[[Json], Send], where: Where = anywhere) -> Any:
    """Send another call after those of an action."""

    def instead(act: Act) -> list[Act]:
        if isinstance(act, Send) and act.action == after and where(act.payload):
            return [act, extra(act.payload)]
        return [act]

    return each(instead)


def alarms(kind: str, change: Callable[[float], float | None]) -> Any:
    """Change the seconds of the alarms of a kind; None means that they are not set."""

    def instead(act: Act) -> list[Act]:
        if not (isinstance(act, Set) and act.alarm[0] == kind):
            return [act]
        seconds = change(act.seconds)
        return [] if seconds is None else [replace(act, seconds=seconds)]

    return each(instead)


def answers(action: str, change: Callable[[Json, Json], Answer]) -> Any:
    """Change the result of the commands of an action; it gets the request and the right payload."""
    return lambda name, request, right: change(request, right) if name == action and isinstance(right, dict) else right


def always(**answer: Any) -> Any:
    """Answer this, whatever is asked."""
    return lambda *_: answer


def instead(of: str, status: str, where: "Where | None" = None) -> Any:
    """Answer with a status where another one is right."""

    def change(request: Json, right: Json) -> Json:
        is_it = right.get("status") == of and (where is None or where(request))
        return right | {"status": status} if is_it else right

    return change


def in_list(key: str, change: Callable[[Json], Json], where: Where = anywhere) -> Callable[[Json], Json]:
    """Return what changes the objects in a list of a payload."""

    def changed(payload: Json) -> Json:
        if not isinstance(payload.get(key), list):
            return payload
        return payload | {key: [change(each) if _fits(each, where) else each for each in payload[key]]}

    return changed


def results(key: str, change: Callable[[Json], Json], where: Where = anywhere) -> Any:
    """Change the results in an answer."""
    altered = in_list(key, change, where)
    return lambda _, right: altered(right)


def _fits(value: Any, where: Where) -> bool:
    return isinstance(value, dict) and where(value)


def patched(**patch: Any) -> Callable[[Json], Json]:
    """Return what lays `patch` over a payload; a value of None removes its key."""
    return lambda payload: {k: v for k, v in {**payload, **patch}.items() if v is not None}


def counted(key: str, change: Callable[[int], int]) -> Callable[[Json], Json]:
    """Return what changes a number in a payload, where there is one; a call by hand may have anything there."""
    return lambda payload: payload | {key: change(payload[key])} if isinstance(payload.get(key), int) else payload


def inside(key: str, **patch: Any) -> Callable[[Json], Json]:
    """Return what lays `patch` over the object at `key`, where there is one."""
    change = patched(**patch)
    return lambda payload: payload | {key: change(payload[key])} if isinstance(payload.get(key), dict) else payload


def never(_: Json) -> None:
    """Send nothing."""


def has(**wanted: Any) -> Where:
    """Take payloads with these values; None stands for what must be absent."""
    return lambda payload: all(payload.get(key) == value for key, value in wanted.items())

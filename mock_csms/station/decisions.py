"""The decisions of a station of any version, in the order in which they are made; each version fills the tables.

`step` takes a cue, `command` a call of the CSMS. Both end with the consequences (status reports, a reset that waited),
and then send the next call.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeAlias

from mock_csms.behavior.templates import Context, compile_template
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.versions import Version
from mock_csms.station import outbox
from mock_csms.station.cues import Act, Answered, CallRequested, Cue, FailedCall, Notify, Rang, Say, Send
from mock_csms.station.machine import CommandOutcome
from mock_csms.station.misbehaviour import Answer, Kinds, Situation, misbehave
from mock_csms.station.state import Moment
from mock_csms.twin.station import StationModel

Decided: TypeAlias = tuple[Any, list[Act]]
"""The station after the decision, and its acts."""
Answering: TypeAlias = Callable[[Any, Json, Moment], tuple[Any, Any, list[Act]]]
"""Answers a command: it gets the station and the payload; it returns the station, the answer, and the acts after it."""

_MOST_ASKED_FOR = 200
"""How many requested calls may wait at most; the CSMS may request them faster than it answers them."""
FULL: Answer = ("InternalError", "too many calls that the CSMS asked for wait until it answers")
"""The answer to a command that requests more."""


class Decisions(Record, eq=False, kw_only=True):
    """The tables of one version. Each function gets the station first, and the moment last."""

    version: Version
    kinds: Kinds
    """The misbehaviours."""
    cues: Mapping[type[Cue], Callable[[Any, Any, Moment], Decided]]
    """By cue that only this version handles, or handles in a special way: its function."""
    answers: Mapping[str, Answering]
    """By command: its function; commands without a row get the default response."""
    responses: Mapping[str, Callable[[Any, Json, Json, Moment], Decided]]
    """By action: the function for the result of our call; it gets the request and the response."""
    failures: Mapping[str, Callable[[Any, FailedCall, Moment], Decided]]
    """By action: the function for our call that has failed."""
    alarms: Mapping[str, Callable[[Any, list[Any], Moment], Decided]]
    """By kind of an alarm (its first item): its function, which gets the other items."""
    consequences: Callable[[Any, list[Act], Moment], Decided]
    """Adds the consequences of every event; it gets the acts so far, and returns all acts."""
    rejected: Answer
    """The answer to a command while the CSMS rejects the station."""
    catch_up: Callable[[Any, Moment], Decided] = lambda device, _: (device, [])
    """Runs before every event."""
    too_many: Callable[[str], Answer] = lambda _: FULL
    """Returns the answer to a command that requests calls while too many wait; it gets the action."""

    def step(self, device: Any, cue: Cue, moment: Moment) -> Decided:
        """Return the station after a cue, and its acts."""
        before = device
        device, due = self.catch_up(device, moment)
        device, acts = self._decide(device, cue, moment)
        return self._end(device, [*due, *acts], Situation(before, cue, moment))

    def command(self, device: Any, action: str, payload: Json, moment: Moment) -> CommandOutcome:
        """Return the answer to a call of the CSMS, the station afterwards, and its acts."""
        before, answer = device, self.rejected
        device, acts = self.catch_up(device, moment)
        if device.boot_status != "Rejected":  # B03.FR.08
            then, answer, more = self.answer_to(action)(device, payload, moment)
            if _is_too_much(device, more):
                answer = self.too_many(action)
            else:
                device, acts = then, [*acts, *more]
        habits, answer = misbehave(device.habits, self.kinds, "answer", answer, action, payload)
        device, acts = self._end(replace(device, habits=habits), acts, Situation(before, (action, payload), moment))
        return CommandOutcome(device, answer, acts)

    def answer_alone(self, device: Any, call: Call, moment: Moment) -> Result:
        """Return the answer to a command without its effects: the new state and the acts are dropped."""
        _, payload, _ = self.answer_to(call.action)(device, call.payload, moment)
        return Result(call.id, payload if isinstance(payload, dict) else {})

    def answer_to(self, action: str) -> Answering:
        """Return the function that answers a command."""
        return self.answers.get(action) or _default_answer(self.version, action)

    def _decide(self, device: Any, cue: Cue, moment: Moment) -> Decided:
        match cue:
            case Answered(action, request, response):
                device, acts = outbox.settle(device, cue)
                learn = self.responses.get(action)
                device, more = learn(device, request, response, moment) if learn else (device, [])
                return device, [*acts, *more]
            case FailedCall(action):
                device, acts = outbox.settle(device, cue)
                react = self.failures.get(action)
                device, more = react(device, cue, moment) if react else (device, [])
                return device, [*acts, *more]
            case Rang((kind, *about)):
                return self.alarms[kind](device, about, moment)
            case CallRequested(action, payload):
                row = self.version.actions.get(action)
                is_send = row is not None and row.is_send
                return device, [Notify(action, payload) if is_send else _by_hand(action, payload)]
        do = self.cues.get(type(cue))
        if do is None:
            return device, [Say(f"a station of OCPP {self.version.name} does not do this")]
        return do(device, cue, moment)

    def _end(self, device: Any, acts: list[Act], situation: Situation[Any]) -> Decided:
        """Add the consequences of an event, and send the next call."""
        habits, device = misbehave(device.habits, self.kinds, "effect", device, situation)
        device, acts = self.consequences(replace(device, habits=habits), acts, situation.moment)
        habits, acts = misbehave(device.habits, self.kinds, "acts", acts, situation)
        device = replace(device, habits=habits)
        for act in acts:
            if isinstance(act, Send):
                device = outbox.put(device, act)
        device, sent = outbox.transmit(device)
        habits, sent = misbehave(device.habits, self.kinds, "transmit", sent, device.outbox.open)
        return replace(device, habits=habits), [*(act for act in acts if not isinstance(act, Send)), *sent]


def _by_hand(action: str, payload: Json) -> Send:
    return Send(action, payload, is_asked_for=True, is_by_hand=True)


def _is_too_much(device: Any, acts: list[Act]) -> bool:
    """Return whether a command requests more calls while too many of them wait."""
    is_more = any(isinstance(act, Send) and act.is_asked_for for act in acts)
    return is_more and sum(call.is_asked_for for call in device.outbox.waiting) >= _MOST_ASKED_FOR


@cache
def _default_answer(version: Version, action: str) -> Answering:
    template, nobody = compile_template(version.actions[action].response), StationModel("", version)

    def answer(device: Any, payload: Json, moment: Moment) -> tuple[Any, Any, list[Act]]:
        return device, template(Context(moment.now, nobody, moment.world, payload)), []

    return answer

"""A station without a socket or a clock: a simulated CSMS answers its calls, and alarms ring in order of time."""

from collections import Counter
from collections.abc import Callable, Mapping
from functools import cache
from itertools import count
from typing import Any, Self, TypeAlias

from mock_csms.behavior.templates import Context, Template, World, compile_template, merge, rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.protocol.versions import V201, actions
from mock_csms.station import cues
from mock_csms.station.cues import Alarm, Cue
from mock_csms.station.machine import CommandOutcome
from mock_csms.station.state import Identity, Moment
from mock_csms.station.v2 import machine, notation
from mock_csms.station.v2.device import Device, new_device
from mock_csms.twin.station import StationModel

TOKEN = {"idToken": "Alice", "type": "ISO14443"}
BOB = {"idToken": "Bob", "type": "ISO14443"}
BEGIN = 1_800_000_000.0

Csms: TypeAlias = Callable[[str, Json], Json | str | None]
"""Answers a call: with the payload of a result, the reason of a failure, or None for no answer yet."""


class Sent(Record):
    """A call of the station; `at` is in seconds since the beginning."""

    at: float
    action: str
    payload: Json


def world() -> World:
    """Return a world in which nothing is random."""
    numbers = count(1)
    return World("ws://csms", rfc3339, lambda: next(numbers), lambda: f"id-{next(numbers)}", lambda: 0.5)


def default_answer(action: str, _: Json) -> Json:
    """Answer with the default response of the action."""
    answer: Json = _default(action)(Context(BEGIN, StationModel("CS"), world()))
    return answer


@cache
def _default(action: str) -> Template:
    return compile_template(actions()[action].response)


def answering(**patches: Any) -> "Answering":
    """Return a CSMS whose answers for some actions are patched defaults, reasons of a failure, or None (no answer)."""
    return Answering(patches)


class Answering:
    """A CSMS with configured answers; if an action has several, they are used in turn, and the last one stays.

    `faults` are faults of the running mock, by action; a stage has no faults.
    """

    def __init__(self, patches: dict[str, Any], faults: Mapping[str, str] | None = None) -> None:
        self._faults = faults or {}
        self._patches = {action: patch if isinstance(patch, list) else [patch] for action, patch in patches.items()}
        self._given: Counter[str] = Counter()

    def __call__(self, action: str, payload: Json) -> Json | str | None:
        """Return the answer to a call."""
        patches = self._patches.get(action, [{}])
        patch = patches[min(self._given[action], len(patches) - 1)]
        self._given[action] += 1
        answer: Json | str | None = merge(default_answer(action, payload), patch) if isinstance(patch, dict) else patch
        return answer

    @property
    def rules(self) -> list[Json]:
        """These answers as rules of the mock."""
        return [{"match": action, "fault": fault} for action, fault in self._faults.items()] + [
            {"match": action if number == len(patches) else f"{action}*1"}
            | ({"error": patch} if isinstance(patch, str) else {"reply": patch})
            for action, patches in self._patches.items()
            for number, patch in enumerate(patches, 1)
        ]


class Play:
    """One station and its calls. `csms` answers the calls; `answer` or `fail` ends a call that `csms` leaves open."""

    def __init__(self, csms: Csms = default_answer, evses: int = 1, connectors: int = 1, **variables: str) -> None:
        named = (
            notation.variables([f"{key.replace('_', '.', 1)}={value}" for key, value in variables.items()])
            if variables
            else {}
        )
        self.device: Device = new_device(Identity(), evses, connectors, named)
        self.csms = csms
        self.now = BEGIN
        self.world = world()
        self.alarms: dict[Alarm, float] = {}
        self.sent: list[Sent] = []
        self.said: list[str] = []
        self.open: Sent | None = None
        self.reboots = 0

    # Input.

    def tell(self, *all_cues: Cue) -> Self:
        """Give the station cues, let the CSMS answer, and do everything that follows."""
        for cue in all_cues:
            self.device, acts = machine.MACHINE.step(self.device, cue, Moment(self.now, self.world))
            self._perform(acts)
        return self

    def connect(self) -> Self:
        """Open the connection."""
        return self.tell(cues.Opened())

    def lose(self) -> Self:
        """Lose the connection, and with it the answer to the open call."""
        self.tell(cues.Closed())
        return self.fail("the connection was lost", is_lost=True) if self.open else self

    def command(self, action: str, payload: Json | None = None) -> CommandOutcome:
        """Let the CSMS send a command: its default with `payload` merged into it."""
        template = compile_template(merge(V201.actions[action].request, payload or {}))
        given = template(Context(self.now, StationModel("CS"), self.world))
        assert V201.schemas.request_violations(action, given) == ()
        reply = machine.MACHINE.command(self.device, action, given, Moment(self.now, self.world))
        assert not isinstance(reply.answer, dict) or V201.schemas.response_violations(action, reply.answer) == ()
        self.device = reply.device
        self._perform(reply.acts)
        return reply

    def ask(self, action: str, payload: Json | None = None) -> Json:
        """Return the payload of the station's result."""
        answer = self.command(action, payload).answer
        assert isinstance(answer, dict)
        return answer

    def answer(self, **patch: Any) -> Self:
        """Answer the open call with the default and `patch` merged into it."""
        sent = self._settled()
        response = merge(default_answer(sent.action, sent.payload), patch)
        return self.tell(cues.Answered(sent.action, sent.payload, response))

    def fail(self, reason: str = "InternalError: no", *, is_lost: bool = False) -> Self:
        """Let the open call fail."""
        sent = self._settled()
        return self.tell(cues.FailedCall(sent.action, sent.payload, reason, is_lost))

    def wait(self, seconds: float) -> Self:
        """Let time pass; alarms ring in the order of their times."""
        end = self.now + seconds
        while self.alarms and min(self.alarms.values()) <= end:
            alarm, at = min(self.alarms.items(), key=lambda item: item[1])
            del self.alarms[alarm]
            self.now = max(self.now, at)
            self.tell(cues.Rang(alarm))
        self.now = end
        return self

    def reboot(self) -> Self:
        """Reboot."""
        self.device = machine.rebooted(self.device, Moment(self.now, self.world))
        self.alarms.clear()
        return self.lose().connect()

    def _perform(self, acts: list[cues.Act]) -> None:
        for act in acts:
            match act:
                case cues.Transmit(action, payload):
                    assert self.open is None, "a second call is open"
                    assert V201.schemas.request_violations(action, payload) == ()
                    self.open = Sent(self.now - BEGIN, action, payload)
                    self.sent.append(self.open)
                case cues.Set(alarm, seconds):
                    self.alarms[alarm] = self.now + seconds
                case cues.Stop(alarm):
                    self.alarms.pop(alarm, None)
                case cues.Reboot():
                    self.reboots += 1
                case cues.Say(text):
                    self.said.append(text)
        if self.open and any(isinstance(act, cues.Transmit) for act in acts):
            response = self.csms(self.open.action, self.open.payload)
            if isinstance(response, str):
                self.fail(response)
            elif response is not None:
                sent = self._settled()
                self.tell(cues.Answered(sent.action, sent.payload, response))

    def _settled(self) -> Sent:
        sent, self.open = self.open, None
        assert sent is not None, "no call is open"
        return sent

    # Output.

    def actions(self) -> list[str]:
        """Return the actions of the sent calls, and forget the calls."""
        sent, self.sent = self.sent, []
        return [each.action for each in sent]

    def take(self, action: str) -> list[Json]:
        """Return the payloads of one action, and forget all sent calls."""
        sent, self.sent = self.sent, []
        return [each.payload for each in sent if each.action == action]

    def transcript(self) -> list[str]:
        """Return a line for each sent call, and forget the calls."""
        sent, self.sent = self.sent, []
        return [line_of(each.action, each.payload) for each in sent]


def line_of(action: str, payload: Json) -> str:
    """Return one line that sums up a call."""
    if action == "TransactionEvent":
        words = [payload["eventType"], str(payload["seqNo"]), payload["triggerReason"]]
        words += [payload["transactionInfo"].get("stoppedReason", "")]
        return " ".join([*filter(None, words), *(["offline"] if payload.get("offline") else [])])
    if action == "StatusNotification":
        return f"{payload['evseId']}.{payload['connectorId']} {payload['connectorStatus']}"
    if action == "BootNotification":
        return f"Boot {payload['reason']}"
    return action


def booted(csms: Csms = default_answer, evses: int = 1, connectors: int = 1, **variables: str) -> Play:
    """Return an accepted station that has sent all its calls after the boot."""
    play = Play(csms, evses, connectors, **variables).connect()
    assert play.device.is_accepted
    play.sent.clear()
    return play


def charging(csms: Csms = default_answer, evses: int = 1, **variables: str) -> Play:
    """Return a station where Alice charges at EVSE 1."""
    play = booted(csms, evses, 1, **variables).tell(cues.Plugged(1), cues.Presented(TOKEN, 1))
    assert play.device.evses[1].is_charging
    play.sent.clear()
    return play

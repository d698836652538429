"""A station without a socket, with a clock that the test moves and a CSMS that accepts everything."""

from collections.abc import Mapping
from itertools import count
from typing import Any, Generic, TypeVar

from mock_csms.behavior.templates import SAMPLE, Context, compile_template, rfc3339
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import replace
from mock_csms.protocol.sends import SendMessage
from mock_csms.protocol.versions import V201, Version
from mock_csms.station import cues
from mock_csms.station.machine import Machine
from mock_csms.station.state import Identity, Moment, State
from mock_csms.station.v2.device import Device, new_device
from mock_csms.station.v2.machine import MACHINE
from mock_csms.station.v2.variables import Name
from mock_csms.twin.station import StationModel

NOW = 1_767_268_800.0  # 2026-01-01T12:00:00Z
D = TypeVar("D", bound=State)

TOKEN = {"idToken": "TAG", "type": "ISO14443"}


class BenchOf(Generic[D]):
    """A station and a CSMS. Every message of both is validated; `replies` are merged into the default responses."""

    def __init__(self, machine: Machine, version: Version, device: D) -> None:
        self.now = NOW
        self.machine, self.version = machine, version
        self.device = device
        self.alarms: dict[cues.Alarm, float] = {}
        self.messages: list[tuple[str, Any]] = []
        self.replies: dict[str, Json] = {}
        self.silent: set[str] = set()
        """The actions that the CSMS does not answer."""
        self._numbers = count(1)
        self.files: list[Any] = []
        """The files that the station wants to get or put; the test says how that goes."""
        self.is_leaving = False
        self.tell(cues.Opened())
        self.take()

    @property
    def moment(self) -> Moment:
        """The present moment."""
        world = replace(
            SAMPLE.world, new_id=lambda: f"id-{len(self.messages)}-{self.now}", new_integer=lambda: next(self._numbers)
        )
        return Moment(self.now, world)

    def at(self, seconds: float) -> str:
        """Return the timestamp a number of seconds from now."""
        return rfc3339(self.now + seconds)

    def tell(self, cue: cues.Cue) -> None:
        """Give the station a cue."""
        self.device, acts = self.machine.step(self.device, cue, self.moment)
        self.perform(acts)

    def ask(self, action: str, payload: Json) -> Json:
        """Send a command, and return the answer."""
        call = Call("1", action, payload)
        assert not self.version.call_violations(call, Sender.CSMS)
        reply = self.machine.command(self.device, action, payload, self.moment)
        assert not self.version.result_violations(call, reply.payload)
        self.device = reply.device
        self.perform(reply.acts)
        assert reply.payload is not None
        return reply.payload

    def status(self, action: str, payload: Json) -> Any:
        """Send a command, and return the status in the answer."""
        return self.ask(action, payload)["status"]

    def wait(self, seconds: float) -> None:
        """Let time pass; alarms ring when they are due."""
        end = self.now + seconds
        while due := [alarm for alarm, at in self.alarms.items() if at <= end]:
            alarm = min(due, key=lambda each: self.alarms[each])
            self.now = max(self.now, self.alarms.pop(alarm))
            self.tell(cues.Rang(alarm))
        self.now = end

    def take(self, *actions: str) -> list[tuple[str, Any]]:
        """Return and forget the calls that the station has sent, of these actions or of all."""
        taken, self.messages = self.messages, []
        return [message for message in taken if not actions or message[0] in actions]

    def statuses(self, *actions: str) -> list[str]:
        """Return the statuses, or types, in those messages."""
        return [payload.get("status") or payload["type"] for _, payload in self.take(*actions)]

    def restart(self) -> None:
        """Switch the station off and on again."""
        self.is_leaving = False
        self.alarms.clear()
        self.device = self.machine.rebooted(self.device, self.moment)
        self.tell(cues.Closed())
        self.tell(cues.Opened())

    def perform(self, acts: list[cues.Act]) -> None:
        """Execute the acts of the station: send its calls, answer them, and set its alarms."""
        for act in acts:
            match act:
                case cues.Set(alarm, seconds):
                    self.alarms[alarm] = self.now + max(0.0, seconds)
                case cues.Stop(alarm):
                    self.alarms.pop(alarm, None)
                case cues.Transmit(action, payload):
                    self._transmit(action, payload)
                case cues.Notify(action, payload):
                    assert not self.version.call_violations(SendMessage("1", action, payload), Sender.STATION)
                    self.messages.append((action, payload))
                case cues.GetFile() | cues.PutFile():
                    self.files.append(act)
                case cues.Reboot():
                    self.is_leaving = True
        if self.is_leaving and self.device.outbox.is_empty:
            self.restart()

    def _transmit(self, action: str, payload: Json) -> None:
        found = self.version.call_violations(Call("1", action, payload), Sender.STATION)
        assert not found, (action, payload, found)
        self.messages.append((action, payload))
        if action in self.silent:
            return
        context = Context(self.now, StationModel("CS-1", self.version), SAMPLE.world, payload)
        response = compile_template(self.version.actions[action].response)(context) | self.replies.get(action, {})
        self.tell(cues.Answered(action, payload, response))


class Bench(BenchOf[Device]):
    """A station of OCPP 2.0.1."""

    def __init__(self, variables: Mapping[Name, str] | None = None, evses: int = 2) -> None:
        super().__init__(MACHINE, V201, new_device(Identity(), evses, 1, variables))

"""A station without a socket or a clock: its answers, its calls, and its state."""

from typing import Any, TypeAlias

from mock_csms.behavior.templates import World, rfc3339
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.versions import V201
from mock_csms.station.cues import (
    Act,
    Answered,
    Closed,
    Cue,
    Opened,
    Plugged,
    Presented,
    Rang,
    Set,
    Stop,
    Transmit,
    Unplugged,
)
from mock_csms.station.state import Identity, Moment
from mock_csms.station.v2 import machine
from mock_csms.station.v2.device import Device, new_device

Sent: TypeAlias = list[tuple[str, Json]]
START = 1_800_000_000.0
TOKEN: Json = {"idToken": "A", "type": "ISO14443"}
_RESPONSES: dict[str, Json] = {
    "BootNotification": {"status": "Accepted", "interval": 300, "currentTime": rfc3339(START)},
    "Authorize": {"idTokenInfo": {"status": "Accepted"}},
    "Heartbeat": {"currentTime": rfc3339(START)},
}


class Bench:
    """One such station: each of its messages is validated with its schema, and each of its calls gets a result."""

    def __init__(self, evses: int = 2, connectors: int = 1, device: Device | None = None) -> None:
        self.device = device or new_device(Identity(), evses, connectors)
        self.now = START
        self.alarms: dict[tuple[Any, ...], float] = {}
        self._numbers = iter(range(1, 100_000))
        self.tell(Opened())

    @property
    def moment(self) -> Moment:
        """The present moment."""
        world = World("ws://mock", rfc3339, lambda: next(self._numbers), lambda: f"id-{next(self._numbers)}", lambda: 0)
        return Moment(self.now, world)

    def command(self, action: str, payload: Json) -> tuple[Json, Sent]:
        """Send a command; return the answer, and the calls that the station sends after it."""
        call = Call("1", action, payload)
        assert not V201.call_violations(call, Sender.CSMS)
        reply = machine.MACHINE.command(self.device, action, payload, self.moment)
        assert reply.payload is not None
        assert not V201.result_violations(call, reply.payload)
        self.device = reply.device
        return reply.payload, self._perform(reply.acts)

    def tell(self, cue: Cue) -> Sent:
        """Give the station a cue, and return the calls that it sends."""
        self.device, acts = machine.MACHINE.step(self.device, cue, self.moment)
        return self._perform(acts)

    def wait(self, seconds: float) -> Sent:
        """Let time pass, and return the calls that the station sends meanwhile."""
        sent, until = [], self.now + seconds
        while due := [(at, alarm) for alarm, at in self.alarms.items() if at <= until]:
            self.now, alarm = min(due, key=lambda entry: entry[0])
            del self.alarms[alarm]
            sent += self.tell(Rang(alarm))
        self.now = until
        return sent

    def charge(self, evse: int = 1) -> Sent:
        """Let a vehicle start charging."""
        return self.tell(Plugged(evse)) + self.tell(Presented(TOKEN, evse))

    def leave(self, evse: int = 1) -> Sent:
        """Let the vehicle stop charging and drive away."""
        return self.tell(Presented(TOKEN, evse)) + self.tell(Unplugged(evse))

    def reboot(self) -> Sent:
        """Let the station reboot."""
        self.tell(Closed())
        self.alarms.clear()
        self.device = machine.rebooted(self.device, self.moment)
        return self.tell(Opened())

    def value(self, component: Json, variable: Json) -> str:
        """Return the value of a variable by GetVariables, or the status if there is none."""
        asked = {"getVariableData": [{"component": component, "variable": variable}]}
        result = self.command("GetVariables", asked)[0]["getVariableResult"][0]
        return str(result.get("attributeValue", result["attributeStatus"]))

    def assign(self, name: str, value: str) -> str:
        """Set `COMPONENT.VARIABLE` to a value, and return the status."""
        component, _, variable = name.partition(".")
        item = {"component": {"name": component}, "variable": {"name": variable}, "attributeValue": value}
        return str(
            self.command("SetVariables", {"setVariableData": [item]})[0]["setVariableResult"][0]["attributeStatus"]
        )

    def _perform(self, acts: list[Act]) -> Sent:
        sent: Sent = []
        for act in acts:
            if isinstance(act, Set):
                self.alarms[act.alarm] = self.now + act.seconds
            elif isinstance(act, Stop):
                self.alarms.pop(act.alarm, None)
            elif isinstance(act, Transmit):
                call = Call("1", act.action, act.payload)
                assert not V201.call_violations(call, Sender.STATION)
                sent.append((act.action, act.payload))
                sent += self.tell(Answered(act.action, act.payload, _RESPONSES.get(act.action, {})))
        return sent


def payloads(sent: Sent, action: str) -> list[Json]:
    """Return the payloads of the sent calls of an action."""
    return [payload for name, payload in sent if name == action]

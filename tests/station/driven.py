"""A station whose messages are all validated, with a clock that the test sets and a CSMS that accepts everything.

Its alarms ring in time, and each of its calls gets the default response at once.
"""

from collections.abc import Callable
from itertools import count
from typing import Any

from mock_csms.behavior.templates import Context, World, compile_template, rfc3339
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.versions import V201
from mock_csms.station.cues import (
    Act,
    Alarm,
    Answered,
    Closed,
    Cue,
    Opened,
    Plugged,
    Presented,
    Rang,
    Reboot,
    Set,
    Stop,
    Transmit,
)
from mock_csms.station.state import Identity, Moment
from mock_csms.station.v2 import machine
from mock_csms.station.v2.device import Device, new_device
from mock_csms.station.v2.variables import Name
from mock_csms.twin.station import StationModel

TOKEN: Json = {"idToken": "driver", "type": "ISO14443"}
MIDNIGHT = 1_750_032_000.0
"""2025-06-16T00:00:00Z, a Monday."""


class Driven:
    """One such station. `sent` is everything that it sent, as (action, payload)."""

    def __init__(self, variables: dict[Name, str] | None = None, evses: int = 1, at: float = MIDNIGHT + 36_000) -> None:
        numbers = count(1)
        self.world = World("ws://x", rfc3339, lambda: next(numbers), lambda: f"tx-{next(numbers)}", lambda: 0.0)
        self.now = at
        self.device: Device = new_device(Identity(), evses, 1, variables)
        self.sent: list[tuple[str, Json]] = []
        self.alarms: dict[Alarm, float] = {}
        self.tell(Opened())
        self.sent.clear()

    def tell(self, cue: Cue) -> None:
        """Give the station a cue, and do everything that follows from it."""
        self.device, acts = machine.MACHINE.step(self.device, cue, self.moment)
        self._perform(acts)

    def command(self, action: str, payload: Json) -> Any:
        """Send a command, and return the payload of the answer."""
        call = Call("1", action, payload)
        assert V201.call_violations(call, Sender.CSMS) == ()
        reply = machine.MACHINE.command(self.device, action, payload, self.moment)
        assert not V201.result_violations(call, reply.payload)
        self.device = reply.device
        self._perform(reply.acts)
        return reply.payload

    def charge(self, evse: int = 1) -> str:
        """Let a vehicle start charging, and return the id of its transaction."""
        self.tell(Plugged(evse))
        self.tell(Presented({**TOKEN, "idToken": f"driver {evse}"}, evse))
        transaction = self.device.evses[evse].transaction
        assert transaction is not None
        return transaction.id

    def stop(self, evse: int = 1) -> None:
        """Let the driver at this EVSE stop."""
        self.tell(Presented({**TOKEN, "idToken": f"driver {evse}"}, evse))

    def wait(self, seconds: float) -> None:
        """Let time pass; alarms ring when they are due."""
        end = self.now + seconds
        while due := [alarm for alarm, at in self.alarms.items() if at <= end]:
            alarm = min(due, key=self.alarms.__getitem__)
            self.now = max(self.now, self.alarms.pop(alarm))
            self.tell(Rang(alarm))
        self.now = end

    def reboot(self) -> None:
        """Let the station reboot; its alarms are cancelled."""
        self.alarms.clear()
        self.device = machine.rebooted(self.device, self.moment)
        self.tell(Closed())
        self.now += 1
        self.tell(Opened())

    def payloads(self, action: str, is_wanted: Callable[[Json], bool] = lambda _: True) -> list[Json]:
        """Return the payloads of the sent calls of an action."""
        return [payload for sent, payload in self.sent if sent == action and is_wanted(payload)]

    @property
    def moment(self) -> Moment:
        """The present moment."""
        return Moment(self.now, self.world)

    def _perform(self, acts: list[Act]) -> None:
        for act in acts:
            match act:
                case Transmit(action, payload):
                    assert not V201.call_violations(Call("1", action, payload), Sender.STATION), payload
                    self.sent.append((action, payload))
                    template = compile_template(V201.actions[action].response)
                    response = template(Context(self.now, StationModel(""), self.world, payload))
                    self.tell(Answered(action, payload, response))
                case Set(alarm, seconds):
                    assert seconds > 0, act
                    self.alarms[alarm] = self.now + seconds
                case Stop(alarm):
                    self.alarms.pop(alarm, None)
                case Reboot():
                    self.reboot()
                case _:
                    pass

"""A simulated CSMS for misbehaving stations: like `play`, but it accepts everything and records all behaviour."""

from collections.abc import Sequence
from itertools import count
from typing import Any, Self, TypeAlias

from mock_csms.behavior.emissions import Act, Emission
from mock_csms.behavior.templates import Context, compile_template, merge
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Message, Result
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.versions import V201, refusal
from mock_csms.runtime.transport.trust import BAD_CERTIFICATE, BAD_SUITE, BAD_VERSION
from mock_csms.station import cues
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.misbehaviour import misbehave
from mock_csms.station.state import Habit, Moment
from mock_csms.station.v2 import boot, machine, network
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.misbehaviours import KINDS
from mock_csms.station.v2.security import secured
from mock_csms.twin.station import StationModel
from tests.pki import folder
from tests.station.bench import NOW
from tests.station.play import Csms, Play, Sent, default_answer, world

HANDSHAKE = HandshakeRequest("ws://csms/CS", authorization="Basic Q1M6dGhlLW9sZC1wYXNzd29yZC0x")
"""The handshake with which the station was started: the password is `the-old-password-1`."""


REFUSED = {"tls1.1": BAD_VERSION, "cipher": BAD_SUITE}
"""What a station says about faults that are not in the certificate of the CSMS."""


def with_profile(device: Device, profile: int) -> Device:
    """Return a device with a security profile, and the certificates of the tests that this needs."""
    if not profile:
        return device
    root, own, key = ((folder() / name).read_text() for name in ("root.pem", "station.pem", "station.key"))
    return secured(device, profile, root if profile > 1 else "", (own, key) if profile == 3 else ("", ""))


class Entry(Record):
    """One line of a transcript: the time, the kind (`call`, `answer`, `alarm`, `line` …), its subject, its details.

    `given` is the request of an answer, or the response to a call; `acts` are the sent frames.
    """

    at: float
    kind: str
    name: str
    what: Any = None
    given: Any = None
    acts: tuple[Act, ...] = ()


Log: TypeAlias = list[Entry]
"""A transcript."""


class Stage(Play):
    """One station with misbehaviours, and the transcript of what it did."""

    def __init__(
        self, habits: tuple[Habit, ...], csms: Csms = default_answer, profile: int = 0, **settings: Any
    ) -> None:
        super().__init__(csms, **settings)
        self.device = replace(with_profile(self.device, profile), habits=habits, name="CS")
        self.profile = profile
        self.now = NOW
        self.log: Log = []
        integers, self.wire_world = count(1), world()
        self.world = replace(self.world, new_integer=lambda: next(integers))
        self.queue: list[cues.Transmit] = []
        self.wish = ""

    def settle(self) -> Self:
        """Let the station reboot or reconnect if it has decided to."""
        if self.wish == "Reboot":
            self.wait(1).reboot()
        elif self.wish == "Redial":
            self.lose().wait(5).connect()
        return self

    def note(self, kind: str, name: str, what: Any = None, given: Any = None, acts: Sequence[Act] = ()) -> None:
        """Add an entry to the transcript."""
        self.log.append(Entry(self.now - NOW, kind, name, what, given, tuple(acts)))

    def spoil(self, place: str, right: Any, *context: Any) -> Any:
        """Return a right decision as the misbehaviours change it."""
        habits, done = misbehave(self.device.habits, KINDS, place, right, *context)
        self.device = replace(self.device, habits=habits)
        return done

    def connect(self) -> Self:
        """Open the connection."""
        self.wish = ""
        self.note("line", "open", self.shake_hands())
        self.tell(cues.Opened(is_secure=self.profile > 1))
        return self

    def shake_hands(self) -> HandshakeRequest:
        """Return the handshake of the station."""
        if self.profile:
            first = replace(HANDSHAKE, url="wss://csms/CS")
            right = replace(network.route(self.device, 0, first)[1], authorization=None)
        else:
            first = HANDSHAKE
            right = replace(first, authorization=network.authorization_of(self.device) or first.authorization)
        done: HandshakeRequest = self.spoil("handshake", right, first)
        return done

    def meet(self, kind: str) -> Self:
        """Lose the connection; the CSMS does TLS wrong in one way before it lets the station reconnect."""
        self.lose().wait(self.pause)
        self.note("line", kind, self.shake_hands())
        self.tell(cues.Unreached(REFUSED.get(kind, BAD_CERTIFICATE)))
        return self.wait(self.pause).connect()

    def lose(self) -> Self:
        """Lose the connection and the open calls, and note the pause before the station reconnects."""
        self.note("line", "lost")
        self.tell(cues.Closed())
        lost, self.queue = self.queue, []
        for act in lost:
            self.tell(cues.FailedCall(act.action, act.payload, "the connection was lost", is_lost=True))
        right = boot.back_off(self.device, 0, Moment(self.now, self.world))
        self.pause: float = self.spoil("pause", right)
        self.note("pause", "", self.pause)
        return self

    def come_again(self, refused: int = 0) -> Self:
        """Lose the connection; the CSMS refuses the station `refused` times before it lets it reconnect."""
        self.lose()
        for attempt in range(refused + 1):
            self.wait(self.pause)
            if attempt < refused:
                self.note("door", "refused", HANDSHAKE)
                right = boot.back_off(self.device, attempt + 1, Moment(self.now, self.world))
                self.pause = self.spoil("pause", right)
                self.note("pause", "", self.pause)
        return self.connect()

    def reboot(self) -> Self:
        """Reboot."""
        self.note("off", "")
        self.lose()
        self.device = machine.rebooted(self.device, Moment(self.now, self.world))
        self.alarms.clear()
        return self.connect()

    def command(self, action: str, payload: Json | None = None) -> Any:
        """Let the CSMS send a command: its default payload with `payload` merged into it."""
        template = compile_template(merge(V201.actions[action].request, payload or {}))
        given = template(Context(self.now, StationModel("CS"), self.world))
        assert V201.schemas.request_violations(action, given) == ()
        reply = machine.MACHINE.command(self.device, action, given, Moment(self.now, self.world))
        self.device = reply.device
        match reply.answer:
            case (code, description):
                message: Message = Error("call", code, description)
            case answer:
                message = Result("call", answer or {})
        acts = self.spoil("wire", (Emission(message),), self.wire_world)
        self.note("answer", action, reply.answer, given, acts)
        self._perform(reply.acts)
        return reply

    def insult(self, action: str, payload: Json) -> None:
        """Let the CSMS send a command that violates its schema."""
        call = Call("call", action, payload)
        right = refusal(call, V201.schemas.request_violations(action, payload))
        message = self.spoil("refusal", right, call)
        self.note("refusal", action, message, payload, self.spoil("wire", (Emission(message),), self.wire_world))

    def respond(self, **patch: Any) -> Self:
        """Answer the oldest open call with its default, patched, and then go on."""
        act = self.queue.pop(0)
        self._answered(act, merge(default_answer(act.action, act.payload), patch))
        return self._go_on()

    def _answered(self, act: cues.Transmit, response: Json | str) -> None:
        self.note("response", act.action, response, act.payload)
        if isinstance(response, str):
            self.tell(cues.FailedCall(act.action, act.payload, response))
        else:
            self.tell(cues.Answered(act.action, act.payload, response))

    def _perform(self, acts: list[cues.Act]) -> None:
        for act in acts:
            match act:
                case cues.Transmit(action, payload):
                    call = Call(self.spoil("name", self.wire_world.new_id()), action, payload)
                    frames = self.spoil("wire", (Emission(call),), self.wire_world)
                    self.note("call", action, payload, call.id, frames)
                    self.sent.append(Sent(self.now - NOW, action, payload))
                    self.queue.append(act)
                case cues.Set(alarm, seconds):
                    self.note("alarm", str(alarm[0]), (alarm, seconds))
                    self.alarms[alarm] = self.now + seconds
                case cues.Stop(alarm):
                    self.alarms.pop(alarm, None)
                case cues.Reboot() | cues.Redial():
                    self.wish = type(act).__name__
                    self.note("wish", self.wish)
        self._go_on()

    def _go_on(self) -> Self:
        """Let the CSMS answer calls until it leaves one open."""
        while self.queue and len(self.log) < 5000:
            response = self.csms(self.queue[0].action, self.queue[0].payload)
            if response is None:
                break
            self._answered(self.queue.pop(0), response)
        return self

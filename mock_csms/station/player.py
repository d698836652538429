"""A running station: it connects its decisions (`machine`) with the connection, the clock and the person driving it."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Result
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import Version
from mock_csms.runtime import clock
from mock_csms.runtime.open_call import CallFailed
from mock_csms.runtime.transport.dial import CannotConnect
from mock_csms.station import cues
from mock_csms.station.cues import Act, Cue
from mock_csms.station.handshake import HandshakeRequest, uses_tls, version_of
from mock_csms.station.link import Link, Site
from mock_csms.station.machines import machine_for
from mock_csms.station.misbehaviour import misbehave
from mock_csms.station.state import Moment, State
from mock_csms.twin.events import Failed, Noted

_REBOOT_TIME = 0.5
"""How long the station is off during a reboot, in seconds."""
_JITTER = 1.0
"""The deviation of the clock, in seconds, that is not corrected: the answer with the time has taken a while."""
_LAST_WORDS = 5.0
"""How many seconds before a reboot the station waits for the delivery of its calls."""


class Player:
    """One running station. `run` keeps it connected until it is cancelled; `tell` passes a cue to it."""

    def __init__(self, identity: str, device: State, handshake: HandshakeRequest, site: Site) -> None:
        self.identity = identity
        self.machine = machine_for(handshake)
        self.version: Version = version_of(handshake)
        """The version agreed on the last connection; before the first one, the version that the station offers."""
        self.device = replace(device, name=identity)
        self.site = site
        self._handshake = handshake
        self._link: Link | None = None
        self._answered: Json | None = None
        self._ahead = 0.0
        """By how many seconds the station's clock is ahead of the clock of the process."""
        self._lost = asyncio.Event()
        self._away_until = 0.0
        self._is_rebooting = False
        self._alarms: dict[cues.Alarm, asyncio.TimerHandle] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._moving: dict[cues.Alarm, asyncio.Task[None]] = {}
        """The running transfers of files."""
        self._waiting: list[tuple[Callable[[Any], bool], asyncio.Future[None]]] = []

    # For the code that drives the station.

    async def run(self, *, is_patient: bool = False) -> None:
        """Connect, and reconnect whenever the connection is lost.

        Raises CannotConnect if the first attempt fails; with `is_patient` it tries again instead.
        """
        try:
            await (self._keep_trying() if is_patient else self._connect())
            while True:
                await self._lost.wait()
                await asyncio.sleep(self._pause(0))
                await self._keep_trying()
        finally:
            self._hang_up("the station stops")
            for handle in self._alarms.values():  # closing the connection may have set new alarms
                handle.cancel()
            for alarm in [*self._moving]:
                self._give_up(alarm)

    def tell(self, cue: Cue) -> None:
        """Pass a cue to the station, and do the acts that it decides on."""
        self.device, acts = self.machine.step(self.device, cue, self.moment())
        self._perform(acts)

    def moment(self) -> Moment:
        """Return the present moment by the station's clock."""
        moment = self.site.moment()
        return replace(moment, now=moment.now + self._ahead)

    def stay_away(self, seconds: float) -> None:
        """Disconnect, and stay offline for a number of seconds by the station's clock."""
        self._away_until = asyncio.get_running_loop().time() + self.site.real(seconds)
        self._hang_up("offline for a while")

    async def leave(self, reason: str, within: float) -> None:
        """Wait at most `within` seconds for open answers, disconnect, and wait for that. Then cancel `run`."""
        with suppress(TimeoutError):
            await self.until(lambda device: device.outbox.is_empty, within)
        if self._link is not None:
            await self._link.close(reason)

    async def until(self, is_so: Callable[[Any], bool], within: float) -> None:
        """Wait until `is_so` returns true for the device. Raises TimeoutError after `within` seconds."""
        if not is_so(self.device):
            waited: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.append((is_so, waited))
            async with asyncio.timeout(within):
                await waited

    # The connection.

    async def _connect(self, attempt: int = 0) -> None:
        """Connect once, by the machine's route for this attempt. Raises CannotConnect."""
        self._lost.clear()
        first = self._handshake
        slot, right = self.machine.route(self.device, attempt, first)
        handshake = self._misbehave("handshake", right, first)
        link = Link(self.identity, self.site, self._answer, self._ended)
        link.begun = lambda: self._begin(link, cues.Opened(slot, attempt, uses_tls(handshake.url)))
        link.heard = self._heard
        link.spoil = lambda acts: self._misbehave("wire", acts, self.site.world)
        link.name = lambda right: self._misbehave("name", right)
        link.refuse = lambda call, right: self._misbehave("refusal", right, call)
        try:
            await link.dial(handshake)
        except ValueError as error:
            if right.url == first.url or self._link is link:
                raise
            raise CannotConnect(str(error)) from None
        if link.session.is_over:
            raise CannotConnect("the server closed the connection at once")

    def _begin(self, link: Link, opened: cues.Opened) -> None:
        """Use a connection that has just opened."""
        self._link, self.version = link, link.version
        self._is_rebooting = False
        self.tell(opened)

    async def _keep_trying(self) -> None:
        """Try to connect until it succeeds."""
        attempt = 0
        while True:
            try:
                return await self._connect(attempt)
            except CannotConnect as error:
                self.site.bus.publish(Failed(clock.now(), self.identity, f"cannot connect: {error}"))
                self.tell(cues.Unreached(error.refused))
                attempt += 1
                await asyncio.sleep(self._pause(attempt))

    def _pause(self, attempt: int) -> float:
        """Return the real seconds to wait before the next attempt, after a number of failed ones (Part 4, 5.3)."""
        if self._is_rebooting and attempt == 0:
            return _REBOOT_TIME
        wait: float = self._misbehave("pause", self.machine.back_off(self.device, attempt, self.moment()))
        return max(self.site.real(wait), self._away_until - asyncio.get_running_loop().time())

    def _ended(self) -> None:
        if self._link is not None:
            self._link = None
            self.tell(cues.Closed())
        self._lost.set()

    def _hang_up(self, reason: str) -> None:
        if self._link is not None:
            self._link.hang_up(reason)

    def _answer(self, call: Call) -> Result | Error | None:
        """Return the answer to a call of the CSMS; the resulting acts are done after it was sent."""
        reply = self.machine.command(self.device, call.action, call.payload, self.moment())
        self.device = reply.device
        asyncio.get_running_loop().call_soon(self._perform, reply.acts)
        match reply.answer:
            case None:
                return None
            case (code, description):
                return Error(call.id, code, description)
            case dict() as payload:
                return Result(call.id, payload)

    def _misbehave(self, place: str, right: Any, *context: Any) -> Any:
        """Return the value of `right` after the station's misbehaviours at a place, a field of `Misbehaviour`."""
        habits, done = misbehave(self.device.habits, self.machine.kinds, place, right, *context)
        self.device = replace(self.device, habits=habits)
        return done

    # Carrying out acts.

    def _perform(self, acts: list[Act]) -> None:
        for act in acts:
            self._do(act)
        for entry in [entry for entry in self._waiting if entry[0](self.device)]:
            self._waiting.remove(entry)
            if not entry[1].done():
                entry[1].set_result(None)

    def _do(self, act: Act) -> None:
        match act:
            case cues.Transmit():
                self._start(self._transmit(act))
            case cues.Notify(action, payload) if self._link is not None:
                self._link.notify(action, payload)
            case cues.Set(alarm, seconds):
                self._stop(alarm)
                loop = asyncio.get_running_loop()
                self._alarms[alarm] = loop.call_later(self.site.real(seconds), self._ring, alarm)
            case cues.Stop(alarm):
                self._stop(alarm)
            case cues.GetFile() | cues.PutFile():
                self._give_up(act.alarm)
                self._moving[act.alarm] = self._start(self._move(act))
            case cues.Reboot():
                self._start(self._reboot())
            case cues.Redial():
                self._hang_up("connect anew")
            case cues.Say(text):
                self.site.bus.publish(Noted(clock.now(), self.identity, text))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[None]) -> None:
        """Report the exception of a task at once: asyncio would report it only when the task is garbage-collected."""
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            context = {"message": "a task of the station failed", "exception": error, "task": task}
            asyncio.get_running_loop().call_exception_handler(context)

    def _ring(self, alarm: cues.Alarm) -> None:
        del self._alarms[alarm]
        self.tell(cues.Rang(alarm))

    def _stop(self, alarm: cues.Alarm) -> None:
        handle = self._alarms.pop(alarm, None)
        if handle is not None:
            handle.cancel()

    async def _transmit(self, act: cues.Transmit) -> None:
        link = self._link
        if link is None:
            return self.tell(cues.FailedCall(act.action, act.payload, "the connection is gone", is_lost=True))
        try:
            await link.call(act.action, act.payload, self.device.message_timeout)
        except CallFailed as error:
            if self._answered is not act.payload:  # otherwise the answer came just in time
                self.tell(cues.FailedCall(act.action, act.payload, str(error), is_lost=self._link is not link))

    def _heard(self, call: Call, response: Json) -> None:
        self._answered = call.payload
        now = self.machine.time_to_set(self.device, response)
        if now is not None and self.site.is_in_real_time:
            ahead = now - self.site.moment().now
            self._ahead = ahead if abs(ahead - self._ahead) > _JITTER else self._ahead
        self.tell(cues.Answered(call.action, call.payload, response))

    async def _move(self, act: cues.GetFile | cues.PutFile) -> None:
        """Download or upload a file, and tell the station the result."""
        from mock_csms.station.transfers.moving import move  # noqa: PLC0415 - only who moves files needs it

        moved = await move(act, self.site)
        self.site.bus.publish(Noted(clock.now(), self.identity, moved.reason))
        self._moving.pop(act.alarm, None)
        self.tell(moved)

    def _give_up(self, alarm: cues.Alarm) -> None:
        task = self._moving.pop(alarm, None)
        if task is not None:
            task.cancel()

    async def _reboot(self) -> None:
        """Reboot after all calls were delivered, or after `_LAST_WORDS` seconds."""
        try:
            await self.until(lambda device: device.outbox.is_empty, _LAST_WORDS)
        except TimeoutError:
            self.site.bus.publish(Noted(clock.now(), self.identity, "reboots before all messages were delivered"))
        for alarm in [*self._alarms, *self._moving]:
            self._stop(alarm)
            self._give_up(alarm)
        self.device = self.machine.rebooted(self.device, self.moment())
        self._is_rebooting = True
        self._hang_up("reboot")

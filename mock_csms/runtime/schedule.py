"""Sends the commands of scripts to every station that they are for.

A task runs only while there is something to wait for. A command counts as run when its frame was written; a delay that
a lost connection interrupted starts again.
"""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from itertools import count

from mock_csms.behavior.commands import Script, Step
from mock_csms.behavior.events import Connected, Disconnected, Event, Received, Sent
from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.messages import Call
from mock_csms.runtime.csms import Csms
from mock_csms.runtime.session import CallFailed


def start(script: Script, csms: Csms) -> None:
    """Follow the events of `csms` and send what `script` says."""
    if script.on is not None:
        Trigger(script, csms)
    else:
        Timeline(script, csms)


class Timeline:
    """A script that runs from the connection or the first Accepted boot on, and its progress with each station."""

    def __init__(self, script: Script, csms: Csms) -> None:
        self._script = script
        self._csms = csms
        self._done: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        csms.bus.subscribe(self._connected, Connected)
        csms.bus.subscribe(self._disconnected, Disconnected)
        if csms.config.after == "boot":
            csms.bus.subscribe(self._booted, Sent)

    def _connected(self, event: Event) -> None:
        if self._script.rerun:
            self._done.pop(event.station, None)
        if self._csms.config.after == "connect" or self._csms.stations[event.station].is_accepted:
            self._start(event.station)

    def _booted(self, event: Event) -> None:
        if self._csms.stations[event.station].is_accepted and event.station not in self._tasks:
            self._start(event.station)

    def _disconnected(self, event: Event) -> None:
        task = self._tasks.pop(event.station, None)
        if task is not None:
            task.cancel()

    def _start(self, identity: str) -> None:
        if matches(identity, self._script.stations):
            self._tasks[identity] = asyncio.get_running_loop().create_task(self._run(identity))

    async def _run(self, identity: str) -> None:
        """Send what is still to come. With a period each step starts so long after the one before it has started."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        for step in self._still_to_come(self._done.get(identity, 0)):
            due = max(due + step.delay, loop.time()) if self._script.period else loop.time() + step.delay
            await asyncio.sleep(due - loop.time())
            await send(self._csms, identity, step, written=partial(self._count, identity))

    def _still_to_come(self, done: int) -> Iterator[Step]:
        if self._script.period is None:
            return iter(self._script.steps[done:])
        turns = count(done) if self._script.repeat is None else range(done, self._script.repeat)
        return (self._script.steps[0] for _ in turns)

    def _count(self, identity: str) -> None:
        self._done[identity] = self._done.get(identity, 0) + 1


class Trigger:
    """A script whose one step follows calls of stations."""

    def __init__(self, script: Script, csms: Csms) -> None:
        self._script = script
        self._csms = csms
        self._done: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        csms.bus.subscribe(self._received, Received)

    def _received(self, event: Event) -> None:
        message = event.message if isinstance(event, Received) else None
        match = self._script.on
        if match is None or not isinstance(message, Call) or not match.is_about(message.action):
            return
        identity = event.station
        if not (
            match.suits(message.payload, self._csms.stations[identity]) and matches(identity, self._script.stations)
        ):
            return
        done = self._done[identity] = self._done.get(identity, 0) + 1
        is_its_turn = match.turn in (None, done)
        if is_its_turn and all(limit is None or done <= limit for limit in (match.times, self._script.repeat)):
            task = asyncio.get_running_loop().create_task(self._follow(identity, message.payload))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _follow(self, identity: str, request: Json) -> None:
        for step in self._script.steps:
            await asyncio.sleep(step.delay)
            await send(self._csms, identity, step, request)


async def send(
    csms: Csms, identity: str, step: Step, request: Json | None = None, written: Callable[[], None] | None = None
) -> None:
    """Send one command; that it failed, whoever watches the events has seen."""
    with suppress(CallFailed):
        await csms.call(identity, step, request, written)

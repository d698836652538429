"""Performs the script of commands for every station that it is for.

A task runs only while a station that still has commands to come is connected. A command counts as run when its frame
was written; a delay that a lost connection interrupted starts again.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from fnmatch import fnmatchcase
from functools import partial

from mock_csms.behavior.commands import Script, Step
from mock_csms.behavior.events import Connected, Disconnected, Event, Sent
from mock_csms.runtime.csms import Csms
from mock_csms.runtime.session import CallFailed


class Schedule:
    """The script's progress with each station: how many of its steps were run."""

    def __init__(self, script: Script, csms: Csms) -> None:
        self._script = script
        self._csms = csms
        self._done: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        if script.steps:
            csms.bus.subscribe(self._connected, Connected)
            csms.bus.subscribe(self._disconnected, Disconnected)
            if script.after_boot:
                csms.bus.subscribe(self._booted, Sent)

    def _connected(self, event: Event) -> None:
        if self._script.rerun:
            self._done.pop(event.station, None)
        if not self._script.after_boot or self._csms.stations[event.station].accepted:
            self._start(event.station)

    def _booted(self, event: Event) -> None:
        if self._csms.stations[event.station].accepted and event.station not in self._tasks:
            self._start(event.station)

    def _disconnected(self, event: Event) -> None:
        task = self._tasks.pop(event.station, None)
        if task is not None:
            task.cancel()

    def _start(self, identity: str) -> None:
        if fnmatchcase(identity, self._script.stations) and self._done.get(identity, 0) < len(self._script.steps):
            self._tasks[identity] = asyncio.get_running_loop().create_task(self._run(identity))

    async def _run(self, identity: str) -> None:
        """Send what is still to come."""
        if self._script.period is not None:
            await self._repeat(self._script.steps[0], self._script.period, identity)
        for step in self._script.steps[self._done.get(identity, 0) :]:
            await asyncio.sleep(step.delay)
            await self._call(step, identity, partial(self._count, identity))

    async def _repeat(self, step: Step, period: float, identity: str) -> None:
        """Send `step` for ever, every `period` seconds from start to start, but never before the last one has ended."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            due = max(due + period, loop.time())
            await asyncio.sleep(due - loop.time())
            await self._call(step, identity, None)

    async def _call(self, step: Step, identity: str, written: Callable[[], None] | None) -> None:
        with suppress(CallFailed):  # whoever watches the events has seen why
            await self._csms.call(identity, step.action, step.payload, written)

    def _count(self, identity: str) -> None:
        self._done[identity] = self._done.get(identity, 0) + 1

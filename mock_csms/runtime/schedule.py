"""Runs scripts: sends their commands to every station that they are for.

A task runs only while there is something to wait for. A command counts as sent once its frame was written; if the
connection is lost during a delay, the delay starts again.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from itertools import count

from mock_csms.behavior.commands import Script, Step
from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.messages import Call
from mock_csms.protocol.names import did_you_mean, fresh_name
from mock_csms.runtime import clock
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.open_call import CallFailed
from mock_csms.twin.events import Connected, Disconnected, Event, Failed, Received, Sent

_MOST = 1000
"""How often a script may run at the same time for one station, which may send calls faster than it answers ours."""


class Schedule:
    """The running scripts, each with an id."""

    def __init__(self, csms: CsmsServer) -> None:
        self._csms = csms
        self._running: dict[str, Timeline | Trigger] = {}

    @property
    def scripts(self) -> Mapping[str, Script]:
        """The scripts that were started and not stopped, by id."""
        return {id_: running.script for id_, running in self._running.items()}

    def start(self, script: Script) -> str:
        """Run a script, and return its id: its first action, with a number if that id is taken."""
        id_ = fresh_name(script.steps[0].action, self._running)
        self._running[id_] = start(script, self._csms)
        return id_

    def stop(self, id_: str) -> None:
        """Stop the script with that id. Raises LookupError if it does not run."""
        if id_ not in self._running:
            raise LookupError(f"no script {id_!r} runs{did_you_mean(id_, self._running)}")
        self._running.pop(id_).stop()


def start(script: Script, csms: CsmsServer) -> "Timeline | Trigger":
    """Run a script on the events of `csms` until it is stopped."""
    return Timeline(script, csms) if script.on is None else Trigger(script, csms)


class Timeline:
    """A script that starts with the connection or the first accepted boot of a station, and its progress with each."""

    def __init__(self, script: Script, csms: CsmsServer) -> None:
        self.script = script
        self._csms = csms
        self._done: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._leave = [csms.bus.subscribe(self._connected, Connected)]
        self._leave.append(csms.bus.subscribe(self._disconnected, Disconnected))
        if csms.config.after == "boot":
            self._leave.append(csms.bus.subscribe(self._booted, Sent))
        for identity in csms.sessions:
            self._begin(identity)

    def stop(self) -> None:
        """Stop the script, and give up a command that waits for its answer."""
        for leave in self._leave:
            leave()
        for task in self._tasks.values():
            task.cancel()

    def _connected(self, event: Event) -> None:
        if self.script.rerun:
            self._done.pop(event.station, None)
        self._begin(event.station)

    def _begin(self, identity: str) -> None:
        if self._csms.config.after == "connect" or self._csms.stations[identity].is_accepted:
            self._start(identity)

    def _booted(self, event: Event) -> None:
        if self._csms.stations[event.station].is_accepted and event.station not in self._tasks:
            self._start(event.station)

    def _disconnected(self, event: Event) -> None:
        task = self._tasks.pop(event.station, None)
        if task is not None:
            task.cancel()

    def _start(self, identity: str) -> None:
        if matches(identity, self.script.stations):
            self._tasks[identity] = asyncio.get_running_loop().create_task(self._run(identity))

    async def _run(self, identity: str) -> None:
        """Send the remaining steps. With a period, each step starts that long after the start of the previous one."""
        loop = asyncio.get_running_loop()
        due = loop.time()
        for step in self._still_to_come(self._done.get(identity, 0)):
            due = max(due + step.delay, loop.time()) if self.script.period else loop.time() + step.delay
            await asyncio.sleep(due - loop.time())
            await send(self._csms, identity, step, written=partial(self._count, identity))

    def _still_to_come(self, done: int) -> Iterator[Step]:
        if self.script.period is None:
            return iter(self.script.steps[done:])
        turns = count(done) if self.script.repeat is None else range(done, self.script.repeat)
        return (self.script.steps[0] for _ in turns)

    def _count(self, identity: str) -> None:
        self._done[identity] = self._done.get(identity, 0) + 1


class Trigger:
    """A script that runs after each matching call of a station."""

    def __init__(self, script: Script, csms: CsmsServer) -> None:
        self.script = script
        self._csms = csms
        self._done: dict[str, int] = {}
        self._under_way: Counter[str] = Counter()
        self._tasks: set[asyncio.Task[None]] = set()
        self._leave = csms.bus.subscribe(self._received, Received)

    def stop(self) -> None:
        """Stop the script, and give up a command that waits for its answer."""
        self._leave()
        for task in self._tasks:
            task.cancel()

    def _received(self, event: Event) -> None:
        message = event.message if isinstance(event, Received) else None
        match = self.script.on
        if match is None or not isinstance(message, Call) or not match.is_about(message.action):
            return
        identity = event.station
        if not (
            match.suits(message.payload, self._csms.stations[identity]) and matches(identity, self.script.stations)
        ):
            return
        done = self._done[identity] = self._done.get(identity, 0) + 1
        is_its_turn = match.turn in (None, done)
        if is_its_turn and all(limit is None or done <= limit for limit in (match.times, self.script.repeat)):
            self._begin(identity, message.payload)

    def _begin(self, identity: str, request: Json) -> None:
        """Send the steps, unless too many wait already."""
        if self._under_way[identity] >= _MOST:
            reason = f"{self.script.steps[0].action} was not sent: {_MOST} commands wait for {identity} already"
            self._csms.publish(Failed(clock.now(), identity, reason))
            return
        self._under_way[identity] += 1
        task = asyncio.get_running_loop().create_task(self._follow(identity, request))
        self._tasks.add(task)
        task.add_done_callback(partial(self._end, identity))

    def _end(self, identity: str, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._under_way[identity] -= 1
        if not self._under_way[identity]:
            del self._under_way[identity]

    async def _follow(self, identity: str, request: Json) -> None:
        for step in self.script.steps:
            await asyncio.sleep(step.delay)
            await send(self._csms, identity, step, request)


async def send(
    csms: CsmsServer, identity: str, step: Step, request: Json | None = None, written: Callable[[], None] | None = None
) -> None:
    """Send one command; a failure is only published as an event."""
    with suppress(CallFailed):
        await csms.call(identity, step, request, written)

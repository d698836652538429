"""Reads the device model of every station once, after its first Accepted boot, for the checks that need it (--learn).

What comes is learned where all else is: from the events. Commands of scripts go first, as theirs were asked for before.
"""

import asyncio
from typing import TYPE_CHECKING, Any

from mock_csms.behavior.commands import Step
from mock_csms.conformance.v2.needed_variables import LIMIT, NEEDED_VARIABLES, question
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.runtime.session import CallFailed
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Sent

if TYPE_CHECKING:
    from mock_csms.runtime.csms import CsmsServer

_MOST_TRIES = 3
"""How often it is begun again after the connection was lost."""
_COURTESY = 0.05
"""How long to let others go first, in seconds: what a script sends at once is what somebody waits for."""
_AT_ONCE = 10
"""How many variables are asked for at once, where the station does not say less."""


class _Report:
    """A report on its way: what each part is put into, the last one as True."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.parts: asyncio.Queue[bool] = asyncio.Queue()


class Learning:
    """Who was asked, and who has yet to be."""

    def __init__(self, csms: "CsmsServer") -> None:
        self._csms = csms
        self._is_known: set[str] = set()
        self._tries: dict[str, int] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._reports: dict[str, _Report] = {}
        csms.bus.subscribe(self._accepted, Connected, Sent)
        csms.bus.subscribe(self._received, Received)
        csms.bus.subscribe(self._disconnected, Disconnected)

    def _accepted(self, event: Event) -> None:
        """Begin with a station that is accepted, be it again after the connection was lost."""
        identity = event.station
        if identity in self._is_known or identity in self._tasks:
            return
        station = self._csms.stations.get(identity)
        if station is None or not station.is_accepted or identity not in self._csms.sessions:
            return
        self._tries[identity] = self._tries.get(identity, 0) + 1
        if self._tries[identity] >= _MOST_TRIES:
            self._is_known.add(identity)
        self._tasks[identity] = asyncio.get_running_loop().create_task(self._learn(identity))

    def _received(self, event: Event) -> None:
        """Count the parts of the report that was asked for."""
        report = self._reports.get(event.station)
        message = event.message if report and isinstance(event, Received) else None
        if report and isinstance(message, Call) and message.action == "NotifyReport":
            payload: Any = message.payload
            if isinstance(payload, dict) and payload.get("requestId") == report.number:
                report.parts.put_nowait(not payload.get("tbc"))

    def _disconnected(self, event: Event) -> None:
        """Stop; a connection that a newer one replaced has none any more."""
        task = self._tasks.pop(event.station, None)
        self._reports.pop(event.station, None)
        if task is not None:
            task.cancel()

    async def _learn(self, identity: str) -> None:
        """Ask for a full inventory, or else for what the checks need."""
        await asyncio.sleep(_COURTESY)
        if not await self._report(identity):
            await self._ask(identity)
        self._is_known.add(identity)
        self._tasks.pop(identity, None)

    async def _report(self, identity: str) -> bool:
        """Whether the station reports all that it has; each part has its time."""
        report = self._reports[identity] = _Report(self._csms.chance.new_integer())
        payload = {"requestId": report.number, "reportBase": "FullInventory"}
        answer = await self._call(identity, "GetBaseReport", payload)
        is_last = False
        try:
            while answer.get("status") == "Accepted" and not is_last:
                async with asyncio.timeout(self._csms.config.call_timeout):
                    is_last = await report.parts.get()
        except TimeoutError:
            pass
        self._reports.pop(identity, None)
        return is_last

    async def _ask(self, identity: str) -> None:
        """Get the variables that the checks read, as many at once as the station takes."""
        answer = await self._call(identity, "GetVariables", question([LIMIT]))
        most = _number_in(answer)
        for start in range(0, len(NEEDED_VARIABLES), most):
            await self._call(identity, "GetVariables", question(NEEDED_VARIABLES[start : start + most]))

    async def _call(self, identity: str, action: str, payload: Json) -> Json:
        """Return the answer to a command; an empty one where it failed."""
        try:
            return await self._csms.call(identity, Step(action, payload))
        except CallFailed:
            return {}


def _number_in(answer: Json) -> int:
    """Return how many variables a station takes at once."""
    results: Any = answer.get("getVariableResult") or [{}]
    text = results[0].get("attributeValue", "") if isinstance(results[0], dict) else ""
    return min(max(1, int(text)), _AT_ONCE) if str(text).isdecimal() and str(text).isascii() else _AT_ONCE

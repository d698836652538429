"""Reads the device model of every station once, after its first Accepted boot, for the checks that need it (--learn).

The checks get the answers as events, like all other messages. Commands of scripts are sent first, because the user
waits for their effect.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mock_csms.behavior.commands import Step
from mock_csms.behavior.dialect import DeviceModel, VariableName
from mock_csms.behavior.dialects import dialect_of
from mock_csms.conformance.v2.needed_variables import NEEDED_IN_21, NEEDED_VARIABLES
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.versions import V21, V201
from mock_csms.runtime.open_call import CallFailed
from mock_csms.twin.events import Connected, Disconnected, Event, Received, Sent

if TYPE_CHECKING:
    from mock_csms.runtime.csms import CsmsServer

_MOST_TRIES = 3
"""How often one station is asked; a lost connection ends an attempt."""
_COURTESY = 0.05
"""The seconds to wait before the first command, so that scripts can send their commands first."""
_AT_ONCE = 10
"""How many variables one command asks for; fewer if the station allows fewer."""
_NEEDED: Mapping[str, Sequence[VariableName]] = {V201.name: NEEDED_VARIABLES, V21.name: NEEDED_IN_21}
"""By name of the version: the variables that the checks read."""


class _Report:
    """A report that a station is sending."""

    def __init__(self, number: int, model: DeviceModel) -> None:
        self.number = number
        self.model = model
        self.parts: asyncio.Queue[bool] = asyncio.Queue()
        """By part of the report, in the order of arrival: whether it says that it is the last one."""


class Learning:
    """Asks each station of a mock."""

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
        """Start to ask a station that was accepted; start again after its connection was lost."""
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
        """Note each part of the requested report."""
        report = self._reports.get(event.station)
        message = event.message if report and isinstance(event, Received) else None
        if report and isinstance(message, Call):
            is_last = report.model.is_last_part(message, report.number)
            if is_last is not None:
                report.parts.put_nowait(is_last)

    def _disconnected(self, event: Event) -> None:
        """Stop asking a station whose connection has ended."""
        task = self._tasks.pop(event.station, None)
        self._reports.pop(event.station, None)
        if task is not None:
            task.cancel()

    async def _learn(self, identity: str) -> None:
        """Ask for a full report, or else for the variables that the checks read."""
        await asyncio.sleep(_COURTESY)
        session = self._csms.session_of(identity)
        model = dialect_of(session.version).device_model if session else None
        if session and model and not await self._report(identity, model):
            await self._ask(identity, model, _NEEDED.get(session.version.name, ()))
        self._is_known.add(identity)
        self._tasks.pop(identity, None)

    async def _report(self, identity: str, model: DeviceModel) -> bool:
        """Ask the station for a full report; return whether the whole report came, each part within the timeout."""
        report = self._reports[identity] = _Report(self._csms.chance.new_integer(), model)
        answer = await self._call(identity, model.report(report.number))
        is_reported, is_last = model.is_reported(answer), model.is_whole(answer)
        try:
            while is_reported and not is_last:
                async with asyncio.timeout(self._csms.config.call_timeout):
                    is_last = await report.parts.get()
        except TimeoutError:
            pass
        self._reports.pop(identity, None)
        return is_last

    async def _ask(self, identity: str, model: DeviceModel, names: Sequence[VariableName]) -> None:
        """Read these variables, with as many in one command as the station allows."""
        most = _number(model.first_value(await self._call(identity, model.get([model.limit]))))
        for start in range(0, len(names), most):
            await self._call(identity, model.get(names[start : start + most]))

    async def _call(self, identity: str, step: Step) -> Json:
        """Return the answer to a command; empty if the command failed."""
        try:
            return await self._csms.call(identity, step)
        except CallFailed:
            return {}


def _number(text: str) -> int:
    """Return how many variables to ask for in one command; `text` is the limit of the station."""
    return min(max(1, int(text)), _AT_ONCE) if text.isdecimal() and text.isascii() else _AT_ONCE

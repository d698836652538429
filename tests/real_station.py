"""A station that a test controls, over a real WebSocket to a mock in this process, and the findings about it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from mock_csms.behavior.templates import rfc3339
from mock_csms.control.python import Csms
from mock_csms.protocol.actions import Json
from mock_csms.runtime import clock
from mock_csms.runtime.open_call import CallFailed
from mock_csms.twin.events import Finding
from tests.control.in_process import station_of
from tests.wire import PATIENCE, Station

Early: TypeAlias = tuple[str, Json]
TOKEN = {"idToken": "Alice", "type": "ISO14443"}
BOB = {"idToken": "Bob", "type": "ISO14443"}
STATION = {"model": "M", "vendorName": "V"}


def now(seconds: float = 0.0) -> str:
    """Return the timestamp this many seconds from now."""
    return rfc3339(clock.now() + seconds)


class Real:
    """One connection of a station; the test answers the commands of the mock."""

    def __init__(self, csms: Csms, station: Station) -> None:
        self.csms = csms
        self._station = station
        self._count = 0

    async def call(self, action: str, payload: Json | None = None) -> Any:
        """Send a call, and return the payload of its result or the code of its error."""
        self._count += 1
        id_ = f"call-{id(self)}-{self._count}"
        await self._station.send([2, id_, action, payload or {}])
        return (await self._station.expect(..., id_))[2]

    async def command(self, action: str, payload: Json, answer: Json, *early: Early) -> None:
        """Let the mock send a command, send these calls, and then answer the command."""
        sent = asyncio.ensure_future(self.csms.call("CS-1", action, payload))
        _, id_, *_ = await self._station.expect(2, ..., action)
        for each in early:
            await self.call(*each)
        await self._station.send([3, id_, answer])
        try:
            await asyncio.wait_for(sent, PATIENCE)
        except CallFailed:
            raise AssertionError(f"the answer to {action} is none") from None

    async def obey(self, action: str, answer: Callable[[Json], Json]) -> None:
        """Answer the next command, which must be this one of a script."""
        _, id_, _, request = await self._station.expect(2, ..., action)
        await self._station.send([3, id_, answer(request)])

    async def boot(self, reason: str = "PowerUp", **more: Any) -> Any:
        """Send a BootNotification."""
        return await self.call("BootNotification", {"reason": reason, "chargingStation": STATION | more})

    async def tell(self, status: str = "Available", evse: int = 1, connector: int = 1) -> None:
        """Report the status of a connector."""
        place = {"evseId": evse, "connectorId": connector}
        await self.call("StatusNotification", {"timestamp": now(), "connectorStatus": status} | place)

    async def begin(self, *connectors: tuple[int, int]) -> None:
        """Boot, and report an Available connector."""
        await self.boot()
        for place in connectors or [(1, 1)]:
            await self.tell("Available", *place)

    async def event(self, kind: str, trigger: str, number: int = 0, after: float = 0.0, **more: Any) -> Any:
        """Send a TransactionEvent: of transaction T at EVSE 1, connector 1, unless the arguments say otherwise."""
        info = {"transactionId": "T"} | more.pop("info", {})
        result = {"eventType": kind, "triggerReason": trigger, "seqNo": number, "transactionInfo": info}
        place = {"timestamp": now(after), "evse": {"id": 1, "connectorId": 1}}
        return await self.call("TransactionEvent", result | place | more)

    async def get(self, component: str, variable: str, status: str = "Accepted", **more: Any) -> None:
        """Let the mock get a variable, and answer with `attributeValue`."""
        named = {"component": {"name": component}, "variable": {"name": variable}}
        result = named | {"attributeType": "Actual", "attributeStatus": status} | more
        await self.command("GetVariables", {"getVariableData": [named]}, {"getVariableResult": [result]})

    async def pause(self, seconds: float) -> None:
        """Do nothing for this many seconds."""
        await asyncio.sleep(seconds)


Play: TypeAlias = Callable[[Real], Awaitable[object]]


async def findings(*plays: Play, checks: str = "", **settings: Any) -> list[str]:
    """Return the findings about a station with a connection per play; `checks` has the beginnings of ids of checks."""
    found: list[str] = []
    csms = Csms(**settings)
    csms.bus.subscribe(lambda event: found.append(f"{event.check}: {event.problem}"), Finding)
    async with csms:
        for play in plays:
            async with station_of(csms) as station:
                await play(Real(csms, station))
    return [line for line in found if line.startswith(tuple(checks.split()) or "")]

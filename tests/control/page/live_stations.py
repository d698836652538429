"""Stations for the tests of the live page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from tests.control.api.clients import ApiMock
from tests.wire import BOOT, Station

if TYPE_CHECKING:
    pass


FIRST = ("connected, ocpp2.0.1", "BootNotification", "BootNotification.response")


async def answer(station: Station, action: str, payload: Any) -> Any:
    """Expect a command next, answer it, and return its payload."""
    _, id_, _, sent = await station.expect(2, ..., action)
    await station.send([3, id_, payload])
    return sent


@asynccontextmanager
async def booted(mock: ApiMock, identity: str) -> AsyncIterator[Station]:
    """Connect a station that boots; its first rows on the page are those of FIRST."""
    async with mock.station(identity) as station:
        await station.ask("BootNotification", BOOT)
        yield station

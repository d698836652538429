"""Helpers for a mock that runs in the process of the test: stations, and the text of failures."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from mock_csms.control.python import Csms
from tests.wire import Station


@asynccontextmanager
async def station_of(csms: Csms, identity: str = "CS-1") -> AsyncIterator[Station]:
    """Connect a station to a mock of this process."""
    url = f"{csms.url}/{identity}"
    async with connect(url, subprotocols=[Subprotocol("ocpp2.0.1")], ping_interval=None, proxy=None) as socket_:
        yield Station(socket_)


async def failure_of(csms: Csms, action: str, part: Any = None, station: str = "CS-1") -> str:
    """Wait for a call that never comes; return the text of the AssertionError with its times masked."""
    with pytest.raises(AssertionError) as failure:
        await csms.receive(station, action, part, within=0.05)
    return re.sub(r"\d\d:\d\d:\d\d\.\d{3}", "TIME", str(failure.value))

"""A second station beside the one under test: a reference station that connects, boots and leaves again."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from mock_csms.plans.preparing import preparing
from mock_csms.plans.station import Station

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_IDENTITY = "COMPANY"


@asynccontextmanager
async def other_station(station: Station) -> AsyncIterator[None]:
    """Start another station, wait until it has reported a connector, and stop it when the block ends."""
    address = f"ws://{station.csms.url.partition('://')[2]}/{_IDENTITY}"  # the port serves ws:// beside wss://
    words = [sys.executable, "-m", "mock_csms.station", address, "--ocpp", station.profile.version, "--quiet"]
    nothing, pipe = asyncio.subprocess.DEVNULL, asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*words, stdin=pipe, stdout=nothing)
    try:
        with preparing(station):
            await station.csms.receive(_IDENTITY, "StatusNotification", within=station.profile.timeouts.boot)
        yield
    finally:
        station.csms.disconnect(_IDENTITY)
        process.terminate()
        await process.wait()

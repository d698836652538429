"""Actions at the station while it is offline."""

import asyncio
from collections.abc import Sequence

from mock_csms.plans.profile import VALID
from mock_csms.plans.station import Station

__tracebackhide__ = True  # pytest shows the line of the case, not of this module


async def act_offline(station: Station, actions: Sequence[str], token: str = VALID) -> None:
    """Disconnect and refuse the station, and do these actions once it is offline."""
    known, timeouts = station.known, station.profile.timeouts
    station.keep_away()
    await known.until(lambda: not known.is_connected, timeouts.message)
    await asyncio.sleep(timeouts.settle)
    for action in actions:
        await station.act(action, token=token if action == "card" else None)
        await asyncio.sleep(timeouts.settle)

"""Sessions of OCPP 1.6 while the station is offline; it reports them after it has reconnected (3.7)."""

import asyncio
from collections.abc import Sequence

from mock_csms.behavior.matching import Predicate
from mock_csms.plans.messages import around, says
from mock_csms.plans.offline import act_offline
from mock_csms.plans.station import Station
from mock_csms.plans.v16 import keys
from mock_csms.plans.v16.states.sessions import StartedTransaction, cached, tag_of
from mock_csms.runtime import clock

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_REFUSED = {"idTagInfo": {"status": "Invalid"}}
_WHOLE = 1.0
"""How much a timestamp may be off because it has whole seconds."""


async def acts(station: Station, actions: Sequence[str], more: float = 0.0) -> Predicate:
    """Refuse the station, do these actions, and wait `more` seconds; it is still offline afterwards.

    Returns a predicate for timestamps of this time.
    """
    left = clock.now()
    await act_offline(station, actions)
    await asyncio.sleep(more)
    half = (clock.now() - left) / 2
    return around(left + half, half + station.profile.timeouts.tolerance + _WHOLE)


async def starts(station: Station, *, stops: bool = False, is_refused: bool = False) -> StartedTransaction:
    """A session with a cached card begins offline, and ends there if it `stops`; the station is back and reports it.

    The mock answers its StartTransaction with Invalid if it `is_refused`; the timestamp is from the time offline.
    """
    await keys.put(station, "LocalAuthorizeOffline", "true")
    await station.prepare(cached)
    begin = station.mark()
    then = await station.prepare(acts, ["plug", "card", *["card", "unplug"] * stops])
    if is_refused:
        station.configure(reply=("StartTransaction", _REFUSED))
    await station.let_in()
    start = says("StartTransaction", connectorId=station.evse, idTag=tag_of(station, "valid"), timestamp=then)
    taken = await station.expect(start, after=begin, within=station.profile.timeouts.boot)
    return StartedTransaction((await station.answered(taken))["transactionId"], taken)

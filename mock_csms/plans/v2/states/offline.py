"""Sessions while the station is offline; it reports them after it has reconnected."""

from mock_csms.plans.offline import act_offline
from mock_csms.plans.station import Station
from mock_csms.plans.v2.states.coming_up import ready
from mock_csms.plans.v2.states.sessions import has_bays

__tracebackhide__ = True  # pytest shows the line of the case, not of this module


async def offline_session(station: Station) -> None:
    """TransactionEventsInQueueEnded: a whole session took place offline; the station is offline, its events queued."""
    bay = await has_bays(station)
    await act_offline(station, [*["drive-in"] * bay, "plug", "card", "card", "unplug", *["drive-out"] * bay])


async def start_offline_transaction(station: Station) -> None:
    """StartOfflineTransaction: a session began offline and goes on; the station is back online and reports it.

    The next step looks at messages since it is back.
    """
    if station.known.transactions or "Occupied" in station.known.connectors.values():
        await ready(station)
    bay = await has_bays(station)
    await act_offline(station, [*["drive-in"] * bay, "card", "plug"])
    await station.let_in()
    known, patience = station.known, station.profile.timeouts.message
    if not await known.until(lambda: bool(known.transactions), patience):
        raise AssertionError(f"{station.identity} is back, but reported no transaction within {patience:g} s")
    await known.until(lambda: "Occupied" in known.connectors.values(), patience)

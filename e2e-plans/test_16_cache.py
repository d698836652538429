"""OCPP 1.6, the authorization cache (3.5.1, 5.4, 9.1.11)."""

from mock_csms.plans import Station, says
from mock_csms.plans.v16 import keys, states
from mock_csms.plans.v16.cases import case
from mock_csms.plans.v16.states.sessions import NEEDS, tag_of

ASKS = {"authorizes-known": "sent Authorize, which must not come"}


@case(
    "TC_007_1_CS",
    use_case="Authorize, Start Transaction",
    requirement="3.5.1, 4.1, 9.1.11",
    needs=NEEDS,
    fails_with={**ASKS, "zero-connector@2": "sent no StartTransaction.connectorId=1"},
)
async def test_16_cached_card(station: Station) -> None:
    """If LocalPreAuthorize is true, a cached card starts a transaction, and the station does not ask about it."""
    await station.prepare(states.cached)
    await states.starts_unasked(station)


@case(
    "TC_007_2_CS",
    use_case="Remote Start Transaction, Authorize",
    requirement="3.5.1, 4.1, 5.11, 9.1.11",
    needs=NEEDS,
    fails_with={**ASKS, "zero-connector@2": "sent no StartTransaction.connectorId=1"},
)
async def test_16_cached_remote_start(station: Station) -> None:
    """A remote start that is to be authorized uses the cache, and the station does not ask about the idTag."""
    await keys.require(station, "AuthorizeRemoteTxRequests", "true")
    await station.prepare(states.cached)
    await states.starts_unasked(station, is_remote=True)


@case(
    "TC_061_1_CS",
    use_case="Clear Cache, Authorize",
    requirement="4.1, 5.4",
    needs=NEEDS,
    fails_with={"keeps-cache": "sent no Authorize"},
)
async def test_16_clear_cache(station: Station) -> None:
    """After ClearCache the station asks about a card that was cached before."""
    await station.prepare(states.cached)
    await keys.put(station, "LocalPreAuthorize", "true")
    await station.command("ClearCache", status="Accepted")
    await station.act("card", token="valid")
    await station.expect(says("Authorize", idTag=tag_of(station, "valid")))
    await station.act("plug")
    await station.prepare(states.starts, station.opened())


@case(
    "TC_061_2_CS",
    use_case="Clear Cache, Remote Start Transaction, Authorize",
    requirement="4.1, 5.4, 5.11",
    needs=NEEDS,
    fails_with={"keeps-cache": "sent no Authorize"},
)
async def test_16_clear_cache_and_start_remotely(station: Station) -> None:
    """After ClearCache the station asks about the idTag of a remote start that was cached before."""
    await keys.require(station, "AuthorizeRemoteTxRequests", "true")
    await station.prepare(states.cached)
    await keys.put(station, "LocalPreAuthorize", "true")
    await station.command("ClearCache", status="Accepted")
    await station.prepare(states.plugged)
    begin = station.mark()
    await states.started_remotely(station)
    await station.expect(says("Authorize", idTag=tag_of(station, "valid")), after=begin)
    await station.prepare(states.starts, begin)

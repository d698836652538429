"""Block C, authorization: how the authorization cache is filled, updated and kept (C10)."""

import asyncio
from math import ceil

from mock_csms.plans import Station, case, one_of, transaction_event
from mock_csms.plans.v2 import authorization, states
from mock_csms.plans.v2.variables import prefer

NEEDS = (*authorization.NEEDS, "C-49")


@case(
    "TC_C_33_CS",
    use_case="C10",
    requirement="C10.FR.01, C10.FR.04, C12.FR.02",
    needs=NEEDS,
    fails_with={
        "authorizes-cached": "sent Authorize, which must not come",
        "no-authorize": "sent no Authorize",
    },
)
async def test_c_33_filled_by_authorize(station: Station) -> None:
    """A token that an Authorize has shown to be Accepted is cached: the next time it starts without an Authorize."""
    await station.prepare(authorization.use_cache)
    await station.prepare(authorization.plug_first)
    await authorization.asks_and_charges(station)
    await states.stop_authorized_locally(station)
    await states.ev_disconnected(station)
    await states.parking_bay_unoccupied(station)
    authorization.judge(station, {"valid": "Invalid"})
    await station.prepare(authorization.plug_first)
    await station.answered(await authorization.is_used(station), idTokenInfo={"status": "Invalid"})


@case(
    "TC_C_34_CS",
    use_case="C10",
    requirement="C10.FR.03, C10.FR.05, C12.FR.05",
    needs=NEEDS,
    fails_with={"ignores-invalid-token": "sent no .*Deauthorized", "starts-without-asking": "sent no Authorize"},
)
async def test_c_34_updated_by_an_event(station: Station) -> None:
    """A cached token that is Invalid in the answer to an event stops charging; the next time the station asks again."""
    await station.set("TxCtrlr", "StopTxOnInvalidId", "true")
    await prefer(station, "TxCtrlr", "MaxEnergyOnInvalidId", "0")
    await station.prepare(authorization.cache_valid)
    authorization.judge(station, {"valid": "Invalid"})
    await station.prepare(authorization.plug_first)
    await station.answered(await authorization.is_used(station), idTokenInfo={"status": "Invalid"})
    await station.expect(transaction_event(one_of("Updated", "Ended"), triggerReason="Deauthorized"))
    await states.ev_disconnected(station)
    await states.parking_bay_unoccupied(station)
    await authorization.starts_nothing(station, await authorization.present(station, "valid"), "Invalid")


@case(
    "TC_C_32_CS",
    use_case="C10",
    requirement="C10.FR.02, C12.FR.02",
    needs=(*NEEDS, "C10"),
    fails_with={"authorizes-cached": "sent Authorize, which must not come"},
)
async def test_c_32_kept_over_a_reboot(station: Station) -> None:
    """After a reboot a cached token starts without an Authorize, at a station that keeps its cache."""
    await station.prepare(authorization.cache_valid)
    await station.prepare(states.booted)
    await station.prepare(authorization.plug_first)
    await authorization.start_from_cache(station)


@case(
    "TC_C_46_CS",
    use_case="C10",
    requirement="C10.FR.08, C10.FR.10",
    needs=(*NEEDS, "C-53"),
    fails_with={"no-authorize@2": "sent no Authorize"},
)
async def test_c_46_lifetime(station: Station) -> None:
    """About a token that was not used for the lifetime of the cache the station asks again."""
    timeouts = station.profile.timeouts
    lifetime = max(1, ceil(timeouts.interval))
    await station.set("AuthCacheCtrlr", "LifeTime", f"{lifetime}")
    await station.prepare(authorization.cache_valid)
    await asyncio.sleep(lifetime + timeouts.tolerance)
    await station.prepare(authorization.plug_first)
    await authorization.asks_and_charges(station)

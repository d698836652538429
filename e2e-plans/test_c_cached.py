"""Block C, authorization: tokens that are in the authorization cache (C10, C11, C12)."""

from mock_csms.plans import Station, case, says
from mock_csms.plans.v2 import authorization

NEEDS = (*authorization.NEEDS, "C-49")
UNASKED = {"no-authorize@2": "sent no Authorize"}
AUTHORIZES = {"authorizes-cached": "sent Authorize, which must not come"}
FORGETS_TO_ASK = {
    "starts-without-asking": "sent no Authorize",
    "starts-refused-token": "sent TransactionEvent, which must not come",
}


async def is_refused_again(station: Station, token: str, status: str) -> None:
    """Let the cache hold a token with a status that is not Accepted: the station asks again, and it starts nothing."""
    authorization.judge(station, {token: status})
    await station.prepare(authorization.use_cache)
    await station.prepare(authorization.cache_refused, token)
    await authorization.starts_nothing(station, await authorization.present(station, token), status)


@case(
    "TC_C_08_CS",
    use_case="C12",
    requirement="C10.FR.04, C12.FR.02",
    needs=NEEDS,
    fails_with=AUTHORIZES,
)
async def test_c_08_cached_token_starts(station: Station) -> None:
    """A cached token that is Accepted starts charging without an Authorize."""
    await station.prepare(authorization.cache_valid)
    await station.prepare(authorization.plug_first)
    await authorization.start_from_cache(station)


@case(
    "TC_C_13_CS",
    use_case="C12",
    requirement="C10.FR.04, C12.FR.02",
    needs=NEEDS,
    fails_with=AUTHORIZES,
)
async def test_c_13_cable_comes_later(station: Station) -> None:
    """A cached token that is Accepted is authorized without an Authorize; energy flows once the cable is plugged in."""
    await station.prepare(authorization.cache_valid)
    await authorization.start_from_cache(station)


@case(
    "TC_C_09_CS",
    use_case="C12",
    requirement="C10.FR.03, C12.FR.05, C12.FR.06",
    needs=NEEDS,
    fails_with=FORGETS_TO_ASK,
)
async def test_c_09_still_invalid(station: Station) -> None:
    """About a token that is cached as Invalid the station asks again; it is still Invalid and starts nothing."""
    await is_refused_again(station, "invalid", "Invalid")


@case(
    "TC_C_10_CS",
    use_case="C12",
    requirement="C10.FR.03, C12.FR.05, C12.FR.06",
    needs=NEEDS,
    fails_with=FORGETS_TO_ASK,
)
async def test_c_10_still_blocked(station: Station) -> None:
    """About a token that is cached as Blocked the station asks again; it is still Blocked and starts nothing."""
    await is_refused_again(station, "blocked", "Blocked")


@case(
    "TC_C_11_CS",
    use_case="C12",
    requirement="C10.FR.03, C12.FR.05, C12.FR.06",
    needs=NEEDS,
    fails_with=FORGETS_TO_ASK,
)
async def test_c_11_still_expired(station: Station) -> None:
    """About a token that is cached as Expired the station asks again; it is still Expired and starts nothing."""
    await is_refused_again(station, "expired", "Expired")


@case(
    "TC_C_12_CS",
    use_case="C12",
    requirement="C10.FR.03, C12.FR.05, C12.FR.06",
    needs=NEEDS,
    fails_with={"starts-without-asking": "sent no Authorize"},
)
async def test_c_12_invalid_before(station: Station) -> None:
    """About a token that is cached as Invalid the station asks again; now it is Accepted, and starts charging."""
    authorization.judge(station, {"invalid": "Invalid"})
    await station.prepare(authorization.use_cache)
    await station.prepare(authorization.cache_refused, "invalid")
    authorization.judge(station, {"invalid": "Accepted"})
    await authorization.asks_and_charges(station, "invalid")


@case(
    "TC_C_57_CS",
    use_case="C10, C12",
    requirement="C10.FR.03, C12.FR.05",
    needs=(*NEEDS, "C-59"),
    fails_with={"starts-without-asking": "sent TransactionEvent, which must not come"},
)
async def test_c_57_cached_status_is_final(station: Station) -> None:
    """With DisablePostAuthorize a token that is cached as Invalid is refused, and the station does not ask about it."""
    authorization.judge(station, {"invalid": "Invalid"})
    await station.prepare(authorization.use_cache)
    await station.set(*authorization.FINAL, "true")
    await station.prepare(authorization.cache_refused, "invalid")
    await station.act("card", token="invalid")
    await station.expect_nothing(says("Authorize") | authorization.STARTS)


@case(
    "TC_C_36_CS",
    use_case="C10",
    requirement="C01.FR.02",
    needs=NEEDS,
    fails_with=UNASKED,
)
async def test_c_36_without_pre_authorization(station: Station) -> None:
    """Without LocalPreAuthorize the station asks about a cached token; now it is Invalid, and starts nothing."""
    await station.prepare(authorization.cache_valid)
    await station.set(*authorization.PRE_AUTHORIZE, "false")
    authorization.judge(station, {"valid": "Invalid"})
    await station.prepare(authorization.plug_first)
    await authorization.starts_nothing(station, await authorization.present(station, "valid"), "Invalid")


@case(
    "TC_C_37_CS",
    use_case="C11",
    requirement="C11.FR.01, C11.FR.02, C11.FR.04",
    needs=NEEDS,
    fails_with=UNASKED,
)
async def test_c_37_cache_is_cleared(station: Station) -> None:
    """After ClearCache the station asks about a token that was cached."""
    await station.prepare(authorization.cache_valid)
    await station.command("ClearCache", status="Accepted")
    await station.prepare(authorization.plug_first)
    await authorization.asks_and_charges(station)


@case(
    "TC_C_38_CS",
    use_case="C11",
    requirement="C11.FR.03",
    needs=("C-49",),
    fails_with={"cache-cleared": "status: expected Rejected, got Accepted"},
)
async def test_c_38_disabled_cache_is_not_cleared(station: Station) -> None:
    """A station whose cache is disabled rejects ClearCache."""
    await station.set(*authorization.CACHE, "false")
    await station.command("ClearCache", status="Rejected")

"""Block C, authorization: tokens that the CSMS refuses, and tokens that may not stop a transaction (C01)."""

from mock_csms.plans import Station, case
from mock_csms.plans.v2 import authorization

REQUIREMENT = "C01.FR.02"
STARTS_REFUSED = {"starts-refused-token": "sent TransactionEvent, which must not come"}
UNLOCKED = "not AQ-2"


async def is_refused(station: Station, token: str, status: str) -> None:
    """Plug in, if that is possible without a driver, and present a card; the mock answers with the status."""
    authorization.judge(station, {token: status})
    await station.prepare(authorization.plug_first)
    await authorization.starts_nothing(station, await authorization.present_unknown(station, token), status)


@case(
    "TC_C_02_CS",
    use_case="C01",
    requirement=REQUIREMENT,
    needs=(*authorization.NEEDS, UNLOCKED),
    fails_with=STARTS_REFUSED,
)
async def test_c_02_invalid_token(station: Station) -> None:
    """A token that is Invalid starts nothing."""
    await is_refused(station, "invalid", "Invalid")


@case(
    "TC_C_06_CS",
    use_case="C01",
    requirement=REQUIREMENT,
    needs=(*authorization.NEEDS, UNLOCKED),
    fails_with=STARTS_REFUSED,
)
async def test_c_06_blocked_token(station: Station) -> None:
    """A token that is Blocked starts nothing."""
    await is_refused(station, "blocked", "Blocked")


@case(
    "TC_C_07_CS",
    use_case="C01",
    requirement=REQUIREMENT,
    needs=(*authorization.NEEDS, UNLOCKED),
    fails_with=STARTS_REFUSED,
)
async def test_c_07_expired_token(station: Station) -> None:
    """A token that is Expired starts nothing."""
    await is_refused(station, "expired", "Expired")


@case(
    "TC_C_56_CS",
    use_case="C01",
    requirement=REQUIREMENT,
    needs=authorization.NEEDS,
    fails_with=STARTS_REFUSED,
)
async def test_c_56_unknown_token(station: Station) -> None:
    """A token that is Unknown to the CSMS starts nothing."""
    await is_refused(station, "unknown", "Unknown")


@case(
    "TC_C_04_CS",
    use_case="C01",
    requirement="C01.FR.03",
    needs=authorization.NEEDS,
    fails_with={"stops-for-all": "sent TransactionEvent, which must not come"},
)
async def test_c_04_another_token_does_not_stop(station: Station) -> None:
    """A token without a group does not stop the transaction of another token, although the CSMS accepts it.

    The station need not send an Authorize about it. Where the driver chooses the EVSE later, it may start elsewhere.
    """
    await station.prepare(authorization.authorize_online)
    await station.prepare(authorization.clear_cache)
    transaction = await station.prepare(authorization.charge)
    await station.act("card", token="valid-2")
    await station.expect_nothing(authorization.stops(transaction))


@case(
    "TC_C_05_CS",
    use_case="C01",
    requirement=REQUIREMENT,
    needs=(*authorization.NEEDS, "AQ-2"),
    fails_with=STARTS_REFUSED,
)
async def test_c_05_invalid_token_leaves_the_cable_locked(station: Station) -> None:
    """A token that is Invalid starts nothing at a station whose cable can only be plugged in after authorization."""
    await is_refused(station, "invalid", "Invalid")

"""Block C, authorization: a token of the same group stops a transaction (C09)."""

from mock_csms.plans import Station, case, one_of, says, transaction_event
from mock_csms.plans.v2 import authorization, states

GROUP = "plans-group"
STOPS_FOR_ALL = {"stops-for-all": "sent TransactionEvent, which must not come"}


def judge(station: Station, **statuses: str) -> None:
    """Let the mock answer with these statuses about kinds of tokens, all in one group."""
    authorization.judge(station, {kind.replace("_", "-"): status for kind, status in statuses.items()}, group=GROUP)


async def charge(station: Station) -> str:
    """Charge with a token of the group that is not in the cache; return the id of the transaction."""
    await authorization.authorize_online(station)
    await authorization.clear_cache(station)
    return await authorization.charge(station)


@case(
    "TC_C_39_CS",
    use_case="C09",
    requirement="C09.FR.03, C09.FR.05, E07.FR.02",
    needs=authorization.NEEDS,
    fails_with={"stops-for-anybody": "idToken.idToken: expected test_token_2, got Somebody"},
)
async def test_c_39_another_token_of_the_group(station: Station) -> None:
    """Another token of the group is authorized by the CSMS, and stops the transaction."""
    judge(station, valid="Accepted", valid_2="Accepted")
    await station.prepare(charge)
    await station.answered(await authorization.present(station, "valid-2"), idTokenInfo={"status": "Accepted"})
    await is_stopped(station, "valid-2")


async def is_stopped(station: Station, token: str) -> None:
    """Check that the transaction is stopped, and that its event names the token that was presented."""
    stop = transaction_event(one_of("Updated", "Ended"), triggerReason="StopAuthorized")
    event = await station.expect(stop)
    station.check(event, transaction_event(idToken=station.profile.tokens[token]))


@case(
    "TC_C_42_CS",
    use_case="C09",
    requirement="C09.FR.11",
    needs=authorization.NEEDS,
    fails_with=STOPS_FOR_ALL,
)
async def test_c_42_invalid_token_of_the_group(station: Station) -> None:
    """A token of the group that is Invalid does not stop the transaction."""
    judge(station, valid="Accepted", invalid="Invalid")
    transaction = await station.prepare(charge)
    await station.answered(await authorization.present(station, "invalid"), idTokenInfo={"status": "Invalid"})
    await station.expect_nothing(authorization.stops(transaction))


@case(
    "TC_C_41_CS",
    use_case="C09",
    requirement="C09.FR.07, E07.FR.02",
    needs=(*authorization.NEEDS, "C-49"),
    fails_with={"authorizes-to-stop": "sent Authorize, which must not come"},
)
async def test_c_41_cached_token_of_the_group(station: Station) -> None:
    """Another cached token of the group stops the transaction without an Authorize."""
    judge(station, valid="Accepted", valid_2="Accepted")
    await station.prepare(authorization.cache_valid)
    await station.prepare(states.id_token_cached, "valid-2")
    await station.prepare(authorization.plug_first)
    await station.prepare(authorization.start_from_cache)
    begin = station.mark()
    await station.act("card", token="valid-2")
    await is_stopped(station, "valid-2")
    await station.expect_nothing(says("Authorize"), seconds=0, after=begin)


@case(
    "TC_C_44_CS",
    use_case="C09",
    requirement="C09.FR.11, C12.FR.05",
    needs=(*authorization.NEEDS, "C-49"),
    fails_with=STOPS_FOR_ALL,
)
async def test_c_44_cached_token_of_the_group_is_invalid(station: Station) -> None:
    """About a token of the group that is cached as Invalid the station asks; it does not stop the transaction."""
    judge(station, valid="Accepted", invalid="Invalid")
    await station.prepare(authorization.cache_valid)
    await station.prepare(authorization.cache_refused, "invalid")
    transaction = await station.prepare(authorization.start_from_cache)
    await station.answered(await authorization.present(station, "invalid"), idTokenInfo={"status": "Invalid"})
    await station.expect_nothing(authorization.stops(transaction))

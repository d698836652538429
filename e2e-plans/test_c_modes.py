"""Block C, authorization: cards when the mock uses a white list or a black list, rejects all, or is offline (C01)."""

from mock_csms.plans import (
    Station,
    case,
    one_of,
    says,
)
from mock_csms.plans.v2 import states
from mock_csms.plans.v2.authorization import clear_cache, present_unknown
from mock_csms.plans.v2.variables import prefer

STARTS_REFUSED = {"starts-refused-token": "sent TransactionEvent, which must not come"}


async def is_accepted(station: Station, token: str) -> None:
    """Plug in and present a card that the mock accepts: the station authorizes it, and reports it in a transaction."""
    await station.prepare(states.ev_connected)
    await station.answered(await present_unknown(station, token), idTokenInfo={"status": "Accepted"})
    await station.expect(await states.authorization_event(station, "Authorized", token))


async def authorize_remote_starts(station: Station) -> None:
    """Make the station authorize the tokens of remote starts; skip the case if that cannot be set (C-48)."""
    if not await prefer(station, "AuthCtrlr", "AuthorizeRemoteStart", "true"):
        station.lacks("setting to authorize the tokens of remote starts")


async def is_refused(station: Station, token: str, status: str) -> None:
    """Present a card that the mock does not accept: no transaction may start."""
    await station.answered(await present_unknown(station, token), idTokenInfo={"status": status})
    await station.expect_nothing(says("TransactionEvent"))


@case(
    "TC-C01-WL-OK",
    use_case="C01",
    needs=("plug", "card", "unplug"),
    fails_with={"no-token": "idToken.idToken: expected .*, got nothing"},
)
async def test_c01_token_on_the_white_list(station: Station) -> None:
    """A token on the white list is Accepted and starts a transaction."""
    station.configure(auth_mode="whitelist", whitelist=[station.profile.tokens["valid"]["idToken"]])
    await is_accepted(station, "valid")


@case(
    "TC-C01-WL-REJECT",
    use_case="C01",
    needs=("card",),
    fails_with=STARTS_REFUSED,
)
async def test_c01_token_not_on_the_white_list(station: Station) -> None:
    """A token that is not on the white list is Blocked and starts no transaction."""
    station.configure(auth_mode="whitelist", whitelist=[station.profile.tokens["valid"]["idToken"]])
    await is_refused(station, "unknown", "Blocked")


@case(
    "TC-C01-BL-OK",
    use_case="C01",
    needs=("plug", "card", "unplug"),
    fails_with={"no-token": "idToken.idToken: expected .*, got nothing"},
)
async def test_c01_token_not_on_the_black_list(station: Station) -> None:
    """A token that is not on the black list is Accepted and starts a transaction."""
    station.configure(auth_mode="blacklist", blacklist=[station.profile.tokens["blocked"]["idToken"]])
    await is_accepted(station, "valid")


@case(
    "TC-C01-BL-REJECT",
    use_case="C01",
    needs=("card",),
    fails_with=STARTS_REFUSED,
)
async def test_c01_token_on_the_black_list(station: Station) -> None:
    """A token on the black list is Blocked and starts no transaction."""
    station.configure(auth_mode="blacklist", blacklist=[station.profile.tokens["blocked"]["idToken"]])
    await is_refused(station, "blocked", "Blocked")


@case(
    "TC-C01-RL",
    use_case="C01",
    needs=("card",),
    fails_with=STARTS_REFUSED,
)
async def test_c01_not_at_this_time(station: Station) -> None:
    """A token that is answered with NotAtThisTime starts no transaction."""
    station.configure(auth_mode="rate_limit")
    await is_refused(station, "valid", "NotAtThisTime")


@case(
    "TC-C01-OFFLINE",
    use_case="B04",
    needs=("card",),
    fails_with=STARTS_REFUSED,
)
async def test_c01_error_instead_of_an_answer(station: Station) -> None:
    """A station whose Authorize is answered with a CALLERROR starts no transaction."""
    station.configure(offline=True)
    await station.was_refused(await present_unknown(station, "unknown"), "InternalError")
    await station.expect_nothing(says("TransactionEvent"))


@case(
    "TC-E05-WL",
    use_case="E05",
    fails_with=STARTS_REFUSED,
)
async def test_e05_remote_start_for_a_token_that_is_not_on_the_white_list(station: Station) -> None:
    """A remote start whose token is Blocked starts no transaction, and the connector stays Available.

    The station may authorize the token before it answers, and reject the start, or accept it first (F01.FR.01).
    """
    station.configure(auth_mode="whitelist", whitelist=["somebody-else"])
    await station.prepare(clear_cache)
    await station.prepare(authorize_remote_starts)
    token = station.profile.tokens["unknown"]  # another token may be on the local list, so that it is not authorized
    start = {"evseId": station.evse, "idToken": token, "remoteStartId": 5}
    await station.command("RequestStartTransaction", start, status=one_of("Accepted", "Rejected"))
    await station.answered(await station.expect(says("Authorize", idToken=token)), idTokenInfo={"status": "Blocked"})
    await station.expect_nothing(says("TransactionEvent"))
    told = station.known.connectors.get((station.evse, station.connector))
    assert told == "Available", f"the connector is {told}"

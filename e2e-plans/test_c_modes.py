"""Block C, authorization: what comes of a card when the mock judges by lists, takes nobody, or cannot judge (C01)."""

from mock_csms.plans import (
    Station,
    Taken,
    case,
    one_of,
    says,
    variable,
)
from mock_csms.plans.v2 import states

STARTS_REFUSED = {"starts-refused-token": "sent TransactionEvent, which must not come"}


async def is_taken(station: Station, token: str) -> None:
    """Plug in, and present a card that the mock accepts: the station asks, and tells for whom it charges then."""
    await station.prepare(states.ev_connected)
    await station.answered(await asks(station, token), idTokenInfo={"status": "Accepted"})
    await station.expect(await states.tells_authorization(station, "Authorized", token))


async def asks(station: Station, token: str) -> Taken:
    """Present a card of which the station knows nothing, so that it asks."""
    if await station.get("AuthCtrlr", "Enabled") == "false":
        station.lacks("authorization that is in use")
    await station.prepare(forgets_tokens)
    await station.act("card", token=token)
    return await station.expect(says("Authorize", idToken=station.profile.tokens[token]))


async def forgets_tokens(station: Station) -> None:
    """Let it forget what it knows of tokens; a station without a cache need not know the command (C11)."""
    if await station.get("AuthCacheCtrlr", "Enabled") == "true":
        await station.command("ClearCache", status="Accepted")


async def asks_about_remote_starts(station: Station) -> None:
    """Let it ask about the token of a remote start; whether that can be chosen is left to the station (C-48)."""
    if await station.remember("AuthCtrlr", "AuthorizeRemoteStart") == "true":
        return
    given = {"setVariableData": [variable("AuthCtrlr", "AuthorizeRemoteStart", attributeValue="true")]}
    answer = await station.command("SetVariables", given)
    if answer["setVariableResult"][0]["attributeStatus"] != "Accepted":
        station.lacks("way to be told to ask about the tokens of remote starts")


async def is_refused(station: Station, token: str, status: str) -> None:
    """Present a card that the mock does not accept: nothing starts."""
    await station.answered(await asks(station, token), idTokenInfo={"status": status})
    await station.expect_nothing(says("TransactionEvent"))


@case(
    "TC-C01-WL-OK",
    use_case="C01",
    needs=("plug", "card", "unplug"),
    fails_with={"no-token": "idToken.idToken: expected .*, got nothing"},
)
async def test_c01_token_on_the_white_list(station: Station) -> None:
    """Of a token that the white list has the driver is told, and charges with it."""
    station.configure(auth_mode="whitelist", whitelist=[station.profile.tokens["valid"]["idToken"]])
    await is_taken(station, "valid")


@case("TC-C01-WL-REJECT", use_case="C01", needs=("card",), fails_with=STARTS_REFUSED)
async def test_c01_token_not_on_the_white_list(station: Station) -> None:
    """A token that the white list does not have is Blocked, and starts nothing."""
    station.configure(auth_mode="whitelist", whitelist=[station.profile.tokens["valid"]["idToken"]])
    await is_refused(station, "unknown", "Blocked")


@case(
    "TC-C01-BL-OK",
    use_case="C01",
    needs=("plug", "card", "unplug"),
    fails_with={"no-token": "idToken.idToken: expected .*, got nothing"},
)
async def test_c01_token_not_on_the_black_list(station: Station) -> None:
    """A token that the black list does not have is Accepted, and the driver charges with it."""
    station.configure(auth_mode="blacklist", blacklist=[station.profile.tokens["blocked"]["idToken"]])
    await is_taken(station, "valid")


@case("TC-C01-BL-REJECT", use_case="C01", needs=("card",), fails_with=STARTS_REFUSED)
async def test_c01_token_on_the_black_list(station: Station) -> None:
    """A token that the black list has is Blocked, and starts nothing."""
    station.configure(auth_mode="blacklist", blacklist=[station.profile.tokens["blocked"]["idToken"]])
    await is_refused(station, "blocked", "Blocked")


@case("TC-C01-RL", use_case="C01", needs=("card",), fails_with=STARTS_REFUSED)
async def test_c01_too_many_ask(station: Station) -> None:
    """A token that may not charge at this time starts nothing."""
    station.configure(auth_mode="rate_limit")
    await is_refused(station, "valid", "NotAtThisTime")


@case("TC-C01-OFFLINE", use_case="B04", needs=("card",), fails_with=STARTS_REFUSED)
async def test_c01_nobody_can_judge(station: Station) -> None:
    """Who asks about a token and gets a CALLERROR starts nothing, and goes on."""
    station.configure(offline=True)
    await station.was_refused(await asks(station, "unknown"), "InternalError")
    await station.expect_nothing(says("TransactionEvent"))


@case("TC-E05-WL", use_case="E05", fails_with=STARTS_REFUSED)
async def test_e05_remote_start_for_a_token_that_is_not_on_the_white_list(station: Station) -> None:
    """A remote start whose token turns out Blocked leaves no transaction, and the connector Available.

    The station may ask about the token before it answers, and reject the start, or accept it and ask then (F01.FR.01).
    """
    station.configure(auth_mode="whitelist", whitelist=["somebody-else"])
    await station.prepare(forgets_tokens)
    await station.prepare(asks_about_remote_starts)
    token = station.profile.tokens["unknown"]  # another one may be on the local list, so that it is not asked about
    start = {"evseId": station.evse, "idToken": token, "remoteStartId": 5}
    await station.command("RequestStartTransaction", start, status=one_of("Accepted", "Rejected"))
    await station.answered(await station.expect(says("Authorize", idToken=token)), idTokenInfo={"status": "Blocked"})
    await station.expect_nothing(says("TransactionEvent"))
    told = station.known.connectors.get((station.evse, station.connector))
    assert told == "Available", f"the connector is {told}"

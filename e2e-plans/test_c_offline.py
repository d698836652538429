"""Block C, authorization: tokens that start offline, and that the CSMS refuses afterwards (C12, C13, C15, E05)."""

from mock_csms.plans import Station, absent, case, one_of, transaction_event
from mock_csms.plans.v2 import authorization, states
from mock_csms.plans.v2.variables import prefer

NEEDS = (*authorization.NEEDS, "C-49")
UNKNOWN_TOKENS = "AuthCtrlr", "OfflineTxForUnknownIdEnabled"
ONLINE = one_of(absent, False)
DEAUTHORIZED = transaction_event(one_of("Updated", "Ended"), triggerReason="Deauthorized", offline=ONLINE)
SUSPENDED = transaction_event(one_of("Updated", "Ended"), charging="SuspendedEVSE", offline=ONLINE)
OFFLINE = {
    "offline-not-told": "offline: expected true, got nothing",
    "forgets-offline": "sent no TransactionEvent.*idToken",
}


async def reject_later(station: Station, *, stops: bool, energy: int) -> None:
    """Set whether a transaction whose token is refused stops, or which energy it may still get, in Wh."""
    await station.set("TxCtrlr", "StopTxOnInvalidId", "true" if stops else "false")
    has_it = await prefer(station, "TxCtrlr", "MaxEnergyOnInvalidId", f"{energy}")
    if energy and not has_it:
        station.lacks(f"MaxEnergyOnInvalidId of {energy} Wh")


async def start_offline(station: Station, token: str) -> int:
    """Let a token start offline; when the station is back, it reports that as offline, and the token is Invalid.

    Returns the position before the station came back.
    """
    await station.prepare(authorization.plug_first)
    await states.act_offline(station, ["card"] if states.is_plugged(station) else ["card", "plug"], token)
    authorization.judge(station, {token: "Invalid"})
    begin = station.mark()
    await station.let_in()
    named = transaction_event(idToken=station.profile.tokens[token])
    event = await station.expect(named, after=begin)
    station.check(event, transaction_event(one_of("Started", "Updated"), offline=True))
    await station.answered(event, idTokenInfo={"status": "Invalid"})
    return begin


async def start_cached_offline(station: Station, *, stops: bool, energy: int = 0) -> int:
    """Let a cached token start offline, as above, with these settings for tokens that are refused later."""
    await station.prepare(reject_later, stops=stops, energy=energy)
    await station.set("AuthCtrlr", "LocalAuthorizeOffline", "true")
    await station.prepare(authorization.cache_valid)
    return await start_offline(station, "valid")


@case(
    "TC_C_15_CS",
    use_case="C12, C13, E05",
    requirement="C13.FR.02, C15.FR.02, E05.FR.03",
    needs=(*NEEDS, "C-03"),
    fails_with={**OFFLINE, "allows-no-energy": "sent TransactionEvent, which must not come"},
)
async def test_c_15_some_energy_for_an_invalid_token(station: Station) -> None:
    """A transaction that started offline goes on after its token was refused, while MaxEnergyOnInvalidId allows it."""
    begin = await start_cached_offline(station, stops=False, energy=10_000)
    await station.expect_nothing(DEAUTHORIZED | SUSPENDED | transaction_event("Ended"), after=begin)


@case(
    "TC_C_16_CS",
    use_case="C12, C13, E05",
    requirement="C13.FR.02, C15.FR.04, E05.FR.10",
    needs=NEEDS,
    fails_with={**OFFLINE, "ignores-invalid-token": "sent no .*Deauthorized"},
)
async def test_c_16_stop_for_an_invalid_token(station: Station) -> None:
    """With StopTxOnInvalidId a transaction that started offline is stopped when its token is refused."""
    begin = await start_cached_offline(station, stops=True)
    await station.expect(DEAUTHORIZED, after=begin)


@case(
    "TC_C_17_CS",
    use_case="C12, C13, E05",
    requirement="C13.FR.02, C15.FR.02, E05.FR.02",
    needs=NEEDS,
    fails_with={**OFFLINE, "ignores-invalid-token": "sent no .*SuspendedEVSE"},
)
async def test_c_17_no_energy_for_an_invalid_token(station: Station) -> None:
    """Without StopTxOnInvalidId a transaction that started offline gets no more energy when its token is refused."""
    begin = await start_cached_offline(station, stops=False)
    await station.expect(SUSPENDED, after=begin)


@case(
    "TC_C_18_CS",
    use_case="C12, C13, E05",
    requirement="C13.FR.02, C15.FR.04, E05.FR.10",
    needs=(*NEEDS, "C-03"),
    fails_with={**OFFLINE, "always-offline": "sent no .*Deauthorized"},
)
async def test_c_18_stop_despite_some_energy(station: Station) -> None:
    """With StopTxOnInvalidId the transaction is stopped, although MaxEnergyOnInvalidId is not used up."""
    begin = await start_cached_offline(station, stops=True, energy=500)
    await station.expect(DEAUTHORIZED, after=begin)


@case(
    "TC_C_26_CS",
    use_case="C13, C15",
    requirement="C13.FR.04, C15.FR.02, C15.FR.06, C15.FR.08",
    needs=(*authorization.NEEDS, "C-02"),
    fails_with={**OFFLINE, "ignores-invalid-token": "sent no .*SuspendedEVSE"},
)
async def test_c_26_unknown_token(station: Station) -> None:
    """A token that the station does not know starts offline, is suspended when it is refused, and stops."""
    await station.prepare(reject_later, stops=False, energy=0)
    await station.set(*UNKNOWN_TOKENS, "true")
    await station.prepare(authorization.authorize_online)
    await station.prepare(authorization.clear_cache)
    begin = await start_offline(station, "unknown")
    await station.expect(SUSPENDED, after=begin)
    if station.known.transaction_at(station.evse) is not None:
        await states.stop_authorized_locally(station, "unknown")
        await states.ev_connected_post_session(station)
    await states.ev_disconnected(station)

"""Block C, authorization: a master pass stops transactions, and starts none (C16)."""

from collections.abc import Collection, Mapping

from mock_csms.plans import Station, absent, case, one_of, transaction_event
from mock_csms.plans.v2 import authorization, states

GROUP = "plans-master"
WRONG_REASON = {"wrong-stopped-reason": "stoppedReason: expected MasterPass, got PowerLoss"}


async def know_master_pass(station: Station) -> None:
    """Make a token a master pass: its group is the MasterPassGroupId. It is not in the cache."""
    authorization.judge(station, {"master-pass": "Accepted"}, group=GROUP)
    await authorization.authorize_online(station)
    await station.set("AuthCtrlr", "MasterPassGroupId", GROUP)
    await authorization.clear_cache(station)


async def charge_everywhere(station: Station) -> Mapping[int, str]:
    """Charge at two EVSEs, or at one if the station has no more; return the id of the transaction at each."""
    first, running = (station.evse, station.connector), {}
    places = [place for place in station.profile.places if place[1] == 1]
    for place, token in zip(places, ("valid", "valid-2"), strict=False):
        station.go_to(*place)
        running[place[0]] = await authorization.charge(station, token)
    station.go_to(*first)
    return running


async def are_stopped(station: Station, running: Mapping[int, str], after: int) -> None:
    """Check that the transactions of these EVSEs were stopped by the master pass, and have ended for that reason.

    If TxStopPoint names only the cable or the bay, they end when the vehicle leaves.
    """
    token = one_of(absent, station.profile.tokens["master-pass"])
    waits = not await states.stop_points(station) - {"EVConnected", "ParkingBayOccupancy"}
    for evse, transaction in running.items():
        of_it = {"transactionInfo": {"transactionId": transaction}}
        event = await station.expect(
            transaction_event(one_of("Updated", "Ended"), triggerReason="StopAuthorized", **of_it), after=after
        )
        station.check(event, transaction_event(idToken=token))
        if event.payload["eventType"] != "Ended":
            if waits:
                await station.act("unplug", evse=evse)
            if waits and await states.has_bays(station):
                await station.act("drive-out", evse=evse)
            event = await station.expect(transaction_event("Ended", **of_it), after=after)
        station.check(event, transaction_event("Ended", stopped="MasterPass"))


async def stop(station: Station, action: str, chosen: Collection[int] = ()) -> None:
    """Charge, and present a master pass in this way: the transactions of the chosen EVSEs end, or all for none.

    The other transactions continue.
    """
    await station.prepare(know_master_pass)
    running = await station.prepare(charge_everywhere)
    begin = station.mark()
    await station.act(action, token="master-pass")
    asked = await station.expect(authorization.asks(station, "master-pass"))
    await station.answered(asked, idTokenInfo={"status": "Accepted", "groupIdToken": {"idToken": GROUP}})
    await are_stopped(station, {evse: id_ for evse, id_ in running.items() if not chosen or evse in chosen}, begin)
    for evse, transaction in running.items():
        if chosen and evse not in chosen:
            await station.expect_nothing(authorization.stops(transaction), after=begin)


@case(
    "TC_C_49_CS",
    use_case="C16",
    requirement="C16.FR.02",
    needs=(*authorization.NEEDS, "C-08", "not C-07"),
    fails_with={**WRONG_REASON, "--features C-07,AQ-8": "sent no TransactionEvent"},
)
async def test_c_49_without_a_display(station: Station) -> None:
    """At a station without a display, a master pass stops all transactions."""
    await stop(station, "card")


@case(
    "TC_C_47_CS",
    use_case="C16",
    requirement="C16.FR.01",
    needs=(*authorization.NEEDS, "stop-all", "C-07"),
    fails_with=WRONG_REASON,
)
async def test_c_47_all_on_the_display(station: Station) -> None:
    """On the display, the holder of a master pass stops all transactions."""
    await stop(station, "stop-all")


@case(
    "TC_C_48_CS",
    use_case="C16",
    requirement="C16.FR.01",
    needs=(*authorization.NEEDS, "stop-one", "C-07"),
    fails_with={**WRONG_REASON, "--features AQ-8": "sent TransactionEvent, which must not come"},
)
async def test_c_48_one_on_the_display(station: Station) -> None:
    """On the display, the holder of a master pass stops one transaction; the other one continues."""
    await stop(station, "stop-one", [station.evse])


@case(
    "TC_C_45_CS",
    use_case="C12, C16",
    requirement="C12.FR.09, C16.FR.03",
    needs=(*authorization.NEEDS, "C-07 or C-08"),
    fails_with={"master-pass-starts": "sent TransactionEvent, which must not come"},
)
async def test_c_45_starts_nothing(station: Station) -> None:
    """A master pass is authorized, but starts nothing."""
    await station.prepare(know_master_pass)
    await station.prepare(authorization.plug_first)
    await authorization.starts_nothing(station, await authorization.present(station, "master-pass"), "Accepted")

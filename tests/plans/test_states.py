"""The states of Part 6: the reference station reaches each of them, in every configuration."""

import socket
from functools import partial

import pytest

from mock_csms.plans.messages import says
from mock_csms.plans.reference import REFERENCE, Reference
from mock_csms.plans.run import NoStation, Run
from mock_csms.plans.station import Station
from mock_csms.plans.v2 import states
from mock_csms.plans.v2.messages import transaction_event
from mock_csms.protocol.records import replace
from tests.pace import turns
from tests.plans.at_the_reference import ReferenceInLoop, run
from tests.virtual import in_virtual_time
from tests.wire import PATIENCE

POINTS = ("ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer")


@pytest.mark.parametrize("authorization", ["local", "remote"])
@pytest.mark.parametrize("point", POINTS)
@in_virtual_time
async def test_all_states_of_a_session(point: str, authorization: str) -> None:
    """The station goes through all states of a session, with every TxStartPoint and TxStopPoint, local and remote."""
    points = ("--variable", f"TxCtrlr.TxStartPoint={point}", "--variable", f"TxCtrlr.TxStopPoint={point}")
    async with run(*points, authorization=authorization) as it:
        station = await it.begin()
        await states.ev_connected(station)
        assert bool(station.known.transactions) is (point in POINTS[:2])
        await states.energy_transfer_started(station)
        assert [one.charging_state for one in station.known.transactions.values()] == ["Charging"]
        await states.energy_transfer_started(station)
        await states.stop_authorized(station)
        await states.ev_connected_post_session(station)
        await states.ev_disconnected(station)
        await states.parking_bay_unoccupied(station)
        assert (station.known.transactions, station.known.parked) == ({}, set())
        await it.end(station)


@in_virtual_time
async def test_authorized_before_the_cable() -> None:
    """A card before the cable authorizes the driver, and the cable then starts the transaction."""
    async with run() as it:
        station = await it.begin()
        await states.authorized_locally(station)
        assert station.known.transactions == {}
        await states.energy_transfer_started(station)


@in_virtual_time
async def test_a_remembered_token_is_not_authorized_again() -> None:
    """With LocalPreAuthorize, the station sends no Authorize for a token in its cache or local list."""
    for remember in (states.id_token_cached, states.id_token_in_local_list):
        async with run("--variable", "AuthCtrlr.LocalPreAuthorize=true") as it:
            station = await it.begin()
            await remember(station)
            await station.act("card", token="valid")
            await station.expect_nothing(says("Authorize"), seconds=0.3)


@in_virtual_time
async def test_an_offline_session_is_reported_later() -> None:
    """During an offline session the mock refuses connections; afterwards the station reports the session as offline."""
    async with run() as it:
        station = await it.begin()
        station.configure(total_cost=7)
        await states.offline_session(station)
        assert not station.known.is_connected
        await station.let_in()
        assert station.csms.config.total_cost == 7
        for kind in ("Started", "Ended"):
            await station.expect(transaction_event(kind, offline=True))
        kinds = [visit.kind for visit in station.known.connection_events]
        assert (kinds[0], kinds[-1]) == ("Disconnected", "Connected")
        assert set(kinds[1:-1]) <= {"Refused"}
        assert station.known.connection_events == sorted(station.known.connection_events, key=lambda visit: visit.at)


@in_virtual_time
async def test_every_case_begins_idle() -> None:
    """A case begins idle, whatever the previous one left: a transaction, a reservation, Unavailable, Pending."""
    async with run() as it:
        for leave in (states.energy_transfer_started, states.reserved, _inoperative, _pending):
            station = await it.begin()
            await leave(station)
            await it.end(station)
            station = await it.begin()
            known = station.known
            assert (known.is_usable, known.transactions, set(known.connectors.values())) == (True, {}, {"Available"})
            assert station.csms.config.boot_status == "Accepted"


async def _inoperative(station: Station) -> None:
    await station.command("ChangeAvailability", {"operationalStatus": "Inoperative"})
    assert await station.known.until(lambda: set(station.known.connectors.values()) == {"Unavailable"}, PATIENCE)


async def _pending(station: Station) -> None:
    station.configure(boot_status="Pending", boot_interval=60)
    await states.booting(station)
    await station.known.until(lambda: station.known.is_connected, PATIENCE)
    await station.settle()
    assert not station.known.is_accepted


@in_virtual_time
async def test_a_station_that_was_accepted_before_boots_again() -> None:
    """At the start of a run, a station that was accepted in an earlier run boots again."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    reference = ReferenceInLoop()
    try:
        async with Run(REFERENCE, None, None, "127.0.0.1", port) as first:
            await reference.start(first.csms.url)
            await first.begin()
        async with Run(REFERENCE, None, None, "127.0.0.1", port) as second:
            station = await second.begin()
            assert (station.known.is_usable, set(station.known.connectors.values())) == (True, {"Available"})
    finally:
        await reference.stop()


@in_virtual_time
async def test_variables_are_restored() -> None:
    """After a case the run restores the value of each variable that the case has set."""
    async with run() as it:
        station = await it.begin()
        before = await station.get("OCPPCommCtrlr", "OfflineThreshold")
        await station.set("OCPPCommCtrlr", "OfflineThreshold", "77")
        assert await station.get("OCPPCommCtrlr", "OfflineThreshold") == "77"
        assert await station.get("OCPPCommCtrlr", "NoSuch") is None
        with pytest.raises(AssertionError, match=r"OCPPCommCtrlr.ActiveNetworkProfile = 2 is Rej"):
            await station.set("OCPPCommCtrlr", "ActiveNetworkProfile", "2")
        for leave in (station.settle, partial(states.booting, station)):  # at once, and when the station is back
            await station.set("OCPPCommCtrlr", "OfflineThreshold", "77")
            await leave()
            await it.end(station)
            station = await it.begin()
            assert await station.get("OCPPCommCtrlr", "OfflineThreshold") == before


async def test_a_missing_station_is_an_error() -> None:
    """If no station connects, the error has the URL, and the reason why the reference station ended."""
    for turn in turns():
        with turn as pace:
            result = rf"CS-1 did not connect to ws://127\S+/CS-1 within {pace} s. mock-station ended with 2: "
            profile = replace(REFERENCE, timeouts=replace(REFERENCE.timeouts, boot=pace))
            async with Run(profile, None, Reference(["--misbehave", "no-such-thing"]), "127.0.0.1", 0) as it:
                with pytest.raises(NoStation, match=result):
                    await it.begin()


def test_the_table_has_all_states() -> None:
    """The tables have all 17 reusable and 7 memory states: with a step, or with a reason for having none."""
    assert len(states.STATES) + len(states.NOT_YET) == 24, "a new state leaves NOT_YET"
    assert states.STATES.keys().isdisjoint(states.NOT_YET)
    assert all(states.STATES.values())

"""The states of vehicles with the reference station: the parking bay, and charging that the vehicle suspends."""

import pytest

from mock_csms.plans.v2 import states
from tests.plans.at_the_reference import run
from tests.plans.test_states import POINTS
from tests.virtual import in_virtual_time

BAY = "ParkingBayOccupancy"


def points(start: str, stop: str) -> tuple[str, ...]:
    """Return the flags for these points."""
    return "--variable", f"TxCtrlr.TxStartPoint={start}", "--variable", f"TxCtrlr.TxStopPoint={stop}"


@pytest.mark.parametrize("stop", POINTS)
@in_virtual_time
async def test_the_transfer_is_suspended(stop: str) -> None:
    """From any state the vehicle suspends charging; if this ends the transaction, resuming starts the next one."""
    async with run(*points("EVConnected", stop)) as it:
        station = await it.begin()
        for _ in range(2):
            await states.energy_transfer_suspended(station)
            result = [one.charging_state for one in station.known.transactions.values()]
            assert result == ([] if stop == "EnergyTransfer" else ["SuspendedEV"])
        await states.energy_transfer_started(station)
        assert [one.charging_state for one in station.known.transactions.values()] == ["Charging"]
        await it.end(station)
        station = await it.begin()
        await states.energy_transfer_started(station)


@pytest.mark.parametrize("authorization", ["local", "remote"])
@in_virtual_time
async def test_the_bay_begins_and_ends_a_transaction(authorization: str) -> None:
    """A stopped transaction ends when the vehicle leaves the bay, with the reason of the stop."""
    async with run(*points(BAY, BAY), authorization=authorization) as it:
        station = await it.begin()
        await states.parking_bay_occupied(station)
        await states.parking_bay_occupied(station)
        assert (station.known.parked, len(station.known.transactions)) == ({1}, 1)
        await states.energy_transfer_started(station)
        await states.stop_authorized(station)
        await states.parking_bay_unoccupied(station)
        assert (station.known.parked, station.known.transactions) == (set(), {})


@in_virtual_time
async def test_a_wrong_reason_is_found() -> None:
    """A station that reports another stoppedReason than that of the stop does not reach the state."""
    async with run(*points(BAY, BAY), authorization="remote") as it:
        station = await it.begin()
        await states.energy_transfer_started(station)
        await states.stop_authorized_locally(station)
        station.known.transactions[next(iter(station.known.transactions))].stopped_by = "RemoteStop"
        with pytest.raises(AssertionError, match="stoppedReason: expected Remote, got Local"):
            await states.parking_bay_unoccupied(station)


@in_virtual_time
async def test_the_bay_without_a_start_or_stop_point() -> None:
    """If the parking bay is no start or stop point, the steps expect no message about it."""
    async with run() as it:
        station = await it.begin()
        await states.parking_bay_unoccupied(station)
        await states.parking_bay_occupied(station)
        await states.energy_transfer_started(station)
        await states.parking_bay_unoccupied(station)
        assert (station.known.parked, station.known.transactions) == (set(), {})


@in_virtual_time
async def test_the_next_case_finds_the_bay_empty() -> None:
    """Before the next case the run removes a vehicle from the bay, which ends its transaction."""
    async with run(*points(BAY, BAY)) as it:
        for leave in (states.parking_bay_occupied, states.ev_connected, states.energy_transfer_suspended):
            station = await it.begin()
            assert (station.known.parked, station.known.paused, station.known.transactions) == (set(), set(), {})
            await leave(station)
            await it.end(station)

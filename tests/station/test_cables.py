"""Cables that are taken out of the vehicle: detachable ones stay in the station, maybe locked (E03, E09, E10)."""

import pytest

from mock_csms.station.cues import Arrived, Plugged, Presented, Unplugged
from mock_csms.station.v2.device import equipped
from mock_csms.station.v2.features import DETACHABLE_CABLES
from tests.station.play import TOKEN, Play, booted

PLUG, CARD, OUT_OF_THE_VEHICLE, OUT = Plugged(1), Presented(TOKEN), Unplugged(1, is_left=True), Unplugged(1)
LOCKED, UNLOCKED = ["the cable is locked in EVSE 1"], ["EVSE 1 unlocks the cable"]


def charging(**variables: str) -> Play:
    """Return a station with detachable cables where a vehicle charges."""
    play = waiting(**variables)
    play.device = equipped(play.device, play.device.variables, frozenset({DETACHABLE_CABLES}))
    play.tell(PLUG, CARD)
    play.sent.clear()
    return play


def waiting(**variables: str) -> Play:
    """Return a station that has booted, with these variables."""
    return booted(**variables)  # type: ignore[arg-type] # the variables are no other arguments


def test_the_cable_stays_in_the_station() -> None:
    """The connector is Occupied until the cable is taken out of the station too."""
    play = charging().tell(OUT_OF_THE_VEHICLE)
    assert play.transcript() == ["Ended 1 EVCommunicationLost EVDisconnected"]
    assert play.tell(OUT).transcript() == ["1.1 Available"]


def test_the_cable_is_locked_until_the_driver_comes() -> None:
    """Without UnlockOnEVSideDisconnect only the idToken of the transaction unlocks the cable (E09.FR.03)."""
    play = charging(OCPPCommCtrlr_UnlockOnEVSideDisconnect="false").tell(OUT_OF_THE_VEHICLE)
    play.sent.clear()
    assert (play.tell(OUT).said, play.actions()) == (LOCKED, [])
    assert (play.tell(CARD).said[1:], play.actions()) == (UNLOCKED, [])
    assert play.tell(OUT).transcript() == ["1.1 Available"]


@pytest.mark.parametrize("stops", [True, False])
def test_an_authorized_cable_is_locked(stops: bool) -> None:
    """If the transaction continues, the cable is locked (E10.FR.01): the vehicle is plugged in again, or it stops."""
    stop = {"TxCtrlr_StopTxOnEVSideDisconnect": "false", "TxCtrlr_TxStopPoint": "Authorized"}
    play = charging(**stop).tell(OUT_OF_THE_VEHICLE, OUT)
    assert play.said == LOCKED
    assert play.transcript() == ["Updated 1 EVCommunicationLost"]
    play.tell(CARD if stops else PLUG)
    went_on = ["Updated 2 CablePluggedIn", "Updated 3 ChargingStateChanged"]
    assert play.transcript() == (["Ended 2 StopAuthorized Local"] if stops else went_on)
    assert play.tell(OUT).transcript()[-1] == "1.1 Available"


def test_another_connector_cannot_be_plugged_in() -> None:
    """While the cable of a connector is in the station, only that cable can be plugged into a vehicle."""
    play = booted(connectors=2)
    play.device = equipped(play.device, play.device.variables, frozenset({DETACHABLE_CABLES}))
    assert play.tell(PLUG, OUT_OF_THE_VEHICLE, Plugged(1, 2)).said == ["the cable of connector 1 is still in EVSE 1"]


def test_a_fixed_cable_that_is_not_plugged_in_again() -> None:
    """Without StopTxOnEVSideDisconnect the transaction waits for the vehicle until the time-out (E10.FR.02)."""
    stop = {"TxCtrlr_StopTxOnEVSideDisconnect": "false", "TxCtrlr_TxStopPoint": "Authorized"}
    stop["TxCtrlr_EVConnectionTimeOut"] = "5"
    play = waiting(**stop).tell(PLUG, CARD)
    play.sent.clear()
    assert play.tell(OUT_OF_THE_VEHICLE).transcript() == ["Updated 1 EVCommunicationLost", "1.1 Available"]
    assert play.wait(4).transcript() == []
    assert play.wait(2).transcript() == ["Ended 2 EVConnectTimeout Timeout"]


@pytest.mark.parametrize(("stop", "kind"), [("Authorized", "Ended"), ("ParkingBayOccupancy", "Updated")])
def test_a_vehicle_that_is_not_plugged_in(stop: str, kind: str) -> None:
    """After the time-out the transaction ends, but with ParkingBayOccupancy it continues (E03.FR.05, .15)."""
    limits = {"TxCtrlr_TxStartPoint": "Authorized", "TxCtrlr_TxStopPoint": stop, "TxCtrlr_EVConnectionTimeOut": "5"}
    play = waiting(**limits).tell(Arrived(1), CARD)
    play.sent.clear()
    reason = " Timeout" if kind == "Ended" else ""
    assert play.wait(6).transcript() == [f"{kind} 1 EVConnectTimeout{reason}"]

"""Behaviour of vehicles: the parking bay, and pauses (E01, E06)."""

import pytest

from mock_csms.station.cues import Arrived, Cue, Departed, Paused, Plugged, Presented, Ready, Unplugged
from tests.station.play import TOKEN, Play, booted, charging

PLUG, UNPLUG, CARD = Plugged(1), Unplugged(1), Presented(TOKEN)
ARRIVE, DEPART, PAUSE, READY = Arrived(1), Departed(1), Paused(1), Ready(1)


def events(play: Play) -> list[str]:
    """Return each TransactionEvent since the last call: type, trigger, chargingState, and stoppedReason."""
    words = [
        (each["eventType"], each["triggerReason"], info["chargingState"], info.get("stoppedReason"))
        for each in play.take("TransactionEvent")
        for info in [each["transactionInfo"]]
    ]
    return [" ".join(filter(None, each)) for each in words]


def set_limit(play: Play, limit: float) -> None:
    """Set a profile with a limit in A."""
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": limit}]}
    profile = {"id": 1, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile"}
    profile |= {"chargingProfileKind": "Relative", "chargingSchedule": [schedule]}
    assert play.ask("SetChargingProfile", {"evseId": 1, "chargingProfile": profile})["status"] == "Accepted"


def test_the_bay_starts_and_ends_a_transaction() -> None:
    """With ParkingBayOccupancy, a vehicle starts a transaction when it enters the bay, and ends it when it leaves."""
    play = booted(TxCtrlr_TxStartPoint="ParkingBayOccupancy", TxCtrlr_TxStopPoint="ParkingBayOccupancy")
    (started,) = play.tell(ARRIVE).take("TransactionEvent")
    assert (started["eventType"], started["triggerReason"], started["evse"]) == ("Started", "EVDetected", {"id": 1})
    (plugged,) = play.tell(PLUG).take("TransactionEvent")
    assert (plugged["triggerReason"], plugged["evse"]) == ("CablePluggedIn", {"id": 1, "connectorId": 1})
    assert events(play.tell(CARD, CARD, UNPLUG, DEPART)) == [
        "Updated Authorized Charging",
        "Updated StopAuthorized EVConnected",
        "Updated EVCommunicationLost Idle",
        "Ended EVDeparted Idle Local",
    ]


def test_the_bay_is_no_start_point() -> None:
    """If ParkingBayOccupancy is not the TxStartPoint, a vehicle in the bay is not reported."""
    play = booted().tell(ARRIVE)
    assert (play.device.evses[1].is_parked, events(play.tell(DEPART))) == (True, [])


@pytest.mark.parametrize(
    ("before", "cue", "said"),
    [
        ((), Arrived(2), "there is no EVSE 2"),
        ((ARRIVE,), ARRIVE, "there is already a vehicle in the bay of EVSE 1"),
        ((PLUG,), ARRIVE, "there is already a vehicle in the bay of EVSE 1"),
        ((), DEPART, "there is no vehicle in the bay of EVSE 1"),
        ((ARRIVE, PLUG), DEPART, "the vehicle at EVSE 1 is still plugged in"),
        ((ARRIVE,), Paused(2), "there is no EVSE 2"),
        ((), Ready(2), "there is no EVSE 2"),
    ],
)
def test_impossible_cues(before: tuple[Cue, ...], cue: Cue, said: str) -> None:
    """An impossible cue is answered with one line, and changes nothing."""
    play = booted(TxCtrlr_TxStartPoint="ParkingBayOccupancy").tell(*before)
    play.sent.clear()
    assert (play.tell(cue).said, play.actions()) == ([said], [])


def test_a_vehicle_pauses_and_goes_on() -> None:
    """A vehicle's pause is reported as SuspendedEV, and its register does not rise."""
    play = charging()
    assert events(play.tell(PAUSE, PAUSE)) == ["Updated ChargingStateChanged SuspendedEV"]
    paused = play.device.evses[1].register(play.now)
    play.wait(600)
    assert {event["triggerReason"] for event in play.take("TransactionEvent")} == {"MeterValuePeriodic"}
    assert play.device.evses[1].register(play.now) == paused
    assert events(play.tell(READY, READY)) == ["Updated ChargingStateChanged Charging"]
    play.wait(600)
    assert play.device.evses[1].register(play.now) > paused


def test_a_pause_ends_the_transfer() -> None:
    """If TxStopPoint is EnergyTransfer, a pause ends the transaction with StoppedByEV (E06.FR.07)."""
    play = charging(TxCtrlr_TxStopPoint="EnergyTransfer")
    assert events(play.tell(PAUSE)) == ["Ended ChargingStateChanged SuspendedEV StoppedByEV"]


def test_a_vehicle_that_is_not_ready_yet() -> None:
    """Until the vehicle is ready the state is SuspendedEV; with EnergyTransfer the transaction starts only then."""
    play = booted(TxCtrlr_TxStartPoint="EnergyTransfer").tell(PLUG, PAUSE, CARD)
    assert events(play) == []
    assert events(play.tell(READY)) == ["Started ChargingStateChanged Charging"]
    play = booted().tell(PLUG, PAUSE, CARD)
    assert events(play) == ["Started Authorized SuspendedEV"]
    play = booted().tell(PAUSE, CARD, PLUG)
    assert events(play) == ["Started CablePluggedIn EVConnected", "Updated ChargingStateChanged SuspendedEV"]
    assert events(play.tell(UNPLUG, PLUG, CARD))[-1] == "Started Authorized Charging"


def test_a_pause_that_begins_under_a_limit_of_0() -> None:
    """A vehicle that pauses during a limit of 0 ends the energy transfer when the limit rises."""
    play = charging(TxCtrlr_TxStopPoint="EnergyTransfer")
    set_limit(play, 0.0)
    assert events(play.tell(PAUSE)) == ["Updated ChargingStateChanged SuspendedEVSE"]
    set_limit(play, 6.0)
    assert events(play) == ["Ended ChargingStateChanged SuspendedEV StoppedByEV"]


def test_limits_while_a_vehicle_pauses() -> None:
    """While a vehicle pauses, a new limit causes no event, except a change to SuspendedEVSE (0) and back."""
    play = charging()
    play.tell(PAUSE)
    play.sent.clear()
    for limit, expected in ((6.0, []), (0.0, ["SuspendedEVSE"]), (8.0, ["SuspendedEV"])):
        set_limit(play, limit)
        assert events(play) == [f"Updated ChargingStateChanged {state}" for state in expected]


@pytest.mark.parametrize(
    ("stop", "line"),
    [("ParkingBayOccupancy", "Updated EVConnectTimeout Idle"), ("EVConnected", "Ended EVConnectTimeout Idle Timeout")],
)
def test_a_vehicle_in_the_bay_that_is_not_plugged_in(stop: str, line: str) -> None:
    """After EVConnectionTimeOut the transaction of a vehicle in the bay ends, unless the bay is a TxStopPoint (E03)."""
    play = booted(TxCtrlr_TxStartPoint="ParkingBayOccupancy", TxCtrlr_TxStopPoint=stop).tell(ARRIVE, CARD)
    play.sent.clear()
    assert events(play.wait(61))[-1] == line
    assert play.device.evses[1].authorized is None

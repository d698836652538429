"""Transactions: when they start and end, and the content of their events (E01 to E07, E15; J02)."""

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station import cues
from mock_csms.station.cues import Cue, Plugged, Presented, Unplugged
from mock_csms.station.v2.transactions import points
from tests.station.play import BOB, TOKEN, Play, answering, booted, charging

PLUG, UNPLUG, CARD = Plugged(1), Unplugged(1), Presented(TOKEN)
BY_CABLE, BY_TOKEN = ("EVConnected", "ParkingBayOccupancy"), ("Authorized",)
BY_ENERGY = ("PowerPathClosed", "EnergyTransfer")
STOP_POINTS = [*BY_CABLE, *BY_TOKEN, *BY_ENERGY]
START_POINTS = [*STOP_POINTS, "DataSigned"]
TRIGGERS = {
    "plug": "CablePluggedIn",
    "card": "Authorized",
    "charge": "ChargingStateChanged",
    "stop": "StopAuthorized",
    "unplug": "EVCommunicationLost",
}
ORDERS: dict[str, list[tuple[str, Cue]]] = {
    "cable first": [("plug", PLUG), ("card", CARD), ("stop", CARD), ("unplug", UNPLUG)],
    "token first": [("card", CARD), ("plug", PLUG), ("stop", CARD), ("unplug", UNPLUG)],
}


def events(play: Play) -> list[str]:
    """Return a line for each TransactionEvent since the last call."""
    return [line for line in play.transcript() if line.split()[0] in ("Started", "Updated", "Ended")]


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("stop", STOP_POINTS)
@pytest.mark.parametrize("start", START_POINTS)
def test_start_and_stop_points(start: str, stop: str, order: str) -> None:
    """A transaction starts when its TxStartPoint is reached and ends when its TxStopPoint is left."""
    play = booted(TxCtrlr_TxStartPoint=start, TxCtrlr_TxStopPoint=stop)
    steps = ORDERS[order]
    names = [name for name, _ in steps]
    if order == "token first":  # the cable and the energy have an event each
        names.insert(2, "charge")
    first = "plug" if start in BY_CABLE else "card" if start in BY_TOKEN else names[1]
    if start == "EnergyTransfer" and order == "token first":
        first = "charge"
    last = "unplug" if stop in BY_CABLE else "stop"
    result = names[names.index(first) : names.index(last) + 1]
    wanted = [f"Updated {number} {TRIGGERS[name]}" for number, name in enumerate(result)]
    wanted[0] = wanted[0].replace("Updated", "Started")
    if start == "DataSigned":
        wanted[0] = wanted[0].replace("CablePluggedIn", "SignedDataReceived")
    wanted[-1] = wanted[-1].replace("Updated", "Ended") + " Local"  # as the driver had stopped before
    play.tell(*(cue for _, cue in steps))
    assert events(play) == wanted


def test_a_driver_who_pulls_the_cable() -> None:
    """Unplugging a charging vehicle ends the transaction with EVDisconnected (E09, E10)."""
    assert events(charging().tell(UNPLUG)) == ["Ended 1 EVCommunicationLost EVDisconnected"]


@pytest.mark.parametrize(
    ("stop", "lines"),
    [
        (
            "Authorized",
            [
                *("Updated 1 EVCommunicationLost", "Updated 2 CablePluggedIn", "Updated 3 ChargingStateChanged"),
                "Ended 4 StopAuthorized Local",
            ],
        ),
        ("EVConnected", ["Ended 1 EVCommunicationLost EVDisconnected", "Started 0 Authorized"]),
        ("PowerPathClosed", ["Ended 1 EVCommunicationLost EVDisconnected", "Started 0 Authorized"]),
    ],
)
def test_a_cable_that_may_be_pulled(stop: str, lines: list[str]) -> None:
    """Without StopTxOnEVSideDisconnect a driver may plug in again, unless TxStopPoint ends it (E10; TC_E_20, _37)."""
    play = charging(TxCtrlr_StopTxOnEVSideDisconnect="false", TxCtrlr_TxStopPoint=stop)
    assert events(play.tell(UNPLUG, PLUG, CARD)) == lines


@pytest.mark.parametrize("stop", STOP_POINTS)
def test_a_driver_who_gives_up_ends_the_transaction(stop: str) -> None:
    """A driver who stops before the vehicle came ends the transaction, with every TxStopPoint."""
    play = booted(TxCtrlr_TxStartPoint="Authorized", TxCtrlr_TxStopPoint=stop).tell(CARD, CARD)
    assert events(play) == ["Started 0 Authorized", "Ended 1 StopAuthorized Local"]


def test_energy_flows_in_a_transaction_only() -> None:
    """If the vehicle stays plugged in, the next idToken starts a new transaction, also with EVConnected."""
    play = booted(TxCtrlr_TxStartPoint="EVConnected", TxCtrlr_TxStopPoint="Authorized").tell(PLUG, CARD, CARD)
    first = play.take("TransactionEvent")[0]["transactionInfo"]["transactionId"]
    (started,) = play.tell(CARD).take("TransactionEvent")
    assert (started["eventType"], started["seqNo"], started["triggerReason"]) == ("Started", 0, "Authorized")
    assert started["transactionInfo"]["transactionId"] != first


def test_the_content_of_events() -> None:
    """The idToken is sent once, the EVSE again when its connector is known, and the chargingState each time."""
    play = booted(connectors=2, TxCtrlr_TxStartPoint="Authorized", TxCtrlr_TxStopPoint="EVConnected")
    play.tell(CARD, Plugged(1, 2)).wait(60)
    started, plugged, charging_, sampled = play.take("TransactionEvent")
    assert (started["idToken"], started["evse"]) == (TOKEN, {"id": 1})
    assert started["transactionInfo"]["chargingState"] == "Idle"
    assert (plugged["evse"], plugged.get("idToken")) == ({"id": 1, "connectorId": 2}, None)
    states = [event["transactionInfo"]["chargingState"] for event in (plugged, charging_)]
    assert states == ["EVConnected", "Charging"]
    assert {"evse", "idToken", "offline"} & (charging_.keys() | sampled.keys()) == set()
    stopped, ended = play.tell(CARD, UNPLUG).take("TransactionEvent")
    assert [event["transactionInfo"]["chargingState"] for event in (stopped, ended)] == ["EVConnected", "Idle"]


def test_a_second_token_in_the_same_transaction() -> None:
    """If a transaction continues without its idToken, the next one is sent (E02); the end has its own stoppedReason."""
    play = booted(TxCtrlr_TxStartPoint="EVConnected", TxCtrlr_TxStopPoint="EVConnected").tell(PLUG, CARD, CARD)
    play.sent.clear()
    (event,) = play.tell(Presented(BOB)).take("TransactionEvent")
    assert (event["eventType"], event["seqNo"], event["idToken"]) == ("Updated", 3, BOB)
    assert events(play.tell(UNPLUG)) == ["Ended 4 EVCommunicationLost EVDisconnected"]


@pytest.mark.parametrize("spelling", ["Alice", "ALICE", "alice"])
def test_the_same_token_stops(spelling: str) -> None:
    """The idToken that charges stops without an Authorize, in any letter case (C01.FR.03)."""
    play = charging().tell(Presented({**TOKEN, "idToken": spelling}))
    assert play.transcript()[0] == "Ended 1 StopAuthorized Local"


def test_another_type_is_another_token() -> None:
    """The same text with another type is another idToken."""
    play = charging().tell(Presented({**TOKEN, "type": "eMAID"}))
    assert (play.actions(), play.said) == (["Authorize"], ["no EVSE is free"])


def test_two_evses_at_once() -> None:
    """Two transactions at two EVSEs have seqNos of their own, and an idToken stops its own transaction."""
    play = charging(evses=2).tell(Plugged(2), Presented(BOB, 2))
    assert play.transcript() == ["2.1 Occupied", "Authorize", "Started 0 Authorized"]
    play.wait(60)
    first, second = play.take("TransactionEvent")
    assert first["transactionInfo"]["transactionId"] != second["transactionInfo"]["transactionId"]
    assert (first["seqNo"], second["seqNo"]) == (1, 1)
    assert events(play.tell(CARD)) == ["Ended 2 StopAuthorized Local"]
    assert [evse.is_charging for evse in play.device.evses.values()] == [False, True]


@pytest.mark.parametrize("reader", [None, 2])
def test_a_token_charges_where_the_vehicle_is(reader: int | None) -> None:
    """A reader for all EVSEs selects the EVSE with a vehicle; a reader of one EVSE selects that EVSE."""
    play = booted(evses=3).tell(Plugged(2), Presented(TOKEN, reader))
    assert [evse.is_charging for evse in play.device.evses.values()] == [False, True, False]


def test_the_csms_may_restrict_the_evses() -> None:
    """An idToken that is limited to some EVSEs does not charge at others (C01.FR.21)."""
    csms = answering(Authorize={"idTokenInfo": {"evseId": [2]}})
    assert booted(csms, evses=2).tell(Plugged(1), Presented(TOKEN, 1)).device.is_busy is False
    play = booted(csms, evses=2).tell(Plugged(1), CARD, Plugged(2))
    assert [evse.is_charging for evse in play.device.evses.values()] == [False, True]


@pytest.mark.parametrize("answer", [{"idTokenInfo": {"status": "Blocked"}}, "InternalError: no"])
def test_a_token_that_may_not_charge(answer: Json | str) -> None:
    """An idToken that is not accepted, or gets no answer, starts nothing."""
    play = booted(answering(Authorize=answer)).tell(PLUG, CARD)
    assert (play.actions()[-1], play.device.is_busy, play.device.cards) == ("Authorize", False, ())
    assert play.said[0].startswith("Alice may not charge")


@pytest.mark.parametrize(
    ("start", "lines"), [("PowerPathClosed", []), ("Authorized", ["Ended 1 EVConnectTimeout Timeout"])]
)
def test_no_vehicle_in_time(start: str, lines: list[str]) -> None:
    """After EVConnectionTimeOut without a vehicle the authorization ends (E03.FR.05)."""
    play = booted(TxCtrlr_TxStartPoint=start, TxCtrlr_EVConnectionTimeOut="45").tell(CARD).wait(44.9)
    assert play.device.evses[1].authorized == TOKEN
    play.sent.clear()
    assert events(play.wait(0.2)) == lines
    assert play.device.evses[1].authorized is None


def test_a_vehicle_in_time() -> None:
    """A vehicle that comes before EVConnectionTimeOut charges, and the time-out has no effect."""
    play = booted().tell(CARD).wait(59).tell(PLUG).wait(600)
    assert play.device.evses[1].is_charging


@pytest.mark.parametrize(
    ("stop", "line"),
    [("PowerPathClosed", "Ended 1 Deauthorized DeAuthorized"), ("EVConnected", "Updated 1 Deauthorized")],
)
def test_deauthorized_by_the_answer_to_an_event(stop: str, line: str) -> None:
    """With StopTxOnInvalidId, an invalid idToken in the answer to a TransactionEvent stops it (E05.FR.10)."""
    csms = answering(TransactionEvent={"idTokenInfo": {"status": "Invalid"}})
    play = booted(csms, TxCtrlr_TxStopPoint=stop).tell(PLUG, CARD)
    assert events(play) == ["Started 0 Authorized", line]
    assert play.device.evses[1].is_charging is False
    if stop == "EVConnected":
        assert events(play.tell(UNPLUG)) == ["Ended 2 EVCommunicationLost DeAuthorized"]


def test_without_stop_tx_on_invalid_id() -> None:
    """Without StopTxOnInvalidId a transaction with an invalid idToken continues (E05.FR.02)."""
    csms = answering(TransactionEvent={"idTokenInfo": {"status": "Invalid"}})
    assert booted(csms, TxCtrlr_StopTxOnInvalidId="false").tell(PLUG, CARD).device.evses[1].transaction


def test_a_late_answer_about_another_token() -> None:
    """A late Invalid for one idToken does not stop the next idToken in the same transaction."""
    play = booted(TxCtrlr_TxStartPoint="EVConnected", TxCtrlr_TxStopPoint="EVConnected").tell(PLUG, CARD)
    first = play.tell(CARD, Presented(BOB)).take("TransactionEvent")[1]
    assert first["idToken"] == TOKEN
    judged = cues.Answered("TransactionEvent", first, {"idTokenInfo": {"status": "Invalid"}})
    assert play.tell(judged).device.evses[1].authorized == BOB


# Meter values.


def contexts(event: Json) -> list[tuple[str, str, float]]:
    """Return the measurand, context and value of each sample of an event."""
    samples = [sample for value in event.get("meterValue", []) for sample in value["sampledValue"]]
    return [(sample["measurand"].split(".")[0], sample["context"], sample["value"]) for sample in samples]


def test_meter_values_of_a_session() -> None:
    """Begin, periodic and end values have their contexts and the energy of 11 kW (J02)."""
    play = booted(SampledDataCtrlr_TxUpdatedInterval="360").tell(PLUG, CARD).wait(720).tell(CARD)
    assert [contexts(event) for event in play.take("TransactionEvent")] == [
        [("Energy", "Transaction.Begin", 0)],
        [("Energy", "Sample.Periodic", 1100), ("Power", "Sample.Periodic", 11000)],
        [("Energy", "Sample.Periodic", 2200), ("Power", "Sample.Periodic", 11000)],
        [("Energy", "Transaction.End", 2200)],
    ]
    play.wait(3600).tell(CARD)
    assert contexts(play.take("TransactionEvent")[-1]) == [("Energy", "Transaction.Begin", 2200)]


@pytest.mark.parametrize(("seconds", "samples"), [("60", 10), ("300", 2), ("0", 0)])
def test_the_interval_of_samples(seconds: str, samples: int) -> None:
    """Periodic values are sent every TxUpdatedInterval; 0 means none (J02.FR.11)."""
    play = charging(SampledDataCtrlr_TxUpdatedInterval=seconds).wait(600)
    found = [each for each in play.sent if each.action == "TransactionEvent"]
    assert [each.at for each in found] == [600 / samples * (number + 1) for number in range(samples)]
    assert {each.payload["triggerReason"] for each in found} <= {"MeterValuePeriodic"}


def test_no_measurands_no_values() -> None:
    """With an empty list of measurands the station sends no values and no periodic events."""
    lists: Json = {f"SampledDataCtrlr_Tx{kind}Measurands": "" for kind in ("Started", "Updated", "Ended")}
    play = booted(**lists).tell(PLUG, CARD).wait(600).tell(CARD)
    assert [event.get("meterValue") for event in play.take("TransactionEvent")] == [None, None]


def test_all_measurands() -> None:
    """Every measurand of the meter can be sampled, in the configured order."""
    names = "SoC,Voltage,Current.Import,Power.Active.Import,Energy.Active.Import.Register"
    play = charging(SampledDataCtrlr_TxUpdatedMeasurands=names).wait(60)
    (value,) = play.take("TransactionEvent")[0]["meterValue"]
    assert [sample["measurand"] for sample in value["sampledValue"]] == names.split(",")


def test_power_path_and_energy_transfer() -> None:
    """PowerPathClosed and EnergyTransfer need a vehicle and an authorized driver."""
    play = booted()
    held = [points(play.device.evses[1])]
    for cue in (CARD, PLUG, CARD):
        held.append(points(play.tell(cue).device.evses[1]))
    assert held == [set(), {"Authorized"}, set(START_POINTS), set(BY_CABLE)]


@pytest.mark.parametrize(
    ("stops", "line"),
    [("true", "Ended 1 EVCommunicationLost EVDisconnected"), ("false", "Updated 1 EVCommunicationLost")],
)
def test_a_cable_taken_out_at_the_vehicle(stops: str, line: str) -> None:
    """StopTxOnEVSideDisconnect decides whether unplugging ends or interrupts the transaction (E09, E10)."""
    play = charging(TxCtrlr_TxStopPoint="Authorized", TxCtrlr_StopTxOnEVSideDisconnect=stops)
    play.tell(Unplugged(1))
    assert play.transcript()[0] == line
    assert (play.device.evses[1].transaction is None) == (stops == "true")
    if stops == "false":
        play.tell(Plugged(1))
        assert "Updated 2 CablePluggedIn" in play.transcript()
        assert play.device.evses[1].is_charging

"""TriggerMessage (F06), and variables that take effect at once."""

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.settings.values import enumeration
from mock_csms.station.cues import Plugged, Presented
from tests.station.play import TOKEN, Play, answering, booted, charging

KINDS = {
    "Heartbeat": ["Heartbeat"],
    "StatusNotification": ["1.1 Occupied", "2.1 Available"],
    "MeterValues": ["MeterValues", "MeterValues"],
    "TransactionEvent": ["Updated 1 Trigger"],
    "LogStatusNotification": ["LogStatusNotification"],
    "FirmwareStatusNotification": ["FirmwareStatusNotification"],
    "PublishFirmwareStatusNotification": ["PublishFirmwareStatusNotification"],
    "SignChargingStationCertificate": ["SignCertificate"],
}


@pytest.mark.parametrize("kind", enumeration("TriggerMessageRequest", "requestedMessage")())
def test_every_trigger(kind: str) -> None:
    """Every supported message is sent for all EVSEs; others are NotImplemented (F06.FR.08, .10, .11)."""
    play = charging(evses=2)
    status = "Rejected" if kind == "BootNotification" else "Accepted" if kind in KINDS else "NotImplemented"
    assert play.ask("TriggerMessage", {"requestedMessage": kind}) == {"status": status}
    assert play.transcript() == KINDS.get(kind, [])


def test_triggered_values_say_so() -> None:
    """Values that were triggered have the context Trigger, in both messages (F06.FR.06, .07)."""
    play = charging()
    for kind in ("MeterValues", "TransactionEvent"):
        play.command("TriggerMessage", {"requestedMessage": kind})
        (payload,) = play.take(kind)
        assert {each["context"] for each in payload["meterValue"][0]["sampledValue"]} == {"Trigger"}


@pytest.mark.parametrize(
    ("kind", "place", "lines"),
    [
        ("StatusNotification", {"id": 2, "connectorId": 1}, ["2.1 Available"]),
        ("StatusNotification", {"id": 1}, ["1.1 Available", "1.2 Available"]),
        ("MeterValues", {"id": 2}, ["MeterValues"]),
    ],
)
def test_a_trigger_of_one_evse(kind: str, place: Json, lines: list[str]) -> None:
    """After a trigger with an EVSE the message is sent for that EVSE only."""
    play = booted(evses=2, connectors=2)
    play.command("TriggerMessage", {"requestedMessage": kind, "evse": place})
    assert play.transcript() == lines


def test_impossible_triggers() -> None:
    """A trigger of TransactionEvent without a transaction, or of MeterValues without measurands, is Rejected."""
    play = booted(AlignedDataCtrlr_Measurands="")
    for kind in ("TransactionEvent", "MeterValues"):
        assert play.ask("TriggerMessage", {"requestedMessage": kind}) == {"status": "Rejected"}
    assert play.sent == []


def item(component: str, variable: str, **more: str) -> Json:
    """Return a component and a variable, as messages name them."""
    return {"component": {"name": component}, "variable": {"name": variable}, **more}


def test_a_new_value_takes_effect_at_once() -> None:
    """A new value of a variable takes effect at once."""
    play: Play = booted()
    asked = item("TxCtrlr", "TxStartPoint", attributeValue="EVConnected")
    play.command("SetVariables", {"setVariableData": [asked]})
    assert play.tell(Plugged(1), Presented(TOKEN)).transcript()[0] == "Started 0 CablePluggedIn"


def test_a_triggered_event_does_not_overtake_started() -> None:
    """While Started waits for delivery, a Pending station rejects a trigger of TransactionEvent."""
    play = Play(answering(BootNotification={"status": "Pending", "interval": 20}), TxCtrlr_TxStartPoint="EVConnected")
    play.connect().tell(Plugged(1))
    play.actions()
    assert play.ask("TriggerMessage", {"requestedMessage": "TransactionEvent"}) == {"status": "Rejected"}
    assert play.actions() == []

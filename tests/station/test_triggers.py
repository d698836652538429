"""Messages that the CSMS wants to hear, and the variables that it reads and sets (F06, B05 to B07)."""

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Plugged, Presented
from mock_csms.station.variables import VARIABLES, accepts
from mock_csms.values import enumeration
from tests.station.play import TOKEN, Play, booted, charging

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
    """What can be triggered comes, of all EVSEs; what cannot is NotImplemented (F06.FR.08, .10, .11)."""
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
def test_a_trigger_of_one_place(kind: str, place: Json, lines: list[str]) -> None:
    """A trigger with an EVSE is answered for that one only."""
    play = booted(evses=2, connectors=2)
    play.command("TriggerMessage", {"requestedMessage": kind, "evse": place})
    assert play.transcript() == lines


def test_a_trigger_without_a_matter() -> None:
    """Where no transaction runs there is no event to tell, and without measurands no values."""
    play = booted(AlignedDataCtrlr_Measurands="")
    for kind in ("TransactionEvent", "MeterValues"):
        assert play.ask("TriggerMessage", {"requestedMessage": kind}) == {"status": "Rejected"}
    assert play.sent == []


def item(component: str, variable: str, **more: str) -> Json:
    """Return what names a variable."""
    return {"component": {"name": component}, "variable": {"name": variable}, **more}


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        (item("TxCtrlr", "TxStartPoint", attributeValue="Authorized,EVConnected"), "Accepted"),
        (item("TxCtrlr", "TxStartPoint", attributeValue="Authorized,Authorized"), "Rejected"),
        (item("TxCtrlr", "TxStartPoint", attributeValue="Sunrise"), "Rejected"),
        (item("TxCtrlr", "StopTxOnInvalidId", attributeValue="false"), "Accepted"),
        (item("TxCtrlr", "StopTxOnInvalidId", attributeValue="no"), "Rejected"),
        (item("TxCtrlr", "EVConnectionTimeOut", attributeValue="0"), "Rejected"),
        (item("TxCtrlr", "EVConnectionTimeOut", attributeValue="99999"), "Rejected"),
        (item("TxCtrlr", "EVConnectionTimeOut", attributeValue="1.5"), "Rejected"),
        (item("TxCtrlr", "EVConnectionTimeOut", attributeValue="\u0661"), "Rejected"),
        (item("OCPPCommCtrlr", "MessageTimeout", attributeValue="9"), "Rejected"),
        (item("OCPPCommCtrlr", "Mood", attributeValue="9"), "UnknownVariable"),
        (item("Toaster", "Mood", attributeValue="9"), "UnknownComponent"),
        (item("TxCtrlr", "TxStopPoint", attributeValue="", attributeType="Target"), "NotSupportedAttributeType"),
    ],
)
def test_variables_are_set_and_got(asked: Json, status: str) -> None:
    """What was accepted is what is read; what was not leaves the old value (B05, B06)."""
    play = booted()
    question = {key: value for key, value in asked.items() if key != "attributeValue"}
    (before,) = play.ask("GetVariables", {"getVariableData": [question]})["getVariableResult"]
    (result,) = play.ask("SetVariables", {"setVariableData": [asked]})["setVariableResult"]
    (after,) = play.ask("GetVariables", {"getVariableData": [question]})["getVariableResult"]
    assert result["attributeStatus"] == status
    assert after["attributeStatus"] == (status if status.startswith(("Un", "Not")) else "Accepted")
    wanted = {**before, "attributeValue": asked["attributeValue"]} if status == "Accepted" else before
    assert after == wanted
    named = ("component", "variable", "attributeType")
    expected = [asked["component"], asked["variable"], asked.get("attributeType", "Actual")]
    assert [result[key] for key in named] == [after[key] for key in named] == expected


def test_variables_are_answered_one_by_one() -> None:
    """There are as many results as items, in their order, whatever becomes of each (B05.FR.01, B06.FR.01)."""
    asked = [item(*name) for name in VARIABLES] + [item("Toaster", "Mood")]
    results = booted().ask("GetVariables", {"getVariableData": asked})["getVariableResult"]
    assert [(each["component"], each["variable"]) for each in results] == [
        (e["component"], e["variable"]) for e in asked
    ]
    values = {name: row.default for name, row in VARIABLES.items()}
    assert [each.get("attributeValue") for each in results] == [*values.values(), None]


@pytest.mark.parametrize("base", ["FullInventory", "ConfigurationInventory", "SummaryInventory"])
def test_base_reports(base: str) -> None:
    """A report follows its answer under its requestId: all variables, or those that can be set (B07)."""
    play = booted()
    status = play.ask("GetBaseReport", {"requestId": 5, "reportBase": base})["status"]
    reports = play.take("NotifyReport")
    assert (status, len(reports)) == (("NotSupported", 0) if base == "SummaryInventory" else ("Accepted", 1))
    for report in reports:
        assert (report["requestId"], report["seqNo"], report.get("tbc", False)) == (5, 0, False)
        shown = [(each["component"]["name"], each["variable"]["name"]) for each in report["reportData"]]
        assert shown == [name for name, row in VARIABLES.items() if base == "FullInventory" or row.is_writable]


@pytest.mark.parametrize("name", VARIABLES, ids=".".join)
def test_every_default_can_be_set(name: tuple[str, str]) -> None:
    """The value of a new station is one that its variable may have."""
    assert accepts(VARIABLES[name], VARIABLES[name].default)


def test_a_change_counts_at_once() -> None:
    """A variable that was set steers what comes next."""
    play: Play = booted()
    asked = item("TxCtrlr", "TxStartPoint", attributeValue="EVConnected")
    play.command("SetVariables", {"setVariableData": [asked]})
    assert play.tell(Plugged(1), Presented(TOKEN)).transcript()[0] == "Started 0 CablePluggedIn"

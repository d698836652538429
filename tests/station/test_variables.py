"""SetVariables and GetVariables (B05, B06): a value that was set is read back."""

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.v2 import notation
from mock_csms.station.v2.model import VARIABLES
from mock_csms.station.v2.variables import MESSAGE_ATTEMPTS, MESSAGE_TIMEOUT, accepts, name_of, on_the_wire
from tests.station.commanded import Bench

EVSE: Json = {"name": "EVSE", "evse": {"id": 1}}
CONNECTOR: Json = {"name": "Connector", "evse": {"id": 2, "connectorId": 1}}
STATION: Json = {"name": "ChargingStation"}
COMM: Json = {"name": "OCPPCommCtrlr"}
PASSWORD: Json = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
STATE: Json = {"name": "AvailabilityState"}
ODD_NAMES: list[tuple[Json, Json]] = [
    ({"name": "EVSE[1]"}, {"name": "Power"}),
    ({"name": "EVSE", "evse": {"id": 99}}, {"name": "Power"}),
    ({"name": "EVSE", "evse": {"id": -1}}, {"name": "Power"}),
    ({"name": "EVSE", "instance": "1"}, {"name": "Power"}),
    ({"name": "Connector", "evse": {"id": 1, "connectorId": 7}}, STATE),
    ({"name": ""}, {"name": ""}),
    ({"name": "a/b[1,1]", "instance": "["}, {"name": "x]", "instance": ""}),
]
STATUSES: list[tuple[Json, Json, str, str]] = [
    (COMM, {"name": "OfflineThreshold"}, "300", "Accepted"),
    (COMM, {"name": "OfflineThreshold"}, "86401", "Rejected"),
    (COMM, {"name": "OfflineThreshold"}, "-1", "Rejected"),
    (COMM, {"name": "OfflineThreshold"}, "1.5", "Rejected"),
    (COMM, {"name": "MessageTimeout", "instance": "Default"}, "5", "Rejected"),
    (COMM, {"name": "MessageTimeout"}, "5", "UnknownVariable"),
    (COMM, {"name": "MessageAttempts", "instance": "TransactionEvent"}, "5", "Accepted"),
    (COMM, {"name": "Nonsense"}, "5", "UnknownVariable"),
    ({"name": "Nonsense"}, {"name": "OfflineThreshold"}, "5", "UnknownComponent"),
    ({"name": "EVSE"}, {"name": "Power"}, "5", "UnknownComponent"),
    (EVSE, {"name": "Power"}, "5", "Rejected"),
    ({"name": "SecurityCtrlr"}, {"name": "BasicAuthPassword"}, "x" * 15, "Rejected"),
    ({"name": "SecurityCtrlr"}, {"name": "BasicAuthPassword"}, "x" * 16, "Accepted"),
    ({"name": "ocppcommctrlr"}, {"name": "OFFLINETHRESHOLD"}, "70", "Accepted"),
]
FACTS: list[tuple[Json, str, str]] = [
    (STATION, "SerialNumber", "MOCK-0001"),
    (STATION, "AvailabilityState", "Available"),
    ({"name": "Controller"}, "FirmwareVersion", "1.0.0"),
    (EVSE, "Power", "0"),
    (CONNECTOR, "ConnectorType", "cType2"),
    ({"name": "ClockCtrlr"}, "DateTime", "2027-01-15T08:00:00.000Z"),
]
VALUES: list[tuple[str, str, bool]] = [
    ("OCPPCommCtrlr.OfflineThreshold", "²", False),
    ("SmartChargingCtrlr.LimitChangeSignificance", "1.5", True),
    ("SmartChargingCtrlr.LimitChangeSignificance", "nan", False),
    ("ClockCtrlr.NextTimeOffsetTransitionDateTime", "2026-03-29T01:00:00Z", True),
    ("ClockCtrlr.NextTimeOffsetTransitionDateTime", "2026-03-29T01:00:00", False),
    ("ClockCtrlr.NextTimeOffsetTransitionDateTime", "2026-13-29T01:00:00Z", False),
    ("ClockCtrlr.NextTimeOffsetTransitionDateTime", "soon", False),
    ("TxCtrlr.TxStartPoint", "EVConnected,Authorized", True),
    ("TxCtrlr.TxStartPoint", "EVConnected,EVConnected", False),
    ("AuthCtrlr.Enabled", "yes", False),
    ("TariffCostCtrlr.Currency", "EURO", False),
]


@pytest.mark.parametrize(("component", "variable", "value", "status"), STATUSES)
def test_each_value_gets_its_status(component: Json, variable: Json, value: str, status: str) -> None:
    """A valid value is set and read back; an invalid one gets the right status and changes nothing."""
    bench = Bench()
    before = bench.device.variables
    item = {"component": component, "variable": variable, "attributeValue": value}
    response, _ = bench.command("SetVariables", {"setVariableData": [item]})
    kept = {"component": component, "variable": variable}
    assert response["setVariableResult"] == [kept | {"attributeType": "Actual", "attributeStatus": status}]
    if status == "Accepted":
        read = bench.value(component, variable)
        assert read == ("Rejected" if variable["name"] == "BasicAuthPassword" else value)
    else:
        assert bench.device.variables == before


@pytest.mark.parametrize(("component", "variable"), ODD_NAMES)
def test_odd_names_are_unknown(component: Json, variable: Json) -> None:
    """Odd names are answered with UnknownComponent or UnknownVariable, without an error."""
    assert Bench().value(component, variable) in ("UnknownComponent", "UnknownVariable")


@pytest.mark.parametrize(("component", "variable", "value"), FACTS)
def test_computed_variables(component: Json, variable: str, value: str) -> None:
    """Computed variables have the right values without being set."""
    assert Bench().value(component, {"name": variable}) == value


@pytest.mark.parametrize(("name", "value", "is_fine"), VALUES)
def test_values_fit_their_type(name: str, value: str, is_fine: bool) -> None:
    """A value is accepted if its type, its limits and its list allow it."""
    component, _, variable = name.partition(".")
    assert accepts(VARIABLES[component, variable], value) is is_fine


def test_computed_variables_are_current() -> None:
    """State, power and energy have their present values."""
    bench, meter = Bench(), {"name": "FiscalMetering", "evse": {"id": 1}}
    bench.charge(1)
    bench.wait(3600)
    assert bench.value(EVSE, STATE) == "Occupied"
    assert bench.value(EVSE, {"name": "Power"}) == "11000"
    assert bench.value(meter, {"name": "EnergyImportRegister"}) == "11000"
    assert bench.value(STATION, STATE) == "Available"
    bench.command("ChangeAvailability", {"operationalStatus": "Inoperative", "evse": {"id": 2}})
    assert bench.value(CONNECTOR, STATE) == "Unavailable"
    assert bench.value(STATION, STATE) == "Occupied"
    bench.leave(1)
    assert bench.value(EVSE, {"name": "Power"}) == "0"


def test_each_item_gets_its_result() -> None:
    """Each item gets one result with its own component, variable and attribute type (B06.FR.01 to 03)."""
    asked: list[Json] = [
        {"component": EVSE, "variable": {"name": "Power"}, "attributeType": "MaxSet"},
        {"component": EVSE, "variable": {"name": "Power"}, "attributeType": "Target"},
        {"component": COMM, "variable": {"name": "HeartbeatInterval"}},
    ]
    results = Bench().command("GetVariables", {"getVariableData": asked})[0]["getVariableResult"]
    assert [(item["component"], item["variable"]) for item in results] == [
        (item["component"], item["variable"]) for item in asked
    ]
    assert [(item["attributeType"], item["attributeStatus"], item.get("attributeValue")) for item in results] == [
        ("MaxSet", "Accepted", "11000"),
        ("Target", "NotSupportedAttributeType", None),
        ("Actual", "Accepted", "300"),
    ]


@pytest.mark.parametrize(("kind", "status"), [("Target", "NotSupportedAttributeType"), ("MaxSet", "Rejected")])
def test_other_attributes_cannot_be_set(kind: str, status: str) -> None:
    """An unknown attribute is NotSupportedAttributeType; MaxSet cannot be set."""
    item = {"component": EVSE, "variable": {"name": "Power"}, "attributeType": kind, "attributeValue": "1"}
    response, _ = Bench().command("SetVariables", {"setVariableData": [item]})
    assert response["setVariableResult"][0]["attributeStatus"] == status


def test_values_survive_a_reboot() -> None:
    """A value survives a reboot."""
    bench = Bench()
    assert bench.assign("OCPPCommCtrlr.OfflineThreshold", "77") == "Accepted"
    bench.reboot()
    assert bench.value(COMM, {"name": "OfflineThreshold"}) == "77"


def test_the_next_heartbeat_follows_its_interval() -> None:
    """Only a new HeartbeatInterval moves the next heartbeat; before the accepted boot there is none."""
    bench = Bench()
    bench.now += 5
    before = bench.alarms["heartbeat",]
    assert bench.assign("OCPPCommCtrlr.OfflineThreshold", "30") == "Accepted"
    assert bench.alarms["heartbeat",] == before
    assert bench.assign("OCPPCommCtrlr.HeartbeatInterval", "30") == "Accepted"
    assert bench.alarms["heartbeat",] == bench.now + 30
    bench.alarms.clear()
    bench.device = replace(bench.device, boot_status="Pending")
    assert bench.assign("OCPPCommCtrlr.HeartbeatInterval", "40") == "Accepted"
    assert bench.alarms == {}


def test_names_of_variables_are_converted_both_ways() -> None:
    """Converting the name of a variable to component and variable, and back, gives the same name."""
    for name in VARIABLES:
        wire = on_the_wire(name)
        assert name_of(wire["component"], wire["variable"]) == name


def test_the_flag_takes_names_with_and_without_instance() -> None:
    """`--variable` accepts the full name of a variable, and the name without instance if that is unique."""
    given = notation.variables(["OCPPCommCtrlr.MessageTimeout=5", "OCPPCommCtrlr.MessageAttempts[TransactionEvent]=2"])
    assert given == {MESSAGE_TIMEOUT: "5", MESSAGE_ATTEMPTS: "2"}
    for wrong in ("DeviceDataCtrlr.ItemsPerMessage=5", "ChargingStation.Model=x", "OCPPCommCtrlr.MessageTimeout=x"):
        with pytest.raises(ValueError, match=r"MessageTimeout|is not COMPONENT"):
            notation.variables([wrong])

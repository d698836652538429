"""A device file becomes a station, or is rejected with a message of one line."""

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station.state import Identity
from mock_csms.station.v2.device_file import read_device
from mock_csms.station.v2.variables import HEARTBEAT_INTERVAL, MESSAGE_TIMEOUT
from tests.station.commanded import Bench

FILE = """
[identity]
vendor = "ACME"
model = "Wall"
serial-number = "A-17"
firmware = "2.1"

[[evse]]
connectors = ["cCCS2", "cType2"]

[[evse]]

[variables]
OCPPCommCtrlr.HeartbeatInterval = 30
OCPPCommCtrlr."MessageTimeout[Default]" = 5
TxCtrlr.TxStartPoint = ["EVConnected", "Authorized"]
TxCtrlr.StopTxOnInvalidId = false
"Connector[1,2]".SupplyPhases = 1

[[extra]]
component = "Fan/left"
variable = "Speed[max]"
type = "integer"
unit = "rpm"
value = 900
min = 0
max = 3000

[[extra]]
component = "Meter[2]"
variable = "Mode"
type = "OptionList"
values = ["a", "b"]
value = "a"
mutability = "ReadOnly"

[[extra]]
component = "Safe"
variable = "Secret"
type = "string"
mutability = "WriteOnly"
"""
FAN: tuple[Json, Json] = ({"name": "Fan", "instance": "left"}, {"name": "Speed", "instance": "max"})
EXTRA = '[[extra]]\ncomponent = "Fan"\nvariable = "Speed"\n'
WRONG: list[tuple[str, str]] = [
    ("x = ", "not TOML: Invalid value"),
    ("[" * 5000, "not TOML"),
    ("evses = 2", "evses: unknown key; did you mean 'evse'?"),
    ("evse = 2", "evse: must be written [[evse]]"),
    ("evse = []", "evse: the station must have 1 to 100 EVSEs"),
    ("evse = [1]", "evse 1: must be a table"),
    ('[[evse]]\nconnectors = ["cCSS2"]', "evse 1.connectors: 'cCSS2' is not one of "),
    ("[[evse]]\nconnectors = []", "evse 1.connectors: must be a list of 1 to 10 connector types"),
    ("[[evse]]\n[[evse]]\nconnector = 1", "evse 2.connector: unknown key; did you mean 'connectors'?"),
    ("identity = 1", "identity: must be a table"),
    ('[identity]\nvender = "x"', "identity.vender: unknown key; did you mean 'vendor'?"),
    ("[identity]\nvendor = 1", "identity.vendor: must be a string"),
    ('[identity]\nmodel = "aaaaaaaaaaaaaaaaaaaaa"', "identity.model: 'aaaaaaaaaaaaaaaaaaaaa' is longer than 20"),
    (
        "[variables]\nTxCtrl.TxStartPoint = 1",
        "variables.TxCtrl.TxStartPoint: unknown variable; did you mean 'TxCtrlr.TxStartPoint'?",
    ),
    ("[variables]\nTxCtrlr = 1", "variables.TxCtrlr: must be a table"),
    ('[variables."a\\nb"]\nx = 1', "variables.'a\\nb'.x: unknown variable"),
    (
        "[variables]\nChargingStation.Model = 'x'",
        "variables.ChargingStation.Model: this variable follows from the state of the station",
    ),
    (
        "[variables]\nOCPPCommCtrlr.HeartbeatInterval = 0",
        "variables.OCPPCommCtrlr.HeartbeatInterval: this variable does not take the value '0'; integer from 1",
    ),
    ("[variables]\nAuthCtrlr.Enabled = 2020-01-01", "variables.AuthCtrlr.Enabled: must be a string"),
    ('[variables]\n"EVSE[9]".SupplyPhases = 1', "variables.EVSE[9].SupplyPhases: unknown variable"),
    ("[[extra]]", "extra 1: the key component is missing"),
    (EXTRA + 'type = "int"', "extra 1.type: 'int' is not one of "),
    (EXTRA + 'type = "integer"', "extra 1: the key value is missing"),
    (EXTRA + 'type = "integer"\nvalue = "x"', "extra 1.value: this variable does not take the value 'x'; integer"),
    (EXTRA + 'type = "integer"\nvalue = 1\nmin = nan', "extra 1.min: must be a number"),
    (
        EXTRA + 'type = "integer"\nvalue = 1\nvalues = ["1"]',
        "extra 1.values: OptionList, SequenceList and MemberList need a list",
    ),
    (EXTRA + 'type = "OptionList"\nvalue = 1', "extra 1.values: OptionList, SequenceList and MemberList need a list"),
    (
        EXTRA + 'type = "OptionList"\nvalue = 1\nvalues = ["a,b"]',
        "extra 1.values: all values together must be at most 1000 characters",
    ),
    (EXTRA + 'type = "boolean"\nvalue = true\nneeds-reboot = 1', "extra 1.needs-reboot: must be true or false"),
    (EXTRA.replace("Fan", "EVSE[7]") + 'type = "string"', "extra 1.component: 'EVSE[7]': the station has no such EVSE"),
    (EXTRA.replace("Fan", "a[b") + 'type = "string"', "extra 1: 'a[b.Speed' is not COMPONENT.VARIABLE"),
    (EXTRA.replace("Fan", "x" * 51) + 'type = "string"', "extra 1: a name is longer than 50 characters"),
    (
        '[[extra]]\ncomponent = "txctrlr"\nvariable = "txstartpoint"\ntype = "string"',
        "extra 1: txctrlr.txstartpoint exists already; set its value under [variables]",
    ),
]


def test_a_station_from_a_device_file() -> None:
    """The station has the identity, EVSEs, connectors and variable values of the file."""
    device = read_device(FILE)
    assert device.identity == Identity("ACME", "Wall", "A-17", "2.1")
    assert {number: evse.connectors for number, evse in device.evses.items()} == {1: 2, 2: 1}
    assert (device.number(HEARTBEAT_INTERVAL), device.number(MESSAGE_TIMEOUT)) == (30, 5)
    bench = Bench(device=device)
    place = {"name": "Connector", "evse": {"id": 1, "connectorId": 2}}
    other = {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}
    assert bench.value(place, {"name": "SupplyPhases"}) == "1"
    assert bench.value(other, {"name": "ConnectorType"}) == "cCCS2"
    assert bench.value({"name": "TxCtrlr"}, {"name": "TxStartPoint"}) == "EVConnected,Authorized"
    assert bench.value({"name": "TxCtrlr"}, {"name": "StopTxOnInvalidId"}) == "false"


def test_variables_defined_in_a_device_file() -> None:
    """A variable defined in the file is read, set within its limits, kept over a reboot, and reported."""
    bench = Bench(device=read_device(FILE))
    assert bench.value(*FAN) == "900"
    for value, status in (("3001", "Rejected"), ("2000", "Accepted")):
        item = {"component": FAN[0], "variable": FAN[1], "attributeValue": value}
        answer, _ = bench.command("SetVariables", {"setVariableData": [item]})
        assert answer["setVariableResult"][0]["attributeStatus"] == status
    bench.reboot()
    assert bench.value(*FAN) == "2000"
    meter = {"component": {"name": "Meter", "evse": {"id": 2}}, "variable": {"name": "Mode"}}
    fan = {"component": FAN[0], "variable": FAN[1]}
    _, sent = bench.command("GetReport", {"requestId": 1, "componentVariable": [fan, meter]})
    first, second = sent[0][1]["reportData"]
    assert first["variableCharacteristics"] == {
        "dataType": "integer",
        "unit": "rpm",
        "minLimit": 0,
        "maxLimit": 3000,
        "supportsMonitoring": True,
    }
    assert second["variableCharacteristics"]["valuesList"] == "a,b"
    assert second["variableAttribute"][0]["mutability"] == "ReadOnly"
    assert bench.value({"name": "Safe"}, {"name": "Secret"}) == "Rejected"


def test_an_empty_device_file() -> None:
    """An empty file gives the default station."""
    device = read_device("")
    assert (device.identity, list(device.evses), device.extras) == (Identity(), [1], ())


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_errors_are_one_line(text: str, message: str) -> None:
    """An error is one line with the position in the file, and then the mistake."""
    with pytest.raises(ValueError, match=r"^[^\n]+$") as raised:
        read_device(text)
    assert str(raised.value).startswith(message)

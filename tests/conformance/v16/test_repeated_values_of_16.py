"""Repeated values and heartbeats of OCPP 1.6: messages that skip the checks, and that no check would report."""

from collections.abc import Mapping
from typing import Any

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.inspector import Inspector
from mock_csms.conformance.lessons.v16.repeated_values import is_expected
from mock_csms.protocol.actions import Json
from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.messages import Call, Result, encode
from mock_csms.protocol.versions import V16
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.events import Connected, Event, Knocked, Received
from tests.conformance.story import CREDENTIALS, came, sent
from tests.conformance.witness import STATION, TERMS
from tests.station.bench import NOW

NEEDS_SHORTCUTS = pytest.mark.skipif(is_long_way_forced(), reason="the suite runs without shortcuts")
ENERGY, VOLTAGE = "Energy.Active.Import.Register", "Voltage"
TRANSACTION = 7
Step = tuple[str, Json, Json | None]
"""An action, a payload, and the answer; None for no answer."""
KEYS = [
    {"key": "MeterValuesSampledData", "readonly": False, "value": f"{ENERGY},{VOLTAGE}"},
    {"key": "NumberOfConnectors", "readonly": True, "value": "2"},
]
BOOT: Step = (
    "BootNotification",
    {"chargePointVendor": "V", "chargePointModel": "M"},
    {"status": "Accepted", "interval": 300, "currentTime": rfc3339(NOW)},
)
START: Step = (
    "StartTransaction",
    {"connectorId": 1, "idTag": "TAG", "meterStart": 1000, "timestamp": rfc3339(NOW)},
    {"transactionId": TRANSACTION, "idTagInfo": {"status": "Accepted"}},
)
HEARTBEAT: Step = ("Heartbeat", {}, {"currentTime": rfc3339(NOW)})
GET: Step = ("GetConfiguration", {}, {"configurationKey": KEYS})
TRIGGER: Step = ("TriggerMessage", {"requestedMessage": "MeterValues"}, {"status": "Accepted"})


def values(energy: str = "2000", sample: Json | None = None, **more: Any) -> Step:
    """Return periodic values; `sample` changes the first one, `more` the message (None leaves a field out)."""
    first = {"value": energy, "context": "Sample.Periodic", "measurand": ENERGY, "unit": "Wh"} | (sample or {})
    second = {"value": "230.1", "context": first["context"], "measurand": VOLTAGE, "unit": "V", "phase": "L1"}
    payload = {
        "connectorId": 1,
        "transactionId": TRANSACTION,
        "meterValue": [{"timestamp": rfc3339(NOW + 60), "sampledValue": [first, second]}],
    }
    return "MeterValues", {key: value for key, value in (payload | more).items() if value is not None}, {}


BEGIN = [BOOT, GET, START, values("1000")]
"""What happens before the values."""


def events_of(steps: list[Step]) -> list[Event]:
    """Return the events of these calls and commands, with half a minute between them."""
    visitor = Visitor(f"/{STATION}", ["ocpp1.6"], CREDENTIALS)
    events: list[Event] = [
        Knocked(NOW, STATION, visitor, version=V16),
        Connected(NOW, STATION, "ocpp1.6", ("ocpp1.6",), version=V16),
    ]
    for number, (action, payload, answer) in enumerate(steps):
        at, call = NOW + 30.0 * number, Call(f"id-{number}", action, payload)
        if V16.actions[action].sender.name == "CSMS":
            events.append(sent(at, call, version=V16))
            events.append(came(at, encode(Result(call.id, answer)), call, V16))
            continue
        received = came(at, encode(call), version=V16)
        events.append(received)
        if answer is not None:
            assert isinstance(received.message, Call)
            events.append(sent(at, Result(call.id, answer), received.message, version=V16))
    return events


def is_followed(steps: list[Step]) -> bool:
    """Return whether the last call counts as repeated. A thorough inspector finds and learns the same."""
    events = events_of(steps)
    quick, thorough = (Inspector(CHECKS.values(), TERMS, is_thorough=each) for each in (False, True))
    for event in events:
        assert [*quick.look_at(event)] == [*thorough.look_at(event)]
        assert quick.stations == thorough.stations
    inspector = Inspector(CHECKS.values(), TERMS)
    last = max(number for number, event in enumerate(events) if isinstance(event, Received))
    for event in events[:last]:
        inspector.look_at(event)
    event = events[last]
    assert isinstance(event, Received)
    station: Any = inspector.stations[STATION]
    return type(event.message) is Call and not event.violations and is_expected(event.message, event.at, station, {})


@NEEDS_SHORTCUTS
def test_ordinary_values_and_heartbeats_count_as_repeated() -> None:
    """Periodic values of a running transaction count as repeated, as do heartbeats, one after the other."""
    assert is_followed([*BEGIN, values()])
    assert is_followed([*BEGIN, values(), values("2000.5"), HEARTBEAT, values("19999"), values("20001")])
    assert is_followed([*BEGIN, values(sample={"unit": "kWh"})])
    assert is_followed([*BEGIN, values(), HEARTBEAT])
    assert is_followed([BOOT, values()]), "the transaction may be older than the mock"


CHANGES: Mapping[str, Step] = {
    "another transaction": values(transactionId=8),
    "no transaction": values(transactionId=None),
    "unknown transaction": values(transactionId=-1),
    "connector 0": values(connectorId=0),
    "a connector that is not there": values(connectorId=3),
    "lower than before": values("900"),
    "lower than meterStart": values("0.5", {"unit": "kWh"}),
    "no number": values("12a"),
    "an exponent": values("1e3"),
    "two dots": values("1.0.0"),
    "signed": values("00AF", {"format": "SignedData"}),
    "triggered": values(sample={"context": "Trigger"}),
    "of the clock": values(sample={"context": "Sample.Clock"}),
    "another unit": values(sample={"unit": "V"}),
    "another measurand": values(sample={"measurand": "SoC", "unit": "Percent"}),
    "a register of a phase": values(sample={"phase": "L1"}),
    "another digit": values(sample={"value": "\N{ARABIC-INDIC DIGIT ONE}"}),
    "no time zone": values(meterValue=[{"timestamp": "2026-01-01T00:00:00", "sampledValue": [{"value": "2000"}]}]),
    "no values": values(meterValue=[]),
    "empty values": values(meterValue=[{"timestamp": rfc3339(NOW), "sampledValue": []}]),
}
"""Changes that make values not count as repeated."""


@pytest.mark.parametrize("name", list(CHANGES))
def test_changed_values_are_checked(name: str) -> None:
    """Values with any of these changes go to the checks, also right after ordinary ones."""
    assert not is_followed([*BEGIN, CHANGES[name]])
    assert not is_followed([*BEGIN, values(), values(), CHANGES[name]])


def test_values_below_the_last_ones_and_no_values_are_checked() -> None:
    """A register that falls goes to the checks, as does a message without values where no measurands are known."""
    assert not is_followed([*BEGIN, values(), values("1500")])
    assert not is_followed([BOOT, CHANGES["empty values"]])


EVENTS_BEFORE: Mapping[str, list[Step]] = {
    "trigger": [TRIGGER],
    "open call": [("Authorize", {"idTag": "TAG"}, None)],
    "pending": [(BOOT[0], BOOT[1], BOOT[2] | {"status": "Pending"} if BOOT[2] else None)],
}
"""Steps after which even ordinary messages are checked."""


@pytest.mark.parametrize("name", list(EVENTS_BEFORE))
@pytest.mark.parametrize("step", [values(), HEARTBEAT], ids=["values", "heartbeat"])
def test_messages_after_other_events_are_checked(name: str, step: Step) -> None:
    """After one of these events even ordinary values and heartbeats go to the checks."""
    assert not is_followed([*BEGIN, *EVENTS_BEFORE[name], step])

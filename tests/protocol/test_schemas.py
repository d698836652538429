"""Violations of schemas: their paths, messages, error codes and order."""

import time
from collections.abc import Callable
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import Call, ErrorCode
from mock_csms.protocol.schemas import Schemas, Violation
from mock_csms.protocol.versions import V201
from tests.pace import work

SCHEMAS = Schemas("v201")
MISSING, TYPE = ErrorCode.OccurrenceConstraintViolation, ErrorCode.TypeConstraintViolation
UNKNOWN, VALUE = ErrorCode.FormatViolation, ErrorCode.PropertyConstraintViolation

STATION = {"model": "m", "vendorName": "v"}
BOOT = {"reason": "PowerUp", "chargingStation": STATION}
SAMPLED = {"timestamp": "2026-01-01T00:00:00Z", "sampledValue": [{"value": 1.5}]}
METER = {"evseId": 1, "meterValue": [SAMPLED]}


@pytest.mark.parametrize(
    ("action", "payload", "violations"),
    [
        ("Heartbeat", {}, []),
        ("BootNotification", BOOT, []),
        ("BootNotification", {**BOOT, "customData": {"vendorId": "v", "anything": [1]}}, []),
        (
            "MeterValues",
            {"evseId": 1, "meterValue": [{**SAMPLED, "timestamp": "no date"}]},
            [],
        ),  # no format check
        # A field that is missing.
        ("BootNotification", {"reason": "PowerUp"}, [("chargingStation", MISSING)]),
        ("BootNotification", {}, [("chargingStation", MISSING), ("reason", MISSING)]),
        (
            "BootNotification",
            {"reason": "PowerUp", "chargingStation": {"model": "m"}},
            [("chargingStation.vendorName", MISSING)],
        ),
        (
            "MeterValues",
            {"evseId": 1, "meterValue": [SAMPLED, {"timestamp": "t"}]},
            [("meterValue.1.sampledValue", MISSING)],
        ),
        # The length of an array.
        ("MeterValues", {"evseId": 1, "meterValue": []}, [("meterValue", MISSING)]),
        (
            "Authorize",
            {
                "idToken": {"idToken": "t", "type": "ISO14443"},
                "iso15118CertificateHashData": [
                    {
                        "hashAlgorithm": "SHA256",
                        "issuerNameHash": "a",
                        "issuerKeyHash": "b",
                        "serialNumber": "c",
                        "responderURL": "https://ocsp.invalid/",
                    }
                ]
                * 5,
            },
            [("iso15118CertificateHashData", MISSING)],
        ),
        # The type of a field, and of the payload as a whole.
        ("MeterValues", {**METER, "evseId": "1"}, [("evseId", TYPE)]),
        ("MeterValues", {**METER, "evseId": 1.5}, [("evseId", TYPE)]),
        ("MeterValues", {**METER, "evseId": 1.0}, []),  # an integer in draft-06
        ("MeterValues", {**METER, "evseId": 1e20}, [("evseId", VALUE)]),
        (
            "BootNotification",
            {**BOOT, "chargingStation": {**STATION, "model": 1e20}},
            [("chargingStation.model", TYPE)],
        ),
        ("MeterValues", {**METER, "evseId": True}, [("evseId", TYPE)]),
        ("MeterValues", {**METER, "evseId": None}, [("evseId", TYPE)]),
        ("MeterValues", {**METER, "meterValue": {}}, [("meterValue", TYPE)]),
        ("Heartbeat", None, [("", TYPE)]),
        ("Heartbeat", [], [("", TYPE)]),
        ("Heartbeat", "x", [("", TYPE)]),
        ("Heartbeat", 7, [("", TYPE)]),
        # A field that the schema does not have.
        ("Heartbeat", {"x": 1}, [("x", UNKNOWN)]),
        (
            "BootNotification",
            {"reason": "PowerUp", "chargingStation": {**STATION, "Model": "m"}},
            [("chargingStation.Model", UNKNOWN)],
        ),
        # A value.
        ("BootNotification", {**BOOT, "reason": "powerup"}, [("reason", VALUE)]),
        (
            "BootNotification",
            {"reason": "PowerUp", "chargingStation": {**STATION, "model": "m" * 21}},
            [("chargingStation.model", VALUE)],
        ),
    ],
)
def test_each_violation_has_its_path_and_code(
    action: str, payload: Any, violations: list[tuple[str, ErrorCode]]
) -> None:
    """A violation has the path of the field, even if the validator reports its parent, and the code of Part 4."""
    found = SCHEMAS.request_violations(action, payload)
    assert sorted((violation.path, violation.code) for violation in found) == violations


FAULTS: dict[ErrorCode, Callable[[dict[str, Any]], None]] = {
    MISSING: lambda payload: payload.pop("chargingStation"),
    TYPE: lambda payload: payload.update(customData=7),
    UNKNOWN: lambda payload: payload.update(x=1),
    VALUE: lambda payload: payload.update(reason="Nope"),
}
"""One way to break a BootNotification for each code, the worst first."""


@given(st.sets(st.sampled_from(list(FAULTS)), min_size=1))
def test_the_worst_violation_comes_first(codes: set[ErrorCode]) -> None:
    """Violations are in this order: missing field, wrong type, unknown field, wrong value."""
    payload: dict[str, Any] = dict(BOOT)
    for code in codes:
        FAULTS[code](payload)
    found = [violation.code for violation in SCHEMAS.request_violations("BootNotification", payload)]
    assert found == [code for code in FAULTS if code in codes]


def test_an_array_that_is_too_short_is_worse_than_a_wrong_type() -> None:
    """An array with a wrong length counts like a missing field: both violate the cardinality of the specification."""
    found = SCHEMAS.request_violations("MeterValues", {"evseId": "1", "meterValue": []})
    assert [violation.path for violation in found] == ["meterValue", "evseId"]


def test_responses_have_schemas_of_their_own() -> None:
    """A valid request is not valid as the response of the same action."""
    assert not SCHEMAS.request_violations("Heartbeat", {})
    assert [str(found) for found in SCHEMAS.response_violations("Heartbeat", {})] == ["currentTime: is missing"]


def test_every_unknown_field_is_named() -> None:
    """Each unknown field of an object is a violation of its own, so that the details of a CALLERROR name all paths."""
    found = SCHEMAS.request_violations("Heartbeat", {"x": 1, "y": 2})
    assert sorted(violation.path for violation in found) == ["x", "y"]


def nested(item: Any, profiles: int) -> dict[str, Any]:
    """Return a payload with three levels of arrays of `item`."""
    schedule = {"chargingSchedulePeriod": [item] * 100}
    return {"chargingProfile": [{"chargingSchedule": [schedule] * 100}] * profiles}


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("MeterValues", {"evseId": 1, "meterValue": [1] * 300_000}),
        ("MeterValues", {"evseId": 1, "meterValue": [{}] * 150_000}),
        ("MeterValues", {"evseId": 1, "meterValue": [{**SAMPLED, "sampledValue": [{"value": "x"}] * 50_000}]}),
        ("MeterValues", {**METER, **{f"unknown{number}": 1 for number in range(50_000)}}),
        ("MeterValues", {**METER, "x" * 1_000_000: 1}),
        ("MeterValues", {"evseId": "x" * 1_000_000, "meterValue": [SAMPLED]}),
        ("ReportChargingProfiles", nested(1, profiles=45)),
        ("ReportChargingProfiles", nested({"a": 1}, profiles=12)),
    ],
    ids=["integers", "objects", "strings", "unknown", "long name", "long text", "nested integers", "nested objects"],
)
def test_a_big_wrong_payload_is_judged_quickly(action: str, payload: dict[str, Any]) -> None:
    """A megabyte of wrong items gives few violations with short messages in little time."""
    assert len(orjson.dumps(payload)) < 1_048_576
    began = time.process_time()
    found = SCHEMAS.request_violations(action, payload)
    assert time.process_time() - began < 100 * work()
    assert 0 < len(found) <= 1000
    assert max(len(violation.message) + len(violation.path) for violation in found) <= 402


@given(st.integers(1, 1100))
def test_no_depth_makes_judging_raise(depth: int) -> None:
    """Payloads of any depth that decoding accepts can be checked, whether or not the schema allows that depth."""
    message = decode(b'[2,"1","DataTransfer",' + b"[" * depth + b"]" * depth + b"]")
    if isinstance(message, Call):
        SCHEMAS.request_violations("DataTransfer", {"vendorId": "v", "data": message.payload[0:1]})
        assert SCHEMAS.request_violations("Heartbeat", message.payload)
        assert SCHEMAS.request_violations("Heartbeat", {"x": message.payload[0:1]})


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["Heartbeat", "BootNotification", "MeterValues", "DataTransfer"]), json_values)
def test_no_payload_makes_judging_raise(action: str, payload: Any) -> None:
    """Any JSON value can be checked as a payload; one that is not an object is always wrong."""
    found = SCHEMAS.request_violations(action, payload)
    assert isinstance(payload, dict) or found


@pytest.mark.parametrize(
    ("schema", "path", "values"),
    [
        ("BootNotificationResponse", ["status"], ("Accepted", "Pending", "Rejected")),
        ("ResetRequest", ["type"], ("Immediate", "OnIdle")),
        ("AuthorizeRequest", ["idToken", "type"], None),
    ],
)
def test_the_values_of_an_enumeration_come_from_the_schema(
    schema: str, path: list[str], values: tuple[str, ...] | None
) -> None:
    """The values of an enumeration come from the schema, also through references."""
    found = SCHEMAS.values(schema, *path)
    assert values is None or found == values
    assert set(found) in [set(node.get("enum", ())) for node in SCHEMAS.schema(schema)["definitions"].values()]


def test_there_are_ten_authorization_statuses() -> None:
    """AuthorizationStatusEnumType has ten values (Part 2)."""
    assert len(SCHEMAS.values("AuthorizeResponse", "idTokenInfo", "status")) == 10


@pytest.mark.parametrize(
    ("violation", "text"),
    [
        (Violation("evse.id", "is missing", MISSING), "evse.id: is missing"),
        (Violation("", 'null is not of type "object"', TYPE), 'null is not of type "object"'),
    ],
)
def test_a_violation_as_text(violation: Violation, text: str) -> None:
    """A violation as text is its path and its message."""
    assert str(violation) == text


def test_the_places_of_times() -> None:
    """`places` returns the paths of all texts with a format, also in arrays and through references."""
    assert set(SCHEMAS.places("NotifyEventRequest", "date-time")) == {("generatedAt",), ("eventData", "*", "timestamp")}
    assert SCHEMAS.places("HeartbeatRequest", "date-time") == ()


def test_a_token_is_not_repeated() -> None:
    """Messages about an idToken do not contain the token; messages about other fields contain the value."""
    payload = {"idToken": {"idToken": "secret" * 10, "type": "wrong"}, "certificate": 17}
    found = V201.schemas.request_violations("Authorize", payload)
    assert [violation.path for violation in found] == ["certificate", "idToken.idToken", "idToken.type"]
    result = " ".join(violation.message for violation in found)
    assert "secret" not in result
    assert "17" in result
    assert '"wrong"' in result


def test_a_version_with_other_file_names() -> None:
    """Schemas are found for OCPP 1.6 too, whose files are named `Authorize` (the request) and `AuthorizeResponse`."""
    schemas = Schemas("v16", request_suffix="")
    assert [str(found) for found in schemas.request_violations("Authorize", {})] == ["idTag: is missing"]
    assert [str(found) for found in schemas.response_violations("Authorize", {})] == ["idTagInfo: is missing"]

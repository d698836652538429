"""Versions: their subprotocols, the calls that are valid in them, and the CALLERRORs to others."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import Call, ErrorCode, Result
from mock_csms.protocol.names import did_you_mean, nearest
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.v2.other_versions import OTHERS
from mock_csms.protocol.versions import SUBPROTOCOLS, V201, choose_subprotocol, refusal


@pytest.mark.parametrize(
    ("sender", "action", "payload", "code"),
    [
        (Sender.STATION, "Heartbeat", {}, None),
        (Sender.STATION, "DataTransfer", {"vendorId": "v"}, None),
        (Sender.CSMS, "DataTransfer", {"vendorId": "v"}, None),
        (Sender.CSMS, "Reset", {"type": "OnIdle"}, None),
        (Sender.STATION, "Reset", {"type": "OnIdle"}, ErrorCode.NotSupported),
        (Sender.CSMS, "Heartbeat", {}, ErrorCode.NotSupported),
        (Sender.STATION, "heartbeat", {}, ErrorCode.NotImplemented),
        (Sender.STATION, "", {}, ErrorCode.NotImplemented),
        (Sender.STATION, "x" * 100_000, {}, ErrorCode.NotImplemented),
        (Sender.STATION, "Reset", None, ErrorCode.NotSupported),  # the action is checked before the payload
        (Sender.STATION, "Heartbeat", None, ErrorCode.TypeConstraintViolation),
    ],
)
def test_a_call_is_judged_by_action_then_payload(
    sender: Sender, action: str, payload: Any, code: ErrorCode | None
) -> None:
    """Unknown actions are NotImplemented, actions of the other side NotSupported; the payload is checked after that."""
    found = V201.call_violations(Call("1", action, payload), sender)
    assert [violation.code for violation in found] == ([] if code is None else [code])


@pytest.mark.parametrize(
    ("action", "hint"),
    [
        ("heartbeat", "; did you mean 'Heartbeat'?"),
        ("BootNotificaton", "; did you mean 'BootNotification'?"),
        ("Xyzzy", ""),
    ],
)
def test_an_unknown_action_gets_the_nearest_one_as_a_hint(action: str, hint: str) -> None:
    """The description says that the version has no such action, and which name was probably meant."""
    [violation] = V201.call_violations(Call("1", action, {}), Sender.STATION)
    assert violation.message == f"no action of OCPP 2.0.1 has this name{hint}"


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("StartTransaction", "StartTransaction is an action of OCPP 1.6; in OCPP 2.0.1 use TransactionEvent"),
        ("stoptransaction", "StopTransaction is an action of OCPP 1.6; in OCPP 2.0.1 use TransactionEvent"),
        ("ExtendedTriggerMessage", "ExtendedTriggerMessage is an action of OCPP 1.6; in OCPP 2.0.1 use TriggerMessage"),
        ("BatterySwap", "BatterySwap is an action of OCPP 2.1; OCPP 2.0.1 has no such action"),
    ],
)
def test_an_action_of_another_version_is_named_as_such(action: str, expected: str) -> None:
    """The description says which version has the action, and what to use instead."""
    call = Call("1", action, {})
    assert refusal(call, V201.call_violations(call, Sender.STATION)).description.removeprefix(f"{action}: ") == expected


@pytest.mark.parametrize(("folder", "version"), [("v16", "1.6"), ("v21", "2.1")])
def test_the_table_of_other_versions_is_complete(folder: str, version: str) -> None:
    """The table has every action with a schema in OCPP 1.6 or 2.1 that is not in 2.0.1."""
    spec = importlib.util.find_spec("ocpp")
    assert spec is not None
    assert spec.submodule_search_locations
    schemas = (Path(spec.submodule_search_locations[0]) / folder / "schemas").glob("*.json")
    names = {path.stem.removesuffix("Response").removesuffix("Request") for path in schemas}
    assert names - set(V201.actions) == {name for name, (its, _) in OTHERS.items() if its == version}
    assert all(word in V201.actions for _, here in OTHERS.values() for word in here.split(" or ") if word)


def test_a_whole_float_is_read_as_an_integer() -> None:
    """Where the schema requires an integer, `1.0` is valid (JSON Schema draft-06) and becomes 1."""
    payload = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available", "evseId": 1.0, "connectorId": 1}
    call, violations = V201.read_call(Call("1", "StatusNotification", payload), Sender.STATION)
    assert (violations, type(call.payload["evseId"])) == ((), int)
    result, violations = V201.read_result(Call("1", "GetLocalListVersion", {}), Result("1", {"versionNumber": 2.0}))
    assert (violations, type(result.payload["versionNumber"])) == ((), int)


@pytest.mark.parametrize("huge", ["data", "customData.x"])
def test_a_too_large_number_is_refused_at_its_path(huge: str) -> None:
    """A number too large for a double is a wrong value anywhere, also where the schema allows any value."""
    payload = {"vendorId": "v", "data": 1, "customData": {"vendorId": "v", "x": 1}}
    call = Call("1", "DataTransfer", payload, (huge,))
    [violation] = V201.call_violations(call, Sender.STATION)
    assert (violation.path, violation.code) == (huge, ErrorCode.PropertyConstraintViolation)


@given(st.text(max_size=40), st.lists(st.text(max_size=10), max_size=5))
def test_a_hint_is_always_one_of_the_names(word: str, names: list[str]) -> None:
    """A hint has an existing name or is empty; if there are few names, it lists all of them."""
    hint = nearest(word, names)
    assert hint == "" or hint in [f"; did you mean {name!r}?" for name in names]
    result = did_you_mean(word, names)
    assert result.startswith(hint)
    assert all(name in result for name in names)
    assert did_you_mean(word, map(str, range(100))) == nearest(word, map(str, range(100)))


def test_a_result_is_judged_as_the_response_of_its_call() -> None:
    """A result is validated with the response schema of the call's action."""
    call = Call("1", "GetLocalListVersion", {})
    assert not V201.result_violations(call, {"versionNumber": 1})
    assert [found.path for found in V201.result_violations(call, {})] == ["versionNumber"]


def test_a_refusal_has_all_violations() -> None:
    """The CALLERROR has the id of the call, the code and text of its first violation, and the paths of all."""
    call = Call("7", "BootNotification", {"reason": "Nope", "chargingStation": {"model": 1}, "x": 1})
    error = refusal(call, V201.call_violations(call, Sender.STATION))
    assert (error.id, error.code) == ("7", ErrorCode.OccurrenceConstraintViolation)
    assert error.description == "BootNotification: chargingStation.vendorName: is missing"
    assert error.details is not None
    result = [(violation["path"], violation["code"]) for violation in error.details["violations"]]
    assert result == [
        ("chargingStation.vendorName", "OccurrenceConstraintViolation"),
        ("chargingStation.model", "TypeConstraintViolation"),
        ("x", "FormatViolation"),
        ("reason", "PropertyConstraintViolation"),
    ]


def test_a_refusal_is_bounded() -> None:
    """A CALLERROR has at most 20 violations in its details, and at most 50 characters of the action."""
    violations = [
        Violation(f"a.{number}", "is missing", ErrorCode.OccurrenceConstraintViolation) for number in range(99)
    ]
    error = refusal(Call("1", "A" * 1000, {}), violations)
    assert error.details is not None
    assert len(error.details["violations"]) == 20
    assert error.description == f"{'A' * 50}: a.0: is missing"


@pytest.mark.parametrize(
    ("offered", "chosen"),
    [
        (["ocpp2.0.1"], "ocpp2.0.1"),
        (["ocpp2.0"], "ocpp2.0"),
        (["ocpp2.0", "ocpp2.0.1"], "ocpp2.0.1"),
        (["ocpp1.6", "ocpp2.1", "ocpp2.0.1"], "ocpp2.0.1"),
        (["ocpp1.6"], "ocpp1.6"),
        (["ocpp1.5"], None),
        (["OCPP2.0.1"], None),  # the names of subprotocols are compared as they are (RFC 6455, 4.1)
        ([], None),
    ],
)
def test_the_preferred_common_subprotocol_is_chosen(offered: list[str], chosen: str | None) -> None:
    """In the order of the mock `ocpp2.0.1` is preferred, and `ocpp2.0` is chosen if only that is offered."""
    assert choose_subprotocol(offered, by_station=False) == chosen


@pytest.mark.parametrize(
    ("spoken", "offered", "of_station", "of_mock"),
    [
        (None, ["ocpp1.6", "ocpp2.0.1"], "ocpp1.6", "ocpp2.0.1"),
        (None, ["ocpp1.5", "ocpp2.0", "ocpp2.0.1"], "ocpp2.0", "ocpp2.0.1"),
        (["1.6", "2.0.1"], ["ocpp2.1", "ocpp2.0.1", "ocpp1.6"], "ocpp2.0.1", "ocpp1.6"),
        (["2.1"], ["ocpp2.0.1", "ocpp1.6"], None, None),
    ],
)
def test_the_order_of_the_station_or_of_the_mock_decides(
    spoken: list[str] | None, offered: list[str], of_station: str | None, of_mock: str | None
) -> None:
    """The first that the station offers and the mock speaks is chosen, or the first of the mock that is offered."""
    assert choose_subprotocol(offered, spoken) == of_station
    assert choose_subprotocol(offered, spoken, by_station=False) == of_mock


@given(st.lists(st.sampled_from([*SUBPROTOCOLS, "ocpp1.5", "ocpp2.2"])), st.booleans())
def test_only_what_was_offered_is_chosen(offered: list[str], by_station: bool) -> None:
    """A chosen subprotocol was offered and is spoken by the mock; none is chosen only if there is no such one."""
    chosen = choose_subprotocol(offered, by_station=by_station)
    assert (chosen is None) == SUBPROTOCOLS.keys().isdisjoint(offered)
    assert chosen is None or (chosen in offered and chosen in SUBPROTOCOLS)

"""Tests of message checks that the reference station cannot trigger: odd frames, ids, answers and timestamps."""

from base64 import urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.templates import rfc3339
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.facts.message_ids import MOST_IDS, NO_MARK, MessageIds
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Result, encode
from mock_csms.protocol.records import replace
from mock_csms.protocol.wrong_types import with_unknown_type
from mock_csms.twin.events import Disconnected, Event, Unanswered
from tests.conformance.story import Story, accepted, came, connected, got, sent
from tests.conformance.witness import STATION, inspect
from tests.station.bench import NOW

RPC = [id_ for id_ in CHECKS if id_.startswith("R")]
BEAT = {"currentTime": rfc3339(NOW)}
BEGIN = accepted().events


def call_and_answer(at: float, id_: str, action: str, payload: Any, answer: Json | Error | None = None) -> list[Event]:
    """Return a call with this message id, and the answer of the mock if there is one."""
    call = Call(id_, action, payload)
    message = answer if isinstance(answer, Error) else Result(id_, answer or {})
    return [got(at, call)] if answer is None else [got(at, call), sent(at, message, call)]


def checks(*events: Event) -> list[str]:
    """Return the message checks that report something after the station was accepted, with their severity."""
    found = inspect([*BEGIN, *events], NOW + 1000.0, RPC)
    return [finding.check + ("" if finding.severity == "error" else f" {finding.severity}") for finding in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"{", ["R01"]),
        (b"{}", ["R01"]),
        (b"[]", ["R01"]),
        (b"[2.0,1,2,3]", ["R01"]),
        (b"[true]", ["R01"]),
        (b"[5]", ["R02"]),
        (b"[-1,{}]", ["R02"]),
        (b"[2]", ["R03"]),
        (b'[3,"1"]', ["R03"]),
        (b'[4,"1","InternalError",""]', ["R03"]),
        (b'[2,"","Heartbeat",{}]', ["R04"]),
        (b"[3,null,{}]", ["R04"]),
        (b'[2,"1",null,{}]', ["R09"]),
        (b'[4,"1",5,"",{}]', ["R13"]),
        (b'[4,"1","InternalError",null,{}]', ["R14"]),
        (b'[4,"1","InternalError","",null]', ["R14"]),
        (b'[2,"1","Reset",{"type":"Immediate"}]', ["R09"]),
        (b'[2,"1","heartbeat",{}]', ["R09"]),
        (b'[2,"1","Heartbeat",[]]', ["R10"]),
        (b'[2,"1","Heartbeat",null]', ["R12 warning"]),
        (b'[2,"1","Authorize",null]', ["R11"]),
        (b'[2,"1","Authorize",{}]', ["R10"]),
        (b'[2,"1","Authorize",{"idToken":{}}]', ["R11"]),
        (b'[2,"1","Authorize",{"idToken":{"idToken":"a","type":"Central","additionalInfo":[]}}]', ["R11"]),
        (b'[2,"1","Heartbeat",{"nothing":[]}]', ["R10"]),
        (b'[2,"1","Authorize",{"idToken":{"idToken":"a","type":"Central","more":null}}]', ["R10"]),
        (b'[2,"1","MeterValues",{"evseId":1,"meterValue":[]}]', ["R11"]),
        (b'[2,"1","GetChargingProfiles",{"requestId":1,"chargingProfile":{}}]', ["R09"]),
        (b'[2,"1","Heartbeat",{"customData":{}}]', ["R17"]),
        (b'[2,"1","Heartbeat",{"customData":{"vendorId":""}}]', []),
        (b'[2,"1","Heartbeat",{"customData":{"vendorId":"v","x":null,"y":[]}}]', []),
        (b'[2,"1","Heartbeat",{"customData":{"vendorId":5}}]', ["R17"]),
        (b'[2,"1","Heartbeat",{"customData":{"vendorId":null}}]', ["R17"]),
        (b'[2,"1","Heartbeat",{"customData":null}]', ["R11"]),
        (b'[2,"1","Heartbeat",{"customData":5}]', ["R17"]),
        (b'[2,"1","DataTransfer",{"vendorId":"v","data":{"x":[]}}]', []),
        (b'[2,"1","DataTransfer",{"vendorId":"v","data":[]}]', []),
        (b"[2," + b"[" * 300 + b"]" * 300 + b"]", ["R03"]),
    ],
)
def test_frames(text: bytes, found: Sequence[str]) -> None:
    """Each invalid frame is reported by exactly one check."""
    assert checks(came(NOW + 1, text)) == found


COMMAND = Call("c", "ClearCache", {})
ASKED = sent(NOW + 1, COMMAND)


@pytest.mark.parametrize(
    ("message", "found"),
    [
        (Error("c", "NotImplemented"), []),
        (Error("c", "Busy"), ["R13"]),
        (Error("c", "OccurenceConstraintViolation"), ["R13 warning"]),
        (Error("c", "NotSupported", "x" * 255), []),
        (Result("c", {"status": "Accepted"}), []),
        (Result("c", {}), ["R10"]),
        (Result("c", None), ["R11"]),
        (Result("c", {"status": "Accepted", "statusInfo": {}}), ["R11"]),
    ],
)
def test_answers(message: Error | Result, found: Sequence[str]) -> None:
    """Answers are checked like calls."""
    assert checks(ASKED, got(NOW + 2, message, COMMAND)) == found


def test_an_unknown_empty_field() -> None:
    """R10 reports a field that the schema does not have, even if it is empty; R11 does not."""
    call_and_answer = Call("c", "GetDisplayMessages", {"requestId": 1})
    answer = Result("c", {"status": "Accepted", "displayMessage": []})
    found = inspect([sent(NOW, call_and_answer), got(NOW + 1, answer, call_and_answer)], NOW, RPC)
    assert [(finding.check, finding.problem) for finding in found] == [
        ("R10", "the answer to GetDisplayMessages: displayMessage: is not a property of the schema")
    ]


def test_a_description_that_is_too_long() -> None:
    """R14 reports an errorDescription that is too long."""
    text = b'[4,"c","NotSupported","' + b"x" * 256 + b'",{}]'
    assert checks(ASKED, came(NOW + 2, text, COMMAND)) == ["R14"]


# Ids.


def event(seq: int) -> dict[str, Any]:
    """Return a TransactionEvent."""
    info = {"transactionId": "T"}
    result = {"timestamp": rfc3339(NOW + 10), "triggerReason": "Trigger", "seqNo": seq, "transactionInfo": info}
    return result | {"eventType": "Updated"}


def test_repeated_ids() -> None:
    """R05 reports a repeated message id on any connection; for a repeat of the same event it is only a warning."""
    one, two = (
        call_and_answer(NOW + 10, "1", "TransactionEvent", event(5), {}),
        call_and_answer(NOW + 11, "1", "Heartbeat", {}, BEAT),
    )
    again = call_and_answer(NOW + 12, "1", "TransactionEvent", event(5), {})
    lost = [Disconnected(NOW + 10.5, STATION, 1006, ""), *connected(NOW + 10.6)]
    assert checks(*one, *lost, *two) == ["R05"]
    assert checks(*one, *lost, *again) == ["R05 warning"]
    assert checks(*one, *call_and_answer(NOW + 12, "1", "TransactionEvent", event(6), {})) == ["R05"]


def test_the_last_ten_thousand_ids_are_remembered() -> None:
    """At least MOST_IDS ids are remembered, and at most twice as many; repeating an id does not keep it longer."""
    ids = MessageIds()
    for number in range(5 * MOST_IDS + 5):
        assert ids.add(str(number), number)
        assert not ids.add(str(number), 0)
        for before in (0, MOST_IDS - 1):
            assert ids.mark_of(str(number - before)) == (number - before if before <= number else None)
        assert ids.mark_of(str(number - 2 * MOST_IDS)) is None


@given(st.lists(st.tuples(st.text(), st.integers(-(2**70), 2**70))))
def test_ids_are_remembered_with_their_marks(ids: list[tuple[str, int]]) -> None:
    """Each id is new once and keeps its first mark; marks of more than 64 bits are not kept."""
    table, marks = MessageIds(), dict[str, int]()
    for id_, mark in ids:
        assert table.mark_of(id_) == marks.get(id_)
        assert table.add(id_, mark) is (id_ not in marks)
        marks.setdefault(id_, mark if 0 <= mark < 2**63 else NO_MARK)


# Calls that overlap, and their answers.


def timeout(seconds: str) -> list[Event]:
    """Return the events by which the mock learns MessageTimeout."""
    return Story(1).get("OCPPCommCtrlr", "MessageTimeout[Default]", attributeValue=seconds).events


@pytest.mark.parametrize(
    ("known", "pause", "found"), [("10", 5.0, ["R06"]), ("10", 10.0, []), ("", 0.1, []), ("x", 0.1, [])]
)
def test_a_call_while_another_is_open(known: str, pause: float, found: Sequence[str]) -> None:
    """R06 reports a call while another is open, and allows it after MessageTimeout."""
    first = call_and_answer(NOW + 5, "1", "Heartbeat", {})
    assert checks(*timeout(known), *first, *call_and_answer(NOW + 5 + pause, "2", "Heartbeat", {}, BEAT)) == found


def test_an_answer_with_a_wrong_id() -> None:
    """R06 is silent if a fault gave the mock's answer to the open call a wrong message id."""
    call = Call("1", "Heartbeat", {})
    wrong = sent(NOW + 5, Result("other", {"currentTime": rfc3339(NOW)}), call, "wrong-id")
    assert checks(got(NOW + 5, call), wrong, *call_and_answer(NOW + 5.1, "2", "Heartbeat", {}, BEAT)) == []


def test_answers_without_a_command() -> None:
    """R07 reports repeated answers and answers without a command, but not late ones (R08) or those to a fault."""
    taken = Result("c", {"status": "Accepted"})
    late = Unanswered(NOW + 31, STATION, COMMAND, "no answer within 30 s")
    assert checks(ASKED, got(NOW + 2, taken, COMMAND), got(NOW + 2, taken)) == ["R07"]
    assert checks(got(NOW + 2, taken)) == ["R07"]
    assert checks(ASKED, late, got(NOW + 32, taken)) == ["R08"]
    assert checks(sent(NOW + 1, Call("z", "ClearCache", {}), None, "wrong-id"), got(NOW + 2, Result("z", {}))) == []
    assert checks(sent(NOW + 1, COMMAND, None, "malformed"), got(NOW + 2, Error("-1", "RpcFrameworkError"))) == []
    assert checks(got(NOW + 2, Error("-1", "RpcFrameworkError"))) == ["R07"]


def test_commands_without_an_answer() -> None:
    """R08 reports a command without an answer in time, unless the connection was lost or the mock did not send it."""
    assert checks(ASKED, Unanswered(NOW + 31, STATION, COMMAND, "no answer within 30 s")) == ["R08"]
    assert checks(ASKED, Unanswered(NOW + 5, STATION, COMMAND, "the connection was lost")) == []
    assert checks(Unanswered(NOW + 31, STATION, COMMAND, "no answer within 30 s")) == []


WRONG = Call("w", "Reset", {"type": "Whatever"})


def test_commands_that_break_their_schema() -> None:
    """R15 reports an accepted command that violates its schema, with and without a fault."""
    taken, late = got(NOW + 2, Result("w", {"status": "Accepted"}), WRONG), "no answer within 30 s"
    assert checks(sent(NOW + 1, WRONG), taken) == ["R15 warning"]
    assert checks(sent(NOW + 1, WRONG), Unanswered(NOW + 31, STATION, WRONG, late)) == ["R15 warning"]
    assert checks(sent(NOW + 1, WRONG, None, "Reset invalid"), taken) == ["R15 warning"]
    assert checks(sent(NOW + 1, WRONG), got(NOW + 2, Error("w", "FormatViolation"), WRONG)) == []
    assert (
        checks(sent(NOW + 1, COMMAND, None, "split"), got(NOW + 2, Result("c", {"status": "Accepted"}), COMMAND)) == []
    )


def test_unknown_types() -> None:
    """R16 reports any answer to an unknown message type except MessageTypeNotSupported; no answer is valid."""
    spoiled = replace(sent(NOW + 1, COMMAND, None, "Reset unknown-type"), text=with_unknown_type(encode(COMMAND)))
    silence = Unanswered(NOW + 31, STATION, COMMAND, "no answer within 30 s")
    assert checks(spoiled, got(NOW + 2, Error("c", "MessageTypeNotSupported"), COMMAND)) == []
    assert checks(spoiled, got(NOW + 2, Error("c", "InternalError"), COMMAND)) == ["R16 warning"]
    assert checks(spoiled, got(NOW + 2, Result("c", {"status": "Accepted"}), COMMAND)) == ["R16 warning"]
    assert checks(spoiled, silence) == []


@pytest.mark.parametrize("payload", [{}, None, 5, {"payload": "!"}, {"payload": 5}, {"payload": "AAA"}])
def test_signed_messages(payload: Any) -> None:
    """R19 reports every signed message, whatever its payload is."""
    assert checks(*call_and_answer(NOW + 1, "1", "Heartbeat-Signed", payload)) == ["R19 info"]


def test_the_fields_of_a_signed_message() -> None:
    """R19 names the fields in a signed message."""
    inner = urlsafe_b64encode(b'{"reason":"PowerUp"}').decode().rstrip("=")
    found = inspect(call_and_answer(NOW, "1", "BootNotification-Signed", {"payload": inner}), NOW, RPC)
    assert [finding.problem for finding in found] == ["'BootNotification-Signed' is a signed message, with reason"]


# Times.


@pytest.mark.parametrize(
    ("stamp", "found"),
    [
        (rfc3339(NOW + 100), []),
        ("2026-01-01T12:01:40z", []),
        ("2026-01-01T13:01:40+01:00", []),
        ("2026-01-01T12:01:40", ["R18"]),
        ("2026-01-01 12:01:40Z", ["R18"]),
        ("20260101T120140Z", ["R18"]),
        ("2026-02-31T12:01:40Z", ["R18"]),
        ("soon", ["R18"]),
        ("", ["R18"]),
        (rfc3339(NOW + 103), []),
        (rfc3339(NOW + 105), ["R18 warning"]),
        (rfc3339(NOW), []),
        ("1970-01-01T00:00:00Z", ["R18 warning"]),
        ("2026-01-01t12:01:40.1234567891z", []),
        ("2026-01-01T12:01:40-00:00", []),
        ("2016-12-31T23:59:60Z", ["R18 warning"]),
        ("2017-01-01T05:29:60.5+05:30", ["R18 warning"]),
        ("2016-06-30t23:59:60z", ["R18 warning"]),
        ("2016-12-30T23:59:60Z", ["R18"]),
        ("2016-12-31T22:59:60Z", ["R18"]),
        ("2016-12-31T23:59:61Z", ["R18"]),
        ("2016-12-31T23:60:00Z", ["R18"]),
        ("2016-12-31T24:00:00Z", ["R18"]),
        ("2026-01-01T12:01:40.Z", ["R18"]),
        ("2026-01-01T12:01:40,5Z", ["R18"]),
        ("2026-01-01T12:01:40+02", ["R18"]),
        ("2026-01-01T12:01:40+0000", ["R18"]),
        ("2026-01-01T12:01:40+24:00", ["R18"]),
        ("0001-01-01T00:00:00+23:59", ["R18 warning"]),
    ],
)
def test_times(stamp: str, found: Sequence[str]) -> None:
    """R18 accepts the forms of RFC 3339, and reports other forms, future times, and times before OCPP existed.

    A leap second is valid.
    """
    result = {"timestamp": stamp, "type": "StartupOfTheDevice"}
    assert checks(*call_and_answer(NOW + 100, "1", "SecurityEventNotification", result, {})) == found


def test_nested_timestamps() -> None:
    """R18 looks at every timestamp in a payload."""
    values = [{"timestamp": stamp, "sampledValue": [{"value": 1.0}]} for stamp in (rfc3339(NOW + 100), "now")]
    assert checks(*call_and_answer(NOW + 100, "1", "MeterValues", {"evseId": 1, "meterValue": values}, {})) == ["R18"]
    assert checks(*call_and_answer(NOW + 100, "1", "MeterValues", {"evseId": 1, "meterValue": values[:1]}, {})) == []


def at(seconds: float, **more: Any) -> dict[str, Any]:
    """Return a TransactionEvent with this time."""
    return event(1) | {"timestamp": rfc3339(NOW + seconds)} | more


def test_late_events() -> None:
    """R18 reports an event sent long after its timestamp, unless other calls, a retry or an outage explain it."""
    late = call_and_answer(NOW + 100, "9", "TransactionEvent", at(80), {})
    busy = [
        each
        for n in range(50)
        for each in call_and_answer(
            NOW + 75 + n / 2, f"b{n}", "DataTransfer", {"vendorId": "v"}, {"status": "Accepted"}
        )
    ]
    refused = call_and_answer(NOW + 50, "1", "TransactionEvent", at(50, seqNo=0), Error("1", "InternalError"))
    assert checks(*late) == ["R18 warning"]
    assert checks(*busy, *late) == []
    assert checks(*refused, *late) == []
    assert checks(*call_and_answer(NOW + 81, "1", "TransactionEvent", at(80), {}), *late) == []
    assert checks(*call_and_answer(NOW + 100, "9", "TransactionEvent", at(80, offline=True), {})) == []
    lost = [Disconnected(NOW + 85, STATION, 1006, ""), *connected(NOW + 95)]
    assert checks(*lost, *late) == []


@pytest.mark.parametrize(
    ("source", "seconds", "found"),
    [("NTP", 100, []), ("NTP", 600, []), ("NTP", 300, []), ("Heartbeat,NTP", 600, []), ("Heartbeat", 300, ["R18"])],
)
def test_clocks(source: str, seconds: float, found: Sequence[str]) -> None:
    """R18 accepts the real time and the mock's currentTime, but only the latter if TimeSource is Heartbeat."""
    story = Story().connect().boot(currentTime=rfc3339(NOW + 500)).know(ClockCtrlr_TimeSource=source)
    late = call_and_answer(NOW + 100, "2", "TransactionEvent", at(seconds), {})
    assert [finding.check for finding in inspect([*story.events, *late], NOW, RPC)] == found

"""Messages of OCPP 1.6 and 2.1: their types and error codes, and the texts that get no answer."""

from typing import Any

import orjson
import pytest

from mock_csms.behavior.validation import Validation
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.conversation import Conversation
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result, encode
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.protocol.versions import V16, V21, V201, Version

STRICT = Validation()
STREAM = {"id": 1, "pending": 0, "basetime": "2026-01-01T00:00:00Z", "data": [{"t": 0, "v": "1"}]}


def talk(version: Version) -> Conversation:
    """Return a conversation of the mock with a station of this version."""
    return Conversation(version, Sender.STATION)


def refusal_of(version: Version, text: str | list[Any]) -> Error | None:
    """Return the mock's CALLERROR to a message of a station, if it is refused."""
    data = text if isinstance(text, str) else orjson.dumps(text).decode()
    return talk(version).receive(data.encode(), STRICT).refusal


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[6,"1","NotifyPeriodicEventStream",{}]', SendMessage("1", "NotifyPeriodicEventStream", {})),
        ('[5,"1","FormatViolation","why",{}]', ResultError("1", "FormatViolation", "why", {})),
    ],
)
def test_the_new_types_of_21_are_read_and_written(text: str, message: Message) -> None:
    """SEND and CALLRESULTERROR are decoded only in 2.1, and encoded unchanged."""
    read = decode(text.encode(), V21.framing)
    assert (read, type(read)) == (message, type(message))
    assert encode(message).decode() == text
    assert [type(decode(text.encode(), version.framing)) for version in (V16, V201)] == [Malformed] * 2


@pytest.mark.parametrize("version", [V16, V21], ids=lambda version: version.name)
@pytest.mark.parametrize(
    "text",
    [
        '[5,"1"]',
        '[5,"1","C","",{},{}]',
        '[5,"1","FormatViolation","",{"a":1',
        '[5,1,"C","",{}]',
        '[6,"1"]',
        '[6,"1","Heartbeat",{}',
        '[6,"1","Heartbeat",{}]',
        '[6,"1","Nothing",{}]',
        '[6,1,"NotifyPeriodicEventStream",{}]',
        '[6,"1","NotifyPeriodicEventStream",{}]',
        '[6,"1","NotifyPeriodicEventStream",' + "[" * 3000,
        '[5,"1","C","",{"a":' + "[" * 300 + "]" * 300 + "}]",
        '["6","1","A",{}]',
        "[6",
        "[5,",
        '[7,"1","A",{}]',
        '[9,"1"]',
        '[7,"1","A",{}',
    ],
)
def test_some_texts_are_never_answered(version: Version, text: str) -> None:
    """Text that starts with `[5` or `[6`, and a message of an unknown type, get no answer in 1.6 and 2.1."""
    assert refusal_of(version, text) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ([2, "1", "Authorize", {}], "OccurenceConstraintViolation"),
        ([2, "1", "Authorize", {"idTag": "T", "x": 1}], "FormationViolation"),
        ([2, "1", "Authorize", {"idTag": 1}], "TypeConstraintViolation"),
        ([2, "1", "Authorize", {"idTag": "T" * 21}], "PropertyConstraintViolation"),
        ([2, "1", "TransactionEvent", {}], "NotImplemented"),
        ([2, "1", "Reset", {"type": "Hard"}], "NotSupported"),
        ([2, "1", "Authorize"], "FormationViolation"),
        ('[2,"1","Authorize",{"idTag":"T"}', None),
        ("nothing", None),
        ([2, 1, "Authorize", {}], None),
    ],
)
def test_refusals_of_16_have_its_codes(text: str | list[Any], code: str | None) -> None:
    """Each violation gets the error code of 1.6 in its spelling; without a readable id there is no answer."""
    refusal = refusal_of(V16, text)
    assert (refusal and refusal.code) == code
    for violation in (refusal.details or {}).get("violations", ()) if refusal else ():
        assert violation["code"] in V16.framing.codes


@pytest.mark.parametrize("version", [V16, V201, V21], ids=lambda version: version.name)
def test_null_is_an_empty_payload_in_16_alone(version: Version) -> None:
    """`null` stands for `{}` in a call and in a result of 1.6; later versions refuse it."""
    is_16 = version is V16
    side = talk(version)
    came = side.receive(b'[2,"1","Heartbeat",null]', STRICT)
    assert came.is_refused is not is_16
    side.open(Call("2", "GetLocalListVersion", {}))
    assert side.receive(b'[3,"2",null]', STRICT).is_refused
    action = "UpdateFirmware" if is_16 else "CostUpdated"
    side.open(Call("3", action, {}))
    assert side.receive(b'[3,"3",null]', STRICT).is_refused is not is_16


def test_a_send_is_validated_and_never_answered() -> None:
    """An invalid SEND is refused without an answer; a SEND opens and ends no call."""
    side = talk(V21)
    side.open(Call("1", "Reset", {"type": "Immediate"}))
    right = side.take(SendMessage("1", "NotifyPeriodicEventStream", STREAM), STRICT)
    assert (right.is_refused, right.violations, right.answers) == (False, (), None)
    for wrong in (
        SendMessage("1", "NotifyPeriodicEventStream", {}),
        SendMessage("1", "Heartbeat", {}),
        SendMessage("1", "Nothing", {}),
    ):
        came = side.take(wrong, STRICT)
        assert (came.is_refused, came.refusal, came.answers) == (True, None, None)
    assert ([*side.ours], [*side.theirs]) == (["1"], [])


def test_a_send_as_a_call_is_refused() -> None:
    """NotifyPeriodicEventStream as a CALL gets NotSupported, as it must be a SEND."""
    refusal = refusal_of(V21, [2, "1", "NotifyPeriodicEventStream", STREAM])
    assert refusal is not None
    assert (refusal.code, "SEND" in refusal.description) == ("NotSupported", True)


@pytest.mark.parametrize("version", [V16, V201, V21], ids=lambda version: version.name)
@pytest.mark.parametrize("text", [b'[3,"1",{"status":"Never"}]', b'[3,"1"]', b'[3,"1",{"status":"Acc'])
def test_callresulterrors_only_in_21(version: Version, text: bytes) -> None:
    """An invalid CALLRESULT gets a CALLRESULTERROR in 2.1, once, and no answer in earlier versions."""
    side = talk(version)
    side.open(Call("1", "ClearCache", {}))
    came = side.receive(text, STRICT)
    assert came.answers is not None
    assert came.is_refused
    assert came.failure
    refusal = came.refusal
    assert (type(refusal) is ResultError and refusal.id == "1") if version is V21 else refusal is None
    assert side.receive(text, STRICT).refusal is None


@pytest.mark.parametrize("text", [b'[3,"2",{"status":"Never"}]', b'[4,"1","C"]', b'[4,"1","GenericError","",{}]'])
def test_nothing_else_gets_a_result_error(text: bytes) -> None:
    """A CALLERROR, also an invalid one, and a CALLRESULT without an open call get no CALLRESULTERROR."""
    side = talk(V21)
    side.open(Call("1", "ClearCache", {}))
    assert side.receive(text, STRICT).refusal is None


def test_a_callresulterror_to_our_answer() -> None:
    """A CALLRESULTERROR to an answer of the mock is matched with the answered call, once, and ends no call of ours."""
    side = talk(V21)
    call = side.take(Call("1", "Heartbeat", {}), STRICT).message
    assert isinstance(call, Call)
    side.sent(Result("1", {"currentTime": "2026-01-01T00:00:00Z"}), call)
    side.open(Call("1", "ClearCache", {}))
    for refuses in (call, None):
        came = side.take(ResultError("1", "FormatViolation", "", {}), STRICT)
        assert (came.refuses, came.answers, came.is_refused, came.refusal) == (refuses, None, False, None)
    assert side.ours

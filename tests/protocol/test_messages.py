"""Decoding and encoding of messages: valid arrays, malformed ones and their errors."""

from typing import Any

import orjson
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mock_csms.protocol.decoding import decode
from mock_csms.protocol.messages import (
    MAX_DESCRIPTION_LENGTH,
    MAX_ID_LENGTH,
    UNREADABLE_ID,
    Call,
    Error,
    ErrorCode,
    Malformed,
    Message,
    Result,
    encode,
)

LONGEST_ID = "i" * MAX_ID_LENGTH
INFINITY = float("inf")
DEEP = b"[" * 300 + b"]" * 300
RPC, TYPE = ErrorCode.RpcFrameworkError, ErrorCode.MessageTypeNotSupported

MESSAGES: list[tuple[bytes, Message]] = [
    (b'[2,"1","Heartbeat",{}]', Call("1", "Heartbeat", {})),
    (b' [ 2 , "1" , "A" , {"a": [1]} ] ', Call("1", "A", {"a": [1]})),
    (b'[2,"1","",null]', Call("1", "", None)),  # decoding does not validate the action and the payload
    (b'[2,"' + LONGEST_ID.encode() + b'","A",7]', Call(LONGEST_ID, "A", 7)),
    (b'[2,"' + 36 * "ä".encode() + b'","A",{}]', Call("ä" * 36, "A", {})),  # the limit is in characters, not bytes
    (b'[2,"-1","A",{}]', Call("-1", "A", {})),
    (b'[3,"1",{"status":"Accepted"}]', Result("1", {"status": "Accepted"})),
    (b'[3,"1",[]]', Result("1", [])),
    (b'[4,"1","GenericError","",{}]', Error("1", "GenericError", "", {})),
    (b'[4,"1","Mine","why",{"a":1}]', Error("1", "Mine", "why", {"a": 1})),  # a peer's code may be any text
]

# The received text, error code and id of the CALLERROR to it, and whether the text counts as an answer to our call.
MALFORMED: list[tuple[bytes, ErrorCode, str, bool]] = [
    (b"", RPC, "-1", False),
    (b"hello", RPC, "-1", False),
    (b'[2,"1","A",{}', RPC, "-1", False),
    (b'[2,"1","A",NaN]', RPC, "-1", False),
    (b'[2,"1","A",{}]]', RPC, "-1", False),
    (b'[2,"\xff","A",{}]', RPC, "-1", False),
    (b'[2,"\\ud800","A",{}]', RPC, "-1", False),
    (b"[" * 100_000, RPC, "-1", False),
    (b'[2,"1","A",{"a":"\\ud800","b":1e400}]', RPC, "-1", False),
    (b'[2,"1","A",' + b"[" * 2000 + b"]" * 2000 + b"]", RPC, "1", False),  # too deep to decode
    (b"1e400", RPC, "-1", False),
    (b'[1e400,"1"]', RPC, "1", False),
    (b'[2,"1",1e400,{}]', RPC, "1", False),
    (b'[2,"1","A",' + DEEP + b"]", RPC, "1", False),  # too deep to encode again
    (b'[3,"1",' + DEEP + b"]", RPC, "1", True),
    (b'[4,"1","C","",{"a":' + DEEP + b"}]", RPC, "1", True),
    (DEEP, RPC, "-1", False),
    (b"null", RPC, "-1", False),
    (b"2", RPC, "-1", False),
    (b'"2"', RPC, "-1", False),
    (b'{"2":"1"}', RPC, "-1", False),
    (b"[]", RPC, "-1", False),
    (b"[2]", RPC, "-1", False),
    (b'["2","1","A",{}]', RPC, "1", False),
    (b'[2.0,"1","A",{}]', RPC, "1", False),
    (b'[true,"1","A",{}]', RPC, "1", False),
    (b'[null,"1"]', RPC, "1", False),
    (b'[2,"1","A"]', RPC, "1", False),
    (b'[2,"1","A",{},{}]', RPC, "1", False),
    (b'[2,"1",7,{}]', RPC, "1", False),
    (b'[2,"1",null,{}]', RPC, "1", False),
    (b'[2,"","A",{}]', RPC, "-1", False),
    (b'[2,"' + b"i" * 37 + b'","A",{}]', RPC, "-1", False),
    (b'[2,7,"A",{}]', RPC, "-1", False),
    (b'[2,null,"A",{}]', RPC, "-1", False),
    (b'[2,["1"],"A",{}]', RPC, "-1", False),
    (b'[3,"1"]', RPC, "1", True),
    (b'[3,"1",{},{}]', RPC, "1", True),
    (b"[3,1,{}]", RPC, "-1", True),
    (b'[4,"1","GenericError",""]', RPC, "1", True),
    (b'[4,"1",7,"",{}]', RPC, "1", True),
    (b'[4,"1","GenericError",null,{}]', RPC, "1", True),
    (b'[4,"1","GenericError","",[]]', RPC, "1", True),
    (b'[4,"1","GenericError","",null]', RPC, "1", True),
    (b'[4,"","GenericError","",{}]', RPC, "-1", True),
    (b'[0,"1","A",{}]', TYPE, "1", False),
    (b'[1,"1","A",{}]', TYPE, "1", False),
    (b'[5,"1","A",{}]', TYPE, "1", False),
    (b'[-2,"1","A",{}]', TYPE, "1", False),
    (b"[9]", TYPE, "-1", False),
    (b'[99999999999999999999,"1","A",{}]', RPC, "1", False),  # beyond 64 bits, so that it reads as a float
]

# Broken texts that begin like an answer, and the id in them.
BROKEN_ANSWERS: list[tuple[bytes, str]] = [
    (b"[3", "-1"),
    (b"[4,", "-1"),
    (b'["3"', "-1"),
    (b'["3', "-1"),
    (b'[3,"', "-1"),
    (b'[3,"1', "1"),
    (b'[3,"1\\', "-1"),
    (b'[3,"1"', "1"),
    (b'[3,"1",{"status":"Acc', "1"),
    (b'[4,"1","GenericError","",{}', "1"),
    (b' \t\r\n[ 3 , "1" , {"a":', "1"),
    (b'\xef\xbb\xbf[3,"1",{}]', "1"),
    (b'[3.0,"1",{}]', "1"),
    (b'[3.,"1",{}', "1"),
    (b'[4.0e0,"1","GenericError","",{}]', "1"),
    (b'[03,"1",{}]', "1"),
    (b'[+3,"1",{}]', "1"),
    (b'["3","1",{}]', "1"),
    (b'["4","1","GenericError","",{}]', "1"),
    (b'["3","1",{}', "1"),
    (b"['3','1',{}]", "1"),
    (b"[3,1,{}", "1"),
    (b'[3 "1" {}]', "1"),
    (b'[3,"1",{}]\0', "1"),
    (b'\0[3,"1",{}]', "1"),
    (b'[3,"1",{"a":"\0"}]', "1"),
    (b'[3,"1",{"a":"\x01"}]', "1"),
    (b'[3,"1",{"a":"\\ud800"}]', "1"),
    (b'[3,"1",{"a":"\\x"}]', "1"),
    (b'[3,"1",{"a":"\xff"}]', "1"),
    (b'[3,"1",{"a":NaN}]', "1"),
    (b'[3,"1",{}]]', "1"),
    (b'[3,"1",{}][3,"1",{}]', "1"),
    (b'[3,"\\u0031",{', "1"),
    (b'[3,"' + b"i" * 37 + b'",{', "-1"),
    (b'[3,"",{', "-1"),
    (b'[3,"1",' + b"[" * 3000, "1"),
    ('[3,"1",{}]'.encode("utf-16-le"), "1"),
    ('[3,"1",{}]'.encode("utf-16"), "1"),
]

ids = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=MAX_ID_LENGTH)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=MAX_DESCRIPTION_LENGTH)
numbers = st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False, allow_infinity=False)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda children: st.lists(children, max_size=4) | st.dictionaries(texts, children, max_size=4),
    max_leaves=12,
)
objects = st.dictionaries(texts, json_values, max_size=4)
messages = (
    st.builds(Call, ids, texts, json_values)
    | st.builds(Result, ids, json_values)
    | st.builds(Error, ids, texts, texts, objects)
)


@pytest.mark.parametrize(("data", "message"), MESSAGES)
def test_a_message_is_read(data: bytes, message: Message) -> None:
    """An array of the right shape is decoded to its message."""
    assert decode(data) == message


@pytest.mark.parametrize(("data", "code", "id_", "answers"), MALFORMED)
def test_a_malformed_message(data: bytes, code: ErrorCode, id_: str, answers: bool) -> None:
    """Any other text is decoded to a Malformed: its problem in one line, code and id for the CALLERROR, `is_answer`."""
    malformed = decode(data)
    assert isinstance(malformed, Malformed)
    assert (malformed.code, malformed.id, malformed.is_answer) == (code, id_, answers)
    assert malformed.problem
    assert "\n" not in malformed.problem


@pytest.mark.parametrize(("data", "id_"), BROKEN_ANSWERS)
def test_a_broken_answer_counts_as_one(data: bytes, id_: str) -> None:
    """A broken answer is recognized as an answer, with as much of its id as was received."""
    malformed = decode(data)
    assert isinstance(malformed, Malformed)
    assert (malformed.is_answer, malformed.id, malformed.code) == (True, id_, RPC)


@pytest.mark.parametrize(
    "data",
    [b'[30,"1"', b'[34,"1",{}', b'[3.5,"1",{}]', b'[3e1,"1",{}', b'["30","1"', b'["3x","1",{}]', b'{"3":'],
)
def test_a_text_that_only_resembles_an_answer(data: bytes) -> None:
    """A text that begins with another number, as 30 or 3.5, is not an answer."""
    malformed = decode(data)
    assert isinstance(malformed, Malformed)
    assert not malformed.is_answer


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'[2,"1","A",{"a":[0,1e400]}]', Call("1", "A", {"a": [0, INFINITY]}, ("a.1",))),
        (b'[2,"1","A",{"a":-1E+999,"b":1e400}]', Call("1", "A", {"a": -INFINITY, "b": INFINITY}, ("a", "b"))),
        (b'[2,"1","A",' + b"9" * 400 + b"]", Call("1", "A", INFINITY, ("",))),
        (b'[2,"1","A",{"a":1e400,"b":' + b"9" * 20 + b"}]", Call("1", "A", {"a": INFINITY, "b": 1e20}, ("a",))),
        (b'[3,"1",{"a":1e400}]', Result("1", {"a": INFINITY}, ("a",))),
        (b'[4,"1","C","",{"a":1e400}]', Error("1", "C", "", {"a": INFINITY})),
        (b'[2,"1","A",{"a":1e-400}]', Call("1", "A", {"a": 0.0})),
    ],
)
def test_too_large_numbers_are_read_as_infinity(data: bytes, message: Message) -> None:
    """Numbers too large for a double are read as infinity, with their paths: RFC 8259, section 6, sets no limit."""
    assert decode(data) == message


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"{}", "not a JSON array but an object"),
        (b"true", "not a JSON array but a boolean"),
        (b"null", "not a JSON array but null"),
        (b'"x"', "not a JSON array but a string"),
        (b"1.5", "not a JSON array but a number"),
        (b'[2,"1",["A"],{}]', "the action of a CALL is a string, not an array"),
        (b'[2,"1","A"]', "a CALL has 4 items (id, action, payload after the type), not 3"),
        (b'[3,"1"]', "a CALLRESULT has 3 items (id, payload after the type), not 2"),
        (b"[4]", "a CALLERROR has 5 items (id, code, description, details after the type), not 1"),
        (b'[3,"",{}]', "the id of a CALLRESULT is a string of 1 to 36 characters"),
        (b"[7]", "message type 7 is unknown"),
    ],
)
def test_the_problem_of_a_malformed_message(data: bytes, problem: str) -> None:
    """The problem of a malformed message tells a person what to change."""
    malformed = decode(data)
    assert isinstance(malformed, Malformed)
    assert malformed.problem == problem


@given(st.binary())
@example(b"[2," * 2000)
def test_no_bytes_make_decoding_raise(data: bytes) -> None:
    """Any bytes can be decoded without an exception."""
    assert isinstance(decode(data), Call | Result | Error | Malformed)


@given(st.sampled_from([2, 3, 4]), ids, json_values, st.data())
def test_a_cut_or_changed_answer_counts_as_one(number: int, id_: str, payload: Any, data: st.DataObject) -> None:
    """A text that is cut off or changed after its id still counts as an answer, unless it is a CALL."""
    begin = orjson.dumps([number, id_])[:-1] + b","
    text = begin + orjson.dumps(payload) + b"]"
    at = data.draw(st.integers(len(begin), len(text) - 1))
    for broken in (text[:at], text[:at] + data.draw(st.binary(max_size=3)) + text[at + 1 :]):
        message = decode(broken)
        assert message.is_answer is (number != 2)
        assert message.id == id_ or (number == 2 and message.id == UNREADABLE_ID)


@given(json_values | st.lists(json_values | st.integers(1, 5) | ids, max_size=6))
def test_no_json_makes_decoding_raise(value: Any) -> None:
    """Any JSON value can be decoded, and its id is always one that a CALLERROR may have."""
    message = decode(orjson.dumps(value))
    assert 0 < len(message.id) <= MAX_ID_LENGTH


@given(st.integers(1, 1100), st.sampled_from([(b"[", b"]"), (b'{"a":', b"}")]))
def test_decoded_payloads_can_be_encoded(depth: int, brackets: tuple[bytes, bytes]) -> None:
    """Every nested payload that decoding accepts can be encoded again, for logs and answers."""
    opening, closing = brackets
    message = decode(b'[2,"1","A",' + opening * depth + b"1" + closing * depth + b"]")
    assert isinstance(message, Call) or depth > 200
    if isinstance(message, Call):
        assert decode(encode(message)) == message


@given(st.sampled_from([2, 3, 4]), ids, st.lists(json_values, max_size=4))
def test_a_valid_id_is_read_whatever_follows_it(number: int, id_: str, rest: list[Any]) -> None:
    """A valid id is read whatever follows it; a malformed message counts as an answer unless it is a CALL."""
    message = decode(orjson.dumps([number, id_, *rest]))
    assert message.id == id_
    if isinstance(message, Malformed):
        assert message.is_answer is (number != 2)


@given(messages)
def test_encoding_and_decoding_agree(message: Message) -> None:
    """Encoding a message and decoding it gives the same message."""
    assert decode(encode(message)) == message


@given(messages)
def test_encoding_is_compact(message: Message) -> None:
    """Messages, also decoded ones, are encoded as compact JSON."""
    text = encode(message)
    read = decode(text)
    assert isinstance(read, Call | Result | Error)
    assert encode(read) == text == orjson.dumps(orjson.loads(text))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (Call("1", "Reset", {"type": "Immediate"}), b'[2,"1","Reset",{"type":"Immediate"}]'),
        (Result("1", {}), b'[3,"1",{}]'),
        (Error("1", ErrorCode.NotSupported, "no", {"a": 1}), b'[4,"1","NotSupported","no",{"a":1}]'),
        (Error("1", "Mine"), b'[4,"1","Mine","",{}]'),
        (Error(UNREADABLE_ID, RPC, "x"), b'[4,"-1","RpcFrameworkError","x",{}]'),
    ],
)
def test_the_text_of_a_message(message: Message, text: bytes) -> None:
    """A message is sent as compact JSON; an error without details has an empty object."""
    assert encode(message) == text


@given(st.text(st.characters(exclude_categories=["Cs"]), min_size=MAX_DESCRIPTION_LENGTH))
def test_a_description_is_cut(description: str) -> None:
    """The description of a CALLERROR is never longer than OCPP-J allows (Part 4, 4.2.3)."""
    assert orjson.loads(encode(Error("1", RPC, description)))[3] == description[:255]

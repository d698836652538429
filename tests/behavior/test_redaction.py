"""Masking idTokens: no part of an idToken stays, and nothing else changes, in any kind of text."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.quick_redaction import MASK
from mock_csms.behavior.redaction import MOST_TOKENS, Redactor
from mock_csms.protocol.messages import Call, Error, ErrorCode, Malformed, Result, encode
from mock_csms.protocol.schemas import Violation
from mock_csms.twin.events import Event, Failed, Lost, Received, Refused, Sent, Spoiled, Unanswered

SECRET = "5eCr3t"
TEXT = st.text(max_size=20).filter(lambda text: "idToken" not in text)
TOKENS = TEXT.map(lambda text: f"{SECRET}{text}{SECRET}")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


def payload(token: object, around: Any = None) -> Any:
    """Return a request with an idToken, other fields, and a list of idTokens."""
    id_token = {"idToken": token, "type": "ISO14443"}
    return {
        "idToken": id_token,
        "around": around,
        "list": [{"idToken": id_token, "idTokenInfo": {"status": "Blocked"}}],
    }


@given(TOKENS, VALUES.filter(lambda value: "idToken" not in str(value)))
def test_only_tokens_are_masked(token: str, around: Any) -> None:
    """In a payload only the idTokens change; everything else stays as it was."""
    assert Redactor().value(payload(token, around)) == payload(MASK, around)


@given(TOKENS, VALUES, st.sampled_from([None, orjson.OPT_INDENT_2]))
def test_text_and_json_agree(token: str, around: Any, option: int | None) -> None:
    """Masking a frame, compact or indented, gives the same as masking its payload; the frame stays JSON."""
    text = orjson.dumps(payload(token, around), option=option)
    assert orjson.loads(Redactor().frame(text)) == Redactor().value(payload(token, around))


@given(TOKENS, st.data())
def test_text_that_was_cut_off(token: str, data: st.DataObject) -> None:
    """No part of an idToken stays in a frame that was cut off or is invalid JSON for another reason."""
    text = orjson.dumps([2, "1", "Authorize", {"idToken": {"idToken": token}}])
    end = data.draw(st.integers(text.index(b'idToken":"') + len(b'idToken":"'), len(text)))
    assert SECRET[:2].encode() not in Redactor().frame(text[:end])
    assert SECRET.encode() not in Redactor().frame(b"{" + text[1:])


@pytest.mark.parametrize("space", ["", " ", "  ", "\t", "\n", "\r\n  "])
def test_space_around_the_colon(space: str) -> None:
    """JSON may have white space on both sides of the colon."""
    assert SECRET.encode() not in Redactor().frame(f'{{"idToken"{space}:{space}"{SECRET}"}}'.encode())


@pytest.mark.parametrize("token", ['"{}', 'a"{}', "a\\{}", 'a\\"{}', "a\n{}", "é{}", "a;{}", "a, got {}", "a]{}"])
def test_tokens_with_marks_in_them(token: str) -> None:
    """An idToken with quotes, backslashes, line ends or separators is masked completely, in frames and other texts."""
    text = orjson.dumps({"idToken": {"idToken": token.format(SECRET)}})
    assert SECRET.encode() not in Redactor().frame(text)
    assert SECRET not in Redactor().words(text.decode())


@pytest.mark.parametrize("token", [5318008, -5318008, 5318008.5])
def test_tokens_of_the_wrong_type(token: object) -> None:
    """An idToken that is not a string is masked too."""
    broken = {"idToken": {"idToken": token, "type": "Central"}}
    assert "5318008" not in str(Redactor().value(broken))
    assert b"5318008" not in Redactor().frame(orjson.dumps(broken))


@pytest.mark.parametrize(
    "line",
    [
        f"Authorize[idToken.idToken={SECRET}]*2",
        f"TransactionEvent[eventType=Ended,idToken.idToken={SECRET}]@CS-*",
        f"Authorize[idToken.idToken={SECRET},idToken.type=Central]",
        f'Authorize[idToken.idToken="a,]{SECRET}"]*2',
        f'Authorize[idToken.idToken="a\\"{SECRET}"]*2',
        f"Authorize[idToken.idToken = {SECRET} ]",
        f"Authorize[idToken.idToken=a b {SECRET}]",
        f'Authorize*1 {{"idTokenInfo":{{"groupIdToken":{{"idToken":"{SECRET}","type":"Central"}}}}}}',
    ],
)
def test_lines_for_people(line: str) -> None:
    """In the name of a rule or an expectation the idToken is masked, and everything else stays."""
    result = Redactor().words(line)
    assert SECRET not in result
    assert [word for word in ("Central", "eventType=Ended", "@CS-*", "*2") if word in line and word not in result] == []


CALL = Call("1", "Authorize", payload(SECRET))
NAMED = f"Authorize[idToken.idToken={SECRET}]"
VIOLATION = Violation("a", "is wrong", ErrorCode.FormatViolation)
EVENTS: list[Event] = [
    Received(1.0, "CS-1", encode(CALL), CALL, [VIOLATION], None, False, False),
    Received(1.0, "CS-1", encode(CALL)[:-1], Malformed("not JSON"), [], None, False, True),
    Lost(1.0, "CS-1", Received(1.0, "CS-1", encode(CALL), CALL, [VIOLATION], None, False, False), "--loss 5"),
    Sent(1.0, "CS-1", encode(Result("1", payload(SECRET))), Result("1", payload(SECRET)), [], CALL, NAMED, ""),
    Spoiled(1.0, "CS-1", NAMED, CALL, CALL),
    Unanswered(1.0, "CS-1", CALL, "no answer"),
    Failed(1.0, "CS-1", f'the payload {{"idToken": "{SECRET}"}} is wrong'),
    Refused(1.0, "CS-1", "unknown station"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events(event: Event) -> None:
    """No part of a masked event contains the idToken; an event without an idToken stays the same."""
    found = Redactor().event(event)
    assert SECRET not in str(found)
    assert (type(found), found.at, found.station) == (type(event), event.at, event.station)
    assert (found == event) == (SECRET not in str(event))
    assert Redactor().event(found) == found


@given(TEXT, VALUES)
def test_other_text_is_left_alone(text: str, value: Any) -> None:
    """A text without an idToken does not change."""
    assert Redactor().frame(text.encode()) == text.encode()
    assert Redactor().words(text) == text
    assert Redactor().value(value) == value


# Escaped keys, texts that hold JSON, and mentions.


def spelled(key: str, data: st.DataObject) -> str:
    """Return a key in JSON, with some of its characters as escapes."""
    escapes = [f"\\u{ord(char):04x}" for char in key]
    return "".join(data.draw(st.sampled_from(pair)) for pair in zip(key, escapes, strict=True))


@given(TOKENS, st.data())
def test_keys_with_escapes(token: str, data: st.DataObject) -> None:
    """A key with escapes is found, in a whole frame and in one that was cut off."""
    text = orjson.dumps({"idToken": {"idToken": token, "type": "Central"}}).decode()
    text = text.replace("idToken", spelled("idToken", data))
    assert orjson.loads(Redactor().frame(text.encode())) == {"idToken": {"idToken": MASK, "type": "Central"}}
    assert SECRET not in Redactor().words(f"came: {text}")
    assert SECRET.encode() not in Redactor().frame(text[:-2].encode())


@given(TOKENS, VALUES, st.integers(1, 4), st.data())
def test_texts_that_hold_json(token: str, around: Any, depth: int, data: st.DataObject) -> None:
    """A text that holds JSON is masked inside, at any depth, and stays JSON; frames agree with it."""
    value: Any = {"idToken": {"idToken": token, "type": "Central"}, "around": around}
    masked: Any = {"idToken": {"idToken": MASK, "type": "Central"}, "around": around}
    for _ in range(depth):
        option = data.draw(st.sampled_from([None, orjson.OPT_INDENT_2]))
        value, masked = {"data": orjson.dumps(value, option=option).decode()}, {"data": orjson.dumps(masked).decode()}
    frame = orjson.dumps([2, "1", "DataTransfer", value])
    found = orjson.loads(Redactor().frame(frame))
    assert found[3] == Redactor().value(value)
    for _ in range(depth):
        found, masked = (
            orjson.loads((found[3] if isinstance(found, list) else found)["data"]),
            orjson.loads(masked["data"]),
        )
    assert found == masked


@pytest.mark.parametrize(
    "text",
    [
        '{{"idToken":"{}"}} and then',
        "it was {{'idToken': '{}', 'type': 'Central'}}, 5\" long",
        'half "of {{"data":"{{\\"idToken\\":\\"{}\\"}}"',
        '{{"data":"{{\\"idToken\\" : \\"a\\\\\\"{}\\"}}',
        'idToken="{}", and',
    ],
)
def test_json_somewhere_in_a_text(text: str) -> None:
    """In text that is only partly JSON, and in a broken frame, each idToken after its key is masked."""
    assert SECRET not in Redactor().words(text.format(SECRET))
    assert SECRET.encode() not in Redactor().frame(text.format(SECRET).encode())


@pytest.mark.parametrize("mention", ["{}", "no {} here", "<{}>", "x-{}.", "'{}'", "{},{}", "\n{}\t"])
def test_mentions(mention: str) -> None:
    """After an idToken appeared under its key, it is masked everywhere, in any letter case and in any event."""
    redactor, said = Redactor(), mention.replace("{}", SECRET.swapcase())
    call = Call("1", "Authorize", {"note": said, **payload(SECRET)})
    answer = Error("1", "GenericError", said, {"why": [said]})
    violation = Violation("a", f"{said} is wrong", ErrorCode.FormatViolation)
    happened: list[Event] = [
        Received(1.0, "CS-1", encode(call), call, [violation], None, False, False),
        Received(1.0, "CS-1", encode(answer), answer, [], call, False, True),
        Received(1.0, "CS-1", said.encode(), Malformed("not JSON"), [], None, False, True),
        Unanswered(1.0, "CS-1", call, said),
        Failed(1.0, "CS-1", said),
    ]
    assert [event for event in map(redactor.event, happened) if SECRET.lower() in str(event).lower()] == []


def test_texts_that_only_resemble_a_token() -> None:
    """Parts of words and numbers are not masked, nor are very short idTokens outside of their key."""
    redactor = Redactor()
    redactor.value({"idToken": "cafe"})
    frame = b'{"idToken":"1234","a":[1234,"12345","cafes","1"],"1234":{"idToken":"1"}}'
    assert redactor.frame(frame) == b'{"idToken":"***","a":[1234,"12345","cafes","1"],"1234":{"idToken":"***"}}'
    assert redactor.words("x1234 1 decafe 1234") == "x1234 1 decafe ***"


def test_memory_for_tokens_is_bounded() -> None:
    """MOST_TOKENS idTokens are remembered; repeating one keeps it longer, and a very long one is not kept."""
    redactor, names = Redactor(), [f"TOKEN-{number}." for number in range(MOST_TOKENS + 1)]
    for name in [*names[:MOST_TOKENS], names[0], names[MOST_TOKENS], "long" * 1000]:
        call = Call("1", "Authorize", {"idToken": name})
        redactor.event(Unanswered(1.0, "CS-1", call, ""))
    kept = [name for name in names if redactor.words(name) == MASK]
    assert kept == [names[0], *names[2:]]
    assert redactor.words("long" * 1000) == "long" * 1000


HOSTILE = [
    "\\",
    '"',
    "'",
    '\\"',
    '"\\\\',
    "\\u0069",
    " ",
    '{"a":',
    "idToken",
    "idToken ",
    "idToken=",
    "idToken: expected ",
]
HOSTILE += ['"idToken":', '"idToken":"', "'idToken': \\\""]


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_texts_are_not_slow(piece: str) -> None:
    """Masking a long message ends in time, whatever it contains."""
    text = (piece * 300_000)[:300_000]
    Redactor().words(text + "idToken")
    Redactor().frame(text.encode())
    Redactor().frame(orjson.dumps({"data": text[:150_000]}))

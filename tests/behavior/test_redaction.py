"""Masking idTokens: none of a token's text stays, and nothing else is lost, in whatever text the token stands."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.events import Event, Failed, Received, Refused, Sent, Spoiled, Unanswered
from mock_csms.behavior.redaction import MASK, mask_json, mask_text, mask_words, masked
from mock_csms.protocol.messages import Call, ErrorCode, Malformed, Result, encode
from mock_csms.protocol.schemas import Violation

SECRET = "5eCr3t"
TEXT = st.text(max_size=20).filter(lambda text: "idToken" not in text)
TOKENS = TEXT.map(lambda text: f"{SECRET}{text}{SECRET}")
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**60), 2**60) | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=10,
)


def payload(token: object, around: Any = None) -> Any:
    """Return a request with a token in it, something beside it, and a list of tokens."""
    id_token = {"idToken": token, "type": "ISO14443"}
    return {
        "idToken": id_token,
        "around": around,
        "list": [{"idToken": id_token, "idTokenInfo": {"status": "Blocked"}}],
    }


@given(TOKENS, VALUES.filter(lambda value: "idToken" not in str(value)))
def test_only_tokens_are_masked(token: str, around: Any) -> None:
    """Of a payload only the idTokens are changed; the rest is what it was."""
    assert mask_json(payload(token, around)) == payload(MASK, around)


@given(TOKENS, VALUES, st.sampled_from([None, orjson.OPT_INDENT_2]))
def test_text_and_json_agree(token: str, around: Any, option: int | None) -> None:
    """A frame, compact or indented, is masked as its payload is, and stays JSON."""
    text = orjson.dumps(payload(token, around), option=option)
    assert orjson.loads(mask_text(text)) == mask_json(payload(token, around))


@given(TOKENS, st.data())
def test_text_that_was_cut(token: str, data: st.DataObject) -> None:
    """Nothing of a token stays in a frame that was cut off, or that is no JSON for another reason."""
    text = orjson.dumps([2, "1", "Authorize", {"idToken": {"idToken": token}}])
    end = data.draw(st.integers(text.index(b'idToken":"') + len(b'idToken":"'), len(text)))
    assert SECRET[:2].encode() not in mask_text(text[:end])
    assert SECRET.encode() not in mask_text(b"{" + text[1:])


@pytest.mark.parametrize("space", ["", " ", "  ", "\t", "\n", "\r\n  "])
def test_space_around_the_colon(space: str) -> None:
    """JSON may have white space on both sides of the colon."""
    assert SECRET.encode() not in mask_text(f'{{"idToken"{space}:{space}"{SECRET}"}}'.encode())


@pytest.mark.parametrize("token", ['"{}', 'a"{}', "a\\{}", 'a\\"{}', "a\n{}", "é{}", "a;{}", "a, got {}", "a]{}"])
def test_tokens_with_marks_in_them(token: str) -> None:
    """A token with quotes, backslashes, line ends or separators is masked to its end, in frames and in what is said."""
    text = orjson.dumps({"idToken": {"idToken": token.format(SECRET)}})
    assert SECRET.encode() not in mask_text(text)
    assert SECRET not in mask_words(text.decode())


@pytest.mark.parametrize("token", [5318008, -5318008, 5318008.5])
def test_tokens_of_the_wrong_type(token: object) -> None:
    """What a station sends as an idToken, though not as a string, is a token all the same."""
    broken = {"idToken": {"idToken": token, "type": "Central"}}
    assert "5318008" not in str(mask_json(broken))
    assert b"5318008" not in mask_text(orjson.dumps(broken))


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
    """Nothing of a token stays in the name of a rule or of an expectation; all else does."""
    told = mask_words(line)
    assert SECRET not in told
    assert [word for word in ("Central", "eventType=Ended", "@CS-*", "*2") if word in line and word not in told] == []


CALL = Call("1", "Authorize", payload(SECRET))
NAMED = f"Authorize[idToken.idToken={SECRET}]"
VIOLATION = Violation("a", "is wrong", ErrorCode.FormatViolation)
EVENTS: list[Event] = [
    Received(1.0, "CS-1", encode(CALL), CALL, [VIOLATION], None, False, False),
    Received(1.0, "CS-1", encode(CALL)[:-1], Malformed("not JSON"), [], None, False, True),
    Sent(1.0, "CS-1", encode(Result("1", payload(SECRET))), Result("1", payload(SECRET)), [], CALL, NAMED, ""),
    Spoiled(1.0, "CS-1", NAMED, CALL, CALL),
    Unanswered(1.0, "CS-1", CALL, "no answer"),
    Failed(1.0, "CS-1", f'the payload {{"idToken": "{SECRET}"}} is wrong'),
    Refused(1.0, "CS-1", "unknown station"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_events(event: Event) -> None:
    """No part of a masked event has the token, and what has none in it is as it was."""
    found = masked(event)
    assert SECRET not in str(found)
    assert (type(found), found.at, found.station) == (type(event), event.at, event.station)
    assert (found == event) == (SECRET not in str(event))
    assert masked(found) == found


@given(TEXT, VALUES)
def test_other_text_is_left_alone(text: str, value: Any) -> None:
    """What has no idToken in it is not touched."""
    assert mask_text(text.encode()) == text.encode()
    assert mask_words(text) == text
    assert mask_json(value) == value

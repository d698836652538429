"""The shortcuts of masking give the same results as the full search, for any sequence of messages."""

from collections.abc import Sequence
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior import secret_texts
from mock_csms.behavior.mentions import Mentions
from mock_csms.behavior.redaction import Redactor
from mock_csms.behavior.secrets import Secrets
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.long_way import force_long_way, is_long_way_forced
from mock_csms.protocol.messages import Call, Result
from mock_csms.twin.events import Event, Received, Sent

TOKENS = ["TAG1", "tag-2", "DE*ABC*C12", "1234", "kiosk", "a b", "\u00e4ther", "**-*", "x", "k\u212ad5"]
WORDS = st.sampled_from(
    [
        *TOKENS,
        *map(str.swapcase, TOKENS),
        "no TAG1 here",
        "TAG12",
        "it is idToken",
        "idTokenInfo",
        '{"idToken":"TAG1"}',
        "line\nTAG1",
        "back\\slash TAG1",
        "\u212aiosk",
        "ws://user:pass@host",
        "password=hunter22",
        "hunter22",
        "Basic QWxhZGRpbjpvcGVu",
        "simPin",
    ]
)
KEYS = st.sampled_from(["idToken", "idTokenInfo", "idTag", "parentIdTag", "id", "TAG1", "password", "data", "apiKey"])
VALUES = st.recursive(
    WORDS | st.integers(1233, 1235) | st.sampled_from([True, None, 1234.5]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)

FORCED = is_long_way_forced()
"""Whether the whole suite runs without shortcuts."""
WRITTEN = st.sampled_from(["", "spaces", "escapes", "twice"])


def written(payload: Any, how: str, head: list[Any]) -> bytes:
    """Return a message as JSON text: compact, with spaces, with escapes, or with a duplicate key."""
    text = orjson.dumps([*head, payload])
    if how == "spaces":
        text = text.replace(b'":', b'" : ')
    if how == "escapes":
        text = text.replace(b"TAG1", b"T\\u0041G1").replace(b"idToken", b"\\u0069dToken")
    if how == "twice":
        text = text.replace(b'{"', b'{"idToken":"TAG1","idToken":"kiosk","')
    return text if isinstance(decode(text), Call | Result) else orjson.dumps([*head, payload])


@st.composite
def exchanges(draw: st.DrawFn) -> Sequence[Event]:
    """Return calls of a station with answers, some of which come late."""
    events: list[Event] = []
    calls: list[Call] = []
    for number in range(draw(st.integers(1, 5))):
        text = written(draw(VALUES), draw(WRITTEN), [2, f"id-{number}", "Authorize"])
        call = decode(text)
        assert isinstance(call, Call)
        calls.append(call)
        events.append(Received(1.0, "CS", text, call, (), None, False, False))
        if draw(st.booleans()):
            answers = draw(st.sampled_from(calls))
            said = written(draw(VALUES), "", [3, answers.id])
            result = decode(said)
            assert isinstance(result, Result)
            events.append(Sent(1.0, "CS", said, result, (), answers, draw(st.sampled_from(["", "A[x=TAG1]"])), ""))
    return events


def masking(*, is_long: bool, is_redacted: bool) -> Secrets:
    """Return the object that masks events, with or without shortcuts."""
    force_long_way(is_forced=is_long)
    try:
        return Secrets(Redactor() if is_redacted else None)
    finally:
        force_long_way(is_forced=FORCED)


@given(exchanges(), st.booleans())
def test_shortcuts_do_not_change_masks(events: Sequence[Event], is_redacted: bool) -> None:
    """Masked events are the same with and without shortcuts, wherever their idTokens and secrets are."""
    short, long = masking(is_long=False, is_redacted=is_redacted), masking(is_long=True, is_redacted=is_redacted)
    for event in events:
        is_same = short.event(event) == long.event(event)  # a failure that shows both events would be very long
        assert is_same
        assert short.words("TAG1 tag-2 kiosk 1234") == long.words("TAG1 tag-2 kiosk 1234")


@given(st.lists(st.text(min_size=1, max_size=6) | st.sampled_from(TOKENS), max_size=8), st.text(max_size=40))
def test_a_mentioned_token_is_a_candidate(tokens: Sequence[str], text: str) -> None:
    """A token in a text, surrounded by characters other than letters and digits, is always a candidate."""
    mentions = Mentions(5)
    for token in tokens:
        mentions.renew(token.lower())
    for token in list(mentions):
        said = f"{text} {token.upper()}, {text}"
        if token in said.lower():
            assert token in mentions.in_text(said, said.lower())
            assert mentions.may_be_in(said.encode())


@pytest.mark.parametrize(
    "said",
    [
        rb"\u005cnxyz",
        rb"n\u0078yz",
        rb"\u004eXYZ",
        rb"\tnxyz",
        rb"\u0020nxyz\n",
        rb"\"nxyz\"",
        rb"\/nxyz",
        rb"\\nxyz",
        rb"\ud83d\ude00nxyz",
        rb"nxyz\u0000",
        rb"\\\u006exyz",
        "\u00e9 nxyz".encode(),
        rb"-\u006e\u0058YZ-",
    ],
)
def test_mentions_with_escapes(said: bytes) -> None:
    """A token that is a whole word of a text is found, whatever JSON escapes the text uses."""
    redactor = Redactor()
    redactor.value({"idToken": "nxyz"})
    redactor.frame(b'{"idToken":"nxyz"}')
    assert b"xyz" not in redactor.frame(b'[2,"1","DataTransfer",{"data":"%b"}]' % said).lower()


@pytest.mark.parametrize("hint", [*secret_texts.NAMES, *secret_texts.HINTS, "WriteOnly"])
def test_a_text_with_a_hint_is_searched(hint: str) -> None:
    """A text with a word that may belong to a secret is never called harmless, in any letter case."""
    for text in (hint, hint.upper(), f"x{hint}y"):
        assert not secret_texts.is_harmless(text.encode())
    assert secret_texts.is_harmless(b'[2,"1","Heartbeat",{"customData":{"vendorId":"My vendor"}}]')

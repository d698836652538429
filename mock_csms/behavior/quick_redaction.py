"""The shortcut of --redact for ordinary messages: their text is searched once, for the keys of tokens and for mentions.

It masks what `redaction.py` masks, and leaves to it whatever is unusual. It relies on this: in JSON text without a
backslash each quote begins or ends a string, so that `"idToken":"` can only be that key with a string behind it.
"""

import re
from collections.abc import Sequence
from operator import is_
from typing import Any

from mock_csms.behavior.dialects import all_dialects
from mock_csms.behavior.mentions import Mentions
from mock_csms.protocol.json_values import NESTED
from mock_csms.protocol.records import Record

MASK = "***"
KEYS = tuple(dict.fromkeys(key for dialect in all_dialects() for key in dialect.token_keys))
"""The keys of tokens in all versions, because a text does not show its version."""
_IN_BYTES = tuple(key.encode() for key in KEYS)
_NAMES = b"|".join(map(re.escape, _IN_BYTES))
_PLACE = re.compile(rb'("(?:%b)":)"([^"]*)"' % _NAMES)
_IN_A_KEY = re.compile(rb'(?:%b)[^"]*":' % _NAMES)
_ODD_VALUE = re.compile(rb'"(?:%b)":[^"{\[tfn]' % _NAMES)
"""The key of a token followed by a number or by space."""
_MASKED = rb'\1"%b"' % MASK.encode()
_SCALARS = frozenset((str, int, float))
_ESCAPES = tuple(b"\\" + mark for mark in (b'"', b"/", b"n", b"r", b"t", b"b", b"f"))
_UNICODE = re.compile(rb"\\u([0-9a-fA-F]{4})")
_MOST_PLACES = 50
"""The most tokens in a text for which the shortcut is used: half as many as are remembered."""


class Redaction(Record):
    """The result of masking a text."""

    text: bytes
    tokens: Sequence[str] = ()


def has_nothing(text: bytes, mentions: Mentions) -> bool:
    """Whether a text certainly has neither the key of a token nor a mention of one."""
    if b"\\" in text:
        if b"\\\\" in text:
            return False
        text = _UNICODE.sub(_char, text)
        for escape in _ESCAPES:
            text = text.replace(escape, b"  ")
    for key in _IN_BYTES:
        if key in text:
            return False
    return not mentions.may_be_in(text)


def _char(found: re.Match[bytes]) -> bytes:
    """Return the letter or digit that an escape stands for; a space for any other escape."""
    char = chr(int(found[1], 16))
    return char.encode() if char.isalnum() else b" "


def redaction_of(text: bytes) -> Redaction | None:
    """Mask the tokens under their keys in JSON text, but not mentions. Returns None if the shortcut cannot do that."""
    if b"\\" in text or _ODD_VALUE.search(text):
        return None
    tokens = list(dict.fromkeys(found[1] for found in reversed(_PLACE.findall(text))))
    tokens.reverse()  # a token that comes again counts at its last place
    if len(tokens) > _MOST_PLACES or len(_IN_A_KEY.findall(text)) != sum(map(text.count, _IN_BYTES)):
        return None
    return Redaction(_PLACE.sub(_MASKED, text), [token.decode(errors="surrogateescape") for token in tokens])


def masked(value: Any) -> Any:
    """Return a JSON value with the tokens under their keys masked; the same value if it has none. Mentions stay."""
    if type(value) is dict:
        shown = {key: _masked_at(key, item) for key, item in value.items()}
        return value if all(map(is_, shown.values(), value.values())) else shown
    if type(value) is list and not NESTED.isdisjoint(map(type, value)):
        items = [masked(item) for item in value]
        return value if all(map(is_, items, value)) else items
    return value


def _masked_at(key: str, item: Any) -> Any:
    if type(item) in NESTED:
        return masked(item)
    return MASK if key in KEYS and type(item) in _SCALARS else item

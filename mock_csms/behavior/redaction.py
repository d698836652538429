"""Masking idTokens in what is shown or written."""

import re

MASK = b"***"

_PLACES = [
    (re.compile(rb'(idToken\\*"\s*:\s*\\*")(?:[^"\\\n]|\\[^"\n])*'), rb"\1" + MASK),  # JSON, also inside a JSON string
    (re.compile(rb"(idToken=)[^,\]\n]*"), rb"\1" + MASK),  # the name of a rule or an expectation
    (re.compile(rb"(idToken: expected )[^\n]*?(, got )[^;\n]*"), rb"\1" + MASK + rb"\2" + MASK),  # a difference
]


def redact(text: bytes) -> bytes:
    """Return `text` with every idToken in it masked, also in text that is no JSON or was cut off."""
    for place, mask in _PLACES:
        text = place.sub(mask, text)
    return text

"""Masked secrets: each character is replaced by one that only shows whether a passwordString may contain the original.

So the length of a masked value, and whether its form was allowed, can still be judged.
"""

import string
from typing import Any

GOOD, ODD = "*", "?"
"""The masks of a character: GOOD if an identifierString or passwordString may contain it, else ODD.

`*` is allowed in both and `?` in neither (Part 2, primitive data types; A00.FR.205).
"""
_ALLOWED = frozenset(string.ascii_letters + string.digits + "*-_=:+|@.")


def masked(text: str) -> str:
    """Return a text of the same length, with `*` for each character that may be in a password, and `?` for others."""
    return "".join(GOOD if char in _ALLOWED else ODD for char in text)


def masked_value(value: Any) -> Any:
    """Return a masked text, or a number whose digits are all 1; any other JSON value stays as it is."""
    if isinstance(value, str):
        return masked(value)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    if isinstance(value, int):
        return int("".join("1" if char.isdigit() else char for char in str(value)))
    return 1.1 if value > 0 else -1.1


def is_masked(text: Any) -> bool:
    """Whether a value may be masked: a text of only `*` and `?`, with at least one `*`."""
    return isinstance(text, str) and GOOD in text and set(text) <= {GOOD, ODD}


def is_right_password(given: str, wanted: str) -> bool:
    """Whether two passwords are equal. The time it takes does not depend on where they differ."""
    import hmac  # noqa: PLC0415 - --help does not wait for it

    return hmac.compare_digest(given.encode(errors="surrogatepass"), wanted.encode(errors="surrogatepass"))

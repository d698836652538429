"""Finds the message type and the id at the start of a text that was cut off or is not JSON."""

import re

_BEGINNING = r"""\ufeff?\s*+\[\s*+
    (?P<quote>["']?)\s*+\+?0*(?P<type>[0-9])(?:\.0*)?(?:[eE][+-]?0*)?(?![0-9.eE])
    \s*(?:(?P=quote)(?![\w.+-])|(?=,)|$)[\s,]*
    (?:"(?P<id>(?:[^"\\]|\\.)*)(?:"|$)|'(?P<single>[^']*)'|(?P<bare>[^\s"',\[\]{}]+)(?=[\s,\]]))?
    """
"""The start of a message, even if the message was cut off or is not JSON: its type, and its id as far as it is there.

An incomplete id matches no call. Spaces are matched possessively, because two runs side by side would be tried in every
split.
"""
_LONGEST_BEGINNING = 4096


def begun(data: bytes) -> re.Match[str] | None:
    """Return the start of a malformed text, without its byte-order mark, and without NULs (UTF-16 has them)."""
    text = data.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b"\0 \t\r\n")[:_LONGEST_BEGINNING]
    return re.match(_BEGINNING, text.replace(b"\0", b"").decode(errors="replace"), re.VERBOSE | re.DOTALL)

"""How a text begins that is no message, because it was cut off or is not JSON: its type and id may still be there."""

import re

_BEGINNING = r"""\ufeff?\s*+\[\s*+
    (?P<quote>["']?)\s*+\+?0*(?P<type>[0-9])(?:\.0*)?(?:[eE][+-]?0*)?(?![0-9.eE])
    \s*(?:(?P=quote)(?![\w.+-])|(?=,)|$)[\s,]*
    (?:"(?P<id>(?:[^"\\]|\\.)*)(?:"|$)|'(?P<single>[^']*)'|(?P<bare>[^\s"',\[\]{}]+)(?=[\s,\]]))?
    """
"""How a message begins, even if it is cut off or not JSON: the number of its type, and as much of its id as came.

An incomplete id matches no call. Spaces are matched possessively: two runs side by side would be tried in every split.
"""
_LONGEST_BEGINNING = 4096


def begun(data: bytes) -> re.Match[str] | None:
    """Return the beginning of a malformed text, without NULs (UTF-16 has them) and without its byte-order mark."""
    text = data.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip(b"\0 \t\r\n")[:_LONGEST_BEGINNING]
    return re.match(_BEGINNING, text.replace(b"\0", b"").decode(errors="replace"), re.VERBOSE | re.DOTALL)

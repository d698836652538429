"""The outline of a call: its text after the message id, with 0 in place of each digit.

Mostly digits change from one message of a station to the next: times, counters, readings. So a fact about one call,
such as the places of its values, holds for all calls with the same outline.
"""

from mock_csms.protocol.messages import Call

_BEFORE_ID = len(b'[2,"')
"""The least length of the text before a message id. A typed call has no backslash, so the id ends at the next quote."""
_ZEROS = bytes.maketrans(b"0123456789", b"0000000000")


class _LastOutline:
    """Makes outlines, and remembers the last one: the checks and the console ask for that of the same call in turn."""

    __slots__ = ("_outline", "_text")

    def __init__(self) -> None:
        self._text = self._outline = b""

    def of(self, call: Call) -> bytes:
        """Return the outline of a typed call. It begins with the quote behind the message id."""
        text = call.text
        if text is not self._text:
            self._outline = text[text.find(b'"', len(call.id) + _BEFORE_ID) :].translate(_ZEROS)
            self._text = text
        return self._outline


outline_of = _LastOutline().of

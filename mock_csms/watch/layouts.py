"""Cuts what the console shows of a payload out of the text of its message, without parsing it.

The layout of a text is the text with any string or number in place of each string and number that is a value. Stations
send most of their messages in a few layouts. When one comes often, `gist` shows it once with marks in place of the
values, and so tells which values are shown, and where. From then on a text of this layout is cut in the same places.

That cannot show anything else than `gist` does, because these are left to it:

* text with a backslash, so that each quote begins or ends a string, and each string is as JSON would write it again;
  and text that is not ASCII or has a character that is not printable
* numbers that JSON may write in another way, such as `1.00`, `1e3` or those with many digits, where they are shown
"""

from typing import TYPE_CHECKING, Any

from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import Bounded, Mutable, field
from mock_csms.protocol.versions import Version
from mock_csms.twin.answered import AnsweredCall

if TYPE_CHECKING:
    from mock_csms.watch.layout import Layout

_RESULT, _BEFORE_TAIL = b'[3,"', len(b'[3,"",')
"""The beginning of a result, and how long it is up to its payload without its id."""
_LONGEST = 4096
"""How many bytes a text may have to be cut."""
_OFTEN = 16
"""How often messages of one kind must have come in an unknown layout before it is learned, which takes milliseconds."""
_MOST_LAYOUTS, _MOST_KINDS = 4, 100
"""How many layouts are known of a kind of messages, and of how many kinds."""


class _KindOfMessage(Mutable):
    """What is known of the calls of an action, or of their results."""

    layouts: "list[Layout]" = field(default_factory=list)
    """The last used first."""
    misses: int = 0
    last: tuple[Version | None, bytes] = (None, b"")
    """The version and the text behind the message id of the last result that was cut: many results are the same."""
    last_cut: str = ""
    """What is shown of it."""
    last_answer: Any = None
    """The payload of the last answer to one of these calls."""
    last_answered: str = ""
    """What is shown of it."""
    due: int = _OFTEN
    """At how many misses the next layout is learned: each later one at twice as many."""


class Layouts:
    """The layouts that have come often. `width` is how many characters of a payload are shown at most."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._calls: Bounded[str, _KindOfMessage] = Bounded(_MOST_KINDS)
        self._results: Bounded[str, _KindOfMessage] = Bounded(_MOST_KINDS)
        """Both by action."""

    def cut_answered(self, event: AnsweredCall) -> tuple[str, str] | None:
        """Return what `gist` shows of a call and of its answer, as `cut` does; None if it has to be asked."""
        call, kind = event.call, self._calls.get(event.call.action)
        text, payload, version = call.text, event.payload, event.version
        if kind is None or len(text) > _LONGEST or not text.isascii():
            return None
        if text.endswith(b",{}]"):
            told: str | None = "{}"
        else:
            layout = kind.layouts[0] if kind.layouts else None
            told = layout.cut(text) if layout is not None and layout.version is version else None
        if told is None:
            return None
        if payload is not kind.last_answer:
            answered = self.cut(event.text, Result(call.id, payload), call, version)
            if answered is None:
                return None
            kind.last_answer, kind.last_answered = payload, answered
        return told, kind.last_answered

    def cut(self, text: bytes, message: Call | Result, answers: Call | None, version: Version) -> str | None:
        """Return what `gist` shows of a call, or of the result of the call `answers`; None if it has to be asked.

        Of what is longer than `width` it may return only the beginning, which is longer than `width` too.
        """
        if text.endswith(b",{}]"):
            return "{}"  # as the payload is empty
        if len(text) > _LONGEST or b"\\" in text or not text.isascii():
            return None
        kinds, action = (self._results, answers.action) if answers is not None else (self._calls, message.action)  # type: ignore[union-attr] # what answers nothing is a call
        kind = kinds.get(action)
        if kind is None:
            kind = kinds[action] = _KindOfMessage()
        tail = (version, text[len(message.id) + _BEFORE_TAIL :]) if answers is not None else None
        if tail == kind.last and text.startswith(_RESULT):
            return kind.last_cut
        for layout in kind.layouts:
            if layout.version is version and (told := layout.cut(text)) is not None:
                if tail is not None:
                    kind.last, kind.last_cut = tail, told
                if layout is not kind.layouts[0]:
                    kind.layouts.remove(layout)
                    kind.layouts.insert(0, layout)
                return told
        kind.misses += 1
        if kind.misses >= kind.due:
            kind.due *= 2
            from mock_csms.watch.layout import layout_of  # noqa: PLC0415 - no start waits for it

            learned = layout_of(text, message, answers, version, self._width)
            kind.layouts = [learned, *kind.layouts[: _MOST_LAYOUTS - 1]] if learned else kind.layouts
        return None

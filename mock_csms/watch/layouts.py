"""Finds the text that the console shows of a payload, without parsing the message.

The layout of a message is its text with all values (strings and numbers) replaced by placeholders. Stations send most
of their messages in a few layouts. When a layout has come often, `gist` is called once with marks in place of the
values. This shows which values are in the output, and where. From then on messages of this layout are cut at the same
places. Calls that differ from an earlier one in digits only are cut without looking at the layout (`outlined.py`).

The output is always that of `gist`, because these texts are left to it:

* text with a backslash, so that each quote begins or ends a string, and each string is as JSON would write it again;
  and text that is not ASCII or has a character that is not printable
* numbers that JSON may write in another way, such as `1.00`, `1e3` or those with many digits, where they are shown
"""

from typing import TYPE_CHECKING, Any

from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.outlines import outline_of
from mock_csms.protocol.records import Bounded, Mutable, bounded, field
from mock_csms.protocol.versions import Version
from mock_csms.twin.answered import AnsweredCall

if TYPE_CHECKING:
    from mock_csms.watch.layout import Layout
    from mock_csms.watch.outlined import Outlined

_RESULT, _BEFORE_TAIL = b'[3,"', len(b'[3,"",')
"""The start of a result, and the length of the text around its id before the payload."""
_EMPTY = b",{}]"
"""The end of a message with an empty payload."""
_LONGEST = 4096
"""The greatest length in bytes of a text that is cut."""
_OFTEN = 16
"""After how many messages with an unknown layout the next layout is learned, which takes milliseconds."""
_MOST_LAYOUTS, _MOST_KINDS = 4, 100
"""The most layouts of one kind of message, and the most kinds."""
_MOST_OUTLINES = 20
"""The most outlines of calls of one action."""


class _KindOfMessage(Mutable):
    """The known layouts for calls of one action, or for their results."""

    layouts: "list[Layout]" = field(default_factory=list)
    """The layouts, the last used one first."""
    outlined: "Outlined | None" = None
    """What is shown of the last call that was cut by its outline."""
    outlines: "Bounded[bytes, Outlined | bool]" = bounded(_MOST_OUTLINES)
    """The same by outline. True for an outline that has come once, False if its calls are cut by their layouts."""
    misses: int = 0
    last: tuple[Version | None, bytes] = (None, b"")
    """The version, and the text after the message id, of the last result. Many results are the same."""
    last_cut: str = ""
    """The text to show for that result."""
    last_payload: Any = None
    """The payload of the last result that was shown with its call. Calls with one remembered answer share it."""
    last_payload_cut: str = ""
    """The text to show for that payload."""
    due: int = _OFTEN
    """The number of misses after which the next layout is learned. It doubles each time."""


class Layouts:
    """The layouts that occur often. `width`: the most characters of a payload that are shown."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._calls: Bounded[str, _KindOfMessage] = Bounded(_MOST_KINDS)
        self._results: Bounded[str, _KindOfMessage] = Bounded(_MOST_KINDS)
        """By action, as `_calls`."""

    def cut_answered(self, event: AnsweredCall) -> tuple[str, str] | None:
        """Return what `gist` returns for a call and for its answer, as `cut` does; None if `gist` must be called."""
        call, text, payload = event.call, event.call.text, event.payload
        kind = self._calls.get(call.action)
        if kind is not None:
            outline, outlined = outline_of(call), kind.outlined
            if outlined is not None and outlined.outline == outline and outlined.version is event.version:
                shown = outlined.cut(text)
            else:
                shown = self._cut_call(kind, call, outline, event.version)
        else:
            shown = "{}" if text.endswith(_EMPTY) else None
        if shown is None:
            return None
        if event.text.endswith(_EMPTY):
            return shown, "{}"
        kind = self._results.get(call.action)
        if kind is not None and payload is kind.last_payload:
            return shown, kind.last_payload_cut
        answer = self.cut(event.text, Result(call.id, payload), call, event.version)
        if answer is None or kind is None:
            return None
        kind.last_payload, kind.last_payload_cut = payload, answer
        return shown, answer

    def _cut_call(self, kind: _KindOfMessage, call: Call, outline: bytes, version: Version) -> str | None:
        """Return what `gist` returns for a call with another outline than the last one; None if it must be called."""
        text = call.text
        if text.endswith(_EMPTY):
            return "{}"
        found = kind.outlines.get(outline)
        if found is not None and not isinstance(found, bool) and found.version is version:
            kind.outlined = found
            return found.cut(text)
        layout = kind.layouts[0] if kind.layouts else None
        if layout is None or layout.version is not version or len(text) > _LONGEST or not text.isascii():
            return None
        shown = layout.cut(text)
        if shown is not None and found is None:
            kind.outlines[outline] = True
        elif shown is not None and found is True:
            from mock_csms.watch.outlined import outlined  # noqa: PLC0415 - no start waits for it

            kind.outlines[outline] = outlined(text, outline, layout) or False
        return shown

    def cut(self, text: bytes, message: Call | Result, answers: Call | None, version: Version) -> str | None:
        """Return what `gist` returns for a call, or for a result of the call `answers`; None if `gist` must be called.

        If the text is longer than `width`, it may return only the beginning, as long as that is longer than `width`
        too.
        """
        if text.endswith(_EMPTY):
            return "{}"
        if len(text) > _LONGEST or b"\\" in text or not text.isascii():
            return None
        kinds, action = (self._results, answers.action) if answers is not None else (self._calls, message.action)  # type: ignore[union-attr] # a message that answers nothing is a call
        kind = kinds.get(action)
        if kind is None:
            kind = kinds[action] = _KindOfMessage()
        tail = (version, text[len(message.id) + _BEFORE_TAIL :]) if answers is not None else None
        if tail == kind.last and text.startswith(_RESULT):
            return kind.last_cut
        for layout in kind.layouts:
            if layout.version is version and (shown := layout.cut(text)) is not None:
                if tail is not None:
                    kind.last, kind.last_cut = tail, shown
                if layout is not kind.layouts[0]:
                    kind.layouts.remove(layout)
                    kind.layouts.insert(0, layout)
                return shown
        kind.misses += 1
        if kind.misses >= kind.due:
            kind.due *= 2
            from mock_csms.watch.layout import layout_of  # noqa: PLC0415 - no start waits for it

            learned = layout_of(text, message, answers, version, self._width)
            kind.layouts = [learned, *kind.layouts[: _MOST_LAYOUTS - 1]] if learned else kind.layouts
        return None

"""The run as one page for the browser: a sequence diagram with a lane for each station, which grows during the run.

The page is `diagram.html`, and then a line of JSON for each event, inside a script element that the browser keeps but
does not run. So an event costs no more than its line, nothing is kept in memory, and a page without its end, because
the mock was killed or still runs, shows all that was written. What the lines look like is known here and there only.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import orjson

from mock_csms.behavior import events
from mock_csms.behavior.events import Event
from mock_csms.protocol.messages import Call, Error, Malformed, Message, encode
from mock_csms.protocol.schemas import Violation
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink

Entry: TypeAlias = tuple[str, str, str, Sequence[str], str]
"""What is shown of an event beside when and where.

The shape, which is `>` (from the station) or `<` (to it) with the number of the OCPP-J message type or `?`, or `.` for
what is no message; the action or the title; the mark; what there is to say of it; and the frame as it was on the wire.
"""

_FINE, _WARNING, _ERROR, _FAULT = "", "warning", "error", "fault"
"""The marks. `_FAULT` is what the mock spoils on purpose."""

_MOST_NOTES = 20
"""How many violations of one message are told."""

_PAGE = Path(__file__).with_name("diagram.html")
_END = b'"end"\n</script>\n</body>\n</html>\n'


class Diagram:
    """Writes the page to `sink`: its head at once, each event as it happens, its end when it is closed."""

    def __init__(self, bus: Bus, sink: Sink) -> None:
        self._sink = sink
        self._is_closed = False
        sink.write(_PAGE.read_bytes())
        bus.subscribe(self._show, *_ENTRIES)

    def close(self) -> None:
        """Write the end of the page, and all that waits; what happens later is not shown."""
        if not self._is_closed:
            self._is_closed = True
            self._sink.write(_END)
            self._sink.flush()

    def _show(self, event: Event) -> None:
        if self._is_closed:
            return
        line = _json((event.at, event.station, *_ENTRIES[type(event)](event)))
        # Without `<` nothing in the line can end the script element. The sum is a copy of the right size: what orjson
        # returns holds 4 KiB, however short it is, and a thousand of them may wait in the sink.
        self._sink.write(line.replace(b"<", b"\\u003c") + b"\n")


def _json(record: Sequence[Any]) -> bytes:
    """Write a record as JSON, in one line; what is no Unicode is escaped."""
    try:
        return orjson.dumps(record)
    except orjson.JSONEncodeError:
        return orjson.dumps(_writable(record))


def _writable(value: Any) -> Any:
    """Replace the halves of surrogate pairs, which come from names of files and stations that are no text."""
    if isinstance(value, str):
        return value.encode(errors="backslashreplace").decode()
    return [_writable(item) for item in value] if isinstance(value, list | tuple) else value


def _received(event: events.Received) -> Entry:
    message, answers = event.message, event.answers
    text = event.text.decode(errors="backslashreplace")
    if isinstance(message, Malformed):
        title = f"{answers.action}: no message" if answers else "no message"
        return ">?", title, _ERROR, (message.problem,), text
    mark, notes = _judge(message, event.violations)
    if event.binary:
        mark, notes = mark or _WARNING, [*notes, "came in a binary frame"]
    if answers is None and not isinstance(message, Call):
        mark, notes = mark or _WARNING, [*notes, "answers no open call"]
    if event.is_refused:
        mark, notes = _ERROR, [*notes, "refused"]
    return ">" + _type(message), _action(message, answers), mark, notes, text


def _sent(event: events.Sent) -> Entry:
    message, answers = event.message, event.answers
    mark, notes = _judge(message, event.violations)
    if event.rule:
        notes = [*notes, f"chosen by the rule {event.rule}"]
    text = event.text.decode(errors="backslashreplace")
    return "<" + _type(message), _action(message, answers), mark, notes, text


def _spoiled(event: events.Spoiled) -> Entry:
    meant = encode(event.message).decode()
    name = _action(event.message, event.answers)
    return ".", f"{name}: {event.fault}", _FAULT, (f"fault: {event.fault}", "below is what was meant"), meant


def _unanswered(event: events.Unanswered) -> Entry:
    text = encode(event.call).decode()
    return ".", f"{event.call.action} unanswered", _ERROR, (f"stays unanswered: {event.reason}",), text


def _connected(event: events.Connected) -> Entry:
    return ".", f"connected, {event.subprotocol}", _FINE, (f"offered {', '.join(event.offered) or 'nothing'}",), ""


def _judge(message: Message, violations: Sequence[Violation]) -> tuple[str, Sequence[str]]:
    """Return the mark of a message for what it is and carries, and the reasons."""
    if isinstance(message, Error):
        return _ERROR, [f"{message.code}: {message.description}"]
    if not violations:
        return _FINE, ()
    notes = [f"invalid: {violation}" for violation in violations[:_MOST_NOTES]]
    more = len(violations) - len(notes)
    return _WARNING, [*notes, f"and {more} more"] if more else notes


def _action(message: Message, answers: Call | None) -> str:
    """Name the action of a call, or of the call that is answered, where it is known."""
    if isinstance(message, Call):
        return message.action
    return answers.action if answers else "?"


def _type(message: Message) -> str:
    return "2" if isinstance(message, Call) else "4" if isinstance(message, Error) else "3"


_ENTRIES: Mapping[type[Event], Callable[[Any], Entry]] = {
    events.Connected: _connected,
    events.Refused: lambda event: (".", "not let in", _ERROR, (f"not let in: {event.reason}",), ""),
    events.Disconnected: lambda event: (".", f"disconnected, {event.code}", _FINE, (event.reason,), ""),
    events.Received: _received,
    events.Sent: _sent,
    events.Spoiled: _spoiled,
    events.Unanswered: _unanswered,
    events.Failed: lambda event: (".", event.problem, _ERROR, (event.problem,), ""),
}
"""What is shown of each kind of event; the page leaves out the others."""

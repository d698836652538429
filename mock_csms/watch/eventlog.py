"""Writes all events as JSON Lines: the kind of event, the time, the station, and the fields of the event."""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from operator import attrgetter
from typing import Any, TypeAlias

import orjson

from mock_csms.behavior.credentials import form_of
from mock_csms.behavior.templates import instant
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result, encode
from mock_csms.protocol.records import Record, json_text
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.sink import Sink
from mock_csms.twin import events
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.twin.every_event import ALL
from mock_csms.twin.ocpi_events import OcpiExchanged
from mock_csms.watch.digest import PlainExchange
from mock_csms.watch.frames import Exchange, Frame, Frames, action_text, described, moment, name_text
from mock_csms.watch.jsonlines import line, members, quoted, without_tags

MessageKind: TypeAlias = type[Message | Malformed]
_SAID_OTHERWISE = ("at", "station", "message", "answers", "call", "text", "visitor", "received", "version")
_NAMES: Mapping[type[Event], Sequence[str]] = {
    kind: [name for name in kind.__struct_fields__ if name not in _SAID_OTHERWISE] for kind in ALL
}
"""The fields of each kind of event, without the common fields and those of messages."""

_FRAME = b'{"event":"%b","at":%b,"station":%b,"messageType":"%b","messageId":%b,"action":%b,"text":%b%b%b}\n'
_OTHER = b'{"event":"%b","at":"%b","station":%b%b}\n'
"""The forms of the lines: for a message that was received or sent, and for any other event."""
_WORDS = {kind: kind.__name__.encode() for kind in (Received, Sent, Call, Result, Error, Malformed)} | {
    SendMessage: b"Send",
    ResultError: b"ResultError",
}
KINDS: Sequence[MessageKind | None] = (None, Call, Result, Error, Malformed, SendMessage, ResultError)
"""The types of messages; None for an event that is about none."""
_PROBLEMS: Mapping[type, Callable[[Any], Json]] = {
    Malformed: lambda message: {"problem": message.problem},
    Error: lambda message: {"code": message.code, "description": message.description},
    ResultError: lambda message: {"code": message.code, "description": message.description},
}
"""By type of message: returns its violations, or the content of an error."""


class EventLog:
    """Writes a line for every event to all of its sinks.

    A line about a message has its kind, id and action, and in `text` the frame as it was sent. If a fault or a lost
    connection prevented that, `text` is the frame before it.
    """

    def __init__(self, bus: Bus, frames: Frames, sinks: Sequence[Sink]) -> None:
        self._sinks = sinks
        frames.subscribe(self._write_frame, self._write_exchange)
        bus.subscribe(self._write_other, *(kind for kind in ALL if kind not in (Received, Sent)))

    def _write_frame(self, event: Received | Sent, frame: Frame) -> None:
        self._write(_frame_line(event, frame))

    def _write_exchange(self, _: Received, __: Sent, exchange: Exchange) -> None:
        about = (exchange.id, b',"action":', exchange.action, b',"text":')
        call = (_CALLED, exchange.called, b',"station":', exchange.station, _OF_CALL, *about, exchange.call, _CALL_END)
        result = (_ANSWERED, exchange.answered, b',"station":', exchange.station, _OF_RESULT, *about, exchange.result)
        self._write(without_tags(b"".join((*call, *result, _RESULT_END))))

    def _write_other(self, event: Event) -> None:
        self._write(_other_line(event))

    def _write(self, written: bytes) -> None:
        for sink in self._sinks:
            sink.write(written)


class LogLine(Record):
    """The line of the event log about an event, and what it is about."""

    type: MessageKind | None
    """The type of the message that it is about; None for other events."""
    id: bytes
    """The id of that message, as JSON text."""
    about: bytes
    """The action of the message, as JSON text; of a finding the id of the check, of an exchange of OCPI the module.
    Empty if there is none."""
    text: bytes


def line_about(event: Event) -> LogLine:
    """Return the line about any event."""
    if isinstance(event, (Received, Sent)):
        frame = described(event)
        return LogLine(frame.type, frame.id, frame.action, _frame_line(event, frame))
    return LogLine(*_key(event), _other_line(event))


def exchange_values(exchange: PlainExchange) -> tuple[tuple[bytes, ...], tuple[bytes, ...]]:
    """Return the values for `CALL_FORM` and `RESULT_FORM`.

    This runs for most of what a stream sends, so it is kept fast.
    """
    called, answered, station, text, told, id_, action, rule, fault = exchange
    about = name_text(station), json_text(id_), action_text(action)
    end = _usual_parts(Sent, (rule, fault)) if rule or fault else _RESULT_PARTS
    return (
        (moment(called), *about, orjson.dumps(text.decode(errors="backslashreplace"))),
        (moment(answered), *about, orjson.dumps(told.decode(errors="backslashreplace")), end),
    )


def exchange_lines(exchange: PlainExchange) -> tuple[bytes, bytes]:
    """Return the lines about a call and its result."""
    call, result = exchange_values(exchange)
    return without_tags(b"{" + CALL_FORM % call), without_tags(b"{" + RESULT_FORM % result)


def _frame_line(event: Received | Sent, frame: Frame) -> bytes:
    kind = type(event)
    tell = _PROBLEMS.get(frame.type)
    return line(
        _FRAME,
        _WORDS[kind],
        frame.at,
        frame.station,
        _WORDS[frame.type],
        frame.id,
        frame.action or b"null",
        frame.text,
        members(tell(event.message)) if tell else b"",
        _parts(event) if event.violations else _usual_parts(kind, _USUAL[kind](event)),
    )


def _other_line(event: Event) -> bytes:
    kind = type(event)
    tell = _SUBJECTS.get(kind)
    said = (members(tell(event)) if tell else b"") + _parts(event)
    return line(_OTHER, kind.__name__.encode(), instant(event.at).encode(), quoted(event.station), said)


def _key(event: Event) -> tuple[MessageKind | None, bytes, bytes]:
    """Return the type, the id and the action of the message that an event is about; of others see LogLine."""
    if isinstance(event, events.Finding):
        return None, b"", quoted(event.check)
    if isinstance(event, OcpiExchanged):
        return None, b"", quoted(event.module)
    if isinstance(event, events.Lost):
        message, answers = event.received.message, event.received.answers
    elif isinstance(event, events.Spoiled):
        message, answers = event.message, event.answers
    elif isinstance(event, events.Unanswered):
        message, answers = event.call, None
    else:
        return None, b"", b""
    call = message if isinstance(message, Call) else answers
    return type(message), quoted(message.id), quoted(call.action) if call else b""


def _parts(event: Event) -> bytes:
    """Return the JSON members for the fields of an event, without the common fields and those of messages."""
    return members({name: getattr(event, name) for name in _NAMES[type(event)]})


_USUAL: Mapping[type[Event], Callable[[Event], Any]] = {
    kind: attrgetter(*(name for name in _NAMES[kind] if name != "violations")) for kind in (Received, Sent)
}
"""How to get these fields of a message, except its violations."""


@lru_cache(maxsize=256)
def _usual_parts(kind: type[Event], values: tuple[Any, ...]) -> bytes:
    """Do the same for a message without violations, with a cache, because the other fields have few combinations."""
    return members(dict(zip(_NAMES[kind], ((), *values), strict=True)))


def _word(message: Message | Malformed) -> str:
    return _WORDS[type(message)].decode()


_CALLED, _ANSWERED = (b'{"event":"%b","at":' % _WORDS[kind] for kind in (Received, Sent))
_OF_CALL, _OF_RESULT = (b',"messageType":"%b","messageId":' % _WORDS[kind] for kind in (Call, Result))
_CALL_END = _usual_parts(Received, (False, False)) + b"}\n"
_RESULT_PARTS = _usual_parts(Sent, ("", ""))
_RESULT_END = _RESULT_PARTS + b"}\n"
"""The constant parts of the lines for a usual call and its result."""
_ABOUT = b'"event":"%b","at":%%b,"station":%%b,"messageType":"%b","messageId":%%b,"action":%%b,"text":%%b'
CALL_FORM = _ABOUT % (_WORDS[Received], _WORDS[Call]) + _CALL_END
RESULT_FORM = _ABOUT % (_WORDS[Sent], _WORDS[Result]) + b"%b}\n"
"""The same lines without the bracket in front; the values are those of `exchange_values`, and may have `<`."""


def _lost(event: events.Lost) -> Json:
    """Return the members for a message that came and that the mock lost on purpose."""
    message, answers = event.received.message, event.received.answers
    problem = {"problem": message.problem} if isinstance(message, Malformed) else {}
    action = message.action if isinstance(message, Call) else answers.action if answers else None
    text = event.received.text.decode(errors="replace")
    return {"messageType": _word(message), "messageId": message.id, "action": action, "text": text} | problem


def _message(message: Message, answers: Call | None) -> Json:
    """Return the JSON members for a message that was not sent in this form."""
    tell = _PROBLEMS.get(type(message))
    return {
        "messageType": _word(message),
        "messageId": message.id,
        "action": message.action if isinstance(message, Call) else answers.action if answers else None,
        "text": encode(message).decode(),
    } | (tell(message) if tell else {})


_SUBJECTS: Mapping[type[Event], Callable[[Any], Json]] = {
    events.Knocked: lambda event: {
        "path": event.visitor.path,
        "offered": event.visitor.offered,
        "authorization": form_of(event.visitor),
    },
    events.Lost: _lost,
    events.Spoiled: lambda event: _message(event.message, event.answers),
    events.Unanswered: lambda event: _message(event.call, None),
}
"""By kind of any other event: makes the JSON members for its message or visitor."""

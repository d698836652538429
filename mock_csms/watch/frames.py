"""The parts of every message as JSON text, made once for all files that write them."""

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

import orjson

from mock_csms.behavior.templates import instant
from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.messages import Call, Malformed, Message, Result
from mock_csms.protocol.records import Record, json_text, last_json_item
from mock_csms.runtime.bus import Bus
from mock_csms.twin.events import Event, Received, Sent
from mock_csms.watch.batch import Batch
from mock_csms.watch.jsonlines import as_json, quoted


class Frame(Record):
    """The parts of a message that was received or sent; all except its type are JSON text."""

    at: bytes
    station: bytes
    type: type[Message | Malformed]
    id: bytes
    action: bytes
    """The action; empty if it is unknown, such as that of an answer to an unknown call."""
    text: bytes
    """The frame, as a JSON string."""


class Exchange(Record):
    """The parts of a call of a station and of its result, as JSON text."""

    called: bytes
    """The time of the call."""
    answered: bytes
    station: bytes
    id: bytes
    action: bytes
    call: bytes
    """The frame of the call, as a JSON string."""
    payload: bytes
    result: bytes
    """The frame of the result, as a JSON string."""
    said: bytes
    """The payload of the result."""


Writer: TypeAlias = Callable[[Received | Sent, Frame], None]
ExchangeWriter: TypeAlias = Callable[[Received, Sent, Exchange], None]


class Frames:
    """Describes every message once for all writers of files, which get it in the order of their subscriptions."""

    def __init__(self, bus: Bus) -> None:
        self._writers: list[Writer] = []
        self._exchange_writers: list[ExchangeWriter] = []
        bus.subscribe(self._describe, Received, Sent)
        if isinstance(bus, Batch) and not is_long_way_forced():
            bus.take_exchange = self._take_exchange

    def subscribe(self, writer: Writer, exchange_writer: ExchangeWriter) -> None:
        """Call `writer` with every message, or `exchange_writer` with an ordinary call and its result."""
        self._writers.append(writer)
        self._exchange_writers.append(exchange_writer)

    def _describe(self, event: Event) -> None:
        if isinstance(event, (Received, Sent)):
            frame = described(event)
            for write in self._writers:
                write(event, frame)

    def _take_exchange(self, called: Received, answered: Sent) -> bool:
        exchange = exchange_of(called, answered)
        if exchange is None:
            return False
        for write in self._exchange_writers:
            write(called, answered, exchange)
        return True


def described(event: Received | Sent) -> Frame:
    """Return the parts of a message as JSON text. Bytes that are not UTF-8 are escaped."""
    message = event.message
    kind = type(message)
    call = message if isinstance(message, Call) else event.answers
    return Frame(
        moment(event.at),
        name_text(event.station),
        kind,
        json_text(message.id),
        action_text(call.action) if call else b"",
        json_text(event.text.decode(errors="backslashreplace")),
    )


def exchange_of(called: Received, answered: Sent) -> Exchange | None:
    """Return the parts of a call and its result; None unless both are ordinary and have the usual form.

    The payloads need not be parsed, because the text between the brackets is the payload in the form of the records.
    """
    call, result, text, result_text = called.message, answered.message, called.text, answered.text
    is_odd = called.violations or called.binary or called.is_refused or answered.violations
    if is_odd or answered.rule or answered.fault or called.station != answered.station:
        return None
    if type(call) is not Call or type(result) is not Result or call.id != result.id or call.huge or result.huge:
        return None
    id_, action = json_text(call.id), action_text(call.action)
    begin, begin_result = b"".join((b"[2,", id_, b",", action, b",{")), b"".join((b"[3,", id_, b",{"))
    if not (
        text.startswith(begin)
        and result_text.startswith(begin_result)
        and text.endswith(b"}]")
        and result_text.endswith(b"}]")
    ):
        return None
    if b"\n" in text or b"\r" in text:
        return None
    return Exchange(
        moment(called.at),
        moment(answered.at),
        name_text(called.station),
        id_,
        action,
        orjson.dumps(text.decode(errors="backslashreplace")),
        text[len(begin) - 1 : -1],
        orjson.dumps(result_text.decode(errors="backslashreplace")),
        result_text[len(begin_result) - 1 : -1],
    )


def payload_text(event: Received | Sent, message: Call | Result, frame: Frame) -> bytes:
    """Return the payload of a message on one line, as it was sent, so that `-0` and `1.0` stay as they are.

    If a fault has changed the frame, or some JSON parsers could not read it, the payload is encoded again.
    """
    if message.huge or (isinstance(event, Sent) and event.fault):
        return as_json(message.payload)
    text = event.text
    is_call = isinstance(message, Call)
    begin = b"[%d,%b,%b," % (message.number, frame.id, frame.action) if is_call else b"[3,%b," % frame.id
    is_plain = text.startswith(begin) and text.endswith(b"]")  # the usual form: the text between is the payload
    payload = text[len(begin) : -1].strip() if is_plain else last_json_item(text)
    if not payload:
        return as_json(message.payload)
    return payload.replace(b"\n", b" ").replace(b"\r", b" ") if b"\n" in payload or b"\r" in payload else payload


def moment(at: float) -> bytes:
    """Return a time as `instant` writes it, as JSON; to take its digits from a text is faster than to format them."""
    if at < 1:
        return b'"%b"' % instant(at).encode()
    microseconds = str(int(at * 1_000_000 + 0.5))
    return f'{_until_second(microseconds[:-6])}{microseconds[-6:]}Z"'.encode()


@lru_cache(maxsize=16)
def _until_second(seconds: str) -> str:
    return f'"{instant(int(seconds))[:20]}'


def action_text(name: str) -> bytes:
    return _short_action(name) if len(name) <= _LONGEST_ACTION else json_text(name)


name_text = lru_cache(maxsize=4096)(quoted)
_short_action = lru_cache(maxsize=512)(json_text)
_LONGEST_ACTION = 60
"""The longest name of an action that is cached as JSON, because a station may send any name."""

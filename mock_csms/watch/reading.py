"""Converts lines of the event log back to events, to show them in another format."""

from collections.abc import Iterable, Mapping
from typing import Any

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.messages import Call, Error, Malformed, Message, Result
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import convert, json_value, replace
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.protocol.versions import DEFAULT, SUBPROTOCOLS, Version
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.outlet import Outlet
from mock_csms.runtime.sink import Sink
from mock_csms.twin import events
from mock_csms.twin.events import Event
from mock_csms.watch.blocks import Logged
from mock_csms.watch.frames import Frames
from mock_csms.watch.lines import as_text, describe
from mock_csms.watch.search import content_of, message_in
from mock_csms.watch.trace import Trace


def event_of(logged: Logged) -> Event:
    """Return the event of a line. Details that are not in the line get defaults, such as the version of OCPP."""
    content = dict(content_of(logged))
    kind = logged.kind
    parts = {name: content[name] for name in kind.__struct_fields__ if name in content} | {"at": logged.at}
    if kind in (events.Received, events.Sent):
        return kind(**parts | _message_parts(logged, content))
    if kind is events.Lost:
        inner = _message_parts(logged, content) | {"binary": False, "is_refused": False}
        received = events.Received(at=logged.at, station=logged.station, **inner)
        return events.Lost(logged.at, logged.station, received, content["fault"])
    if kind is events.Spoiled:
        message = _message_parts(logged, content)
        return events.Spoiled(logged.at, logged.station, content["fault"], message["message"], message["answers"])
    if kind is events.Unanswered:
        call = _message_parts(logged, content)["message"]
        return events.Unanswered(logged.at, logged.station, call, content["reason"])
    if kind is events.Knocked:
        return events.Knocked(logged.at, logged.station, Visitor(content["path"], content["offered"]))
    if kind is events.Connected:
        parts |= {"offered": tuple(content["offered"]), "version": SUBPROTOCOLS.get(content["subprotocol"], DEFAULT)}
    if kind is events.Finding:
        parts |= {"severity": events.Severity(content["severity"]), "messages": tuple(content["messages"])}
    return kind(**parts)


def _message_parts(logged: Logged, content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of an event that are about its message."""
    text, message = content["text"].encode(errors="surrogatepass"), message_in(content)
    if logged.type is not None and not isinstance(message, logged.type):  # a fault has changed the frame
        message = _meant(logged, content)
    is_call = isinstance(message, Call) or not logged.about
    answers = None if is_call else Call(json_value(logged.id), json_value(logged.about), {})
    violations = tuple(convert(each, Violation) for each in content.get("violations", ()))
    return {"text": text, "message": message, "violations": violations, "answers": answers}


def _meant(logged: Logged, content: Mapping[str, Any]) -> Message | Malformed:
    """Return the message before a fault changed it, as far as the line shows it."""
    id_ = json_value(logged.id)
    if logged.type is Call:
        return Call(id_, json_value(logged.about), {})
    if logged.type is Result:
        return Result(id_, {})
    if logged.type is SendMessage:
        return SendMessage(id_, json_value(logged.about), {})
    if logged.type in (Error, ResultError):
        kind = Error if logged.type is Error else ResultError
        return kind(id_, content.get("code", ""), content.get("description", ""))
    return Malformed(content.get("problem", ""), id=id_)


# Formats.


def as_lines(found: Iterable[Logged]) -> bytes:
    """Return events as lines for people."""
    return "".join(f"{line_of(each)}\n" for each in found).encode()


def line_of(logged: Logged) -> str:
    """Return the line for people about an event, with the whole payload."""
    text = as_text(describe(event_of(logged)))
    return printable(f"{rfc3339(logged.at)[11:23]} {logged.station or '-'} {text}")


class TraceWriter:
    """Writes messages as an OCPP trace 1.1, as `--trace` does."""

    def __init__(self) -> None:
        self._bus, self._pieces = Bus(), Pieces()
        self._sink = Sink(self._pieces)
        self._versions: dict[str, Version] = {}
        Trace(self._bus, Frames(self._bus), self._sink)

    def write(self, found: Iterable[Logged]) -> bytes:
        """Return the records of these events."""
        for logged in found:
            event = event_of(logged)
            if isinstance(event, events.Connected):
                self._versions[event.station] = event.version
            if isinstance(event, events.Received | events.Sent):
                event = replace(event, version=self._versions.get(event.station, DEFAULT))
            self._bus.publish(event)
        self._sink.flush()
        return self._pieces.take()


class Pieces(Outlet):
    """Collects the bytes that are written."""

    def __init__(self) -> None:
        super().__init__(-1)
        self._written: list[bytes] = []
        self.write = self._keep

    def _keep(self, data: bytes | memoryview) -> int:
        self._written.append(bytes(data))
        return len(data)

    def take(self) -> bytes:
        """Return the bytes that were written since the last call."""
        written, self._written = b"".join(self._written), []
        return written

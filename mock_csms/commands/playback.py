"""Turns a recorded trace back into the events that the mock would have seen, for the checks.

The format contains only messages. Traces of this program record in `meta` what happened between them. In other traces,
a BootNotification starts a new connection if a call is open, or if an accepted station was silent long enough to
restart. Refused connections are not in a trace.
"""

import base64
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import orjson

from mock_csms.behavior.validation import Validation
from mock_csms.commands.tracerecord import TraceRecord
from mock_csms.conformance.subject import JUDGED
from mock_csms.protocol.actions import BOOT, Json, Sender
from mock_csms.protocol.conversation import Conversation, IncomingMessage
from mock_csms.protocol.decoding import decode
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call, Error, ErrorCode, Malformed, Message, Result, encode
from mock_csms.protocol.records import Mutable, field, replace
from mock_csms.protocol.sends import ResultError, SendMessage
from mock_csms.protocol.times import seconds_of
from mock_csms.protocol.versions import DEFAULT, SUBPROTOCOLS, Version, versions
from mock_csms.twin.connections import UNRECORDED
from mock_csms.twin.events import Connected, Disconnected, Event, Lost, Received, Sent, Spoiled, Unanswered
from mock_csms.watch.trace import BINARY, BYTES, CONNECTION, SINCE

_UNSEEN = 1006
"""The close code of a connection whose end is unknown (RFC 6455, 7.1.5)."""
_RESTART = 5.0
"""The shortest time in seconds without messages in which a station can restart."""
_STRICTLY = Validation()
_CALLS: Mapping[str, type[Call]] = {"CALL": Call, "SEND": SendMessage}
_ERRORS: Mapping[str, type[Error]] = {"CALLERROR": Error, "CALLRESULTERROR": ResultError}
_NO_ID = "no id "
"""The prefix of the ids for calls whose records have none."""


class _Side(Mutable):
    """The calls that one side has sent."""

    open: dict[str, Call]
    """The calls without an answer so far, by id."""
    unjudged: set[str] = field(default_factory=set)
    """The ids of the calls whose payload is not in the trace."""
    count: int = 0
    """How many calls there were."""


class _Line(Mutable):
    """The connection of one station."""

    is_whole: bool
    """Whether the trace contains its beginning."""
    heard_at: float
    """The time of its last record, in seconds since 1970."""
    is_recorded: bool
    """Whether the trace records when connections begin and end."""
    talk: Conversation
    station: _Side
    csms: _Side
    is_numbered: bool = False
    """Whether the trace numbers connections."""
    is_accepted: bool = False
    """Whether a boot was accepted on it."""

    def sides(self, entry: TraceRecord) -> tuple[_Side, _Side]:
        """Return the side that sent an entry, and the other."""
        return (self.csms, self.station) if entry.is_sent else (self.station, self.csms)


class Playback:
    """Turns the entries of one trace into events, in their order."""

    def __init__(self) -> None:
        self._lines: dict[str, _Line] = {}
        self._spellings: dict[str, str] = {}
        """The first spelling of each identity, by its folded form."""
        self._versions: dict[str, str] = {}

    def why_not_judged(self, entry: TraceRecord) -> str:
        """Return why an entry is not judged; empty if it is judged.

        An entry without a version has the version of the one before.
        """
        entry = self._spelt(entry)
        if entry.version:
            self._versions[entry.station] = entry.version
        version = self._versions.get(entry.station, DEFAULT.name)
        return "SOAP" if entry.is_soap else "" if version in JUDGED else f"OCPP {version}"

    def events(self, entry: TraceRecord) -> Iterator[Event]:
        """Yield the events of an entry; none if it cannot be judged. Raises ValueError if it contains no message."""
        entry = self._spelt(entry)
        yield from self._since(entry)
        yield from self._connection(entry)
        line = self._lines[entry.station]
        line.heard_at = entry.at
        own, other = line.sides(entry)
        read = _read(entry, line)
        if read is None:
            return
        text, message = read
        is_answer, is_call = message.is_answer, isinstance(message, Call)
        if is_answer and (message.id in other.unjudged or _is_cut_off(message.id, line, other)):
            return
        own.count += is_call
        if is_call:
            own.unjudged.discard(message.id)
        if entry.is_sent:
            if not isinstance(message, Malformed):
                yield _sent(entry, text, message, line)
        else:
            yield _received(entry, text, message, line)

    def _spelt(self, entry: TraceRecord) -> TraceRecord:
        """Return an entry with the first spelling of its identity, because the case of an identity does not matter."""
        first = self._spellings.setdefault(folded(entry.station), entry.station)
        return entry if first == entry.station else replace(entry, station=first)

    def _since(self, entry: TraceRecord) -> Iterator[Event]:
        """Yield the events before an entry that its `meta` records."""
        recorded = entry.meta.get(SINCE)
        for each in recorded if isinstance(recorded, list) else ():
            line = self._lines.get(entry.station)
            at = min(max(seconds_of(_said(each, "timestamp")) or entry.at, 0.0), entry.at)
            match each:
                case {"event": "Disconnected", "code": int(code)} if line is not None:
                    del self._lines[entry.station]
                    yield Disconnected(at, entry.station, code, _said(each, "reason"))
                case {"event": "Unanswered", "messageId": str(id_)} if line is not None and id_ in line.csms.open:
                    yield Unanswered(at, entry.station, line.csms.open.pop(id_), _said(each, "reason"))
                case {"event": "Lost"} if line is not None and (frame := _lost_frame(each)) is not None:
                    came, is_binary = line.talk.peek(frame, _STRICTLY), each.get(BINARY) is True
                    lost = _came(at, entry.station, frame, came, line.talk.version, is_binary=is_binary)
                    yield Lost(at, entry.station, lost, _said(each, "fault"))
                case {"event": "Spoiled", "messageId": str(id_), "messageType": str(kind)} if line is not None:
                    message = Call(id_, "", {}) if kind == "CALL" else Result(id_, {})
                    yield Spoiled(at, entry.station, _said(each, "fault"), message, None)
                case {"event": "Connected"} if line is None:
                    yield self._opened(at, entry.station, is_whole=True, is_recorded=True)

    def _connection(self, entry: TraceRecord) -> Iterator[Event]:
        """Yield connects and disconnects that the trace does not record, but that happened before an entry."""
        line = self._lines.get(entry.station)
        is_first, is_boot = CONNECTION in entry.meta, _is_boot(entry)
        if line is not None and not line.is_recorded and (is_first or (is_boot and _is_over(line, entry.at))):
            del self._lines[entry.station]
            yield Disconnected(line.heard_at, entry.station, _UNSEEN, UNRECORDED)
        if entry.station not in self._lines:
            yield self._opened(entry.at, entry.station, is_whole=is_first or is_boot)
            self._lines[entry.station].is_numbered = is_first

    def _opened(self, at: float, station: str, *, is_whole: bool, is_recorded: bool = False) -> Connected:
        talk = Conversation(self._version(station), Sender.STATION)
        self._lines[station] = _Line(is_whole, at, is_recorded, talk, _Side(talk.theirs), _Side(talk.ours))
        subprotocol = next(name for name, version in SUBPROTOCOLS.items() if version is talk.version)
        return Connected(at, station, subprotocol, (subprotocol,), talk.version)

    def _version(self, station: str) -> Version:
        """Return the version of OCPP that a station speaks according to the trace."""
        name = self._versions.get(station, DEFAULT.name)
        return next((version for version in versions() if version.name == name), DEFAULT)


def _is_boot(entry: TraceRecord) -> bool:
    if entry.is_sent or entry.kind != "CALL":
        return False
    message = None if entry.text is None else decode(entry.text)
    return (message.action if isinstance(message, Call) else entry.action) == BOOT


def _is_over(line: _Line, at: float) -> bool:
    """Whether a BootNotification at that time proves that the station has restarted."""
    may_restart = line.is_accepted and not line.is_numbered
    return bool(line.station.open) or (may_restart and at - line.heard_at >= _RESTART)


def _is_cut_off(id_: str, line: _Line, other: _Side) -> bool:
    """Whether an answer belongs to a call before the beginning of the trace."""
    return not line.is_whole and not other.count and id_ not in other.open


def _read(entry: TraceRecord, line: _Line) -> tuple[bytes, Message | Malformed] | None:
    """Return the frame and its message; for a spoiled frame the message before it was spoiled."""
    message = line.talk.read(entry.text) if entry.text is not None else None
    if entry.text is not None and message is not None and not (entry.is_sent and _said(entry.meta, "fault")):
        return entry.text, message
    id_ = entry.id if entry.id is not None else _id_without(entry, *line.sides(entry))
    meant = _meant(entry, id_, line) if id_ is not None else None
    if meant is None:
        return None if entry.text is None or message is None else (entry.text, message)
    try:
        return (encode(meant) if entry.text is None else entry.text), meant
    except orjson.JSONEncodeError:
        raise ValueError("the message is nested too deeply") from None


def _id_without(entry: TraceRecord, own: _Side, other: _Side) -> str | None:
    """Return an id for a record without one. An answer gets the id of the last open call that also had none."""
    if entry.kind in _CALLS:
        return f"{_NO_ID}{own.count}"
    waiting = [id_ for id_ in (*other.open, *other.unjudged) if id_.startswith(_NO_ID)]
    return waiting[-1] if waiting else None


def _meant(entry: TraceRecord, id_: str, line: _Line) -> Message | None:
    """Return the message from the fields of a record; None if too many fields are missing."""
    payload = {} if entry.payload is None else entry.payload
    version, (own, other) = line.talk.version, line.sides(entry)
    if entry.kind in _ERRORS:
        error, details = entry.error, entry.error.get("details")
        code, description = error.get("code") or ErrorCode.GenericError, error.get("description") or ""
        return _ERRORS[entry.kind](id_, code, description, details if details else {})
    if entry.kind in _CALLS:
        call = _CALLS[entry.kind](id_, entry.action, payload)
        sender = Sender.CSMS if entry.is_sent else Sender.STATION
        if entry.payload is None and version.call_violations(call, sender):
            own.unjudged.add(id_)
            return None
        return call
    answers = other.open.get(id_)
    if entry.payload is None and (answers is None or version.result_violations(answers, {})):
        return None
    return Result(id_, payload)


def _received(entry: TraceRecord, text: bytes, message: Message | Malformed, line: _Line) -> Received:
    came = line.talk.take(message, _STRICTLY)
    return _came(entry.at, entry.station, text, came, line.talk.version, is_binary=entry.meta.get(BINARY) is True)


def _came(
    at: float, station: str, text: bytes, came: IncomingMessage, version: Version, *, is_binary: bool
) -> Received:
    message, violations, answers = came.message, came.violations, came.answers or came.refuses
    return Received(at, station, text, message, violations, answers, is_binary, came.is_refused, version)


def _lost_frame(meta: Json) -> bytes | None:
    """Return the text of a message that the mock lost on purpose, if the trace contains it."""
    if isinstance(meta.get(BYTES), str):
        with suppress(ValueError):
            return base64.b64decode(meta[BYTES], validate=True)
    return _said(meta, "raw").encode(errors="surrogatepass") or None


def _sent(entry: TraceRecord, text: bytes, message: Message, line: _Line) -> Sent:
    rule, fault = _said(entry.meta, "rule"), _said(entry.meta, "fault")
    answers = line.station.open.get(message.id) if message.is_answer else None
    if type(message) is Call:
        line.talk.open(message)
    violations = line.talk.sent(message, answers)
    if answers is not None and fault:  # the fault may repeat the answer later
        line.station.open[answers.id] = answers
    if answers is not None and answers.action == BOOT and not violations:
        line.is_accepted |= _status_in(message) == "Accepted"
    return Sent(entry.at, entry.station, text, message, violations, answers, rule, fault, line.talk.version)


def _status_in(message: Message) -> Any:
    return message.payload.get("status") if isinstance(message, Result) else None


def _said(meta: Any, name: str) -> str:
    value = meta.get(name) if isinstance(meta, dict) else None
    return value if isinstance(value, str) else ""

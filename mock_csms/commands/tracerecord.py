"""Reads one record of the OCPP trace format 1.1 by its specification: optional fields may be absent or null."""

import base64
import binascii
import re
from collections.abc import Mapping
from typing import Any

import orjson

from mock_csms.conformance.subject import JUDGED
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.protocol.times import read_time
from mock_csms.protocol.versions import versions
from mock_csms.watch.trace import BYTES

UNNAMED = "-"
"""The station of records without a chargePointId: all of them belong to one station."""
DIRECTIONS = ("cp-to-csms", "csms-to-cp")
TYPES = ("CALL", "CALLRESULT", "CALLERROR", "SEND", "CALLRESULTERROR")
_LAST = 250_000_000_000.0
"""The latest time that a record may have, in seconds since 1970; times shortly after it still fit into datetime."""
_TRANSPORTS = ("json", "soap")
_OTHERS = {"1.2", "1.5", "2.0"}
"""Versions of OCPP that a trace may have although the mock does not speak them."""
_VERSION = re.compile(r"(?i)(?:ocpp)?[-_ v]*(\d+(?:\.\d+)+)[-_ ]?[js]?(?:oap|son)?")
_KINDS: Mapping[type, str] = {str: "a text", dict: "an object"}


class TraceRecord(Record):
    """A message in a trace."""

    at: float
    """When it was received or sent, in seconds since 1970."""
    station: str
    is_sent: bool
    """Whether the CSMS sent it."""
    kind: str
    """The message type; one of `TYPES`."""
    text: bytes | None
    """The frame; None if the record has only its fields."""
    id: str | None
    """The message id; None if the record has none."""
    action: str
    payload: Any
    error: Json
    meta: Json
    version: str
    """The version of OCPP; empty if the record has none."""
    is_soap: bool
    faults: tuple[str, ...]
    """The faults of a record that can be read nevertheless."""


def read_record(record: Any) -> TraceRecord:
    """Return the message of a record. Raises ValueError that says why it cannot be read."""
    if type(record) is not dict:
        raise ValueError("not an object")
    schema = _of(record, "schemaVersion", str)
    if schema is not None and not re.fullmatch(r"1(\.\d+)*", schema):
        raise ValueError(f"schemaVersion is {_shown(schema)}, not 1.1 or another 1.x")
    transport = _one_of(record, "transport", _TRANSPORTS)
    direction, kind = _one_of(record, "direction", DIRECTIONS), _one_of(record, "messageType", TYPES)
    for name, value in (("direction", direction), ("messageType", kind)):
        if value is None:
            raise ValueError(f"{name} is missing")
    missing = [name for name, value in (("schemaVersion", schema), ("transport", transport)) if value is None]
    meta = record.get("meta")
    faults = [f"{name} is missing" for name in missing]
    faults += ["meta is not an object"] if meta is not None and type(meta) is not dict else []
    meta = meta if type(meta) is dict else {}
    entry = TraceRecord(
        _time(record),
        _of(record, "chargePointId", str) or UNNAMED,
        direction == DIRECTIONS[1],
        str(kind),
        _frame(_of(record, "raw", str), meta),
        _of(record, "messageId", str),
        _of(record, "action", str) or "",
        record.get("payload"),
        _of(record, "error", dict) or {},
        meta,
        _version(_of(record, "ocppVersion", str)),
        transport == "soap",
        tuple(faults),
    )
    if entry.version in ("", *JUDGED) and not entry.is_soap:
        _check_parts(record, entry)
    return entry


def _check_parts(record: Json, entry: TraceRecord) -> None:
    """Raise ValueError for a record that lacks necessary parts of the message."""
    if entry.text is None and entry.kind == "CALL" and not entry.action:
        raise ValueError("action is missing")
    if entry.text is None and entry.kind == "CALLERROR" and record.get("error") is None:
        raise ValueError("error is missing")
    for name in ("code", "description"):
        _of(entry.error, name, str)


def _time(record: Json) -> float:
    text = _of(record, "timestamp", str)
    if text is None:
        raise ValueError("timestamp is missing")
    try:
        at = read_time(text)
    except ValueError:
        raise ValueError(f"timestamp is {_shown(text)}, not a date and time") from None
    if not 0 <= at < _LAST:
        raise ValueError(f"timestamp is {_shown(text)}, not a time at which a message can have been sent")
    return at


def _of(record: Json, name: str, kind: type) -> Any:
    """Return a field; None if it is absent or null (some tools write null)."""
    value = record.get(name)
    if value is not None and type(value) is not kind:
        raise ValueError(f"{name} is {_shown(value)}, not {_KINDS[kind]}")
    return value


def _one_of(record: Json, name: str, known: tuple[str, ...]) -> str | None:
    value = _of(record, name, str)
    if value is not None and value not in known:
        raise ValueError(f"{name} is {_shown(value)}, not {' or '.join(known)}")
    return None if value is None else str(value)


def _version(text: str | None) -> str:
    """Return a version of OCPP in the form `2.0.1`."""
    if text is None:
        return ""
    found = _VERSION.fullmatch(text)
    if found is None or found[1] not in _OTHERS | {version.name for version in versions()}:
        raise ValueError(f"ocppVersion is {_shown(text)}, which is not a version of OCPP")
    return found[1]


def _frame(raw: str | None, meta: Json) -> bytes | None:
    """Return the frame; bytes that are not text are in `meta`."""
    exact = meta.get(BYTES)
    if isinstance(exact, str):
        try:
            return base64.b64decode(exact, validate=True)
        except (binascii.Error, ValueError):
            raise ValueError("meta.bytes is not base64") from None
    return None if raw is None else raw.encode(errors="surrogatepass")


def _shown(value: Any) -> str:
    """Return any value as a short text."""
    try:
        text = value if isinstance(value, str) else orjson.dumps(value).decode()
    except orjson.JSONEncodeError:
        text = "nested too deep"
    return repr(text[:60] + "…" if len(text) > 60 else text)

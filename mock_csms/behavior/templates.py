"""Payloads with placeholders, and merging one JSON object into another (JSON merge patch, RFC 7396).

A template is compiled once; parts without placeholders cost nothing when it is filled. A string that is one placeholder
and nothing else takes the placeholder's JSON type; within other text the value is written as text. `{{{{` stands for
`{{`. Nothing else is evaluated.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, TypeAlias

import orjson

from mock_csms.behavior.file_offers import FileOffers
from mock_csms.behavior.matching import ABSENT, parse_path, value_at
from mock_csms.behavior.roaming import Partners
from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.v2.fragments import HASH
from mock_csms.protocol.versions import DEFAULT, Version
from mock_csms.twin.station import StationModel

PEM = "-----BEGIN CERTIFICATE-----\nMIIBmockcertificate\n-----END CERTIFICATE-----"
"""The certificate if no authority makes real ones: it only looks like one."""


NO_FILES = "https://files.invalid"
"""The URL of the file server if there is none: a name that no network knows (RFC 2606)."""
_OCSP = "bW9ja19vY3NwX3Jlc3VsdA=="
"""The OCSP response if no authority makes real ones: a few words in base64."""


class Authority(Record):
    """Makes certificates in PEM. Both functions get the time in seconds since 1970."""

    root: Callable[[float], str] = lambda _: PEM
    """Returns its own certificate."""
    hashes: Callable[[float], Json] = lambda _: HASH
    """Returns the CertificateHashData of its own certificate, with SHA-256."""
    chain: Callable[[str, float], str] = lambda *_: PEM
    """Returns a certificate for a PKCS#10 request in PEM, followed by the root.

    For an empty request it makes a key that nobody has.
    """
    status: Callable[[tuple[str, ...], float], str] = lambda *_: _OCSP
    """Returns an OCSP response in base64 for the hashes and the serial number of a certificate, at a time.

    Empty if the hashes cannot be read.
    """


class World(Record):
    """What all contexts of one mock have in common."""

    url: str
    """The URL of the mock, `ws://…`."""
    write_time: Callable[[float], str]
    """Formats a time in seconds since 1970."""
    new_integer: Callable[[], int]
    new_id: Callable[[], str]
    chance: Callable[[], float]
    """Returns a random number from 0 up to, but not including, 1."""
    authority: Authority = Authority()
    new_transaction: Callable[[str, Any], int] = lambda *_: 1
    """Returns the id of the transaction for the identity of a station and the payload of its call.

    A repeated call gets the same id; every other call gets a new one.
    """
    files: FileOffers | None = None
    """The files of the file server; None without --files."""
    partners: Partners | None = None
    """The answers of other platforms; None without --ocpi."""


Filler: TypeAlias = Callable[[int], Json]
"""Returns optional properties for any message, with at least so many bytes."""


class Context(Record):
    """The data for placeholders and faults."""

    now: float
    """The current time, in seconds since 1970."""
    station: StationModel
    """The station that gets the message."""
    world: World
    request: Any = None
    """The payload of the call that is being answered."""
    filler: Filler | None = None
    """Makes messages longer; None if the version of the station has no property for that. Only set for faults."""


Template: TypeAlias = Callable[[Context], Any]
"""A compiled payload: called with a context, it returns the JSON value."""


def rfc3339(seconds: float) -> str:
    """Format a time in seconds since 1970 for OCPP: in UTC with `Z`, to the millisecond."""
    return _millisecond(int(seconds * 1_000_000 + 0.5) // 1000)


@lru_cache(maxsize=16)
def _millisecond(milliseconds: int) -> str:
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


def instant(seconds: float) -> str:
    """Format a time in seconds since 1970 to the microsecond."""
    microseconds = int(seconds * 1_000_000 + 0.5)
    return f"{_second(microseconds // 1_000_000)}.{microseconds % 1_000_000:06d}Z"


@lru_cache(maxsize=16)
def _second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


SAMPLE = Context(
    0.0, StationModel("station"), World("ws://127.0.0.1:9000", rfc3339, lambda: 1, lambda: "id", lambda: 0.0)
)
"""A context to try templates with."""


def sample_of(version: Version) -> Context:
    """Return a context of a sample station that speaks this version, to try templates with."""
    return replace(SAMPLE, station=StationModel(SAMPLE.station.identity, version))


def files_url(context: Context) -> str:
    """Return the URL of the file server for the station spoken to, without a slash at its end; empty without one."""
    files = context.world.files
    return files.url(context.station.url or context.world.url) if files else ""


PLACEHOLDERS: Mapping[str, tuple[str, Template]] = {
    "now": (
        "the current time; `{{now+60}}` and `{{now-60}}` are 60 seconds later and earlier",
        lambda c: c.world.write_time(c.now),
    ),
    "integer": ("a new random integer", lambda c: c.world.new_integer()),
    "uuid": ("a new UUID", lambda c: c.world.new_id()),
    "station": ("the identity of the station", lambda c: c.station.identity),
    "transactionId": (
        f"the station's oldest running transaction, or `{DEFAULT.no_transaction}` (1 in OCPP 1.6)",
        lambda c: c.station.oldest_transaction or c.station.version.no_transaction,
    ),
    "newTransactionId": (
        "the integer that is the id of a new transaction in OCPP 1.6; a repeated call gets the same one",
        lambda c: c.world.new_transaction(c.station.identity, c.request),
    ),
    "request": (
        "the payload of the call that is answered; `{{request.evse.id}}` is a field of it, or null if it is absent",
        lambda c: c.request,
    ),
    "url": ("the URL at which the station reaches the mock", lambda c: c.station.url or c.world.url),
    "files": (
        f"the URL of the file server (--files), at which the station reaches it; `{NO_FILES}` without one",
        lambda c: files_url(c) or NO_FILES,
    ),
    "rootCertificate": (
        "the root certificate of the mock's own test CA, in PEM",
        lambda c: c.world.authority.root(c.now),
    ),
    "rootCertificateHash": (
        "the hashes of that root certificate, by which a command names it",
        lambda c: c.world.authority.hashes(c.now),
    ),
    "certificateChain": (
        "a certificate of that CA and its root, in PEM; it is made for the last CSR that the station sent with "
        "SignCertificate, or else for a key that nobody has",
        lambda c: c.world.authority.chain(c.station.csr, c.now),
    ),
}
"""The placeholders by name, each with its meaning and the function that returns its value."""

_PIECES = re.compile(r"(?P<literal>\{\{\{\{)|\{\{(?P<placeholder>.*?)\}\}|(?P<open>\{\{)", re.DOTALL)
_SHIFTED = re.compile(r"now *(?P<shift>[+-] *\d{1,10}(\.\d{1,9})?)")


def compile_template(value: Any) -> Template:
    """Compile a JSON `value` with placeholders to a template. Raises ValueError for a wrong placeholder."""
    return Compiled(value, _filler(value) or _constant(value))


class Compiled:
    """A compiled payload, and the payload that it was compiled from."""

    __slots__ = ("_fill", "value")

    def __init__(self, value: Any, fill: Template) -> None:
        self.value = value
        self._fill = fill

    def __call__(self, context: Context) -> Any:
        """Return the payload with all placeholders filled in."""
        return self._fill(context)


def placeholders_in(template: Template) -> AbstractSet[str] | None:
    """Return the placeholders of a template, as they are written; None if it was not compiled from a payload."""
    return frozenset(_names_in(template.value)) if isinstance(template, Compiled) else None


def _names_in(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield from (found["placeholder"].strip() for found in _PIECES.finditer(value) if found["placeholder"])
    elif isinstance(value, dict | list):
        for item in value.values() if isinstance(value, dict) else value:
            yield from _names_in(item)


def escape(value: Any) -> Any:
    """Return a template that returns the JSON `value` unchanged, even if it contains braces."""
    if isinstance(value, str):
        return value.replace("{{", "{{{{")
    if isinstance(value, list):
        return [escape(item) for item in value]
    return {key: escape(item) for key, item in value.items()} if isinstance(value, dict) else value


def _filler(value: Any) -> Template | None:
    """Return the function that fills the placeholders of `value`; None if it has none."""
    if isinstance(value, str):
        return _text_filler(value) if "{{" in value else None
    if isinstance(value, dict):
        fillers = {key: fill for key, item in value.items() if (fill := _filler(item))}
        return (lambda c: value | {key: fill(c) for key, fill in fillers.items()}) if fillers else None
    if isinstance(value, list):
        items = {index: fill for index, item in enumerate(value) if (fill := _filler(item))}
        return (lambda c: [items[i](c) if i in items else item for i, item in enumerate(value)]) if items else None
    return None


def _text_filler(text: str) -> Template:
    pieces: list[Template] = []
    position = 0
    for found in _PIECES.finditer(text):
        if found["open"]:
            raise ValueError(f"{text[found.start() :]!r} has no closing '}}}}' (write '{{{{{{{{' for a literal '{{{{')")
        pieces.append(_constant(text[position : found.start()]))
        pieces.append(_constant("{{") if found["literal"] else _placeholder(found["placeholder"].strip()))
        position = found.end()
    if len(pieces) == 2 and position == len(text) and text.startswith("{{"):
        return pieces[1]
    pieces.append(_constant(text[position:]))
    return lambda c: "".join(_as_text(piece(c)) for piece in pieces)


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else orjson.dumps(value).decode()


def _constant(value: Any) -> Template:
    return lambda _: value


def _placeholder(name: str) -> Template:
    if name in PLACEHOLDERS:
        return PLACEHOLDERS[name][1]
    if shifted := _SHIFTED.fullmatch(name):
        shift = float(shifted["shift"].replace(" ", ""))
        return lambda c: c.world.write_time(c.now + shift)
    if name.startswith("request."):
        path = parse_path(name.removeprefix("request."))
        return lambda c: None if (found := value_at(c.request, path)) is ABSENT else found
    raise ValueError(f"{{{{{name}}}}} is not a placeholder{did_you_mean(name, PLACEHOLDERS)}")


def merge(target: Any, patch: Any) -> Any:
    """Return `target` with `patch` merged into it: null removes a member, any other value replaces it (RFC 7396)."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged

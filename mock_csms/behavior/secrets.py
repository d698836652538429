"""Masks secrets in everything that is shown or written: passwords, keys, users in URLs, values of secret variables.

They are masked in the places that the dialects name, in texts whose form shows them, and wherever a secret is repeated
that came in its place before. A mask keeps the length (`protocol/masks.py`). The same masks are made of a payload and
of its frame, in which everything else stays as it was written.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from mock_csms.behavior import secret_texts
from mock_csms.behavior.matching import Difference, Path
from mock_csms.behavior.secret_places import VALUES, Places
from mock_csms.behavior.secret_texts import SURE
from mock_csms.behavior.splicing import spliced, with_values
from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.masks import is_masked, masked, masked_value
from mock_csms.protocol.messages import Call, Error, Malformed, Result, with_payload
from mock_csms.protocol.records import Bounded, Record, replace
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.events import Event, Finding, Received, Sent

if TYPE_CHECKING:
    from mock_csms.behavior.redaction import Redactor

_MOST = 100
"""The number of secrets that are remembered, to mask them if later texts repeat them."""
_SHORTEST, _LONGEST = 6, 2500
"""The length from which a secret is remembered, and how much of a long secret is remembered."""
_MOST_TEXT = 16_384
"""How many characters of a text that is not JSON are searched; the rest is masked."""
_MOST_SEARCHED, _EACH = 40_000, 100
"""The most characters of an event that are searched like this; each text counts as a hundred more."""
_NOT_TEXT = ("station", "outcome", "at", "version")
"""Fields of events that are never masked: words of the mock, and the identities, which distinguish the stations."""

_QUOTED = r'(?<=")(?:[^"\\]|\\.)*+|-?[0-9][0-9.eE+-]*'

AnyEvent = TypeVar("AnyEvent", bound=Event)


class Secrets:
    """Masks secrets, and idTokens too if there is a `redactor`; remembers the last secrets that it has masked."""

    def __init__(self, redactor: "Redactor | None" = None) -> None:
        self._redactor = redactor
        self._known: Bounded[str, None] = Bounded(_MOST)
        self._beginnings: Sequence[str] = ()
        """The beginnings of these secrets."""
        self._places = Places(self.hide, self._words)
        self._budget = _MOST_SEARCHED
        """How many more characters of this event may be searched."""
        self._is_long = is_long_way_forced()

    # Masking.

    def event(self, event: AnyEvent) -> AnyEvent:
        """Return `event` with all secrets in it masked; the same event if it has none."""
        self._budget = _MOST_SEARCHED
        shown = event
        if not self._is_clean(event):
            parts = {name: getattr(event, name) for name in event.__struct_fields__ if name not in _NOT_TEXT}
            paths = {path for part in parts.values() for path in self._learn(part)}
            shown = replace(event, **{name: self._part(part, paths) for name, part in parts.items()})
            shown = event if shown == event else shown
        return self._redactor.event(shown, is_changed=shown is not event) if self._redactor else shown

    def words(self, text: str) -> str:
        """Return any text with the secrets in it masked."""
        self._budget = _MOST_SEARCHED
        text = self._words(text)
        return self._redactor.words(text) if self._redactor else text

    def value(self, value: Any) -> Any:
        """Return a JSON value with the secrets in it masked."""
        self._budget = _MOST_SEARCHED
        value = with_values(value, dict(self._places.of(value, ())))
        return self._redactor.value(value) if self._redactor else value

    def at(self, path: Path, value: Any) -> Any:
        """Return the JSON value at `path` with the secrets in it masked; the value itself may be a secret."""
        self._budget = _MOST_SEARCHED
        is_secret = self._places.is_field(path[:-1], path[-1])
        value = with_values(value, dict(self._places.of(value, path, is_secret=is_secret)), len(path))
        return self._redactor.at(path, value) if self._redactor else value

    def difference(self, difference: Difference) -> Difference:
        """Return a difference with secrets masked.

        If the found value is a secret, the expected value counts as one too.
        """
        path, wanted, found = difference
        hidden = self.at(path, found)
        wanted = masked_value(wanted) if is_masked(hidden) and hidden != found else self.at(path, wanted)
        return Difference(path, wanted, hidden)

    def learn(self, value: Any) -> None:
        """Remember the secrets in a JSON value."""
        self._budget = _MOST_SEARCHED
        for _ in self._places.of(value, ()):
            pass

    def hide(self, text: str) -> str:
        """Return the mask for a secret, and remember the secret."""
        if len(text) >= _SHORTEST and not (text.isalpha() and len(text) < SURE) and not is_masked(text):
            for form in secret_texts.forms_of(text[:_LONGEST]):
                self._known.renew(form, None)
            self._beginnings = [secret[:SURE] for secret in self._known]
        return masked(text)

    def hide_line(self, text: str) -> str:
        """Return the mask for a line of a private key. The line is not remembered, because there are many."""
        return masked(text)

    # Events.

    def _is_clean(self, event: Event) -> bool:
        """Whether nothing in an event looks like a secret.

        A frame contains everything in its message and its violations.
        """
        if not self._is_long and type(event) in (Received, Sent) and self._is_harmless(event):
            return True
        text = _text_of(event)
        if text is None:
            return False
        low = text.lower()
        if _has_one(low, secret_texts.NAMES) or _has_one(low, secret_texts.HINTS) or "writeonly" in low:
            return False
        is_cut = isinstance(event, Received) and isinstance(event.message, Malformed) and "value" in low
        return not (is_cut or self._repeats(text) or self._places.has_write_only(low))

    def _is_harmless(self, event: Any) -> bool:
        """Whether the shortcut can tell that a message has no secret; False if the full search is needed."""
        if type(event.message) is Malformed:
            return False
        text: bytes = event.text
        if type(event) is Sent and (event.rule or event.fault):
            text += f"\n{event.rule}\n{event.fault}".encode(errors="backslashreplace")
        if not secret_texts.is_harmless(text):
            return False
        decoded = text.decode()
        return not (self._repeats(decoded) or self._places.has_write_only(decoded.lower()))

    def _hints(self, text: str) -> tuple[bool, bool]:
        """Return whether a message may have a field with a secret, and whether it may have a text with one."""
        low = text.lower()
        has_place = _has_one(low, secret_texts.NAMES) or "writeonly" in low or self._places.has_write_only(low)
        return has_place, has_place or _has_one(low, secret_texts.HINTS) or self._repeats(text)

    def _repeats(self, text: str) -> bool:
        return _has_one(text, self._beginnings)

    def _learn(self, part: Any) -> set[Path]:
        """Remember the secrets in a message or a visitor; return the paths to them in the payload."""
        match part:
            case Call(payload=payload) | Result(payload=payload):
                self._budget = _MOST_SEARCHED
                return set(dict(self._places.of(payload, ())))
            case Received():
                return self._learn(part.message)
            case Visitor(authorization=str() as header):
                self._learn_header(header)
        return set()

    def _learn_header(self, header: str) -> None:
        encoded = header.rpartition(" ")[2]
        self.hide(encoded)
        try:
            _, colon, password = base64.b64decode(encoded, validate=True).decode().partition(":")
        except (binascii.Error, ValueError):
            return
        self.hide(password if colon else "")

    def _part(self, part: Any, paths: set[Path]) -> Any:
        match part:
            case bytes():
                return self._frame(part)
            case Received():
                return self.event(part)
            case str():
                return self._words(part)
            case tuple() | list():
                return type(part)(self._part(each, paths) for each in part)
            case Call(payload=payload) | Result(payload=payload):
                self._budget = _MOST_SEARCHED
                return with_payload(part, with_values(payload, dict(self._places.of(payload, ()))))
            case Error(code=code, description=description, details=details):
                shown = with_values(details, dict(self._places.of(details, ())))
                return replace(part, code=self._words(code), description=self._words(description), details=shown)
            case Malformed():
                return replace(part, id=self._words(part.id), problem=self._words(part.problem))
            case Visitor(path=path, authorization=header):
                return replace(part, path=self._words(path), authorization=header and masked(header))
            case Violation():
                return self._violation(part, paths)
        return part

    def _violation(self, violation: Violation, paths: set[Path]) -> Violation:
        message = violation.message
        if tuple(violation.path.split(".")) in paths:
            message = re.sub(_QUOTED, lambda found: masked(found[0]), message, count=1)
        return replace(violation, message=self._words(message))

    def _frame(self, data: bytes) -> bytes:
        self._budget = _MOST_SEARCHED
        text = data.decode(errors="surrogateescape")
        hidden = self._json(text)
        if hidden is None:
            hidden = self._cut(self._loosely(text, is_frame=True))
        return hidden.encode(errors="surrogateescape")

    # Texts.

    def _words(self, text: str) -> str:
        low = text.lower()
        if _has_one(low, secret_texts.NAMES) or _has_one(low, secret_texts.HINTS):
            hidden = self._json(text) if text.lstrip()[:1] in ("{", "[", '"') else None
            return self._loosely(text) if hidden is None else hidden
        return self._mentioned(text)

    def _json(self, text: str) -> str | None:
        """Mask a JSON text at the places of its secrets; None if the text is not JSON, or has a key twice."""
        try:
            value = orjson.loads(text)
        except orjson.JSONDecodeError:
            return None
        found = dict(self._places.of(value, (), hints=self._hints(text)))
        return spliced(text, found) if found else text

    def _loosely(self, text: str, *, is_frame: bool = False) -> str:
        """Mask everything that looks like a secret in a text of any kind.

        In a frame that cannot be parsed, the values of all variables are masked, because their names may be missing. A
        very long text is masked as a whole, so that a hostile station cannot delay others.
        """
        self._budget -= _EACH + len(text)
        if self._budget < 0:
            return masked(text)
        written, rest = text[:_MOST_TEXT], text[_MOST_TEXT:]
        text = plain = secret_texts.unescaped(written)
        low = text.lower()
        has_secret = secret_texts.names_variable(text) or "writeonly" in low or self._places.has_write_only(low)
        fields = VALUES if has_secret else VALUES[:2] if is_frame else ()
        text = secret_texts.in_members(text, [*fields, *(["key"] if "vpn" in low else [])], self.hide)
        text = secret_texts.in_private_keys(text, self.hide_line)
        text = secret_texts.in_headers(text, self.hide)
        text = secret_texts.in_urls(text, self.hide)
        text = self._mentioned(secret_texts.in_assignments(text, self.hide))
        return (written if text == plain else text) + masked(rest)

    def _mentioned(self, text: str) -> str:
        """Mask the remembered secrets wherever they are repeated, also if their end is cut off."""
        if self._repeats(text):
            for secret in self._known:
                text = secret_texts.without(text, secret)
        return text

    def _cut(self, text: str) -> str:
        """Mask the beginning of a remembered secret at the end of a text that was cut off."""
        for secret in self._known:
            for size in range(min(len(secret), SURE) - 1, 2, -1):
                if text.endswith(secret[:size]):
                    return text[:-size] + masked(secret[:size])
        return text


def _text_of(event: Event) -> str | None:
    """Return the text that contains all secrets of an event; None if there is no such text."""
    if isinstance(event, Received):
        return event.text.decode(errors="replace")
    if isinstance(event, Sent):
        return f"{event.text.decode(errors='replace')}\n{event.rule}\n{event.fault}"
    if isinstance(event, Finding):
        return event.problem
    parts = [getattr(event, name) for name in event.__struct_fields__ if name not in _NOT_TEXT]
    if any(isinstance(part, Record | tuple | list) for part in parts):
        return None
    return "\n".join(part for part in parts if isinstance(part, str))


def _has_one(text: str, hints: Sequence[str]) -> bool:
    for hint in hints:  # noqa: SIM110 - a generator would take twice as long
        if hint in text:
            return True
    return False

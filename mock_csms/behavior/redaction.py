"""Masks idTokens in everything that is shown or written: under their keys, and where texts mention them.

A key such as `idToken` is found even if it is written with escapes, or in a text that holds JSON itself. A token that
came under its key may be mentioned later: in a description, an error, or a text of the vendor.
"""

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import orjson

from mock_csms.behavior.matching import Difference, Path
from mock_csms.behavior.mentions import Mentions
from mock_csms.behavior.quick_redaction import KEYS, MASK, Redaction, has_nothing, masked, redaction_of
from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.messages import Call, Error, Malformed, Result, with_payload
from mock_csms.protocol.records import Bounded, Record, replace
from mock_csms.protocol.schemas import Violation
from mock_csms.twin.events import Event, Received, Sent

MOST_TOKENS = 100
"""The number of tokens that are remembered, to mask them if later texts mention them."""
_SHORTEST, _LONGEST = 4, 255
"""The shortest and the longest token that is remembered. A token such as `1` occurs in every text by chance."""

_LITERAL = r'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PIECE = re.compile(
    rf"(?P<key>{_LITERAL})(?P<colon>\s*:\s*)(?P<value>{_LITERAL}?|[-+0-9.eE]+)?|(?P<alone>{_LITERAL}?)", re.DOTALL
)
"""The strings of a JSON text, each with the key before it. If the text was cut off, the last one may have no end."""

_SPELLED = "|".join("".join(rf"(?:{char}|\\{{1,16}}u(?i:{ord(char):04x}))" for char in key) for key in KEYS)
_PLAIN = "|".join(KEYS)
_LOOSE = re.compile(
    rf"""(?P<name>(?P<around>\\{{0,16}}["'])(?:{_SPELLED})(?P=around)\s*:\s*)"""
    r"""(?:"(?:[^"\\\n]|\\.)*+"?|'(?:[^'\\\n]|\\.)*+'?|(?P<quote>\\{1,16}["'])[^\n]*?(?:(?<!\\)(?P=quote)|$)|[-+0-9.eE]+)""",
    re.MULTILINE,
)
"""A key and its value in a text that is not JSON as a whole. The bounds keep hostile texts from being slow."""
_IN_NAMES = re.compile(rf'((?:{_PLAIN})\s*=\s*)("(?:[^"\\]|\\.)*"|[^,\]"\\\n]*)')  # in rules and expectations
_IN_DIFFERENCES = re.compile(rf"((?:{_PLAIN}): expected )[^\n]{{0,300}}?(, got )[^;\n]*")
_NOT_TEXT = ("station", "outcome")
"""Fields of events that are never masked: words of the mock, and the identities, which distinguish the stations."""

_MOST_CALLS, _LONGEST_CALL = 100, 4096
"""The number of calls that are kept for the events of their answers, and the greatest length of such a call in bytes.
"""

AnyEvent = TypeVar("AnyEvent", bound=Event)


class _MaskedCall(Record):
    """A call, and its masked form."""

    call: Call
    shown: Call
    tokens: Sequence[str]
    added: int
    """The number of all tokens seen when the call was masked. If there are more now, it must be masked again."""


class Redactor:
    """Masks idTokens, and remembers the last ones, to mask them if other texts mention them."""

    def __init__(self) -> None:
        self._tokens = Mentions(MOST_TOKENS)
        self._calls: Bounded[int, _MaskedCall] = Bounded(_MOST_CALLS)
        """The last calls, by `id()` of the call; the event of an answer contains its call too."""
        self._is_long = is_long_way_forced()

    def event(self, event: AnyEvent, *, is_changed: bool = False) -> AnyEvent:
        """Return `event` with every idToken in it masked; the same event if it is an ordinary message without tokens.

        is_changed: whether something in it was masked before, so that its text may differ from its message.
        """
        shown: AnyEvent | None = None if self._is_long or is_changed else self._ordinary(event)
        return self._any(event) if shown is None else shown

    def _any(self, event: AnyEvent) -> AnyEvent:
        parts = {name: getattr(event, name) for name in event.__struct_fields__ if name not in _NOT_TEXT}
        for part in parts.values():
            if isinstance(part, Call | Result):
                self._learn(part.payload)
            elif isinstance(part, Error):
                self._learn(part.details)
        return replace(event, **{name: self._part(part) for name, part in parts.items()})

    def frame(self, text: bytes) -> bytes:
        """Return JSON text with every idToken in it masked, even if it was cut off or is not JSON."""
        if not self._is_long and has_nothing(text, self._tokens):
            return text
        return self._json(text.decode(errors="surrogateescape")).encode(errors="surrogateescape")

    def words(self, text: str) -> str:
        """Return any text with the idTokens in it masked."""
        if not _may_have_keys(text):
            return self._mentioned(text)
        is_json = text.lstrip()[:1] in ("{", "[", '"') and _is_json(text)
        return self._json(text) if is_json else self._loosely(text)

    def value(self, value: Any) -> Any:
        """Return a JSON value with every idToken in it masked."""
        if isinstance(value, str):
            return self.words(value)
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if isinstance(value, dict):
            return {key: self.at((key,), item) for key, item in value.items()}
        return value

    def at(self, path: Path, value: Any) -> Any:
        """Return the JSON value at `path` with every idToken in it masked; the value itself may be an idToken."""
        return MASK if path[-1] in KEYS and type(value) in (str, int, float) else self.value(value)

    def difference(self, difference: Difference) -> Difference:
        """Return a difference with every idToken masked."""
        path, wanted, found = difference
        return Difference(path, self.at(path, wanted), self.at(path, found))

    def _ordinary(self, event: Any) -> Any:
        """Do the same for a message whose text is valid JSON, with the shortcut.

        Returns None if the shortcut cannot do it.
        """
        if type(event) not in (Received, Sent) or event.violations or (type(event) is Sent and event.fault):
            return None
        message, answers = event.message, event.answers
        if not isinstance(message, Call | Result) or message.huge:
            return None
        found, before = self._redaction(event.text), self._calls.get(id(answers))
        if found is None:
            return None
        if answers is not None and (before is None or before.call is not answers or before.added != self._tokens.added):
            return None
        shown = with_payload(message, masked(message.payload)) if found.tokens else message
        if isinstance(shown, Call) and isinstance(message, Call) and len(event.text) <= _LONGEST_CALL:
            self._calls[id(message)] = _MaskedCall(message, shown, found.tokens, self._tokens.added)
        parts: dict[str, Any] = {"text": found.text, "message": shown} if found.tokens else {}
        if before is not None and before.tokens:
            for token in (*before.tokens, *found.tokens):
                self._remember(token)
            parts["answers"] = before.shown
        if isinstance(event, Sent) and event.rule and (rule := self.words(event.rule)) != event.rule:
            parts["rule"] = rule
        return replace(event, **parts) if parts else event

    def _redaction(self, text: bytes) -> Redaction | None:
        """Mask JSON text with the shortcut, and remember its tokens. Returns None if the shortcut cannot do it."""
        if has_nothing(text, self._tokens):
            return Redaction(text)
        found = redaction_of(text)
        if found is None:
            return None
        for token in found.tokens:
            self._remember(token)
        words = found.text.decode(errors="surrogateescape")
        return found if not self._tokens.may_be_in(found.text) or self._mentioned(words) == words else None

    def _part(self, part: Any) -> Any:
        match part:
            case bytes():
                return self.frame(part)
            case Received():
                return self.event(part)
            case str():
                return self.words(part)
            case tuple() | list():
                return type(part)(map(self._part, part))
            case Call(payload=payload) | Result(payload=payload):
                return with_payload(part, self.value(payload))
            case Error(description=description, details=details):
                return replace(part, description=self.words(description), details=self.value(details))
            case Malformed():
                return replace(part, id=self.words(part.id), problem=self.words(part.problem), array=None)
            case Violation(path=path, message=message, code=code):
                return Violation(path, self.words(message), code)
        return part

    def _json(self, text: str) -> str:
        """Mask JSON text string by string. The rest of the text stays unchanged."""
        if not _may_have_keys(text) and self._mentioned(text) == text:
            return text
        masked = _PIECE.sub(self._piece, text)
        return masked if _is_json(text) else self._loosely(masked)

    def _loosely(self, text: str) -> str:
        """Mask everything that looks like an idToken in a text of any kind."""
        text = _LOOSE.sub(rf'\g<name>"{MASK}"', text)
        text = _IN_NAMES.sub(rf"\1{MASK}", text)
        return self._mentioned(_IN_DIFFERENCES.sub(rf"\1{MASK}\2{MASK}", text))

    def _piece(self, piece: re.Match[str]) -> str:
        key, colon, value, alone = piece.group("key", "colon", "value", "alone")
        if alone is not None:
            return self._literal(alone)
        if value and _meaning(key) in KEYS:
            self._remember(_meaning(value))
            return f'{key}{colon}"{MASK}"'
        is_text = value is not None and value.startswith('"')
        return f"{key}{colon}{self._literal(value) if is_text else value or ''}"

    def _literal(self, literal: str) -> str:
        meaning = _meaning(literal)
        masked = self.words(meaning)
        return literal if masked == meaning else json.dumps(masked, ensure_ascii=False)

    def _mentioned(self, text: str) -> str:
        """Mask the remembered tokens in a text, if they are whole words, in upper or lower case."""
        for token in sorted(self._tokens.in_text(text, text.lower()), key=len, reverse=True):
            text = _pattern_of(token).sub(MASK, text)
        return text

    def _learn(self, value: Any) -> None:
        """Remember the idTokens in a JSON value."""
        for token in _tokens(value):
            self._remember(token)

    def _remember(self, token: str) -> None:
        if _SHORTEST <= len(token) <= _LONGEST and token != MASK:
            self._tokens.renew(token.lower(), None)


@lru_cache(maxsize=MOST_TOKENS)
def _pattern_of(token: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![0-9A-Za-z]){re.escape(token)}(?![0-9A-Za-z])", re.IGNORECASE)


def _tokens(value: Any) -> Iterator[str]:
    if isinstance(value, list):
        for item in value:
            yield from _tokens(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in KEYS and type(item) in (str, int, float):
                yield str(item)
            else:
                yield from _tokens(item)


def _may_have_keys(text: str) -> bool:
    """Whether a text may contain an idToken, because it has the key of one, or an escape that may hide a key."""
    return "\\" in text or any(key in text for key in KEYS)


def _meaning(literal: str) -> str:
    """Return the value of a JSON string; if the string is invalid, the text between its quotes."""
    if "\\" not in literal:
        return literal.strip('"')
    try:
        return str(json.loads(literal, strict=False))
    except ValueError:
        return literal.strip('"')


def _is_json(text: str) -> bool:
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return True

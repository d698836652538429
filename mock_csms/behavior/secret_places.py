"""Where secrets are in a JSON value: fields and variables with the names of secrets, and texts with secrets in them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from mock_csms.behavior import secret_texts
from mock_csms.behavior.dialects import all_dialects
from mock_csms.behavior.matching import Path, value_at
from mock_csms.protocol.masks import masked_value
from mock_csms.protocol.records import Bounded

_PLACES = [dialect.secrets for dialect in all_dialects()]
_FIELDS = frozenset(name.casefold() for places in _PLACES for name in places.fields)
VALUES = tuple(dict.fromkeys(name for places in _PLACES for name in places.values))
_LIMITS = tuple(name for places in _PLACES for name in places.limits)
_MOST = 100
"""How many write-only variables are remembered."""


class Places:
    """Finds secrets in JSON values. `hide` returns the mask for a secret, `words` a text with its secrets masked."""

    def __init__(self, hide: Callable[[str], str], words: Callable[[str], str]) -> None:
        self._hide = hide
        self._words = words
        self._write_only: Bounded[str, None] = Bounded(_MOST)
        """The last variables that a report called WriteOnly, as `component.variable`, folded."""

    def has_write_only(self, low: str) -> bool:
        """Whether a text, in lower case, has the name of a variable that a report called WriteOnly."""
        return bool(self._write_only) and any(name.rpartition(".")[2] in low for name in self._write_only)

    def of(
        self,
        value: Any,
        path: Path,
        *,
        is_secret: bool = False,
        name: str = "",
        hints: tuple[bool, bool] = (True, True),
    ) -> Iterator[tuple[Path, Any]]:
        """Yield the path to each secret in a JSON value, and its mask.

        `name` is the variable that the object around it is about; `hints` say what to look for.
        """
        if isinstance(value, dict):
            name = self._named(value, name)
            is_one = bool(name) and self._is_secret_variable(value, name)
            for key, item in value.items():
                is_value = is_one and key in VALUES and not any(limit in value for limit in _LIMITS)
                hidden = is_secret or is_value or self.is_field(path, key)
                yield from self.of(item, (*path, key), is_secret=hidden, name=name, hints=hints)
        elif isinstance(value, list):
            for index, item in enumerate(value):
                yield from self.of(item, (*path, str(index)), is_secret=is_secret, name=name, hints=hints)
        elif is_secret and value is not None and not isinstance(value, bool):
            shown = self._hide(value) if isinstance(value, str) else masked_value(value)
            yield path, shown
        elif isinstance(value, str) and hints[1] and (masked_text := self._words(value)) != value:
            yield path, masked_text

    def _named(self, value: Mapping[str, Any], before: str) -> str:
        """Return the variable that an object is about; `before` if the object does not name one."""
        for places in _PLACES:
            for name in places.names:
                if isinstance(variable := value_at(value, name), str):
                    component = value_at(value, places.component)
                    return f"{component if isinstance(component, str) else ''}.{variable}".casefold()
        return before

    def _is_secret_variable(self, value: Mapping[str, Any], name: str) -> bool:
        for places in _PLACES:
            field, word = places.mutability
            if field and value.get(field) == word:
                self._write_only.renew(name, None)
        return name in self._write_only or secret_texts.is_variable(name)

    def is_field(self, path: Path, key: str) -> bool:
        """Whether a field contains a secret, by its name, or by its name and that of the object around it."""
        around = next((part for part in reversed(path) if not part.isdigit()), "")
        return key.casefold() in _FIELDS or f"{around}.{key}".casefold() in _FIELDS or secret_texts.is_field(key)

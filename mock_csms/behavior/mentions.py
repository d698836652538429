"""Finds which of the remembered tokens a text may mention, in one pass through the text for any number of tokens."""

import re

from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.records import Bounded

_OTHERS = bytes(byte for byte in range(256) if not (byte < 128 and chr(byte).isalnum()))
_FOLDED = bytes.maketrans(bytes(range(65, 91)) + _OTHERS, bytes(range(97, 123)) + b" " * len(_OTHERS))
"""A table for `translate`: ASCII letters to lower case, and everything except ASCII letters and digits to spaces."""
_ALIKE = tuple(char.encode() for char in "\u017f\u212a\u0130\u0131")
"""The letters outside ASCII that equal an s, k or i if the case is ignored."""
_RUNS = re.compile("[0-9a-z]+")


class Mentions(Bounded[str, None]):
    """The last tokens, in lower case, each with its longest run of letters and digits.

    A text mentions a token if neither a letter nor a digit stands on either side of it. So the run is a whole word
    there, and a text without this word does not mention the token.
    """

    def __init__(self, most: int) -> None:
        super().__init__(most)
        self._by_word: dict[bytes, dict[str, None]] = {}
        self._odd: dict[str, None] = {}
        """The tokens that are not ASCII, or have neither letters nor digits; every text may mention them."""
        self.added = 0
        """The number of tokens that were ever added."""
        self._is_long = is_long_way_forced()

    def renew(self, key: str, value: None = None) -> None:
        """Make a token the newest one; if there are too many, the oldest is forgotten."""
        if key not in self:
            if len(self) >= self.most:
                self._drop(next(iter(self)))
            self._shelf(key)[key] = None
            self.added += 1
        super().renew(key, value)

    def _shelf(self, token: str) -> dict[str, None]:
        word = _word(token)
        return self._by_word.setdefault(word, {}) if word else self._odd

    def _drop(self, token: str) -> None:
        word, shelf = _word(token), self._shelf(token)
        del shelf[token]
        if word and not shelf:
            del self._by_word[word]

    def may_be_in(self, text: bytes) -> bool:
        """Whether UTF-8 text may mention a token; False is certain. Escapes are not decoded."""
        if not self:
            return False
        if self._is_long or self._odd or _has_letters_alike(text):
            return True
        return not self._by_word.keys().isdisjoint(text.translate(_FOLDED).split())

    def in_text(self, text: str, lower: str) -> list[str]:
        """Return the tokens that a text mentions, the oldest first; `lower` is the text in lower case."""
        if not self:
            return []
        data = text.encode(errors="surrogatepass")
        if self._is_long or _has_letters_alike(data):
            return [token for token in self if token in lower]
        words = data.translate(_FOLDED).split()
        if not self._odd and self._by_word.keys().isdisjoint(words):
            return []
        shelves = [self._odd, *(self._by_word[word] for word in self._by_word.keys() & words)]
        found = [token for shelf in shelves for token in shelf if token in lower]
        if len(found) > 1:  # keep the order of all tokens
            found = [token for token in self if token in found]
        return found


def _word(token: str) -> bytes:
    """Return the longest run of ASCII letters and digits in a token; empty for an odd token."""
    return max(_RUNS.findall(token), key=len, default="").encode() if token.isascii() else b""


def _has_letters_alike(text: bytes) -> bool:
    return not text.isascii() and any(char in text for char in _ALIKE)

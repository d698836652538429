"""Finds secrets in a text: URLs, headers, private keys, and names of secrets with a value behind them.

Each function returns the text with each secret replaced by the result of `hide`. The bounds in the patterns keep
hostile texts from being slow.
"""

import json
import re
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import TypeAlias

from mock_csms.protocol.masks import masked

Hide: TypeAlias = Callable[[str], str]

_WORDS = r"(?:password|passwd|passphrase|pwd|secret|(?:private|preshared|shared|api|access|authorization|vpn)[_-]?key"
_WORDS += r"|sim[_-]?pin)[0-9]{0,3}"
"""The end of the name of a field with a secret, also of fields that vendors define."""
_VARIABLE = rf"(?:{_WORDS}|(?<!public)(?<!public[_-])key)"
"""The end of the name of a variable with a secret."""
_QUERY = rf"(?:{_WORDS}|key|token|auth|authorization|credentials?|sig|signature)"
"""The end of the name of a secret parameter of a URL."""

NAMES = ("password", "passwd", "passphrase", "pwd", "secret", "key", "simpin", "sim-pin", "sim_pin", "\\u")
"""A message without any of these, in lower case, has no field and no variable with the name of a secret."""
_PARAMETERS = ("token=", "auth=", "authorization", "credential", "sig=", "signature=")
HINTS = (*_PARAMETERS, "://", ":\\/\\/", "basic ", "bearer ")
"""A text without any of these or those above, in lower case, contains no secret that can be found by its form."""

_MARKS = (b"=", b"\\", b"/", b" ")
_STEMS = (b"pass", b"pwd", b"cre", b"key", b"sim", b"oriz", b"eonly")
"""Each of the names and hints above, and WriteOnly, contains one of these. A text without them holds no secret name."""

SURE = 12
"""How many characters of a secret are enough to find it, inside a word, or without its end."""

_STRING = r'"(?:[^"\\\n]|\\.)*+"?|\'(?:[^\'\\\n]|\\.)*+\'?'
_VALUE = rf'(?:{_STRING}|(?P<quote>\\{{1,16}}["\'])[^\n]{{0,4000}}?(?:(?<!\\)(?P=quote)|$)|[-+0-9.eE]+)'
"""A value in JSON or Python notation, also inside the text of another one, and also without its end."""


def is_harmless(text: bytes) -> bool:
    """Whether an ASCII text certainly has none of `NAMES` and `HINTS`, nor WriteOnly; False for any other text."""
    if not text.isascii():
        return False
    marks = [mark for mark in _MARKS if mark in text]
    if marks and marks != [b" "]:
        return False
    low = text.lower()
    for stem in (*_STEMS, b"basic ", b"bearer ") if marks else _STEMS:  # noqa: SIM110 - a generator takes longer
        if stem in low:
            return False
    return True


@lru_cache(maxsize=1000)
def is_field(name: str) -> bool:
    """Whether a field with that name contains a secret."""
    return re.search(rf"(?i:{_WORDS})$", name) is not None


@lru_cache(maxsize=1000)
def is_variable(name: str) -> bool:
    """Whether a variable with that name contains a secret."""
    return re.search(rf"(?i:{_VARIABLE})$", name) is not None


def names_variable(text: str) -> bool:
    """Whether a text mentions a variable with the name of a secret, in quotes or after an equals sign."""
    return _compiled(rf"""["'=][\w.\- ]{{0,60}}?{_VARIABLE}(?=["',\]\\])""").search(text) is not None


def unescaped(text: str) -> str:
    """Return a text with the letters, digits and marks that JSON can write as escapes, such as `\\u0070`, as such."""
    if "\\u00" not in text:
        return text
    return re.sub(r"\\u00(2[d-f]|3[0-9a]|4[1-9a-f]|5[0-9af]|6[1-9a-f]|7[0-9a])", _char, text, flags=re.IGNORECASE)


def _char(found: re.Match[str]) -> str:
    return chr(int(found[1], 16))


# The kinds of secrets.


def in_urls(text: str, hide: Hide) -> str:
    """Hide users and passwords in URLs (a password may contain a slash), and secret parameters of their query."""

    def user(found: re.Match[str]) -> str:
        name, colon, password = found[2].partition(":")
        return f"{found[1]}{masked(name) if colon else hide(name)}{colon}{hide(password)}"

    if "//" in text or "\\/\\/" in text:
        text = _compiled(r"""((?<=:)(?:\\?/){2})([^/?#\s"'<>\\]{1,600})(?=@)""").sub(user, text)
        text = _compiled(
            r"""((?<=:)(?:\\?/){2})([^/?#\s"'<>\\:@]{0,200}:(?!\s|\d{1,5}(?:[/?#\s"'\\]|$))[^\n"'<>@]{1,200})(?=@)"""
        ).sub(user, text)
    return _compiled(rf"""((?:[?&;#]|%3f|%26)[\w.\-\[\]%]{{0,60}}?{_QUERY}[\[\]]{{0,2}}=)([^&;#\s"'<>\\]+)""").sub(
        lambda found: f"{found[1]}{hide(found[2])}", text
    )


def in_headers(text: str, hide: Hide) -> str:
    """Hide the text after `Authorization:`, `Basic` and `Bearer`."""
    text = _compiled(
        r"""(authorization\\?["']?\s?[:=]\s?\\?["']?(?:(?:basic|bearer|digest)\s)?)([^\s"',;\\]{4,})"""
    ).sub(lambda found: f"{found[1]}{hide(found[2])}", text)
    return _compiled(r"(\b(?:basic|bearer)\s{1,3})(?!authentic|authoriz|\*)([A-Za-z0-9+/_=.~\-]{8,})").sub(
        lambda found: f"{found[1]}{hide(found[2])}" if re.search(r"[0-9A-Z=]", found[2]) else found[0], text
    )


def in_private_keys(text: str, hide: Hide) -> str:
    """Hide the content of private keys in PEM; line breaks stay."""
    return re.sub(
        r"(-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY-----)((?:(?!-----END)[\s\S])*)",
        lambda found: found[1] + re.sub(r"\\[nrt]|[^\s\\]+", lambda run: _of_key(run[0], hide), found[2]),
        text,
    )


def _of_key(run: str, hide: Hide) -> str:
    return run if run.startswith("\\") else hide(run)


def in_assignments(text: str, hide: Hide) -> str:
    """Hide values after `COMPONENT.VARIABLE=`, `path.to.password=`, `password=`, `<password>` and `password:`.

    After `password:` only a value with a digit is hidden. Both values of a difference are hidden too.
    """

    def assigned(found: re.Match[str]) -> str:
        return f"{found[1]}{_inside(found[2], hide)}"

    text = _compiled(
        rf"""(\b[^\s.,=\[\]"']{{1,50}}\.(?:[^\s,=\[\]"']{{0,80}}?){_VARIABLE}(?:/[^\s=,]{{1,50}})?\s?=\s?)"""
        r"""("(?:[^"\\]|\\.)*+"|.*?(?=,\s*[^\s.,=]+\.[^\s.,=]+\s*(?:[,=]|$)|['"\n\]]|\s->\s|$))"""
    ).sub(assigned, text)
    text = _compiled(rf"""(\b[\w\-]{{0,40}}?{_WORDS}=)("(?:[^"\\]|\\.)*+"|[^\s,;\]&"'}}]+)""").sub(assigned, text)
    text = _compiled(rf"(<[\w:.\-]{{0,40}}?{_WORDS}>)([^<\n]{{1,300}})").sub(assigned, text)
    text = _compiled(rf"""(\b{_WORDS}:\s?)(?=[^\s\d]{{0,100}}\d)([^\s,;"'<>{{}}\[\]\\]{{6,}})""").sub(assigned, text)
    return _compiled(rf"({_WORDS}: expected )([^\n]{{0,300}}?)(, got )([^;\n]*)").sub(
        lambda found: f"{found[1]}{hide(found[2])}{found[3]}{hide(found[4])}", text
    )


def in_members(text: str, fields: Sequence[str], hide: Hide) -> str:
    """Hide the values of members of JSON objects in a text that is not JSON as a whole.

    A member is hidden if its name is that of a secret, or is one of `fields`.
    """
    names = "|".join([rf"[\w.\- ]{{0,60}}?{_WORDS}", *map(re.escape, fields)])
    text = _compiled(rf"""((?P<around>\\{{0,16}}["'])(?:{names})(?P=around)\s*:\s*)({_VALUE})""").sub(
        lambda found: f"{found[1]}{_inside(found[3], hide)}", text
    )
    if not fields:
        return text
    return _compiled(rf"""((?:{"|".join(map(re.escape, fields))})\s?=\s?)("(?:[^"\\]|\\.)*+"|[^,\]\n"]+)""").sub(
        lambda found: f"{found[1]}{_inside(found[2], hide)}", text
    )


def _inside(value: str, hide: Hide) -> str:
    """Hide a value without the quotes around it."""
    found = re.match(r"""(\\*["']?)([\s\S]*?)((?:\\*["'])?)$""", value)
    if found is None or not found[2]:
        return value
    try:
        meaning = json.loads(f'"{found[2]}"') if found[1] == '"' else found[2]
    except ValueError:
        meaning = found[2]
    return f"{found[1]}{hide(str(meaning))}{found[3]}"


# Repeated secrets.


def forms_of(secret: str) -> Sequence[str]:
    """Return a secret in the notations of JSON and Python, and as plain text."""
    if secret.isalnum():
        return [secret]
    written = [secret, json.dumps(secret)[1:-1], json.dumps(secret, ensure_ascii=False)[1:-1], repr(secret)[1:-1]]
    return list(dict.fromkeys(written))


def without(text: str, secret: str) -> str:
    """Mask a secret wherever it occurs in a text, even if only its beginning is there.

    A short secret must be a whole word.
    """
    begin, pieces, done, at = secret[:SURE], [], 0, 0
    while (at := text.find(begin, at)) >= 0:
        end = at + len(begin)
        while end < len(text) and end - at < len(secret) and text[end] == secret[end - at]:
            end += 1
        is_word = not (text[at - 1 : at].isalnum() or text[end : end + 1].isalnum())
        if is_word or len(begin) == SURE:
            pieces += [text[done:at], masked(text[at:end])]
            done = end
        at = end
    return "".join([*pieces, text[done:]])


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile a pattern when it is first used, so that no start waits for it."""
    return re.compile(pattern, re.IGNORECASE | re.MULTILINE)

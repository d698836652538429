"""Timestamps as OCPP writes them, as seconds since 1970. The schemas are not enough: they accept any text."""

import re
from datetime import UTC, datetime
from functools import lru_cache

_SECOND = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}")
_RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)


def read_time(text: str) -> float:
    """Return a timestamp as seconds since 1970 (UTC); a timestamp without an offset is taken as UTC.

    A leap second at the end of a month in UTC (RFC 3339, 5.7) counts as the first second of the next month. Raises
    ValueError if the text is not a timestamp.
    """
    written = text.upper()  # RFC 3339, 5.6: t and z are T and Z
    is_leap = written[17:19] == "60"
    try:
        time = datetime.fromisoformat(f"{written[:17]}59{written[19:]}" if is_leap else written)
        seconds = (time if time.tzinfo else time.replace(tzinfo=UTC)).timestamp()
        return _leap(seconds) if is_leap else seconds
    except OverflowError as error:
        raise ValueError(str(error)) from None


def _leap(second_before: float) -> float:
    """Return the second after `second_before`; ValueError unless it begins a month."""
    after = datetime.fromtimestamp(second_before + 1.0, UTC)
    if (after.day, after.hour, after.minute, after.second) != (1, 0, 0, 0):
        raise ValueError("a leap second is the last one of a month")
    return second_before + 1.0


def seconds_of(text: str) -> float | None:
    """Return a timestamp as seconds since 1970, as `read_time` does; None if the text is not a timestamp."""
    seconds = usual_seconds_of(text)
    return _any(text) if seconds is None else seconds


def strict_seconds_of(text: str) -> float | None:
    """Return the same, but None also for a timestamp that RFC 3339 does not allow, such as one without an offset."""
    seconds = usual_seconds_of(text)
    return seconds if seconds is not None or not _RFC3339.fullmatch(text) else _any(text)


def usual_seconds_of(text: str) -> float | None:
    """Return a timestamp of the most frequent form, `2026-01-01T12:00:00.000Z`, as seconds since 1970; None for others.

    It is faster than the others, because it runs many times a second.
    """
    if text[-1:] != "Z":
        return None
    second, part = _second(text[:19]), text[19:-1]
    if second is None or not part:
        return second
    return second + float(part) if part[0] == "." and part[1:].isdecimal() and part.isascii() else None


@lru_cache(maxsize=64)
def _second(text: str) -> float | None:
    return _any(text) if _SECOND.fullmatch(text) else None


@lru_cache(maxsize=64)
def _any(text: str) -> float | None:
    try:
        return read_time(text)
    except ValueError:
        return None

"""Parsers for values that depend on the version of OCPP: settings are read before a station has chosen one.

A value is right if it is right in one of the versions that the mock speaks.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain

from mock_csms.behavior.dialects import spoken_dialects
from mock_csms.settings import values


def names(setting: str) -> Sequence[str]:
    """Return the values that a setting may have in any version of OCPP, from the dialects."""
    known = [dialect.names[setting]() for dialect in spoken_dialects() if setting in dialect.names]
    return list(dict.fromkeys(chain.from_iterable(known)))


def named(setting: str) -> values.one_of:
    """Return a parser for the names that a setting can have."""
    return values.one_of(partial(names, setting))


def named_or_short(setting: str) -> Callable[[str], str]:
    """Return a parser for the names that a setting can have, and for their short names."""

    def parse(value: str) -> str:
        short = (dialect.short_names.get(setting, {}).get(value.lower()) for dialect in spoken_dialects())
        return named(setting)(next(filter(None, short), value))

    return parse


def token(least: int = 1) -> Callable[[str], str]:
    """Return a parser for tokens of at least `least` characters; the longest limit of all versions applies."""
    return values.no_longer_than(lambda: max(dialect.longest_token() for dialect in spoken_dialects()), least)

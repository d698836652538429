"""Identifiers, whose upper and lower case are the same: identifierString of OCPP 2.x (Part 2, primitive data types).

That holds for the identity of a station, for ids of transactions, idTokens, and names of components and variables. It
does not hold for a `string` (ids of messages, passwords, the vendorId of a DataTransfer), nor for enumerations. Which
fields of its messages hold identifiers, each `Version` says.
"""

from collections.abc import Collection
from fnmatch import fnmatchcase


def folded(identifier: str) -> str:
    """Return what all spellings of an identifier have in common: the key to store it under."""
    return identifier.casefold()


def is_same(one: str | None, two: str | None) -> bool:
    """Return whether both identifiers are given and equal, whatever their case."""
    return one is not None and two is not None and folded(one) == folded(two)


def spelling(spellings: dict[str, str], identifier: str) -> str:
    """Return how an identifier was written the first time; a new one is added to `spellings`."""
    return spellings.setdefault(folded(identifier), identifier)


def spelling_in(few: Collection[str], identifier: str) -> str:
    """Return how `few` identifiers spell this one; it is returned unchanged if they do not have it."""
    if identifier in few:
        return identifier
    key = folded(identifier)
    return next((each for each in few if folded(each) == key), identifier)


def matches(identifier: str, pattern: str) -> bool:
    """Return whether an identifier matches a pattern with `*` and `?`, as for file names."""
    return pattern == "*" or fnmatchcase(folded(identifier), folded(pattern))

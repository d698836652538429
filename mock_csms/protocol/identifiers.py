"""Identifiers, in which letter case does not matter: identifierString of OCPP 2.x (Part 2, primitive data types).

Examples are the identity of a station, ids of transactions, idTokens, and names of components and variables. Letter
case does matter in a `string` (ids of messages, passwords, the vendorId of a DataTransfer) and in enumerations. Each
`Version` says which fields of its messages hold identifiers.
"""

from collections.abc import Collection
from fnmatch import fnmatchcase


def folded(identifier: str) -> str:
    """Return the form of an identifier that is the same for all its spellings: the key to store it under."""
    return identifier.casefold()


def is_same(one: str | None, two: str | None) -> bool:
    """Return whether both identifiers are given and equal, whatever their case."""
    return one is not None and two is not None and folded(one) == folded(two)


def spelling(spellings: dict[str, str], identifier: str) -> str:
    """Return the first spelling of an identifier; a new one is added to `spellings`."""
    return spellings.setdefault(folded(identifier), identifier)


def spelling_in(few: Collection[str], identifier: str) -> str:
    """Return the spelling of this identifier among `few`; if they do not have it, return it unchanged."""
    if identifier in few:
        return identifier
    key = folded(identifier)
    return next((each for each in few if folded(each) == key), identifier)


def matches(identifier: str, pattern: str) -> bool:
    """Return whether an identifier matches a pattern with `*` and `?`, as for file names."""
    return pattern == "*" or fnmatchcase(folded(identifier), folded(pattern))

"""identifierString, the type of ids and names: the case of letters does not matter (Part 2, primitive data types).

That is so for the identity of a station, for ids of transactions, idTokens, and names of components and variables. It
is not so for what is a `string`: ids of messages, passwords, the vendorId of a DataTransfer; nor for enumerations.
"""

from collections.abc import Collection, Sequence
from fnmatch import fnmatchcase

FIELDS = {"transactionId", "idToken", "additionalIdToken", "name", "instance", "checksum"}
"""The fields of messages that hold one."""
CUSTOM = "customData"
"""What any object may have besides its own properties, for the vendor."""


def folded(identifier: str) -> str:
    """Return what all spellings of an identifier have in common: a key for it."""
    return identifier.casefold()


def is_same(one: str | None, two: str | None) -> bool:
    """Whether two identifiers are there, and the same."""
    return one is not None and two is not None and folded(one) == folded(two)


def is_of_vendor(path: Sequence[str]) -> bool:
    """Whether a path leads into a DataTransfer's data or customData: vendors define their types, no schema does."""
    return path[0] == "data" or CUSTOM in path


def spelling(spellings: dict[str, str], identifier: str) -> str:
    """Return how an identifier was written first, and remember one that is new."""
    return spellings.setdefault(folded(identifier), identifier)


def spelling_in(few: Collection[str], identifier: str) -> str:
    """Return how a few others spell an identifier; one that they do not have, as it is."""
    if identifier in few:
        return identifier
    key = folded(identifier)
    return next((each for each in few if folded(each) == key), identifier)


def matches(identifier: str, pattern: str) -> bool:
    """Whether an identifier is one that a pattern means, as `*` and `?` stand in file names."""
    return pattern == "*" or fnmatchcase(folded(identifier), folded(pattern))

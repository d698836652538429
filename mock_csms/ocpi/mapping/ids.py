"""The ids of our objects: unique for the whole platform, and at most 36 characters long.

Stations may have longer identities, and their ids of transactions are unique for one station only. Where a text does
not fit, its end is replaced by a hash, so that the same text always gets the same id.
"""

import re
from hashlib import sha256

LONGEST = 36
_LONGEST_STATION = 25
"""The longest part of an id that names a station: a hyphen and a number of 10 digits fit behind it."""
_LONGEST_EVSE_ID = 48
_HASH = 8
NOT_AVAILABLE = "#NA"
"""The id of an EVSE or a connector that nobody has chosen yet."""


def evse_uid(identity: str, evse: int) -> str:
    """Return the `uid` of an EVSE."""
    return f"{_short(identity, _LONGEST_STATION)}-{evse}"


def evse_id(country: str, party: str, identity: str, evse: int) -> str:
    """Return the `evse_id` of an EVSE, as eMI3 writes it: capital letters, digits and asterisks, here for hyphens."""
    written = identity.upper().replace("-", "*")
    letters = re.sub(r"[^A-Z0-9*]", "", written)
    if letters != written or "*" in identity or len(letters) > _LONGEST_STATION:
        letters = letters[: _LONGEST_STATION - _HASH] + _hash(identity)[:_HASH].upper()
    return f"{country}*{party}*E{letters}*{evse}"[:_LONGEST_EVSE_ID]


def session_id(identity: str, transaction: str, number: int = 1) -> str:
    """Return the id of the session of a transaction.

    number: greater than 1 if the station has used the id of the transaction before.
    """
    more = "" if number == 1 else f"-{number}"
    plain = f"{identity}-{transaction}{more}"
    if _is_fine(plain, LONGEST):
        return plain
    found = _hash(f"{identity}\0{transaction}{more}")
    return "-".join((found[:8], found[8:12], found[12:16], found[16:20], found[20:32]))


def cdr_id(session: str) -> str:
    """Return the id of the CDR of a session."""
    return session


def credit_id(cdr: str) -> str:
    """Return the id of the credit CDR for a CDR; only credit CDRs may have 39 characters."""
    return f"{cdr}-CR"


def _short(text: str, longest: int) -> str:
    return text if _is_fine(text, longest) else f"{_printable(text)[: longest - _HASH - 1]}-{_hash(text)[:_HASH]}"


def _is_fine(text: str, longest: int) -> bool:
    return len(text) <= longest and _printable(text) == text


def _printable(text: str) -> str:
    """Return a text without the characters that a CiString cannot have, and without spaces and slashes."""
    return re.sub(r"[^!-.0-~]", "", text)


def _hash(text: str) -> str:
    return sha256(text.casefold().encode("utf-8", "surrogatepass")).hexdigest()

"""The tokens of the eMSP, and what it answers about each of them."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.times import written_time
from mock_csms.ocpi.v221 import enums
from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record

ALLOWED = "ALLOWED"
_UNKNOWN = "UNKNOWN"
"""The status of a token that the eMSP does not know."""
_LONGEST = 36


class TokenTold(Record, kw_only=True):
    """A token, and what the eMSP answers about it: a use of `--token`."""

    uid: str
    status: str
    """`allowed` of the answer; UNKNOWN for a token that the eMSP does not have."""
    type: str = "RFID"
    whitelist: str = "ALLOWED"
    contract: str = ""
    """Its `contract_id`; empty to make it from the party and the uid."""
    group: str = ""
    visual: str = ""
    issuer: str = "mock-csms"
    language: str = ""
    location: str = ""
    """The only location where it is allowed; empty for all."""
    evse: tuple[str, ...] = ()
    """The only EVSEs where it is allowed; empty for all."""
    reference: str = ""
    """The `authorization_reference` of each answer; empty to make a new one each time."""
    text: str = ""
    """The `info` for the driver."""


KEYS = (
    "type",
    "whitelist",
    "contract",
    "group",
    "visual",
    "issuer",
    "language",
    "location",
    "evse",
    "reference",
    "text",
)
_ENUMS = {"type": "TokenType", "whitelist": "WhitelistType"}


def statuses() -> Sequence[str]:
    """Return the statuses that a token can have."""
    return [*enums()["AllowedType"], _UNKNOWN]


def parse_token(text: str) -> TokenTold:
    """Parse `TAG=STATUS,key=value,…`. Raises ValueError for other texts."""
    first, *rest = text.split(",")
    uid, equals, status = first.rpartition("=")
    if not equals or not uid:
        raise ValueError(f"{first!r} is not TAG=STATUS")
    table: dict[str, Any] = {"uid": _short("the uid", uid), "status": _spelled("status", status, statuses())}
    for word in rest:
        key, equals, value = (part.strip() for part in word.partition("="))
        if not equals or key not in KEYS:
            raise ValueError(f"{uid}: {word!r} is not key=value{did_you_mean(key, KEYS)}")
        if key in table:
            raise ValueError(f"{uid}: {key!r} is given twice")
        table[key] = _value(key, value)
    return TokenTold(**table)


def _value(key: str, value: str) -> Any:
    if key in _ENUMS:
        return _spelled(key, value, enums()[_ENUMS[key]])
    if key == "evse":
        return tuple(_short(key, part) for part in value.split("+"))
    if key == "language" and len(value) != 2:
        raise ValueError(f"language={value}: must have two letters")
    return value if key in ("text", "issuer", "visual") else _short(key, value)


def _short(name: str, text: str) -> str:
    if not 0 < len(text) <= _LONGEST or not (text.isascii() and text.isprintable()):
        raise ValueError(f"{name}: {text[:60]!r} is not a text of 1 to {_LONGEST} characters of ASCII")
    return text


def _spelled(name: str, text: str, known: Sequence[str]) -> str:
    """Return the value of an enumeration, in any case and with - for _; OCPP's words are accepted too."""
    wanted = text.strip().upper().replace("-", "_")
    aliases = {"ACCEPTED": ALLOWED, "NOCREDIT": "NO_CREDIT", "NOTATTHISLOCATION": "NOT_ALLOWED"}
    wanted = aliases.get(wanted, wanted) if name == "status" else wanted
    if wanted not in known:
        raise ValueError(f"{name}={text}: is not one of {', '.join(known)}{did_you_mean(text, known)}")
    return wanted


def add_token(world: EmspWorld, told: TokenTold, now: float) -> Json:
    """Give the eMSP a token, or change one; return the object. Raises ValueError if it does not fit the schema."""
    country, party = world.party.split("*")
    value: Json = {
        "country_code": country,
        "party_id": party,
        "uid": told.uid,
        "type": told.type,
        "contract_id": told.contract or f"{country}-{party}-C{told.uid}"[:_LONGEST],
        "issuer": told.issuer,
        "valid": told.status in (ALLOWED, "NOT_ALLOWED", "NO_CREDIT"),
        "whitelist": told.whitelist,
        "last_updated": written_time(now),
    }
    more = {"group_id": told.group, "visual_number": told.visual, "language": told.language}
    value |= {name: text for name, text in more.items() if text}
    if found := problems("Token", value):
        raise ValueError(f"{told.uid}: {found[0]}")
    stored = world.tokens.own((told.uid,), value, now) or world.tokens.get(told.uid) or value
    answer = {"allowed": told.status, "location": told.location, "evse": told.evse, "reference": told.reference}
    world.answers[told.uid.casefold()] = answer | {"text": told.text, "language": told.language}
    return stored


def authorization(world: EmspWorld, uid: str, kind: str, place: Mapping[str, Any] | None) -> tuple[Json | None, str]:
    """Return the object `AuthorizationInfo` for a token, and its reference; None for a token that does not exist.

    place: the `LocationReferences` of the question; None if it names no place.
    """
    token = world.tokens.get(uid)
    answer = world.answers.get(uid.casefold(), {})
    if token is None or answer.get("allowed") == _UNKNOWN or token["type"] != kind:
        return None, ""
    allowed, evses = answer["allowed"], list((place or {}).get("evse_uids") or ())
    if allowed == ALLOWED and place is not None:
        wanted = answer["location"]
        if wanted and wanted.casefold() != str(place["location_id"]).casefold():
            allowed = "NOT_ALLOWED"
        elif answer["evse"] and evses:
            mine = {uid.casefold() for uid in answer["evse"]}
            evses = [uid for uid in evses if uid.casefold() in mine]
            allowed = ALLOWED if evses else "NOT_ALLOWED"
    reference = answer["reference"] or world.new_id()
    info: Json = {"allowed": allowed, "token": token}
    if allowed == ALLOWED:
        info["authorization_reference"] = reference
        if place is not None:
            info["location"] = {"location_id": place["location_id"]} | ({"evse_uids": evses} if evses else {})
    if answer["text"]:
        info["info"] = {"language": answer["language"] or "en", "text": answer["text"]}
    return info, reference if allowed == ALLOWED else ""


def needs_place(world: EmspWorld, uid: str) -> bool:
    """Whether the answer about a token depends on the place, so that a question without one has too little in it."""
    answer = world.answers.get(uid.casefold(), {})
    return bool(answer.get("location") or answer.get("evse"))

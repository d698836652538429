"""Checks of every object that a CPO sends, whatever its module."""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_csms.conformance.subject import ERROR, INFO, WARNING, Wrong
from mock_csms.ocpi.emsp.checks.reading import bare, connectors_of, evses_of, same, time_at
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld, party_of

OBJECTS = OcpiSubject("objects")
_EVERY = of(Sight.OBJECT)
_PUSH = "Transport and format: Client Owned Object Push"
_NAMES = {"EVSE": "evse_uid", "Connector": "connector_id"}
"""The part of the path that has the id of an object; for other objects it is `id`."""


@OBJECTS.check(
    (
        "OCPI-O01",
        "Object description of the module",
        ERROR,
        "objects have all required fields, and each value is right",
    ),
    "The finding names the field. Numbers are JSON numbers, times are UTC with at most 25 characters.",
    of(Sight.OBJECT),
    of(Sight.AUTHORIZE),
    any_shape=True,
)
def fits_the_schema(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report what is wrong with the form of an object."""
    for violation in seen.violations[:5]:
        yield f"{seen.kind} {_id(seen)}: {violation}"


def _id(seen: Sighting) -> str:
    value = seen.value if isinstance(seen.value, dict) else {}
    return str(value.get("id") or value.get("uid") or seen.place.get(_NAMES.get(seen.kind, "id"), "?"))[:40]


@OBJECTS.check(
    ("OCPI-O02", _PUSH, ERROR, "country code, party id and id in the URL are those in the object"),
    "The URL of a push is /{country_code}/{party_id}/{id}, with the values of the object.",
    _EVERY,
    any_shape=True,
)
def has_its_own_url(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report ids that differ."""
    if not isinstance(seen.value, dict):
        return
    pairs = [(_NAMES.get(seen.kind, "id"), "uid" if seen.kind == "EVSE" else "id")]
    if seen.kind not in _NAMES:
        pairs += [("country_code", "country_code"), ("party_id", "party_id")]
    for place, name in pairs:
        if place in seen.place and seen.value.get(name) is not None and not same(seen.place[place], seen.value[name]):
            yield f"{name} is {seen.place[place]} in the URL, but {seen.value[name]} in the object"


@OBJECTS.check(
    ("OCPI-O03", "PATCH method of the module", ERROR, "a PATCH has last_updated"),
    "Every change has a new last_updated, also a change of one field.",
    _EVERY,
    any_shape=True,
)
def patches_with_a_time(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a PATCH without it."""
    if not seen.is_patch or not isinstance(seen.value, dict) or seen.value.get("last_updated"):
        return None
    return f"the PATCH of {seen.kind} {_id(seen)} has no last_updated"


@OBJECTS.check(
    ("OCPI-O04", "GET method of the module", ERROR, "last_updated does not fall"),
    "It is the time of the last change at the CPO. A message that comes late must not be sent after a newer one.",
    _EVERY,
)
def does_not_go_back(seen: Sighting, _: EmspWorld) -> Wrong | None:
    """Report an older object than the one that the eMSP has."""
    older = seen.newer or seen.before
    if older is None or seen.after is None:
        return None
    before, now = time_at(older, "last_updated"), time_at(seen.value, "last_updated")
    if before is None or now is None or now >= before:
        return None
    text = f"{seen.kind} {_id(seen)} was updated at {older['last_updated']}, now at {seen.value['last_updated']}"
    if not seen.exchange.is_ours:
        return Wrong(text)
    return Wrong(text, severity=INFO, why="a push may have overtaken the list")


@OBJECTS.check(
    ("OCPI-O05", "GET method of the module", WARNING, "an object that changes has a new last_updated"),
    "Pulls with date_from miss a change that keeps the old last_updated.",
    _EVERY,
)
def updates_the_time(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another content with the same time."""
    if seen.before is None or seen.after is None or seen.kind == "CDR":  # a CDR must not change at all
        return None
    is_changed = bare({**seen.before, "last_updated": ""}) != bare({**seen.after, "last_updated": ""})
    is_same_time = seen.before.get("last_updated") == seen.after.get("last_updated")
    return f"{seen.kind} {_id(seen)} has changed, but not its last_updated" if is_changed and is_same_time else None


@OBJECTS.check(
    ("OCPI-O06", "Object description of the module", WARNING, "last_updated is not in the future"),
    "Compare the clocks of both sides. Local time that is written as UTC looks like this too.",
    _EVERY,
)
def was_updated_already(seen: Sighting, world: EmspWorld) -> str | None:
    """Report a time that has not come yet."""
    at = time_at(seen.value, "last_updated")
    ahead = 0.0 if at is None else at - seen.exchange.at
    if ahead <= max(world.tolerance, 1.0):
        return None
    return f"{seen.kind} {_id(seen)}: last_updated {seen.value['last_updated']} is {ahead:.0f} s in the future"


@OBJECTS.check(
    ("OCPI-O07", "Transport and format: PATCH", WARNING, "a PATCH is only sent for an object that was sent before"),
    "Send the whole object with PUT first, and also after a PATCH that was answered with 404.",
    _EVERY,
    any_shape=True,
)
def patches_what_is_there(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a PATCH of an unknown object."""
    is_new = seen.is_patch and seen.before is None
    return f"{seen.kind} {_id(seen)} was never sent as a whole" if is_new else None


@OBJECTS.check(
    ("OCPI-O08", _PUSH, ERROR, "the owner of an object is a role of the platform that sends it"),
    "country_code and party_id are those of a role in the credentials.",
    _EVERY,
    any_shape=True,
)
def belongs_to_a_role(seen: Sighting, world: EmspWorld) -> str | None:
    """Report the object of another party. Behind a hub every party is possible."""
    roles = list(world.registered())
    if not roles or any(role == "HUB" for role, _ in roles) or not isinstance(seen.value, dict):
        return None
    owner: Mapping[str, Any] = seen.place if "party_id" in seen.place else seen.value
    if "party_id" not in owner or party_of(owner) in [party for _, party in roles]:
        return None
    return f"{seen.kind} {_id(seen)} is of {party_of(owner)}, which is not a registered role"


@OBJECTS.check(
    (
        "OCPI-O09",
        "Locations: GET method",
        ERROR,
        "a location is at least as new as its EVSEs, an EVSE as its connectors",
    ),
    "A change of an EVSE or a connector also sets last_updated of what it belongs to.",
    of(Sight.OBJECT, "locations"),
)
def is_as_new_as_its_parts(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report a location that is older than a part of it. Only whole locations are judged."""
    if seen.kind != "Location" or seen.is_patch:  # the eMSP itself updates the location after a push of an EVSE
        return
    for evse in evses_of(seen.value):
        yield from _older(seen.value, f"location {_id(seen)}", evse, f"EVSE {evse['uid']}")
        for connector in connectors_of(evse):
            yield from _older(evse, f"EVSE {evse['uid']}", connector, f"connector {connector['id']}")


def _older(parent: Mapping[str, Any], its: str, part: Mapping[str, Any], name: str) -> Iterator[str]:
    one, other = time_at(parent, "last_updated"), time_at(part, "last_updated")
    if one is not None and other is not None and one < other:
        yield f"{its} was updated at {parent['last_updated']}, its {name} later, at {part['last_updated']}"


@OBJECTS.check(
    ("OCPI-O10", "Types: string type", WARNING, "texts that are ids have no white space around them"),
    "Ids are compared without regard to case, but white space counts.",
    _EVERY,
)
def has_clean_ids(seen: Sighting, _: EmspWorld) -> Wrong | None:
    """Report white space around an id."""
    id_ = _id(seen)
    return Wrong(f"the id {id_!r} has white space around it", severity=INFO) if id_ != id_.strip() else None

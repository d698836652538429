"""Stores what a CPO sends: whole objects, parts of them, and the EVSEs and connectors of locations."""

from collections.abc import Mapping
from typing import Any

from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld, key_of
from mock_csms.ocpi.envelope import SERVER_ERROR, OcpiAnswer, created, missing, updated, wrong
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.store import updated_at
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, replace
from mock_csms.twin.ocpi_events import OcpiExchanged

_PARTS = {"EVSE": ("evses", "uid", "evse_uid"), "Connector": ("connectors", "id", "connector_id")}
"""The parts of a location: the list that they are in, the name of their id, and that of the id in the path."""
MOST_OBJECTS = 50_000
"""How many objects of a module are kept, so that a CPO cannot fill the memory."""
NO_EXCHANGE = OcpiExchanged(
    at=0.0,
    station="",
    number=0,
    is_ours=False,
    module="",
    method="",
    path="",
    query={},
    headers={},
    authorization="",
    is_for_registration=False,
    request=None,
    status=0,
    answered={},
    answer=None,
    reason="",
    seconds=0.0,
)
"""Stands in a sighting for the exchange, until that is complete."""


def key_at(place: Mapping[str, str]) -> tuple[str, str, str]:
    """Return the key of an object from the parts of its path."""
    return key_of(place, place.get("id", ""))


class Arrival(Record):
    """An object, or a part of it, that a CPO sends to a place."""

    module: str
    kind: str
    value: Any
    place: Mapping[str, str]
    is_patch: bool = False
    is_push: bool = True


def stored(world: EmspWorld, arrival: Arrival) -> tuple[Sighting, OcpiAnswer]:
    """Store an object that has come, if its form is right; return what was seen, and the answer."""
    value, place, kind = arrival.value, arrival.place, arrival.kind
    key = key_at(place)
    whole = world.objects[arrival.module].get(*key)
    before = part_at(whole, kind, place)
    violations = _violations(arrival)
    store = world.objects[arrival.module]
    if arrival.is_push:
        world.pushed.add(arrival.module)
    seen = Sighting(
        sight=Sight.OBJECT,
        exchange=NO_EXCHANGE,
        module=arrival.module,
        kind=kind,
        value=value,
        violations=violations,
        place=place,
        before=before,
        whole_before=whole,
    )
    declined = _refused(arrival, violations, whole, before)
    if declined is None and whole is None and len(store) >= MOST_OBJECTS:
        declined = wrong(f"the eMSP keeps at most {MOST_OBJECTS:,} {arrival.module}", SERVER_ERROR).answer
    if declined is not None:
        return seen, declined
    after = merged(arrival, before)
    if not arrival.is_push and before is not None and updated_at(before) > updated_at(after):
        return replace(seen, before=None, whole_before=None, newer=before, after=after, whole=after), updated()
    now = after if kind not in _PARTS else with_part(whole or {}, kind, place, after)
    store.put(key, now)
    return replace(seen, after=after, whole=now), created() if before is None else updated()


def _violations(arrival: Arrival) -> tuple[str, ...]:
    if not isinstance(arrival.value, dict):
        return (f"it is not an object, but a {arrival.kind} is one",)
    return tuple(problems(arrival.kind, arrival.value, is_patch=arrival.is_patch))


def _refused(
    arrival: Arrival, violations: tuple[str, ...], whole: Json | None, before: Json | None
) -> OcpiAnswer | None:
    """Return the answer to an object that is not stored; None if it is."""
    kind, place = arrival.kind, arrival.place
    if violations:
        return wrong(f"the {kind} is wrong: {'; '.join(violations)}").answer
    ids = {"id": "id", "country_code": "country_code", "party_id": "party_id"}
    if kind in _PARTS:
        _, name, in_path = _PARTS[kind]
        ids = {name: in_path}
    for name, in_path in ids.items():
        given = arrival.value.get(name)
        if given is not None and str(given).casefold() != place[in_path].casefold():
            return wrong(f"{name} is {str(given)[:40]!r} in the body, but {place[in_path][:40]!r} in the URL").answer
    if arrival.is_patch and not arrival.value.get("last_updated"):
        return wrong("last_updated is missing").answer
    is_part = kind in _PARTS and (whole is None or (kind == "Connector" and part_at(whole, "EVSE", place) is None))
    if is_part or (arrival.is_patch and before is None):
        return missing(f"there is no {'Location' if whole is None else kind} at that place; send it with PUT").answer
    return None


def merged(arrival: Arrival, before: Json | None) -> Json:
    """Return an object after a PUT or a PATCH. A PATCH of a session adds its charging periods."""
    value: Json = arrival.value
    if not arrival.is_patch or before is None:
        return value
    after = {name: item for name, item in {**before, **value}.items() if item is not None}
    if arrival.kind == "Session":
        periods = [*(before.get("charging_periods") or ()), *(value.get("charging_periods") or ())]
        after |= {"charging_periods": periods} if periods else {}
    return after


def part_at(whole: Json | None, kind: str, place: Mapping[str, str]) -> Json | None:
    """Return the object of a kind at a place: the whole one, or an EVSE or a connector of a location."""
    if whole is None or kind not in _PARTS:
        return whole
    parent = whole if kind == "EVSE" else part_at(whole, "EVSE", place)
    name, id_, in_path = _PARTS[kind]
    wanted = place[in_path].casefold()
    found = ((parent or {}).get(name) or ()) if parent else ()
    return next((each for each in found if str(each.get(id_)).casefold() == wanted), None)


def with_part(whole: Json, kind: str, place: Mapping[str, str], part: Json) -> Json:
    """Return a location with a new or a changed EVSE or connector; last_updated goes up with it (PATCH method)."""
    if kind == "Connector":
        evse = part_at(whole, "EVSE", place)
        assert evse is not None  # noqa: S101 - else it was refused
        return with_part(whole, "EVSE", place, _with(evse, kind, place, part))
    return _with(whole, kind, place, part)


def _with(parent: Json, kind: str, place: Mapping[str, str], part: Json) -> Json:
    name, id_, in_path = _PARTS[kind]
    parts = [*(parent.get(name) or ())]
    at = next((n for n, each in enumerate(parts) if str(each.get(id_)).casefold() == place[in_path].casefold()), None)
    if at is None:
        parts.append(part)
    else:
        parts[at] = part
    latest = max(parent, part, key=updated_at)["last_updated"]
    return {**parent, name: parts, "last_updated": latest}


def answer_with(seen: Sighting, answer: OcpiAnswer) -> OcpiAnswer:
    """Return an answer together with what was seen."""
    return replace(answer, about=(seen,))

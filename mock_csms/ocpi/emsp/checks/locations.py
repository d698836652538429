"""Checks of locations, EVSEs and connectors, and of tariffs."""

import re
from collections.abc import Iterator
from typing import Any

from mock_csms.conformance.subject import ERROR, INFO, WARNING
from mock_csms.ocpi.emsp.checks.reading import amount, connectors_of, evse_of, evses_of, time_at
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.protocol.actions import Json

LOCATIONS, TARIFFS = OcpiSubject("locations"), OcpiSubject("tariffs")
_LOCATION, _TARIFF = of(Sight.OBJECT, "locations"), of(Sight.OBJECT, "tariffs")
_LATITUDE, _LONGITUDE = r"-?[0-9]{1,2}\.[0-9]{5,7}", r"-?[0-9]{1,3}\.[0-9]{5,7}"
_EVSE_ID = r"[A-Z]{2}\*?[A-Z0-9]{3}\*?E[A-Z0-9*]{1,31}"


@LOCATIONS.check(
    ("OCPI-L01", "Locations: GeoLocation class", ERROR, "coordinates are texts with 5 to 7 decimals, and on the earth"),
    "Five decimals are one metre. Latitude comes first: -90 to 90; longitude -180 to 180.",
    _LOCATION,
)
def has_coordinates(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report coordinates in another form, or out of range."""
    for where, place in _coordinates(seen.value):
        for name, form, most in (("latitude", _LATITUDE, 90), ("longitude", _LONGITUDE, 180)):
            text = place.get(name)
            if isinstance(text, str) and (not re.fullmatch(form, text) or abs(float(text)) > most):
                yield f"{where}{name} is {text!r}"


def _coordinates(value: Any) -> Iterator[tuple[str, Json]]:
    if isinstance(value.get("coordinates"), dict):
        yield "", value["coordinates"]
    for evse in evses_of(value):
        if isinstance(evse.get("coordinates"), dict):
            yield f"EVSE {evse['uid']}: ", evse["coordinates"]


@LOCATIONS.check(
    ("OCPI-L02", "Locations: Flow and Lifecycle", ERROR, "an EVSE does not vanish: its status becomes REMOVED"),
    "Keep the EVSE in the location with the status REMOVED, also in later pushes of the whole location.",
    _LOCATION,
)
def keeps_evses(seen: Sighting, _: EmspWorld) -> str | None:
    """Report EVSEs that are gone."""
    gone = [
        str(evse["uid"])
        for evse in evses_of(seen.whole_before)
        if evse.get("status") != "REMOVED" and seen.whole is not None and evse_of(seen.whole, evse["uid"]) is None
    ]
    return f"EVSE {', '.join(gone[:5])} is not in the location any more" if gone else None


@LOCATIONS.check(
    (
        "OCPI-L03",
        "Locations: EVSE object",
        ERROR,
        "no two EVSEs of a location, and no two connectors of an EVSE, share an id",
    ),
    "Ids are compared without regard to case.",
    _LOCATION,
)
def has_distinct_ids(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report an id that is there twice."""
    uids = [str(evse["uid"]).casefold() for evse in evses_of(seen.whole)]
    yield from (f"there are several EVSEs {uid}" for uid in sorted({uid for uid in uids if uids.count(uid) > 1}))
    for evse in evses_of(seen.whole):
        ids = [str(connector["id"]).casefold() for connector in connectors_of(evse)]
        twice = sorted({id_ for id_ in ids if ids.count(id_) > 1})
        yield from (f"EVSE {evse['uid']} has several connectors {id_}" for id_ in twice)


@LOCATIONS.check(
    ("OCPI-L04", "Locations: EVSE object", WARNING, "an evse_id has the form of eMI3: DE*ABC*E123"),
    "Country, operator, E and the number; the stars may be left out. It is not the uid.",
    _LOCATION,
)
def has_an_evse_id(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report another form."""
    evses = [seen.value] if seen.kind == "EVSE" else [*evses_of(seen.value)]
    for evse in evses:
        id_ = evse.get("evse_id")
        if isinstance(id_, str) and not re.fullmatch(_EVSE_ID, id_.upper()):
            yield f"the evse_id {id_!r} of EVSE {evse.get('uid', seen.place.get('evse_uid'))}"


@LOCATIONS.check(
    ("OCPI-L05", "Locations: Location object", WARNING, "country is a code of three letters"),
    "ISO 3166-1 alpha-3: NLD, DEU. (country_code has two letters: it is the country of the party.)",
    _LOCATION,
)
def has_a_country(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another form."""
    country = seen.value.get("country") if seen.kind == "Location" else None
    is_wrong = isinstance(country, str) and not re.fullmatch("[A-Z]{3}", country)
    return f"country is {country!r}" if is_wrong else None


@LOCATIONS.check(
    ("OCPI-L06", "Locations: Connector object", INFO, "the tariffs of a connector were sent before, or can be pulled"),
    "Send the tariffs before the locations that name them.",
    _LOCATION,
)
def names_known_tariffs(seen: Sighting, world: EmspWorld) -> str | None:
    """Report tariffs that the eMSP does not have, although it has others."""
    if seen.whole is None or not len(world.objects["tariffs"]):
        return None
    ids = {id_ for evse in evses_of(seen.whole) for each in connectors_of(evse) for id_ in each.get("tariff_ids") or ()}
    unknown = sorted(id_ for id_ in ids if world.find("tariffs", seen.whole, id_) is None)
    return f"the tariff {', '.join(unknown[:5])} was not sent" if unknown else None


@LOCATIONS.check(
    ("OCPI-L07", "Locations: Status enum", WARNING, "an EVSE that was REMOVED does not come back"),
    "Give a new EVSE a new uid: old sessions and CDRs refer to the old one.",
    _LOCATION,
)
def reuses_no_evse(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report a status after REMOVED."""
    for evse in evses_of(seen.whole_before):
        now = evse_of(seen.whole, evse["uid"])
        if evse.get("status") == "REMOVED" and now is not None and now.get("status") != "REMOVED":
            yield f"EVSE {evse['uid']} was REMOVED, now it is {now.get('status')}"


@TARIFFS.check(
    ("OCPI-T01", "Tariffs: Tariff object", ERROR, "a tariff ends after it starts"),
    "start_date_time and end_date_time say when the tariff is valid.",
    _TARIFF,
)
def ends_after_its_start(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a tariff that is never valid."""
    start, end = (time_at(seen.value, name) for name in ("start_date_time", "end_date_time"))
    is_wrong = start is not None and end is not None and end <= start
    return f"it ends at {seen.value['end_date_time']}, not after {seen.value['start_date_time']}" if is_wrong else None


@TARIFFS.check(
    ("OCPI-T02", "Tariffs: Tariff object", ERROR, "min_price is not above max_price"),
    "Both are limits of the whole session.",
    _TARIFF,
)
def has_right_limits(seen: Sighting, _: EmspWorld) -> str | None:
    """Report limits that nothing fits between."""
    least, most = amount(seen.value.get("min_price")), amount(seen.value.get("max_price"))
    return (
        f"min_price is {least}, max_price {most}" if least is not None and most is not None and least > most else None
    )


@TARIFFS.check(
    ("OCPI-T03", "Tariffs: DELETE method", WARNING, "only a tariff that was sent is deleted"),
    "The eMSP answers 404.",
    of(Sight.DELETED, "tariffs"),
    any_shape=True,
)
def deletes_what_is_there(seen: Sighting, _: EmspWorld) -> str | None:
    """Report an unknown tariff."""
    return f"the tariff {seen.place.get('id')} was never sent" if seen.before is None else None

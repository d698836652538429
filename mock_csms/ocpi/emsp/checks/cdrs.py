"""Checks of CDRs: whether they fit their sessions, and whether their sums are right."""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_csms.conformance.subject import ERROR, WARNING, Wrong
from mock_csms.ocpi.emsp.checks.reading import amount, bare, feeds_back, named, same, time_at, volumes
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.protocol.actions import Json

CDRS = OcpiSubject("cdrs")
_CDR = of(Sight.OBJECT, "cdrs")
_OBJECT = "CDRs: CDR object"
_ROUNDING = 0.01
_SECOND = 1 / 3600
_ROUNDED_HOURS = 0.006
"""What a time in hours may lose if it has only two decimals."""
_SESSION_ONLY = ("CURRENT", "ENERGY_EXPORT", "ENERGY_IMPORT", "POWER", "STATE_OF_CHARGE")
_PARTS = ("total_fixed_cost", "total_energy_cost", "total_time_cost", "total_parking_cost", "total_reservation_cost")
_LONGEST_ID = 36


def _session(seen: Sighting, world: EmspWorld) -> Json | None:
    """Return the session of a CDR; None if the eMSP does not have it."""
    id_ = seen.value.get("session_id")
    return world.find("sessions", seen.value, id_) if id_ else None


def _is_credit(cdr: Mapping[str, Any]) -> bool:
    return bool(cdr.get("credit"))


@CDRS.check(
    ("OCPI-C01", _OBJECT, WARNING, "the session of a CDR was sent before"),
    "session_id is the id of the Session object. Only a CPO without the sessions module leaves it out.",
    _CDR,
)
def has_a_session(seen: Sighting, world: EmspWorld) -> str | None:
    """Report an unknown session, if the CPO pushes sessions."""
    id_ = seen.value.get("session_id")
    if not id_ or "sessions" not in world.pushed or _session(seen, world) is not None:
        return None
    return f"the session {id_} was never sent"


@CDRS.check(
    ("OCPI-C02", _OBJECT, ERROR, "a CDR has the energy of its session"),
    "total_energy is kwh of the session when it ended.",
    _CDR,
)
def has_the_energy(seen: Sighting, world: EmspWorld) -> str | None:
    """Report another energy than that of the completed session."""
    session = _session(seen, world)
    if session is None or session.get("status") != "COMPLETED" or _is_credit(seen.value):
        return None
    energy, kwh = seen.value["total_energy"], session["kwh"]
    return f"total_energy is {energy}, but the session has {kwh} kWh" if abs(energy - kwh) > _ROUNDING else None


@CDRS.check(
    ("OCPI-C03", _OBJECT, ERROR, "a CDR has the token, the place and the times of its session"),
    "It is the record of the session: location, EVSE, connector, token, currency, start and end are the same.",
    _CDR,
)
def fits_its_session(seen: Sighting, world: EmspWorld) -> str | None:
    """Report values that differ from those of the completed session."""
    session, cdr = _session(seen, world), seen.value
    if session is None:
        return None
    place = cdr["cdr_location"]
    values = {
        "location": (session["location_id"], place["id"]),
        "EVSE": (session["evse_uid"], place["evse_uid"]),
        "connector": (session["connector_id"], place["connector_id"]),
        "token": (session["cdr_token"]["uid"], cdr["cdr_token"]["uid"]),
        "currency": (session["currency"], cdr["currency"]),
    }
    differing = {name: pair for name, pair in values.items() if not same(*pair) and "#NA" not in pair}
    if session.get("status") == "COMPLETED":
        for name in ("start_date_time", "end_date_time"):
            its, ours = time_at(cdr, name), time_at(session, name)
            if name == "start_date_time" and any(volumes(cdr, "RESERVATION_TIME")):
                continue  # a CDR may begin with the reservation
            if its is not None and ours is not None and abs(its - ours) > world.tolerance:
                differing[name] = (session[name], cdr[name])
    return f"it does not fit its session: {named(differing)}" if differing else None


@CDRS.check(
    ("OCPI-C04", "CDRs: Flow and Lifecycle", WARNING, "a CDR is sent after its session has ended"),
    "Send the session as COMPLETED first.",
    _CDR,
)
def comes_after_the_end(seen: Sighting, world: EmspWorld) -> str | None:
    """Report a CDR of a session that runs, as far as the eMSP knows."""
    session = _session(seen, world) if "sessions" in world.pushed else None
    status = session.get("status") if session else "COMPLETED"
    return f"its session is {status}" if status in ("ACTIVE", "PENDING") else None


@CDRS.check(
    ("OCPI-C05", "CDRs: Flow and Lifecycle", ERROR, "a CDR does not change"),
    "Send a credit CDR, and then a new CDR with a new id.",
    _CDR,
)
def never_changes(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another content under the same id."""
    if seen.before is None:
        return None
    before, now = bare(seen.before), bare(seen.value)
    names = sorted(name for name in {**before, **now} if before.get(name) != now.get(name))
    return f"the CDR {seen.value['id']} came before, and now differs in {', '.join(names[:5])}" if names else None


@CDRS.check(
    ("OCPI-C06", "CDRs: POST method", WARNING, "a CDR is posted once"),
    "The eMSP has it. Pulls and pushes of the same CDR are no problem.",
    _CDR,
)
def comes_once(seen: Sighting, _: EmspWorld) -> str | None:
    """Report the same CDR that is posted again."""
    is_again = seen.exchange.method == "POST" and seen.before == seen.value
    return f"the CDR {seen.value['id']} came before" if is_again else None


@CDRS.check(
    ("OCPI-C07", "CDRs: Credit CDRs", WARNING, "a session has one CDR, unless the one before was credited"),
    "Send a credit CDR for the first one before a second one.",
    _CDR,
)
def is_the_only_one(seen: Sighting, world: EmspWorld) -> str | None:
    """Report a second CDR of a session."""
    cdr = seen.value
    id_ = cdr.get("session_id")
    if not id_ or _is_credit(cdr):
        return None
    mine = [each for each in world.objects["cdrs"].all() if same(each.get("country_code"), cdr["country_code"])]
    mine = [each for each in mine if same(each.get("party_id"), cdr["party_id"])]
    credited = {str(each.get("credit_reference_id")).casefold() for each in mine if _is_credit(each)}
    others = [
        each["id"]
        for each in mine
        if same(each.get("session_id"), id_)
        and not _is_credit(each)
        and not same(each["id"], cdr["id"])
        and each["id"].casefold() not in credited
    ]
    return f"the session {id_} already has the CDR {others[0]}" if others else None


@CDRS.check(
    ("OCPI-C08", "CDRs: Credit CDRs", ERROR, "a credit CDR names the CDR, and has its cost with the opposite sign"),
    "credit is true, credit_reference_id is the id of the first CDR, total_cost is negative.",
    _CDR,
)
def credits_a_cdr(seen: Sighting, world: EmspWorld) -> Iterator[str]:
    """Report a credit CDR without its first CDR, or with another cost."""
    cdr = seen.value
    if not _is_credit(cdr):
        if cdr.get("credit_reference_id"):
            yield "it has a credit_reference_id, but credit is not true"
        return
    reference = cdr.get("credit_reference_id")
    if not reference:
        yield "credit is true, but there is no credit_reference_id"
        return
    first = world.find("cdrs", cdr, reference)
    if first is None:
        if len(world.objects["cdrs"]):
            yield f"it credits the CDR {reference}, which was never sent"
        return
    cost, its = amount(first["total_cost"]), amount(cdr["total_cost"])
    if cost is not None and its is not None and abs(cost + its) > _ROUNDING:
        yield f"total_cost is {its}, but that of the CDR {reference} is {cost}"


@CDRS.check(
    ("OCPI-C09", _OBJECT, ERROR, "an id has at most 36 characters, unless it is of a credit CDR"),
    "Only a credit CDR may have up to 39, for something behind the id of the first CDR.",
    _CDR,
)
def has_a_short_id(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a longer id."""
    id_ = seen.value["id"]
    is_long = len(id_) > _LONGEST_ID and not _is_credit(seen.value)
    return f"the id {id_} has {len(id_)} characters" if is_long else None


@CDRS.check(
    ("OCPI-C10", _OBJECT, ERROR, "total_energy is the sum of ENERGY in the charging periods"),
    "Each period has the energy since the period before it, in kWh.",
    _CDR,
)
def has_all_energy(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another sum."""
    energies = [*volumes(seen.value, "ENERGY")]
    total, said = sum(energies), seen.value["total_energy"]
    if not energies or abs(total - said) <= _ROUNDING * max(1, len(energies)):
        return None
    return f"total_energy is {said}, but the charging periods have {total:g} kWh"


@CDRS.check(
    ("OCPI-C11", _OBJECT, ERROR, "total_time is the time from the start to the end, in hours"),
    "Parking counts too. One minute is 0.0167 hours.",
    _CDR,
)
def has_the_time(seen: Sighting, world: EmspWorld) -> Iterator[str]:
    """Report another duration, and more parking than time. A reservation before the start may be left out."""
    cdr = seen.value
    start, end = time_at(cdr, "start_date_time"), time_at(cdr, "end_date_time")
    reserved = sum(volumes(cdr, "RESERVATION_TIME"))
    total = cdr["total_time"]
    if start is not None and end is not None:
        hours = (end - start) / 3600
        spare = world.tolerance * _SECOND + _ROUNDED_HOURS
        if not hours - reserved - spare <= total <= hours + spare:
            yield f"total_time is {total} h, but it lasted {hours:.4f} h"
    parking = cdr.get("total_parking_time")
    if parking is not None and parking > total + _ROUNDED_HOURS:
        yield f"total_parking_time is {parking} h, more than total_time {total} h"


@CDRS.check(
    ("OCPI-C12", _OBJECT, WARNING, "total_cost is the sum of the costs for energy, time, parking and the rest"),
    "Round each of them in the same way. min_price and max_price of the tariff may change the sum.",
    _CDR,
)
def has_all_costs(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another sum, if all parts are there and no limit of a tariff explains it."""
    cdr = seen.value
    parts = [amount(cdr[name]) for name in _PARTS if isinstance(cdr.get(name), dict)]
    if not parts or any(tariff.get("min_price") or tariff.get("max_price") for tariff in cdr.get("tariffs") or ()):
        return None
    total, said = sum(part or 0 for part in parts), amount(cdr["total_cost"]) or 0
    if _is_credit(cdr) or abs(total - said) <= _ROUNDING * len(parts):
        return None
    return f"total_cost is {said}, but its parts are {total:g}"


@CDRS.check(
    ("OCPI-C13", "CDRs: CdrDimensionType enum", WARNING, "a CDR has no dimensions that are only for sessions"),
    "CURRENT, POWER, STATE_OF_CHARGE, ENERGY_IMPORT and ENERGY_EXPORT are for sessions only.",
    _CDR,
)
def has_no_session_dimensions(seen: Sighting, _: EmspWorld) -> str | None:
    """Report such dimensions."""
    found = [kind for kind in _SESSION_ONLY if [*volumes(seen.value, kind)]]
    return f"its charging periods have {', '.join(found)}" if found else None


@CDRS.check(
    ("OCPI-C14", _OBJECT, ERROR, "the totals of a CDR are not negative"),
    "Only total_cost of a credit CDR is, and energy that is fed back.",
    _CDR,
)
def has_no_negative_totals(seen: Sighting, _: EmspWorld) -> Iterator[str | Wrong]:
    """Report negative totals."""
    for name in ("total_energy", "total_time", "total_parking_time"):
        value = seen.value.get(name)
        if value is not None and value < 0 and not (name == "total_energy" and feeds_back(seen.value)):
            yield f"{name} is {value}"
    cost = amount(seen.value["total_cost"])
    if cost is not None and cost < 0 and not (_is_credit(seen.value) or feeds_back(seen.value)):
        text = f"total_cost is {cost}, but it is not a credit CDR"
        yield Wrong(text, severity=WARNING, why="a price may be negative")

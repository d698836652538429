"""Checks of sessions: what changes from one message to the next, and what they refer to."""

from collections.abc import Iterator

from mock_csms.conformance.subject import ERROR, INFO, WARNING, Wrong
from mock_csms.ocpi.emsp.checks.reading import (
    NOT_AVAILABLE,
    connectors_of,
    evse_of,
    feeds_back,
    same,
    time_at,
    volumes,
)
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld, party_of
from mock_csms.protocol.actions import Json

SESSIONS = OcpiSubject("sessions")
_SESSION = of(Sight.OBJECT, "sessions")
_OF_SESSION_AND_CDR = of(Sight.OBJECT, "sessions", "cdrs")
_OBJECT = "Sessions: Session object"
_STATUS = "Sessions: SessionStatus enum"
_LAST = ("COMPLETED", "INVALID")
_MOST_KWH = 2000.0
"""More energy than any vehicle takes: a number above it is in Wh."""
_ROUNDING = 0.01


@SESSIONS.check(
    ("OCPI-S01", _OBJECT, ERROR, "kwh does not fall"),
    "kwh counts from the start of the session. Negative ENERGY in a charging period tells of energy that is fed back.",
    _SESSION,
)
def does_not_fall(seen: Sighting, _: EmspWorld) -> str | None:
    """Report energy that has become less."""
    if seen.before is None or seen.after is None or feeds_back(seen.after):
        return None
    before, now = seen.before.get("kwh", 0), seen.after.get("kwh", 0)
    return f"kwh falls from {before} to {now}" if now < before else None


@SESSIONS.check(
    ("OCPI-S02", _STATUS, ERROR, "a session that is COMPLETED does not change"),
    "COMPLETED and INVALID are final. Corrections are made by CDRs.",
    _SESSION,
)
def stays_completed(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a change after the end. That the same object is sent again is right."""
    if seen.before is None or seen.after is None or seen.before.get("status") not in _LAST:
        return None
    if seen.after["status"] != seen.before["status"]:
        return f"the status was {seen.before['status']}, now it is {seen.after['status']}"
    names = [name for name in seen.after if name != "last_updated" and seen.after[name] != seen.before.get(name)]
    return f"it was {seen.before['status']}, but {', '.join(names)} changed" if names else None


@SESSIONS.check(
    ("OCPI-S03", _STATUS, ERROR, "an active session does not go back to PENDING or RESERVATION"),
    "PENDING and RESERVATION come before ACTIVE.",
    _SESSION,
)
def goes_forward(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a status before ACTIVE that comes after it."""
    if seen.before is None or seen.after is None or seen.before.get("status") != "ACTIVE":
        return None
    status = seen.after["status"]
    return f"it was ACTIVE, now it is {status}" if status in ("PENDING", "RESERVATION") else None


@SESSIONS.check(
    ("OCPI-S04", _OBJECT, WARNING, "a completed session has an end_date_time, a running one has none"),
    "Send end_date_time together with the status COMPLETED.",
    _SESSION,
)
def has_its_end(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a missing end, and one of a running session."""
    if seen.after is None:
        return None
    status, end = seen.after["status"], seen.after.get("end_date_time")
    if status == "COMPLETED" and not end:
        return "it is COMPLETED, but has no end_date_time"
    return f"it is {status}, but has the end_date_time {end}" if status in ("ACTIVE", "PENDING") and end else None


@SESSIONS.check(
    ("OCPI-S05", _OBJECT, ERROR, "a session or CDR ends after its start"),
    "Both are times of the station, in UTC.",
    _OF_SESSION_AND_CDR,
)
def ends_after_the_start(seen: Sighting, _: EmspWorld) -> str | None:
    """Report an end before the start."""
    if seen.after is None:
        return None
    start, end = (time_at(seen.after, name) for name in ("start_date_time", "end_date_time"))
    if start is None or end is None or end >= start:
        return None
    return f"it ends at {seen.after['end_date_time']}, before its start at {seen.after['start_date_time']}"


@SESSIONS.check(
    ("OCPI-S06", _OBJECT, ERROR, "the start of an active session does not change"),
    "Only on the way from PENDING or RESERVATION to ACTIVE the start may change.",
    _SESSION,
)
def keeps_its_start(seen: Sighting, _: EmspWorld) -> str | None:
    """Report another start."""
    if seen.before is None or seen.after is None or seen.before.get("status") != "ACTIVE":
        return None
    before, now = (time_at(each, "start_date_time") for each in (seen.before, seen.after))
    if before == now:
        return None
    return f"start_date_time was {seen.before['start_date_time']}, now it is {seen.after['start_date_time']}"


@SESSIONS.check(
    ("OCPI-S07", _OBJECT, ERROR, "token, location and currency of a session do not change"),
    "A session belongs to one token and one place. EVSE and connector of a reservation may be given later.",
    _SESSION,
)
def keeps_its_parts(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report parts that have changed."""
    if seen.before is None or seen.after is None:
        return
    for name in ("location_id", "evse_uid", "connector_id", "currency"):
        before, now = seen.before.get(name), seen.after.get(name)
        is_free = seen.before.get("status") == "RESERVATION" or before == NOT_AVAILABLE
        if not same(before, now) and not (is_free and name != "currency"):
            yield f"{name} was {before}, now it is {now}"
    before, now = _uid(seen.before), _uid(seen.after)
    if not same(before, now) and seen.before.get("status") == "ACTIVE":
        yield f"the token was {before}, now it is {now}"


def _uid(value: Json) -> str:
    return str((value.get("cdr_token") or {}).get("uid", ""))


@SESSIONS.check(
    ("OCPI-S08", _OBJECT, WARNING, "a session is at an EVSE and a connector that the CPO has sent"),
    "Send a location before its sessions. Ids are those of the location, not of OCPP.",
    _SESSION,
)
def is_at_a_known_place(seen: Sighting, world: EmspWorld) -> str | None:
    """Report an EVSE or connector that its location does not have. Locations that were never sent are not judged."""
    if seen.after is None:
        return None
    location = world.find("locations", seen.after, seen.after["location_id"])
    if location is None or seen.after["evse_uid"] == NOT_AVAILABLE:
        return None
    evse = evse_of(location, seen.after["evse_uid"])
    if evse is None:
        return f"the location {seen.after['location_id']} has no EVSE {seen.after['evse_uid']}"
    id_ = seen.after["connector_id"]
    is_known = id_ == NOT_AVAILABLE or any(same(each.get("id"), id_) for each in connectors_of(evse))
    return None if is_known else f"the EVSE {seen.after['evse_uid']} has no connector {id_}"


@SESSIONS.check(
    ("OCPI-S09", "CDRs: CdrToken class", ERROR, "the token of a session or CDR is one of the eMSP"),
    "country_code, party_id, uid, type and contract_id are those of the Token object, or of the command.",
    _OF_SESSION_AND_CDR,
)
def has_our_token(seen: Sighting, world: EmspWorld) -> Iterator[str]:
    """Report a token that the eMSP does not own, or whose values differ."""
    if seen.after is None:
        return
    its = seen.after["cdr_token"]
    if party_of(its) != world.party:
        yield f"its token is of {party_of(its)}, this is {world.party}"
        return
    ours = world.token(its["uid"])
    if ours is None:
        yield f"the token {its['uid']} does not exist"
        return
    for name in ("type", "contract_id"):
        if not same(its[name], ours[name]):
            yield f"{name} of the token {its['uid']} is {its[name]}, but {ours[name]} in the Token object"


@SESSIONS.check(
    ("OCPI-S10", _OBJECT, ERROR, "authorization_reference is the last one that the eMSP gave for the session"),
    "Copy it from StartSession, ReserveNow or the AuthorizationInfo into the session and the CDR.",
    _OF_SESSION_AND_CDR,
)
def has_the_reference(seen: Sighting, world: EmspWorld) -> str | None:
    """Report a reference that was not given, and one that is missing after a command or an authorization."""
    if seen.after is None:
        return None
    its, uid, place = seen.after.get("authorization_reference"), _uid(seen.after), _place(seen.after)
    given = [each for each in world.granted(uid) if each.reference]
    if its:
        is_given = any(same(each.reference, its) for each in given)
        return None if is_given or not world.grants else f"the reference {its} was not given by the eMSP"
    is_needed = seen.after["auth_method"] != "WHITELIST" and any(
        each.method == seen.after["auth_method"] and same(each.location_id or place, place) for each in given
    )
    return f"it was started by {seen.after['auth_method']}, but has no authorization_reference" if is_needed else None


def _place(value: Json) -> str:
    return str(value.get("location_id") or (value.get("cdr_location") or {}).get("id", ""))


@SESSIONS.check(
    ("OCPI-S11", "CDRs: AuthMethod enum", WARNING, "auth_method says how the session was authorized"),
    "COMMAND after START_SESSION or RESERVE_NOW, AUTH_REQUEST after a question to the eMSP, else WHITELIST.",
    _OF_SESSION_AND_CDR,
)
def tells_the_method(seen: Sighting, world: EmspWorld) -> str | None:
    """Report a method that contradicts what the eMSP did for that reference or token."""
    if seen.after is None:
        return None
    method, reference, uid = seen.after["auth_method"], seen.after.get("authorization_reference"), _uid(seen.after)
    grants = world.granted(uid)
    last = next((each for each in reversed(grants) if reference and same(each.reference, reference)), None)
    if last is not None and method not in (last.method, "WHITELIST"):
        return f"auth_method is {method}, but the reference {reference} was given by {last.method}"
    if method != "WHITELIST" and not any(each.method == method for each in grants) and world.token(uid) is not None:
        asked = "no command was sent" if method == "COMMAND" else "the eMSP was not asked"
        return f"auth_method is {method}, but {asked} for the token {uid}"
    return None


@SESSIONS.check(
    ("OCPI-S12", "CDRs: ChargingPeriod class", ERROR, "charging periods are in order, and within the session"),
    "A period ends where the next one begins; the last one at the end of the session.",
    _OF_SESSION_AND_CDR,
)
def has_periods_in_order(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report periods that begin before the one in front of them, before the start, or after the end."""
    if seen.after is None:
        return
    start, end = (time_at(seen.after, name) for name in ("start_date_time", "end_date_time"))
    last = start
    for number, period in enumerate(seen.after.get("charging_periods") or ()):
        at = time_at(period, "start_date_time")
        if at is None:
            continue
        text = period["start_date_time"]
        if last is not None and at < last - 1:
            yield f"charging period {number} begins at {text}, before what is in front of it"
        if end is not None and at > end + 1:
            yield f"charging period {number} begins at {text}, after the end"
        last = at


@SESSIONS.check(
    ("OCPI-S13", "CDRs: CdrDimensionType enum", ERROR, "times and reserved times are not negative"),
    "A clock that was set back between two messages of the station gives a negative duration.",
    _OF_SESSION_AND_CDR,
)
def has_no_negative_time(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report negative durations."""
    for kind in ("TIME", "PARKING_TIME", "RESERVATION_TIME"):
        least = min(volumes(seen.value, kind), default=0.0)
        if least < 0:
            yield f"{kind} is {least}"


@SESSIONS.check(
    ("OCPI-S14", _OBJECT, WARNING, "energy is in kWh"),
    "OCPP reports Wh by default; divide by 1000.",
    _OF_SESSION_AND_CDR,
)
def is_in_kwh(seen: Sighting, _: EmspWorld) -> str | None:
    """Report more energy than any vehicle takes."""
    values = [seen.value.get("kwh") or 0, seen.value.get("total_energy") or 0, *volumes(seen.value, "ENERGY")]
    return f"{max(values)} kWh are too many: it looks like Wh" if max(values) > _MOST_KWH else None


@SESSIONS.check(
    ("OCPI-S15", _OBJECT, WARNING, "kwh is the sum of ENERGY in the charging periods, if there are any"),
    "Each period has the energy since the period before it, in kWh.",
    _SESSION,
)
def adds_up(seen: Sighting, _: EmspWorld) -> Wrong | str | None:
    """Report another sum of a completed session; while it runs, the last period may not have been sent yet."""
    energies = [*volumes(seen.after, "ENERGY")] if seen.after else []
    if not seen.after or not energies or seen.after["status"] != "COMPLETED":
        return None
    total, kwh = sum(energies), seen.after["kwh"]
    if abs(total - kwh) <= _ROUNDING * max(1, len(energies)):
        return None
    return f"kwh is {kwh}, but the charging periods have {total:g} kWh"


@SESSIONS.check(
    ("OCPI-S16", "Transport and format: No data available", ERROR, "#NA stands only where there can be no data"),
    "EVSE and connector of a reservation that has none yet.",
    _SESSION,
)
def has_data(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report `#NA` in a session that is not a reservation."""
    if seen.after is None:
        return
    for name in ("location_id", "currency", "evse_uid", "connector_id"):
        is_possible = name in ("evse_uid", "connector_id") and seen.after["status"] in ("RESERVATION", *_LAST)
        if seen.after.get(name) == NOT_AVAILABLE and not is_possible:
            yield f"{name} is #NA, but the session is {seen.after['status']}"


@SESSIONS.check(
    (
        "OCPI-S17",
        "Tokens: WhitelistType enum",
        ERROR,
        "a token whose whitelist is NEVER is not authorized by a whitelist",
    ),
    "Ask the eMSP with POST …/authorize for every use of such a token.",
    _OF_SESSION_AND_CDR,
)
def asks_for_never(seen: Sighting, world: EmspWorld) -> str | None:
    """Report WHITELIST for a token that must be asked for."""
    if seen.after is None or seen.after["auth_method"] != "WHITELIST":
        return None
    ours = world.token(_uid(seen.after))
    is_wrong = ours is not None and ours["whitelist"] == "NEVER"
    return f"auth_method is WHITELIST, but the whitelist of {_uid(seen.after)} is NEVER" if is_wrong else None


@SESSIONS.check(
    ("OCPI-S18", "Sessions: Push model", INFO, "the first message of a session is the whole session"),
    "PUT the new session, then PATCH or PUT its changes.",
    of(Sight.OBJECT, "sessions"),
)
def begins_before_it_ends(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a session that is COMPLETED in its first push."""
    is_first = seen.before is None and seen.exchange.method == "PUT" and seen.value.get("status") == "COMPLETED"
    return "the first push of the session says that it is COMPLETED" if is_first else None

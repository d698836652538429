"""Checks of sessions: what changes from one message to the next. `references.py` has what they refer to."""

from collections.abc import Iterator

from mock_csms.conformance.subject import ERROR, INFO, WARNING, Wrong
from mock_csms.ocpi.emsp.checks.reading import (
    NOT_AVAILABLE,
    bare,
    feeds_back,
    same,
    time_at,
    volumes,
)
from mock_csms.ocpi.emsp.checks.table import OcpiSubject, of
from mock_csms.ocpi.emsp.sightings import Sight, Sighting
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.protocol.actions import Json

SESSIONS = OcpiSubject("sessions")
SESSION = of(Sight.OBJECT, "sessions")
OF_SESSION_AND_CDR = of(Sight.OBJECT, "sessions", "cdrs")
OBJECT = "Sessions: Session object"
_STATUS = "Sessions: SessionStatus enum"
_LAST = ("COMPLETED", "INVALID")
_EARLY = ("PENDING", "RESERVATION")
_MOST_KWH = 2000.0
"""More energy than any vehicle takes: a number above it is in Wh."""
_ROUNDING = 0.01


@SESSIONS.check(
    ("OCPI-S01", OBJECT, ERROR, "kwh does not fall"),
    "kwh counts from the start of the session. Negative ENERGY in a charging period tells of energy that is fed back.",
    SESSION,
)
def does_not_fall(seen: Sighting, _: EmspWorld) -> str | None:
    """Report energy that has become less."""
    if seen.before is None or seen.after is None or feeds_back(seen.after):
        return None
    before, now = seen.before.get("kwh", 0), seen.after.get("kwh", 0)
    return f"kwh falls from {before} to {now}" if now < before else None


@SESSIONS.check(
    ("OCPI-S02", _STATUS, ERROR, "a session that is COMPLETED does not change"),
    "COMPLETED is final. Corrections are made by CDRs.",
    SESSION,
)
def stays_completed(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a change after the end. That the same object is sent again is right."""
    if seen.before is None or seen.after is None or seen.before.get("status") != "COMPLETED":
        return None
    if seen.after["status"] != seen.before["status"]:
        return f"the status was {seen.before['status']}, now it is {seen.after['status']}"
    before, now = bare(seen.before), bare(seen.after)
    names = [name for name in now if name != "last_updated" and now[name] != before.get(name)]
    return f"it was {seen.before['status']}, but {', '.join(names)} changed" if names else None


@SESSIONS.check(
    ("OCPI-S03", _STATUS, ERROR, "an active session does not go back to PENDING or RESERVATION"),
    "PENDING and RESERVATION come before ACTIVE.",
    SESSION,
)
def goes_forward(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a status before ACTIVE that comes after it."""
    if seen.before is None or seen.after is None or seen.before.get("status") != "ACTIVE":
        return None
    status = seen.after["status"]
    return f"it was ACTIVE, now it is {status}" if status in _EARLY else None


@SESSIONS.check(
    ("OCPI-S04", OBJECT, WARNING, "a completed session has an end_date_time, a running one has none"),
    "Send end_date_time together with the status COMPLETED.",
    SESSION,
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
    ("OCPI-S05", OBJECT, ERROR, "a session or CDR ends after its start"),
    "Both are times of the station, in UTC.",
    OF_SESSION_AND_CDR,
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
    ("OCPI-S06", OBJECT, WARNING, "the start of an active session does not change"),
    "Only on the way from PENDING or RESERVATION to ACTIVE the start may change.",
    SESSION,
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
    ("OCPI-S07", OBJECT, ERROR, "token, location and currency of a session do not change"),
    "A session belongs to one token and one place. EVSE and connector of a reservation may be given later.",
    SESSION,
)
def keeps_its_parts(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report parts that have changed."""
    if seen.before is None or seen.after is None:
        return
    for name in ("location_id", "evse_uid", "connector_id", "currency"):
        before, now = seen.before.get(name), seen.after.get(name)
        is_free = seen.before.get("status") in _EARLY or before == NOT_AVAILABLE
        if not same(before, now) and not (is_free and name != "currency"):
            yield f"{name} was {before}, now it is {now}"
    before, now = uid_of(seen.before), uid_of(seen.after)
    if not same(before, now) and seen.before.get("status") == "ACTIVE":
        yield f"the token was {before}, now it is {now}"


def uid_of(value: Json) -> str:
    return str((value.get("cdr_token") or {}).get("uid", ""))


@SESSIONS.check(
    ("OCPI-S12", "CDRs: ChargingPeriod class", ERROR, "charging periods are in order, and within the session"),
    "A period ends where the next one begins; the last one at the end of the session.",
    OF_SESSION_AND_CDR,
)
def has_periods_in_order(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report periods that begin before the one in front of them, before the start, or after the end.

    A reservation is before the start of a session that became ACTIVE later.
    """
    if seen.after is None:
        return
    start, end = (time_at(seen.after, name) for name in ("start_date_time", "end_date_time"))
    last = start
    for number, period in enumerate(seen.after.get("charging_periods") or ()):
        at = time_at(period, "start_date_time")
        if at is None:
            continue
        text = period["start_date_time"]
        is_reserved = any(each["type"] == "RESERVATION_TIME" for each in period["dimensions"])
        if last is not None and at < last - 1 and not (is_reserved and number == 0):
            yield f"charging period {number} begins at {text}, before what is in front of it"
        if end is not None and at > end + 1:
            yield f"charging period {number} begins at {text}, after the end"
        last = at


@SESSIONS.check(
    ("OCPI-S13", "CDRs: CdrDimensionType enum", ERROR, "times and reserved times are not negative"),
    "A clock that was set back between two messages of the station gives a negative duration.",
    OF_SESSION_AND_CDR,
)
def has_no_negative_time(seen: Sighting, _: EmspWorld) -> Iterator[str]:
    """Report negative durations."""
    for kind in ("TIME", "PARKING_TIME", "RESERVATION_TIME"):
        least = min(volumes(seen.value, kind), default=0.0)
        if least < 0:
            yield f"{kind} is {least}"


@SESSIONS.check(
    ("OCPI-S14", OBJECT, WARNING, "energy is in kWh"),
    "OCPP reports Wh by default; divide by 1000.",
    OF_SESSION_AND_CDR,
)
def is_in_kwh(seen: Sighting, _: EmspWorld) -> str | None:
    """Report more energy than any vehicle takes."""
    values = [seen.value.get("kwh") or 0, seen.value.get("total_energy") or 0, *volumes(seen.value, "ENERGY")]
    return f"{max(values)} kWh are too many: it looks like Wh" if max(values) > _MOST_KWH else None


@SESSIONS.check(
    ("OCPI-S15", OBJECT, WARNING, "kwh is the sum of ENERGY in the charging periods, if there are any"),
    "Each period has the energy since the period before it, in kWh.",
    SESSION,
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
    SESSION,
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
    ("OCPI-S18", "Sessions: Push model", INFO, "the first message of a session is the whole session"),
    "PUT the new session, then PATCH or PUT its changes.",
    of(Sight.OBJECT, "sessions"),
)
def begins_before_it_ends(seen: Sighting, _: EmspWorld) -> str | None:
    """Report a session that is COMPLETED in its first push."""
    is_first = seen.before is None and seen.exchange.method == "PUT" and seen.value.get("status") == "COMPLETED"
    return "the first push of the session says that it is COMPLETED" if is_first else None

"""Charging profiles of OCPI for the transactions of stations, and the schedules that stations answer with."""

from mock_csms.ocpi.mapping.sessions import written
from mock_csms.ocpi.mapping.version import OcpiLimits, Scheduled
from mock_csms.protocol.actions import Json
from mock_csms.protocol.times import seconds_of


def limits_of(profile: Json, id_: int, transaction: str, evse: int) -> OcpiLimits:
    """Return a ChargingProfile as limits for a transaction; without periods it limits nothing."""
    start = seconds_of(profile.get("start_date_time") or "")
    periods = [(each["start_period"], float(each["limit"])) for each in profile.get("charging_profile_period") or ()]
    return OcpiLimits(
        id=id_,
        transaction=transaction,
        evse=evse,
        unit=profile["charging_rate_unit"],
        periods=tuple(periods),
        start="" if start is None else written(round(start * 1000)),
        duration=profile.get("duration"),
        least=profile.get("min_charging_rate"),
    )


def active_profile(found: Scheduled) -> Json:
    """Return the ActiveChargingProfile for the schedule that a station has composed."""
    start = written(round((seconds_of(found.start) or 0.0) * 1000))
    profile: Json = {
        "start_date_time": start,
        "charging_rate_unit": found.unit,
        "charging_profile_period": [{"start_period": at, "limit": limit} for at, limit in found.periods],
    }
    if found.duration is not None:
        profile["duration"] = found.duration
    return {"start_date_time": start, "charging_profile": profile}

"""Charging profiles: steps that set them, and check the composite schedule (OCPP 1.6, 3.13, 5.5, 5.7, 5.16)."""

from typing import Any

from mock_csms.behavior.matching import Predicate
from mock_csms.plans.messages import absent, one_of
from mock_csms.plans.station import Station
from mock_csms.plans.v16 import keys
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

REFUSED = one_of("Rejected", "NotSupported")
"""The error statuses in the answer to a profile (7.11)."""
DEFAULT, OF_TRANSACTION = "TxDefaultProfile", "TxProfile"
_HOUR = 3600


async def unit_of(station: Station) -> str:
    """Return the unit of limits that the station allows, A if it allows both. Skips without smart charging."""
    await keys.has_profile(station, "SmartCharging")
    allowed = await keys.get(station, "ChargingScheduleAllowedChargingRateUnit") or "Current"
    return "A" if "current" in allowed.casefold() else "W"


def profile(unit: str, limit: float, purpose: str = DEFAULT, **more: Any) -> Json:
    """Return a profile with one limit for an hour from now; with the unit W it is a thousand times as high."""
    scaled = limit if unit == "A" else limit * 1000
    schedule = {
        "chargingRateUnit": unit,
        "duration": _HOUR,
        "startSchedule": "{{now}}",
        "chargingSchedulePeriod": [{"startPeriod": 0, "limit": scaled}],
    }
    kind = {"chargingProfilePurpose": purpose, "chargingProfileKind": "Absolute", "chargingSchedule": schedule}
    return {"chargingProfileId": 1, "stackLevel": 0, **kind, **more}


async def put(station: Station, given: Json, status: Any = "Accepted") -> None:
    """Set a profile at the connector in use; the answer must have this status. It is cleared after the case."""
    if status == "Accepted":
        station.undo_with("ClearChargingProfile", {"id": given["chargingProfileId"]})
    payload = {"connectorId": station.evse, "csChargingProfiles": given}
    await station.command("SetChargingProfile", payload, status=status)


async def check_composite(station: Station, unit: str, limit: float) -> None:
    """Ask for the composite schedule: its limits are at most that of the profile.

    They may be lower, because of a limit of the station itself (5.7).
    """
    most = limit if unit == "A" else limit * 1000
    lower = Predicate(f"at most {most:g}", lambda found: isinstance(found, int | float) and found <= most)
    periods = Predicate(
        f"periods from second 0 on, with limits of at most {most:g}",
        lambda found: (
            isinstance(found, list)
            and bool(found)
            and found[0].get("startPeriod") == 0
            and all(lower.suits(each.get("limit")) for each in found)
        ),
    )
    schedule = {"chargingRateUnit": unit, "chargingSchedulePeriod": periods}
    payload = {"connectorId": station.evse, "duration": 300, "chargingRateUnit": unit}
    await station.command(
        "GetCompositeSchedule",
        payload,
        status="Accepted",
        connectorId=one_of(station.evse, absent),
        chargingSchedule=schedule,
    )

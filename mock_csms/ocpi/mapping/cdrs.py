"""Makes the CDR of a charge that has ended. A CDR never changes: a wrong one is credited, and a new one is made."""

from mock_csms.ocpi.decimals import number
from mock_csms.ocpi.mapping.charges import Charge
from mock_csms.ocpi.mapping.sessions import billed, start_of, written
from mock_csms.ocpi.restrictions import Clock
from mock_csms.ocpi.tariffs import RESERVED, Cost, cost
from mock_csms.protocol.actions import Json
from mock_csms.protocol.times import seconds_of

_CREDIT = "-C"
_LONGEST_REMARK = 255


def cdr(charge: Charge, id_: str, owner: tuple[str, str], clock: Clock) -> Json:
    """Return the CDR of a charge with a token, without `last_updated`."""
    periods, found = billed(charge, clock)
    start = start_of(charge) if charge.reserved_at is None else charge.reserved_at
    end = max(charge.ended_at or 0, start)
    parked = sum(_volume(period, "PARKING_TIME") for period in periods)
    made: Json = {
        "country_code": owner[0],
        "party_id": owner[1],
        "id": id_,
        "start_date_time": written(start),
        "end_date_time": written(end),
        "session_id": charge.session,
        "cdr_token": charge.token,
        "auth_method": charge.auth_method,
        "cdr_location": charge.place,
        "currency": charge.tariff["currency"] if charge.tariff else "EUR",
        "tariffs": [charge.tariff] if charge.tariff else [],
        "charging_periods": periods,
        "total_energy": number(charge.energy),
        "total_time": round((end - start) / 3_600_000, 4),
        "total_parking_time": round(parked, 4),
        **_costs(found),
    }
    if charge.reference:
        made["authorization_reference"] = charge.reference
    if charge.reason:
        made["remark"] = f"stopped: {charge.reason}"[:_LONGEST_REMARK]
    return made


def _costs(found: Cost) -> Json:
    """Return the properties of a CDR about its cost; those without a price are left out."""
    costs = {
        "total_cost": found.total,
        "total_fixed_cost": found.fixed,
        "total_energy_cost": found.energy,
        "total_time_cost": found.time,
        "total_parking_cost": found.parking,
        "total_reservation_cost": found.reservation,
    }
    return {name: price for name, price in costs.items() if price is not None}


def _volume(period: Json, kind: str) -> float:
    found: float = sum(each["volume"] for each in period["dimensions"] if each["type"] == kind)
    return found


def credit_of(original: Json) -> Json:
    """Return the credit CDR for a CDR, without `last_updated`: the same, but with a negative total cost."""
    negative = {name: -value for name, value in original["total_cost"].items()}
    kept = {name: value for name, value in original.items() if name != "last_updated"}
    return kept | {
        "id": original["id"] + _CREDIT,
        "credit": True,
        "credit_reference_id": original["id"],
        "total_cost": negative,
    }


def is_credit(found: Json) -> bool:
    """Whether a CDR is a credit CDR."""
    return found.get("credit") is True


def recalculated(found: Json, clock: Clock) -> Cost | None:
    """Return the cost of a CDR by its own charging periods and its first tariff; None if it has none of them.

    So whoever gets a CDR can check its total cost.
    """
    tariffs, periods = found.get("tariffs"), found.get("charging_periods")
    if not tariffs or not periods or seconds_of(found["end_date_time"]) is None:
        return None
    is_only_reserved = all(_volume(period, RESERVED) for period in periods) and found["total_energy"] == 0
    return cost(tariffs[0], periods, found["end_date_time"], clock, is_expired_reservation=is_only_reserved)

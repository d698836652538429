"""Makes the Session of a charge, and finds out how a change of it is pushed."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from mock_csms.behavior.templates import rfc3339
from mock_csms.ocpi.boundaries import Stretch, split
from mock_csms.ocpi.decimals import number
from mock_csms.ocpi.mapping.charges import RESERVED, Charge
from mock_csms.ocpi.mapping.ids import NOT_AVAILABLE
from mock_csms.ocpi.restrictions import Clock
from mock_csms.ocpi.tariffs import Cost, cost
from mock_csms.protocol.actions import Json

_HOUR = 3_600_000
FREE: Json = {
    "id": "FREE",
    "currency": "EUR",
    "elements": [{"price_components": [{"type": "FLAT", "price": 0.0, "step_size": 1}]}],
}
"""The Tariff of a charge that has none."""


def written(at: int) -> str:
    """Return milliseconds since 1970 as a DateTime."""
    return rfc3339(at / 1000)


def charging_periods(stretches: Sequence[Stretch], tariff: Json | None, clock: Clock) -> list[Json]:
    """Return the ChargingPeriods for stretches of a charge, split where the tariff changes its price."""
    parts = [*(split(tariff, stretches, clock) if tariff else stretches)]
    return [*_periods(parts, tariff)]


def _periods(parts: Sequence[Stretch], tariff: Json | None) -> Iterator[Json]:
    """Yield a period for each part. Sums are rounded, not the parts: so the parts add up to the rounded sum."""
    sums: dict[str, Decimal] = {}

    def volume(kind: str, more: Decimal) -> Json:
        before = sums.get(kind, Decimal(0))
        sums[kind] = before + more
        return {"type": kind, "volume": number(Decimal(repr(number(sums[kind]))) - Decimal(repr(number(before))))}

    for part in parts:
        dimensions = [] if part.kind == RESERVED else [volume("ENERGY", part.energy)]
        if part.kind:
            dimensions.append(volume(part.kind, Decimal(part.end - part.start) / _HOUR))
        dimensions += [{"type": name, "volume": number(value)} for name, value in sorted(part.ranges.items())]
        period: Json = {"start_date_time": written(part.start), "dimensions": dimensions}
        yield period | ({"tariff_id": tariff["id"]} if tariff else {})


def billed(charge: Charge, clock: Clock) -> tuple[list[Json], Cost]:
    """Return all charging periods of a charge so far, and its cost."""
    tariff = charge.tariff or FREE
    periods = charging_periods(_without_idle_start(charge.stretches), charge.tariff, clock)
    end = written(charge.ended_at or 0)
    is_expired = charge.is_expired and not charge.transaction
    if charge.set_cost is not None:
        return periods, Cost({"excl_vat": charge.set_cost, "incl_vat": charge.set_cost})
    return periods, cost(tariff, periods, end, clock, is_expired_reservation=is_expired)


def price_of(charge: Charge, clock: Clock) -> float:
    """Return the cost of a charge so far, as stations are told it: with VAT, if the tariff has any."""
    total = billed(charge, clock)[1].total
    price: float = total["incl_vat"] if "incl_vat" in total else total["excl_vat"]
    return price


def status_of(charge: Charge) -> str:
    """Return the SessionStatus of a charge."""
    if not charge.transaction:
        return "RESERVATION" if charge.reserved_until is None else "COMPLETED"
    if charge.is_ended:
        return "COMPLETED" if charge.is_authorized or charge.energy else "INVALID"
    return "ACTIVE" if charge.is_authorized and charge.is_plugged else "PENDING"


def start_of(charge: Charge) -> int:
    """Return when the session of a charge became active; of one that is not active, when it began."""
    if charge.transaction and charge.active_at is not None:
        return charge.active_at
    return charge.marks.all[0].at if charge.marks.all else charge.reserved_at or 0


def session(charge: Charge, owner: tuple[str, str], clock: Clock) -> Json:
    """Return the Session of a charge with a token, without `last_updated`.

    It has the charging periods that have ended, so that further ones can be appended. Its cost is that of all.
    """
    periods, found = billed(charge, clock)
    going_on = "" if charge.open_since is None else written(charge.open_since)
    made: Json = {
        "country_code": owner[0],
        "party_id": owner[1],
        "id": charge.session,
        "start_date_time": written(start_of(charge)),
        "kwh": number(charge.energy),
        "cdr_token": charge.token,
        "auth_method": charge.auth_method,
        "location_id": charge.place.get("id", NOT_AVAILABLE),
        "evse_uid": charge.place.get("evse_uid", NOT_AVAILABLE),
        "connector_id": charge.place.get("connector_id", NOT_AVAILABLE),
        "currency": (charge.tariff or FREE)["currency"],
        "charging_periods": [each for each in periods if not going_on or each["start_date_time"] < going_on],
        "total_cost": found.total,
        "status": status_of(charge),
    }
    if charge.reference:
        made["authorization_reference"] = charge.reference
    if made["status"] in ("COMPLETED", "INVALID"):
        made["end_date_time"] = written(max(charge.ended_at or 0, start_of(charge)))
    return made


def _without_idle_start(stretches: Sequence[Stretch]) -> Sequence[Stretch]:
    """Leave out the time before a vehicle came, because the session was not active then."""
    kept = [*stretches]
    while len(kept) > 1 and not kept[0].kind and not kept[0].energy:
        kept.pop(0)
    return kept


def pushed(before: Mapping[str, object] | None, after: Json) -> tuple[str, Json]:
    """Return the method and the body that tell another party of a change of a session.

    A PATCH has only what changed: its charging periods are appended. If that is not enough, it is a PUT of the whole.
    """
    if before is None or not before.keys() <= after.keys():
        return "PUT", after
    old, new = before.get("charging_periods"), after["charging_periods"]
    if not isinstance(old, list) or new[: len(old)] != old:
        return "PUT", after
    changes = {name: value for name, value in after.items() if before.get(name) != value}
    if new == old:
        changes.pop("charging_periods", None)
    else:
        changes["charging_periods"] = new[len(old) :]
    return "PATCH", changes | {"last_updated": after["last_updated"]}

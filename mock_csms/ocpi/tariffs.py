"""The cost of a charging session by an OCPI Tariff: FLAT, ENERGY, TIME and PARKING_TIME, with step_size.

It reads charging periods as they are in a Session or a CDR, so whoever has the CDR and its Tariff can calculate the
same cost. A price that changes within a period is not seen: `boundaries.py` makes periods that end at such a moment.

`step_size` counts once for the energy of a session, and once for its time: for the sum of the time of the last kind
(charging or parking), by the component that was active last. Reserved time is rounded on its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal

from mock_csms.ocpi.decimals import decimal, number
from mock_csms.ocpi.restrictions import Clock, PeriodStart, component_of
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record
from mock_csms.protocol.times import seconds_of

ENERGY, FLAT, TIME, PARKING, RESERVED = "ENERGY", "FLAT", "TIME", "PARKING_TIME", "RESERVATION_TIME"
_TO_STEPS: Mapping[str, int] = {ENERGY: 1000, TIME: 3600, PARKING: 3600, RESERVED: 3600}
"""By dimension: how many of the units that step_size counts (Wh, seconds) are in the unit of the volume (kWh, h)."""
_PARTS: Mapping[str, str] = {
    FLAT: "fixed",
    ENERGY: "energy",
    TIME: "time",
    PARKING: "parking",
    RESERVED: "reservation",
}
"""By dimension: the field of `Cost` that it is part of."""


class BillLine(Record):
    """A part of the cost: a quantity of one dimension at one price."""

    dimension: str
    """A CdrDimensionType, or FLAT."""
    quantity: Decimal
    """In kWh or hours, as it is billed; 1 for FLAT."""
    price: Decimal
    """The price of one unit, without VAT."""
    vat: Decimal | None
    """In percent; None if the component has none."""
    is_reservation: bool = False
    """Whether it is a cost of a reservation."""

    @property
    def cost(self) -> Decimal:
        """The cost without VAT."""
        return self.quantity * self.price

    @property
    def cost_with_vat(self) -> Decimal:
        """The cost with VAT."""
        return self.cost * (1 + (self.vat or Decimal(0)) / 100)


class Cost(Record):
    """What a session costs. Each field is a Price of OCPI; None if the tariff has no price for it."""

    total: Json
    fixed: Json | None = None
    energy: Json | None = None
    time: Json | None = None
    parking: Json | None = None
    reservation: Json | None = None
    lines: tuple[BillLine, ...] = ()


class _Use(Mutable):
    """The use of one dimension during one period, in the units of step_size."""

    dimension: str
    amount: Decimal
    component: Json


def cost(
    tariff: Json, periods: Sequence[Json], end: str, clock: Clock, *, is_expired_reservation: bool = False
) -> Cost:
    """Return the cost of a session.

    tariff: a Tariff. periods: the charging_periods of the session. end: its end, where the last period ends. clock:
    returns the local time at the Location. is_expired_reservation: whether nobody used the reservation that the periods
    are about.
    """
    uses = list(_uses(tariff, periods, end, clock, is_expired=is_expired_reservation))
    _round_up([use for use in uses if use.dimension == ENERGY])
    _round_up([use for use in uses if use.dimension == RESERVED])
    times = [use for use in uses if use.dimension in (TIME, PARKING) and use.amount > 0]
    if times:
        _round_up([use for use in times if use.dimension == times[-1].dimension])
    return _sum(tariff, tuple(_lines(uses)))


def _uses(tariff: Json, periods: Sequence[Json], end: str, clock: Clock, *, is_expired: bool) -> Iterator[_Use]:
    """Yield the uses that the tariff has a price for; each FLAT price once, when it is first active."""
    began = seconds_of(periods[0]["start_date_time"]) if periods else None
    seen: set[bool] = set()
    consumed = Decimal(0)
    ends = [*(period["start_date_time"] for period in periods[1:]), end]
    for period, until in zip(periods, ends, strict=True):
        volumes = {each["type"]: decimal(each["volume"]) for each in period.get("dimensions", ())}
        start = seconds_of(period["start_date_time"])
        if start is None or began is None:
            continue
        length = max(0.0, (seconds_of(until) or start) - start)
        reservation = ("RESERVATION_EXPIRES" if is_expired else "RESERVATION") if RESERVED in volumes else ""
        moment = PeriodStart(clock(start), start - began, consumed, length, volumes, reservation)
        consumed += volumes.get(ENERGY, Decimal(0))
        flat = component_of(tariff, FLAT, moment)
        if flat is not None and bool(reservation) not in seen:
            seen.add(bool(reservation))
            yield _Use(f"{FLAT} {reservation}", Decimal(1), flat)
        for dimension in (RESERVED,) if reservation else (ENERGY, TIME, PARKING):
            component = component_of(tariff, TIME if dimension == RESERVED else dimension, moment)
            if component is not None and dimension in volumes:
                steps = volumes[dimension] * _TO_STEPS[dimension]
                # 4 decimals of an hour are 0.36 seconds, so the nearest second is the one that was meant
                amount = steps if dimension == ENERGY else steps.quantize(Decimal(1), ROUND_HALF_UP)
                yield _Use(dimension, max(amount, Decimal(0)), component)


def _round_up(uses: Sequence[_Use]) -> None:
    """Round the sum of the uses of one dimension up to whole steps of the last one, which gets the difference."""
    used = [use for use in uses if use.amount > 0]
    if used:
        step = max(1, int(used[-1].component.get("step_size", 1)))
        total = sum((use.amount for use in used), Decimal(0))
        used[-1].amount += (total / step).quantize(Decimal(1), ROUND_CEILING) * step - total


def _lines(uses: Sequence[_Use]) -> Iterator[BillLine]:
    """Yield the lines of a bill; uses of one dimension at the same price are one line."""
    lines: dict[tuple[str, Decimal, Decimal | None], Decimal] = {}
    for use in uses:
        vat = use.component.get("vat")
        key = (use.dimension, decimal(use.component["price"]), None if vat is None else decimal(vat))
        lines[key] = lines.get(key, Decimal(0)) + use.amount / _TO_STEPS.get(use.dimension, 1)
    for (dimension, price, percent), quantity in lines.items():
        name, _, reservation = dimension.partition(" ")
        yield BillLine(name, quantity, price, percent, bool(reservation) or name == RESERVED)


def _sum(tariff: Json, lines: tuple[BillLine, ...]) -> Cost:
    parts = {}
    for name in {*_PARTS.values()}:
        those = [each for each in lines if name == ("reservation" if each.is_reservation else _PARTS[each.dimension])]
        parts[name] = _price(*_total(those), has_vat=_has_vat(those)) if those else None
    without, with_vat = _total(lines)
    has_vat = _has_vat(lines)
    least, most = tariff.get("min_price"), tariff.get("max_price")
    if least:
        without = max(without, decimal(least["excl_vat"]))
        with_vat = max(with_vat, without, decimal(least.get("incl_vat", 0)))
    if most:
        without = min(without, decimal(most["excl_vat"]))
        with_vat = min(with_vat, decimal(most.get("incl_vat", with_vat)))
    return Cost(_price(without, with_vat, has_vat=has_vat), **parts, lines=lines)


def _has_vat(lines: Sequence[BillLine]) -> bool:
    return any(line.vat is not None for line in lines)


def _total(lines: Sequence[BillLine]) -> tuple[Decimal, Decimal]:
    return sum((each.cost for each in lines), Decimal(0)), sum((each.cost_with_vat for each in lines), Decimal(0))


def _price(without: Decimal, with_vat: Decimal, *, has_vat: bool) -> Json:
    """Return a Price. A tariff without any VAT is not one with 0 %, so there is no incl_vat then."""
    price: Json = {"excl_vat": number(without)}
    if has_vat:
        price["incl_vat"] = number(with_vat)
    return price

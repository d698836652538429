"""The use of a transaction, and its cost by a tariff (I07 to I12 of OCPP 2.1). Pure arithmetic."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import groupby

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, field, replace
from mock_csms.station.state import Moment


class Period(Record):
    """A part of a transaction with one tariff."""

    began: float
    """In seconds since 1970."""
    tariff: Json | None = None
    """A TariffType; None while there is none."""
    energy: float = 0.0
    """In kWh."""
    charging: float = 0.0
    """For how many seconds the vehicle took energy."""
    idle: float = 0.0
    """For how many seconds the vehicle took no energy."""


class Bill(Record):
    """The use of a running transaction."""

    evse: int
    at: float
    """The time until which its use is counted, in seconds since 1970."""
    register: float
    """The energy register at that time, in Wh."""
    is_charging: bool
    """Whether the vehicle has taken energy since then."""
    periods: tuple[Period, ...]
    """The parts of the transaction; the last one is running."""
    token: Json | None = None
    """The idToken that charges."""
    limit: Json = field(default_factory=dict)
    """The TransactionLimitType in force; empty without one (E16)."""
    is_at_limit: bool = False
    """Whether the limit was reached."""

    @property
    def tariff(self) -> Json | None:
        """The tariff that applies now."""
        return self.periods[-1].tariff

    def counted(self, register: float, now: float, *, is_charging: bool) -> "Bill":
        """Return the bill with the use up to now; `is_charging` tells whether the vehicle takes energy from now on."""
        last, seconds = self.periods[-1], max(0.0, now - self.at)
        last = replace(
            last,
            energy=last.energy + max(0.0, register - self.register) / 1000,
            charging=last.charging + (seconds if self.is_charging else 0.0),
            idle=last.idle + (0.0 if self.is_charging else seconds),
        )
        periods = (*self.periods[:-1], last)
        return replace(self, at=now, register=register, is_charging=is_charging, periods=periods)

    def with_tariff(self, tariff: Json | None, now: float) -> "Bill":
        """Return the bill with another tariff from now on (I11)."""
        return replace(self, periods=(*self.periods, Period(now, tariff)))


def details_of(bill: Bill, moment: Moment) -> Json | None:
    """Return the CostDetailsType of a transaction; None if it never had a tariff."""
    tariffs = [period.tariff for period in bill.periods if period.tariff is not None]
    if not tariffs:
        return None
    return {
        "chargingPeriods": [_period(period, moment) for period in bill.periods],
        "totalCost": _total(bill.periods, tariffs[-1]),
        "totalUsage": {
            "energy": round(sum(period.energy for period in bill.periods), 4),
            "chargingTime": int(sum(period.charging for period in bill.periods)),
            "idleTime": int(sum(period.idle for period in bill.periods)),
        },
    }


def total_of(bill: Bill) -> float:
    """Return what a transaction costs with taxes; 0 without a tariff."""
    tariff = bill.tariff
    if tariff is None:
        return 0.0
    total: float = _total(bill.periods, tariff)["total"]["inclTax"]
    return total


def taxed(amount: float, rates: Sequence[Json]) -> float:
    """Return an amount with its taxes; a tax is also due on the taxes with a lower `stack`."""
    for _, level in groupby(sorted(rates, key=_stack), key=_stack):
        amount *= 1 + sum(rate["tax"] for rate in level) / 100
    return amount


def _stack(rate: Json) -> int:
    stack: int = rate.get("stack", 0)
    return stack


_PARTS: Mapping[str, tuple[str, Callable[[Period], float]]] = {
    "energy": ("priceKwh", lambda period: period.energy),
    "chargingTime": ("priceMinute", lambda period: period.charging / 60),
    "idleTime": ("priceMinute", lambda period: period.idle / 60),
}
"""The parts of a tariff that depend on the use: the field of the price, and the use."""


def _total(periods: Sequence[Period], tariff: Json) -> Json:
    """Return the TotalCostType: each part of the price with and without taxes, and their sum within its bounds."""
    parts = {
        part: _sum(_priced(period, part, price, used) for period in periods)
        for part, (price, used) in _PARTS.items()
        if any(part in (period.tariff or {}) for period in periods)
    }
    fee = tariff.get("fixedFee")
    if fee:
        amount = fee["prices"][0]["priceFixed"]
        parts["fixed"] = _amount(amount, taxed(amount, fee.get("taxRates", ())))
    total = _sum((part["exclTax"], part["inclTax"]) for part in parts.values())
    kind, total = _bounded(total, tariff)
    return {"currency": tariff["currency"], "typeOfCost": kind, **parts, "total": total}


def _priced(period: Period, part: str, price: str, used: Callable[[Period], float]) -> tuple[float, float]:
    """Return the cost of one part of a period, without and with taxes."""
    priced = (period.tariff or {}).get(part)
    if not priced:
        return 0.0, 0.0
    amount = used(period) * priced["prices"][0][price]
    return amount, taxed(amount, priced.get("taxRates", ()))


def _sum(amounts: Iterable[tuple[float, float]]) -> Json:
    pairs = list(amounts)
    return _amount(sum(without for without, _ in pairs), sum(with_ for _, with_ in pairs))


def _amount(without: float, with_: float) -> Json:
    return {"exclTax": round(without, 4), "inclTax": round(with_, 4)}


def _bounded(total: Json, tariff: Json) -> tuple[str, Json]:
    """Return the typeOfCost and the total, which `minCost` and `maxCost` of a tariff bound."""
    least, most = _bound(tariff, "minCost"), _bound(tariff, "maxCost")
    if least is not None and total["exclTax"] < least["exclTax"]:
        return "MinCost", least
    if most is not None and total["exclTax"] > most["exclTax"]:
        return "MaxCost", most
    return "NormalCost", total


def _bound(tariff: Json, name: str) -> Json | None:
    """Return the amount of a bound; if the tariff lacks it with or without taxes, it is computed from the taxes."""
    bound = tariff.get(name)
    if bound is None:
        return None
    without = bound.get("exclTax", bound.get("inclTax", 0.0))
    return _amount(without, bound.get("inclTax", taxed(without, bound.get("taxRates", ()))))


def _period(period: Period, moment: Moment) -> Json:
    """Return the ChargingPeriodType of a period."""
    used = (("Energy", period.energy), ("ChargingTime", period.charging), ("IdleTIme", period.idle))
    told: Json = {
        "startPeriod": moment.world.write_time(period.began),
        "dimensions": [{"type": kind, "volume": round(volume, 4)} for kind, volume in used],
    }
    return told if period.tariff is None else told | {"tariffId": period.tariff["tariffId"]}

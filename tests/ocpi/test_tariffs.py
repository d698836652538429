"""The tariff engine (`mock_csms/ocpi/tariffs.py`): the costs that the specification calculates in its examples."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.ocpi.boundaries import Stretch, split
from mock_csms.ocpi.tariffs import Cost, cost

Json = dict[str, Any]
MONDAY, SATURDAY = "2026-01-05", "2026-01-10"


def local(seconds: float) -> datetime:
    """Return the local time at the Location of these tests: UTC."""
    return datetime.fromtimestamp(seconds, UTC)


def component(kind: str, price: float, vat: float | None = None, step: int = 1) -> Json:
    """Return a PriceComponent."""
    return {"type": kind, "price": price, "step_size": step} | ({} if vat is None else {"vat": vat})


def element(*components: Json, **restrictions: Any) -> Json:
    """Return a TariffElement."""
    return {"price_components": [*components]} | ({"restrictions": restrictions} if restrictions else {})


def tariff(*elements: Json, **more: Any) -> Json:
    """Return a Tariff."""
    return {"id": "T", "currency": "EUR", "elements": [*elements], **more}


def price(tariff_: Json, *parts: tuple[float, Json], at: str = f"{MONDAY}T12:00:00Z", **more: Any) -> Cost:
    """Return the cost of a session of periods, each with its minutes and its volumes."""
    moment, periods = datetime.fromisoformat(at), []
    for minutes, volumes in parts:
        dimensions = [{"type": kind, "volume": volume} for kind, volume in volumes.items()]
        periods.append({"start_date_time": moment.isoformat()[:19] + "Z", "dimensions": dimensions})
        moment += timedelta(minutes=minutes)
    return cost(tariff_, periods, moment.isoformat()[:19] + "Z", local, **more)


def charging(minutes: float, kwh: float = 0.0, **more: float) -> tuple[float, Json]:
    """Return a period of charging; its TIME has 4 decimals, as in messages."""
    return minutes, {"TIME": round(minutes / 60, 4), "ENERGY": kwh, **more}


def parking(minutes: float) -> tuple[float, Json]:
    """Return a period in which the vehicle does not charge."""
    return minutes, {"PARKING_TIME": round(minutes / 60, 4)}


def reserved(minutes: float) -> tuple[float, Json]:
    """Return a period of reservation."""
    return minutes, {"RESERVATION_TIME": round(minutes / 60, 4)}


PER_KWH = element(component("ENERGY", 0.25, 10))
START = element(component("FLAT", 0.5, 20))
PLAIN = element(component("FLAT", 0.5, 20), component("ENERGY", 0.25, 10))
WEEK = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
COMPLEX = tariff(
    element(component("FLAT", 2.5, 15)),
    element(component("TIME", 1, 20, 900), max_current=32),
    element(component("TIME", 2, 20, 600), min_current=32, day_of_week=WEEK),
    element(component("TIME", 1.25, 20, 600), min_current=32, day_of_week=["SATURDAY", "SUNDAY"]),
    element(component("PARKING_TIME", 5, 10, 300), start_time="09:00", end_time="18:00", day_of_week=WEEK),
    element(component("PARKING_TIME", 6, 10, 300), start_time="10:00", end_time="17:00", day_of_week=["SATURDAY"]),
)
EVENINGS = tariff(
    element(
        component("TIME", 1.2, step=1800),
        component("PARKING_TIME", 1, step=900),
        start_time="00:00",
        end_time="17:00",
    ),
    element(
        component("TIME", 2.4, step=900), component("PARKING_TIME", 1, step=900), start_time="17:00", end_time="20:00"
    ),
    element(component("TIME", 2.4, step=900), start_time="20:00", end_time="00:00"),
)
BY_POWER = tariff(
    element(component("ENERGY", 0.2, 20), max_power=16),
    element(component("ENERGY", 0.35, 20), max_power=32),
    element(component("ENERGY", 0.5, 20)),
)
SUPERMARKET = tariff(
    element(component("ENERGY", 0, 20), max_duration=1800),
    element(component("ENERGY", 0.25, 20), max_duration=3600),
    element(component("ENERGY", 0.4, 20)),
)
EXPIRY_FEE = tariff(
    element(component("FLAT", 4, 20), reservation="RESERVATION_EXPIRES"),
    element(component("TIME", 2, 20, 600), reservation="RESERVATION"),
    PLAIN,
)
EXPIRY_TIME = tariff(
    element(component("TIME", 6, 20, 600), reservation="RESERVATION_EXPIRES"),
    element(component("TIME", 3, 20, 600), reservation="RESERVATION"),
    PLAIN,
)
BOTH = tariff(element(component("TIME", 1, step=600), component("PARKING_TIME", 2, step=600)))

EXAMPLES: dict[str, tuple[Cost, float, float | None]] = {
    "energy": (price(tariff(PER_KWH), charging(60, 20)), 5.0, 5.5),
    "energy and a start fee": (price(tariff(START, PER_KWH), charging(60, 20)), 5.5, 6.1),
    "above the least price": (
        price(tariff(PER_KWH, min_price={"excl_vat": 0.5, "incl_vat": 0.55}), charging(60, 20)),
        5.0,
        5.5,
    ),
    "below the least price": (
        price(tariff(PER_KWH, min_price={"excl_vat": 0.5, "incl_vat": 0.55}), charging(6, 1.9)),
        0.5,
        0.55,
    ),
    "parking in quarters of an hour": (
        price(
            tariff(START, PER_KWH, element(component("PARKING_TIME", 2, 20, 900))),
            charging(60, 20),
            parking(40),
        ),
        7.0,
        7.9,
    ),
    "above the greatest price": (
        price(tariff(START, PER_KWH, max_price={"excl_vat": 10, "incl_vat": 11}), charging(60, 50)),
        10.0,
        11.0,
    ),
    "below the greatest price": (
        price(tariff(START, PER_KWH, max_price={"excl_vat": 10, "incl_vat": 11}), charging(60, 30)),
        8.0,
        8.85,
    ),
    "time only": (
        price(tariff(element(component("TIME", 2, 10, 60))), charging(150, 20), parking(30)),
        5.0,
        5.5,
    ),
    "time and parking": (
        price(
            tariff(element(component("TIME", 3, 10, 60), component("PARKING_TIME", 5, 20, 300))),
            charging(150),
            parking(42),
        ),
        11.25,
        12.75,
    ),
    "odd VAT": (price(tariff(element(component("TIME", 1.9, 5.2, 300))), charging(150)), 4.75, 4.997),
    "complex, on a Monday": (
        price(COMPLEX, charging(165, MAX_CURRENT=16.0), parking(42), at=f"{MONDAY}T09:30:00Z"),
        9.0,
        10.3,
    ),
    "complex, on a Saturday": (
        price(COMPLEX, charging(114, MIN_CURRENT=43.0, MAX_CURRENT=63.0), parking(71), at=f"{SATURDAY}T13:30:00Z"),
        12.375,  # the specification says 12.28: there it counts 1.20 an hour, and its tariff has 1.25
        13.975,
    ),
    "free of charge": (price(tariff(element(component("FLAT", 0.0))), charging(60, 20)), 0.0, None),
    "reserved": (
        price(
            tariff(element(component("TIME", 5, 20, 60), reservation="RESERVATION"), PLAIN),
            reserved(15),
            charging(60, 20),
        ),
        6.75,
        7.6,
    ),
    "reserved with a fee": (
        price(
            tariff(element(component("FLAT", 2, 20), component("TIME", 5, 20, 300), reservation="RESERVATION"), PLAIN),
            reserved(13),
            charging(60, 20),
        ),
        8.75,
        10.0,
    ),
    "a fee for expiry, used": (price(EXPIRY_FEE, reserved(22), charging(60, 20)), 6.5, 7.3),
    "a fee for expiry, expired": (price(EXPIRY_FEE, reserved(60), is_expired_reservation=True), 6.0, 7.2),
    "a price for expiry, used": (price(EXPIRY_TIME, reserved(22), charging(60, 20)), 7.0, 7.9),
    "a price for expiry, expired": (price(EXPIRY_TIME, reserved(90), is_expired_reservation=True), 9.0, 10.8),
    "steps across elements, then parking": (
        price(EVENINGS, charging(5), charging(5), parking(2), at=f"{MONDAY}T16:55:00Z"),
        0.55,
        None,
    ),
    "steps across elements": (price(EVENINGS, charging(25), charging(10), at=f"{MONDAY}T16:35:00Z"), 1.3, None),
    "steps, then free": (
        price(EVENINGS, charging(12), parking(8), parking(12), at=f"{MONDAY}T19:40:00Z"),
        0.73,
        None,
    ),
    "by power": (price(BY_POWER, charging(10, 1), charging(50, 40), charging(7.5, 0.5)), 20.3, 24.36),
    "by duration": (price(SUPERMARKET, charging(30, 5), charging(10, 1.2)), 0.3, 0.36),
    "each begun Wh": (price(tariff(element(component("ENERGY", 0.25))), charging(6, 0.1152)), 0.029, None),
    "25 Wh": (price(tariff(element(component("ENERGY", 0.25, step=25))), charging(6, 0.1152)), 0.0313, None),
    "500 Wh": (price(tariff(element(component("ENERGY", 0.25, step=500))), charging(6, 0.1152)), 0.125, None),
    "energy before and after 17:00": (
        price(
            tariff(
                element(component("ENERGY", 0.2, step=500), end_time="17:00"),
                element(component("ENERGY", 0.27, step=500)),
            ),
            charging(30, 4.3),
            charging(30, 1.1),
            at=f"{MONDAY}T16:30:00Z",
        ),
        0.86 + 1.2 * 0.27,
        None,
    ),
    "time before and after 17:00": (
        price(
            tariff(element(component("TIME", 5, step=600), end_time="17:00"), element(component("TIME", 7, step=600))),
            charging(6),
            charging(22),
            at=f"{MONDAY}T16:54:00Z",
        ),
        0.5 + 2.8,
        None,
    ),
    "charging is not rounded before parking": (price(BOTH, charging(21), parking(16)), 0.35 + 2 / 3, None),
}
"""By name: the cost of an example, and the price without and with VAT that the specification says."""


@pytest.mark.parametrize("name", EXAMPLES)
def test_worked_examples(name: str) -> None:
    """Each session costs what the specification says; without any VAT there is no price with VAT."""
    found, without, with_vat = EXAMPLES[name]
    expected = {"excl_vat": pytest.approx(without, abs=0.00006)}
    if with_vat is not None:
        expected["incl_vat"] = pytest.approx(with_vat, abs=0.00006)
    assert found.total == expected


def test_parts_of_the_cost() -> None:
    """The parts of the cost are those of a CDR; what a reservation costs is in no other part."""
    elements = element(component("FLAT", 2), component("TIME", 5, step=300), reservation="RESERVATION"), PLAIN
    found = price(tariff(*elements, element(component("PARKING_TIME", 6))), reserved(13), charging(60, 20), parking(10))
    parts = [found.fixed, found.energy, found.time, found.parking, found.reservation]
    assert parts == [
        {"excl_vat": 0.5, "incl_vat": 0.6},
        {"excl_vat": 5.0, "incl_vat": 5.5},
        None,
        {"excl_vat": 1.0},
        {"excl_vat": 3.25},
    ]


def test_dates_and_amounts_of_energy() -> None:
    """An element counts from its first day until before its last one, and from its least to its greatest energy."""
    dated = tariff(element(component("ENERGY", 1), start_date="2026-01-05", end_date="2026-01-06"))
    costs = [price(dated, charging(10, 1), at=f"{day}T12:00:00Z").total for day in ("2026-01-04", MONDAY, "2026-01-06")]
    assert [each["excl_vat"] for each in costs] == [0.0, 1.0, 0.0]
    first = tariff(element(component("ENERGY", 1), max_kwh=2), element(component("ENERGY", 10), min_kwh=2))
    assert price(first, charging(10, 2), charging(10, 1)).total["excl_vat"] == 12.0


def test_times_of_day() -> None:
    """An element may count over midnight, until the end of the day, or from or until one time only."""
    night = element(component("ENERGY", 1), start_time="22:00", end_time="06:00")
    evening = element(component("ENERGY", 1), start_time="20:00", end_time="00:00")
    late, early = element(component("ENERGY", 1), start_time="12:00"), element(component("ENERGY", 1), end_time="12:00")
    for limited, expected in (
        (night, [0, 0, 1, 1]),
        (evening, [0, 1, 1, 0]),
        (late, [1, 1, 1, 0]),
        (early, [0, 0, 0, 1]),
    ):
        moments = [f"{MONDAY}T{hour}:30:00Z" for hour in ("12", "20", "23", "05")]
        costs = [price(tariff(limited), charging(10, 1), at=at).total["excl_vat"] for at in moments]
        assert costs == expected


def test_unknown_values_match_no_restriction_about_them() -> None:
    """A period that says nothing about its current meets no restriction of the current."""
    limited = tariff(element(component("TIME", 1), max_current=32), element(component("TIME", 3)))
    assert price(limited, charging(60)).total == {"excl_vat": 3.0}
    assert price(limited, charging(60, MAX_CURRENT=16)).total == {"excl_vat": 1.0}


# Splitting.


def parts_of(tariff_: Json, start: str, minutes: float, kwh: str) -> Sequence[tuple[str, float]]:
    """Return the local start and the energy of each part of a period of charging."""
    began = round(datetime.fromisoformat(start).timestamp() * 1000)
    whole = Stretch(began, began + round(minutes * 60_000), Decimal(kwh), "TIME")
    return [
        (local(part.start / 1000).isoformat()[11:19], float(part.energy)) for part in split(tariff_, [whole], local)
    ]


def test_periods_end_where_the_price_changes() -> None:
    """A period is split at times of day, after durations, and at amounts of energy; energy is divided by time."""
    assert parts_of(EVENINGS, f"{MONDAY}T16:30:00Z", 60, "6") == [("16:30:00", 3), ("17:00:00", 3)]
    assert parts_of(SUPERMARKET, f"{MONDAY}T12:00:00Z", 120, "8") == [
        ("12:00:00", 2),
        ("12:30:00", 2),
        ("13:00:00", 4),
    ]
    steps = tariff(element(component("ENERGY", 1), max_kwh=5), element(component("ENERGY", 2)))
    assert parts_of(steps, f"{MONDAY}T12:00:00Z", 60, "20") == [("12:00:00", 5), ("12:15:00", 15)]
    assert parts_of(steps, f"{MONDAY}T12:00:00Z", 60, "5") == [("12:00:00", 5)]


def test_days_split_periods() -> None:
    """A tariff with days of the week splits at each midnight."""
    weekly = tariff(element(component("TIME", 1), day_of_week=WEEK))
    assert [at for at, _ in parts_of(weekly, "2026-01-09T22:00:00Z", 5 * 60, "1")] == ["22:00:00", "00:00:00"]


# Any tariff.


PRICES = st.integers(0, 50).map(lambda cents: cents / 10)
KINDS = st.sampled_from(["ENERGY", "TIME", "PARKING_TIME", "FLAT"])
COMPONENTS = st.builds(component, KINDS, PRICES, st.none() | st.just(20.0), st.sampled_from([1, 60, 300, 900]))
RESTRICTIONS = st.fixed_dictionaries(
    {},
    optional={
        "start_time": st.sampled_from(["00:00", "11:30", "12:15", "23:00"]),
        "end_time": st.sampled_from(["00:00", "12:10", "12:40"]),
        "min_kwh": st.sampled_from([0.5, 2, 3]),
        "max_kwh": st.sampled_from([1, 2.5]),
        "min_duration": st.sampled_from([60, 600]),
        "max_duration": st.sampled_from([300, 900]),
        "day_of_week": st.lists(st.sampled_from(WEEK), max_size=2),
    },
)
ELEMENTS = st.builds(
    lambda components, limits: element(*components, **limits),
    st.lists(COMPONENTS, min_size=1, max_size=2),
    RESTRICTIONS,
)
TARIFFS = st.builds(lambda elements: tariff(*elements), st.lists(ELEMENTS, min_size=1, max_size=3))
PARTS = st.lists(
    st.tuples(st.integers(1, 3600), st.integers(0, 5000), st.sampled_from(["TIME", "PARKING_TIME"])),
    min_size=1,
    max_size=4,
)


def stretches_of(parts: Sequence[tuple[int, int, str]]) -> list[Stretch]:
    """Return stretches that follow each other, from their seconds, Wh and kinds."""
    moment, found = round(datetime.fromisoformat(f"{MONDAY}T12:00:00Z").timestamp() * 1000), []
    for seconds, energy, kind in parts:
        found.append(Stretch(moment, moment + seconds * 1000, Decimal(energy) / 1000, kind))
        moment += seconds * 1000
    return found


@given(TARIFFS, PARTS)
@settings(max_examples=60, deadline=None)
def test_splitting_loses_nothing(tariff_: Json, parts: Sequence[tuple[int, int, str]]) -> None:
    """The parts follow each other without gaps, and their energy is that of the whole; none is split a second time."""
    whole = stretches_of(parts)
    found = list(split(tariff_, whole, local))
    assert (found[0].start, found[-1].end) == (whole[0].start, whole[-1].end)
    assert all(one.end == other.start for one, other in pairwise(found))
    assert sum(part.energy for part in found) == sum(part.energy for part in whole)
    assert [part.start for part in split(tariff_, found, local)] == [part.start for part in found]


@given(TARIFFS, PARTS)
@settings(max_examples=60, deadline=None)
def test_parts_add_up(tariff_: Json, parts: Sequence[tuple[int, int, str]]) -> None:
    """The total is the sum of its parts, and VAT is never taken off."""
    minutes = [(seconds / 60, {kind: round(seconds / 3600, 4), "ENERGY": wh / 1000}) for seconds, wh, kind in parts]
    found = price(tariff_, *minutes)
    prices = [found.fixed, found.energy, found.time, found.parking]
    assert found.total["excl_vat"] == pytest.approx(sum(each["excl_vat"] for each in prices if each), abs=0.0003)
    assert found.total.get("incl_vat", found.total["excl_vat"]) >= found.total["excl_vat"] >= 0

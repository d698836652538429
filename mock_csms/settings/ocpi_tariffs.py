"""The tariffs of OCPI: reads a file, and says what is wrong with it."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from mock_csms.protocol.actions import Json
from mock_csms.protocol.names import did_you_mean
from mock_csms.settings.texts import read_text

DIMENSIONS = ("FLAT", "ENERGY", "TIME", "PARKING_TIME")
DEFAULT_TARIFFS: Sequence[Json] = (
    {
        "id": "TARIFF1",
        "currency": "EUR",
        "elements": [{"price_components": [{"type": "ENERGY", "price": 0.25, "vat": 20.0, "step_size": 1}]}],
    },
)
"""The tariffs without --ocpi-tariff."""


def tariffs(value: str) -> Sequence[Json]:
    """Parse the name of a file with a Tariff of OCPI, or an array of them, in JSON.

    Who owns it and when it was changed need not be in it.
    """
    try:
        parsed = orjson.loads(read_text(value))
    except orjson.JSONDecodeError as error:
        raise ValueError(f"{value}: not JSON: {error}") from None
    found = parsed if isinstance(parsed, list) else [parsed]
    if not found:
        raise ValueError(f"{value}: it has no tariff")
    for number, each in enumerate(found, start=1):
        problem = _problem_of(each)
        if problem:
            raise ValueError(f"{value}: {f'tariff {number}: ' if len(found) > 1 else ''}{problem}")
    ids = [each["id"].casefold() for each in found]
    if len({*ids}) < len(ids):
        raise ValueError(f"{value}: two tariffs have the same id")
    return found


def _problem_of(tariff: Any) -> str:
    """Return what is wrong with a Tariff; empty if its cost can be calculated."""
    if not isinstance(tariff, dict):
        return "it is not an object"
    elements = tariff.get("elements")
    if not isinstance(tariff.get("id"), str) or not re.fullmatch(r"[\x20-\x7e]{1,36}", tariff["id"]):
        return "the id is not a text of 1 to 36 characters"
    if not isinstance(tariff.get("currency"), str) or not re.fullmatch(r"[A-Z]{3}", tariff["currency"]):
        return "the currency is not three capital letters"
    if not isinstance(elements, list) or not elements:
        return "it has no elements"
    for name in ("min_price", "max_price"):
        if name in tariff and not _is_price(tariff[name]):
            return f"{name} has no number excl_vat"
    return next(filter(None, map(_problem_of_element, elements)), "")


def _is_price(value: Any) -> bool:
    return isinstance(value, dict) and all(
        _is_number(value.get(name, 0 if name == "incl_vat" else None)) for name in ("excl_vat", "incl_vat")
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _problem_of_element(element: Any) -> str:
    components = element.get("price_components") if isinstance(element, dict) else None
    if not isinstance(components, list) or not components:
        return "an element has no price_components"
    for each in components:
        if not isinstance(each, dict) or each.get("type") not in DIMENSIONS:
            return f"the type of a price component is not one of {', '.join(DIMENSIONS)}"
        if not _is_number(each.get("price")) or not _is_number(each.get("vat", 0)):
            return "the price or the vat of a price component is not a number"
        if type(each.get("step_size")) is not int or each["step_size"] < 1:
            return "the step_size of a price component is not an integer of at least 1"
    restrictions = element.get("restrictions") or {}
    if not isinstance(restrictions, dict):
        return "the restrictions of an element are not an object"
    return next(filter(None, (_problem_of_restriction(*each) for each in restrictions.items())), "")


_TIME, _DATE = r"([01][0-9]|2[0-3]):[0-5][0-9]", r"[12][0-9]{3}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_DAYS = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY")
_RESTRICTIONS: Mapping[str, Callable[[Any], bool]] = {
    **dict.fromkeys(("start_time", "end_time"), lambda value: bool(re.fullmatch(_TIME, str(value)))),
    **dict.fromkeys(("start_date", "end_date"), lambda value: bool(re.fullmatch(_DATE, str(value)))),
    **dict.fromkeys(("min_kwh", "max_kwh", "min_current", "max_current", "min_power", "max_power"), _is_number),
    **dict.fromkeys(("min_duration", "max_duration"), lambda value: type(value) is int),
    "day_of_week": lambda value: isinstance(value, list) and all(day in _DAYS for day in value),
    "reservation": lambda value: value in ("RESERVATION", "RESERVATION_EXPIRES"),
}
"""By name of a restriction: whether a value is valid."""


def _problem_of_restriction(name: str, value: Any) -> str:
    if name not in _RESTRICTIONS:
        return f"{name!r} is not a restriction{did_you_mean(name, _RESTRICTIONS)}"
    return "" if _RESTRICTIONS[name](value) else f"the restriction {name} is wrong: {value!r}"

"""The values of variables: whether they have the form and the range of their dataType, and whether two are the same."""

from collections.abc import Callable, Mapping

from mock_csms.protocol.masks import is_masked
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.variables import Reported

_LISTS = ("MemberList", "SequenceList")
"""The dataTypes whose values are lists, separated by commas."""
_TEXTS = ("string", "OptionList", *_LISTS)


def _is_whole(text: str) -> bool:
    number = number_in(text)
    return number is not None and number.is_integer()


_FORMS: Mapping[str, Callable[[str], bool]] = {
    "integer": _is_whole,
    "decimal": lambda text: number_in(text) is not None,
    "boolean": lambda text: text.casefold() in ("true", "false"),
    "dateTime": lambda text: seconds_of(text) is not None,
}
"""The form of the values of each dataType. Values of other dataTypes are judged by their range."""


def has_form(value: str, data_type: str) -> bool:
    """Whether a value has the form of its dataType; True for a dataType that allows any text."""
    fits = _FORMS.get(data_type)
    return fits is None or fits(value)


def why_not(row: Reported, value: str) -> str | None:
    """Return why the reported characteristics forbid a value; None if they allow it.

    Of a masked value only the length counts.
    """
    if row.mutability == "ReadOnly":
        return "it is ReadOnly"
    kind, least, most = row.of("dataType"), row.of("minLimit"), row.of("maxLimit")
    if is_masked(value):
        is_long = kind in _TEXTS and most is not None and len(value) > most
        return f"its maxLimit is {most:g}" if is_long else None
    number = number_in(value) if kind in ("integer", "decimal") else len(value)
    if number is not None and value and most is not None and number > most:
        return f"its maxLimit is {most:g}"
    if number is not None and value and least is not None and kind in ("integer", "decimal") and number < least:
        return f"its minLimit is {least:g}"
    values = members(row.of("valuesList") or "")
    items = members(value) if kind in _LISTS else [value.strip()] if kind == "OptionList" else []
    strange = [each for each in items if values and each not in values]
    return f"{strange[0]!r} is not in its valuesList" if strange else None


def members(text: str) -> list[str]:
    """Return the members of a comma-separated list."""
    return [member.strip() for member in text.split(",") if member.strip()]


def number_in(text: str | None) -> float | None:
    """Return the number in a text; None if the text is not a finite number."""
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if abs(number) < float("inf") else None


def is_same(given: str, reported: str) -> bool:
    """Whether two texts are the same value. Two times always count as the same, and so do two masked values."""
    if is_masked(given) or is_masked(reported):
        return True
    if given.strip().casefold() == reported.strip().casefold():
        return True
    numbers = number_in(given), number_in(reported)
    if None not in numbers:
        return numbers[0] == numbers[1]
    if seconds_of(given) is not None:
        return True
    return sorted(members(given.casefold())) == sorted(members(reported.casefold()))

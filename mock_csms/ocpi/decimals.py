"""Numbers without the errors of binary fractions: 0.1 kWh three times are 0.3 kWh."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

_SMALLEST = Decimal("0.0001")


def decimal(value: Any) -> Decimal:
    """Return the number that a JSON number was written as."""
    return Decimal(repr(value)) if isinstance(value, float) else Decimal(value)


def number(value: Decimal) -> float:
    """Return a number as OCPI writes it, with 4 decimals at most."""
    return float(value.quantize(_SMALLEST, ROUND_HALF_UP)) + 0.0  # -0.0 becomes 0.0

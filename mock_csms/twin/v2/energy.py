"""The energy of a transaction, from the registers in its events, and its token."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.twin.transactions import Transaction

_REGISTER = "Energy.Active.Import.Register"
_MOST_POWER = 30
TOKEN_PATH = ("idToken", "idToken")
"""The path of the token in a TransactionEvent."""


def register_in(payload: Json) -> float | None:
    """Return the energy register in a valid TransactionEvent, in Wh: the last value of the EVSE; None without one."""
    found = None
    for value in payload.get("meterValue", ()):
        for sample in value["sampledValue"]:
            is_whole = "phase" not in sample and sample.get("location", "Outlet") == "Outlet"
            if is_whole and sample.get("measurand", _REGISTER) == _REGISTER:
                found = _watt_hours(sample)
    return found


def _watt_hours(sample: Any) -> float:
    unit = sample.get("unitOfMeasure", {})
    power: int = unit.get("multiplier", 0) + (3 if unit.get("unit", "Wh") == "kWh" else 0)
    value: float = sample["value"] * 10.0 ** max(-_MOST_POWER, min(power, _MOST_POWER))
    return value


def energy_of(transaction: Transaction) -> float | None:
    """Return the energy of a transaction in Wh, from its first to its last register; None without registers."""
    if transaction.meter is not None:
        return None if transaction.register is None else round(transaction.meter - transaction.register, 3)
    numbers = sorted(transaction.events)
    last = next((shown for each in reversed(numbers) if (shown := _shown(transaction, each)) is not None), None)
    first = transaction.register
    if first is None:
        first = next((shown for each in numbers if (shown := _shown(transaction, each)) is not None), None)
    return None if first is None or last is None else round(last - first, 3)


def _shown(transaction: Transaction, number: int) -> float | None:
    try:
        return register_in(transaction.events[number].payload)
    except (KeyError, TypeError, AttributeError):  # the event is invalid
        return None


def token_of(transaction: Transaction) -> str | None:
    """Return the idToken of a transaction; None if no event named one."""
    match transaction.token:
        case {"idToken": str(token)}:
            return token
    return None

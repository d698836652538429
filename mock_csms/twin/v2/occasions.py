"""The occasions that only OCPP 2.x has."""

from mock_csms.twin.seen import Occasion, call
from mock_csms.twin.v2.details import TRANSACTION_EVENT


def driven() -> tuple[Occasion, ...]:
    """Return all TransactionEvents except those with only periodic values, which are frequent and of little use."""
    return call(*(f"{TRANSACTION_EVENT}.{sort}" for sort in ("Started", "Changed", "Ended")))

"""Ids of transactions, which the CSMS gives in OCPP 1.6 (StartTransaction.conf)."""

from collections.abc import Callable, Hashable
from typing import Any

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Bounded

_MOST = 10_000
"""How many calls are remembered: a station repeats one that was not answered."""


class TransactionIds:
    """Gives each StartTransaction its id. `fresh` returns a number that was never given before."""

    def __init__(self, fresh: Callable[[], int]) -> None:
        self._fresh = fresh
        self._given: Bounded[Hashable, int] = Bounded(_MOST)

    def of(self, station: str, request: Any) -> int:
        """Return the id for a StartTransaction: a new one, unless the same call of that station has got one before."""
        call = _about(request)
        if call is None:
            return self._fresh()
        key = (folded(station), *call)
        if key not in self._given:
            self._given[key] = self._fresh()
        return self._given[key]


def _about(request: Any) -> tuple[Hashable, ...] | None:
    """Return what is the same in a repeated StartTransaction; None for a payload that lacks some of it."""
    match request:
        case {"connectorId": int(place), "idTag": str(tag), "meterStart": int(meter), "timestamp": str(at)}:
            return place, folded(tag), meter, at
    return None

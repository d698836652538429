"""Ids of transactions; in OCPP 1.6 the CSMS assigns them (StartTransaction.conf)."""

from collections.abc import Callable, Hashable
from typing import Any

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Bounded

_MOST = 10_000
"""The number of calls that are remembered, because a station repeats a call that was not answered."""


class TransactionIds:
    """Assigns an id to each StartTransaction. `fresh` returns a number that was never used before."""

    def __init__(self, fresh: Callable[[], int]) -> None:
        self._fresh = fresh
        self._given: Bounded[Hashable, int] = Bounded(_MOST)

    def of(self, station: str, request: Any) -> int:
        """Return the id for a StartTransaction: a new one, or the earlier one if the station repeats the call."""
        call = _about(request)
        if call is None:
            return self._fresh()
        key = (folded(station), *call)
        if key not in self._given:
            self._given[key] = self._fresh()
        return self._given[key]


def _about(request: Any) -> tuple[Hashable, ...] | None:
    """Return the values that identify a StartTransaction when it is repeated; None if some of them are missing."""
    match request:
        case {"connectorId": int(place), "idTag": str(tag), "meterStart": int(meter), "timestamp": str(at)}:
            return place, folded(tag), meter, at
    return None

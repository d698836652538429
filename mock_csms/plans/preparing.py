"""Separates the preparation of a case from the case: a failure while preparing proves nothing about the station."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from mock_csms.plans.operator import OperatorFailed

__tracebackhide__ = True  # pytest shows the line of the case, not of this module


class Preparable(Protocol):
    """An object whose preparation for a case is marked: `station.Station`."""

    is_preparing: bool
    """Whether a failure now is a failure of the preparation."""


class NotJudged(Exception):
    """The case could not be judged, because its preparation failed; pytest reports an error of the set-up."""


@contextmanager
def preparing(station: Preparable) -> Iterator[None]:
    """Count failures in the block as failures of the preparation.

    After a failure `is_preparing` stays True, so that `judged` can tell the two apart.
    """
    before, station.is_preparing = station.is_preparing, True
    yield
    station.is_preparing = before


def judged(error: Exception, station: Preparable) -> Exception:
    """Return the error for the end of a case: NotJudged if the operator or the preparation failed, else `error`."""
    if isinstance(error, OperatorFailed):
        return NotJudged(f"the operator failed: {error}")
    if station.is_preparing:
        return NotJudged(f"the case could not be prepared: {error}")
    return error

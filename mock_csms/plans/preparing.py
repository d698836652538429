"""What tells the preparation of a case from the case itself: what fails there says nothing of what is proved."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mock_csms.plans.operator import OperatorFailed

if TYPE_CHECKING:
    from mock_csms.plans.station import Station

__tracebackhide__ = True  # pytest shows the case, and the text says all


class NotJudged(Exception):
    """What the case needs was not there; pytest tells it as an error of the set-up, not as a failure of the case."""


@contextmanager
def preparing(station: "Station") -> Iterator[None]:
    """Let what fails within be a failure of the preparation; it stays so for whoever looks at what came out."""
    before, station.is_preparing = station.is_preparing, True
    yield
    station.is_preparing = before


def judged(error: Exception, station: "Station") -> Exception:
    """Return what a case ends with: the error itself, or NotJudged where it is not the case that failed."""
    if isinstance(error, OperatorFailed):
        return NotJudged(f"the operator failed: {error}")
    if station.is_preparing:
        return NotJudged(f"the case could not be prepared: {error}")
    return error

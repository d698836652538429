"""The occasions that really exercise a check, if they differ from the occasions at which the check runs.

A check that looks at a message does not always judge it: the facts that it needs may be unknown, or the station had no
chance to do wrong there. A check that is not listed here is exercised by each of its occasions. A finding exercises
every check, and so does a deadline that was met or has expired.
"""

from collections.abc import Mapping

from mock_csms.conformance.common import occasions as common
from mock_csms.conformance.exercise import Exercise
from mock_csms.conformance.subject import Check
from mock_csms.conformance.v2 import occasions as v2
from mock_csms.conformance.v16 import occasions as v16

EXERCISES: Mapping[str, Exercise] = {**common.EXERCISES, **v2.EXERCISES, **v16.EXERCISES}
"""What exercises a check, by the id of the check."""

_UNSEEN = {"knocked", "refused"}
_CLOSINGS = {"T12", "T14", "T20", "S03", "S04", *v16.CLOSINGS}
"""Checks of messages that must know how connections ended, or began."""


def is_in_a_trace(check: Check) -> bool:
    """Whether a recorded trace can exercise a check: a trace has no handshakes, and not how connections ended."""
    return check.id not in _CLOSINGS and not all(kind in _UNSEEN for kind, _ in check.on)

"""What the checks for every version of OCPP must know of one version, beside its schemas and its framing.

The row of a version stands in its own folder (`v2/rules.py`); `common/versions.py` has the table of them.
"""

from collections.abc import Callable, Set
from typing import Any

from mock_csms.conformance.facts.station import KnownStation
from mock_csms.protocol.records import Record
from mock_csms.twin.seen import Seen


class VersionRules(Record, eq=False):
    """The rules of one version. A version without a row has the values below."""

    custom: str = ""
    """The property of every object that holds what a vendor likes; empty where there is none."""
    opaque: Set[str] = frozenset()
    """The properties whose values only their vendor understands."""
    free: Set[tuple[str, str]] = frozenset()
    """Fields that may hold any value, also none: the name of the schema, and the path of the field."""
    hollow: tuple[str, ...] = ()
    """The calls in which a field may be {} by the schema, although it should be left out."""
    misspelt: Set[str] = frozenset()
    """Error codes that the specification itself spells wrong in places."""
    signed: str = ""
    """How the action of a signed message ends; empty where messages cannot be signed."""
    present: Set[str] = frozenset()
    """The properties whose time is that of the message itself: now, or in the past. Other times belong to plans."""
    message_timeout: Callable[[KnownStation], float | None] = lambda _: 1.0
    """Returns how long the station waits for an answer, in seconds; None if it says something that is no number."""
    follows_clock: Callable[[KnownStation], bool] = lambda _: False
    """Returns whether the station says that it sets its clock by the answers of the mock."""
    is_late: Callable[[Seen, KnownStation, float], bool] = lambda _, __, ___: False
    """Returns whether a message with that time (in seconds since 1970) could have been sent before."""
    number_of: Callable[[str, Any], int] = lambda _, __: -1
    """Returns the number of a call that may come again, by its action and payload; -1 for all others."""

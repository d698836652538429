"""The facts about one version of OCPP that the checks for every version need, beyond its schemas and its framing.

The row of a version is in its own folder (`v2/rules.py`); `common/versions.py` has the table of them.
"""

from collections.abc import Callable, Set
from typing import Any

from mock_csms.conformance.facts.station import KnownStation
from mock_csms.protocol.records import Record
from mock_csms.twin.seen import Seen


class VersionRules(Record, eq=False):
    """The rules of one version. A version without a row has the values below."""

    custom: str = ""
    """The property of any object that holds data of vendors; empty if there is none."""
    opaque: Set[str] = frozenset()
    """The properties whose values only the vendor can interpret."""
    free: Set[tuple[str, str]] = frozenset()
    """The fields that may hold any value, as pairs: the name of the schema, and the path of the field."""
    hollow: tuple[str, ...] = ()
    """The calls whose schema allows {} for a field that should be left out."""
    misspelt: Set[str] = frozenset()
    """Error codes that the specification itself spells wrong in places."""
    signed: str = ""
    """The suffix of the action of signed messages; empty if messages cannot be signed."""
    present: Set[str] = frozenset()
    """The properties with the time of the message itself, which must not be in the future. Other times may be."""
    message_timeout: Callable[[KnownStation], float | None] = lambda _: 1.0
    """Returns how long the station waits for an answer, in seconds; None if its variable holds no number."""
    follows_clock: Callable[[KnownStation], bool] = lambda _: False
    """Returns whether the station says that it sets its clock by the mock's answers."""
    is_late: Callable[[Seen, KnownStation, float], bool] = lambda _, __, ___: False
    """Returns whether the station could have sent a message at the message's own time (in seconds since 1970)."""
    number_of: Callable[[str, Any], int] = lambda _, __: -1
    """Returns a number that repeats of a call have in common, from its action and payload; -1 if there is none."""

"""The facts about one version of OCPP that the checks for every version need, beyond its schemas and its framing.

The row of a version is in its own folder (`v2/rules.py`, `v16/rules.py`); `common/versions.py` has the table of them.
"""

from collections.abc import Callable, Mapping, Set
from typing import Any

from mock_csms.conformance.facts.station import StationFacts
from mock_csms.protocol.records import Record, field
from mock_csms.twin.events import Severity
from mock_csms.twin.seen import Seen


class Clause(Record):
    """What one version of OCPP says about the subject of a check that was written for another version."""

    requirement: str
    severity: Severity | None = None
    """The severity of its findings in this version; None if it is the same."""


class VersionRules(Record, eq=False):
    """The rules of one version. A version without a row has the values below."""

    clauses: Mapping[str, Clause] = field(default_factory=dict)
    """The clauses of this version for checks that were written for another one, by the id of the check.

    A check that is not listed here does not judge this version, unless it was written for it or for all.
    """
    may_be_empty: bool = True
    """Whether a field may be empty where the schema allows it, although it might be left out."""
    custom: str = ""
    """The property of any object that holds data of vendors; empty if there is none."""
    opaque: Set[str] = frozenset()
    """The properties whose values only the vendor can interpret."""
    free: Set[tuple[str, str]] = frozenset()
    """The fields that may hold any value, as pairs: the name of the schema, and the path of the field."""
    hollow: tuple[str, ...] = ()
    """The calls whose schema allows {} for a field that should be left out."""
    misspelt: Set[str] = frozenset()
    """Error codes that are spelled wrong for a known reason."""
    misspelt_by: str = ""
    """That reason."""
    most_described: int | None = None
    """How many characters the description of a CALLERROR has at most; None if there is no limit."""
    is_strict_about_zones: bool = True
    """Whether a timestamp without a time zone is an error; otherwise it is a warning."""
    signed: str = ""
    """The suffix of the action of signed messages; empty if messages cannot be signed."""
    present: Set[str] = frozenset()
    """The properties with the time of the message itself, which must not be in the future. Other times may be."""
    message_timeout: Callable[[StationFacts], float | None] = lambda _: 1.0
    """Returns how long the station waits for an answer, in seconds; None if its variable holds no number."""
    follows_clock: Callable[[StationFacts], bool] = lambda _: False
    """Returns whether the station says that it sets its clock by the mock's answers."""
    is_late: Callable[[Seen, StationFacts, float], bool] = lambda _, __, ___: False
    """Returns whether the station could have sent a message at the message's own time (in seconds since 1970)."""
    may_be_silent: Callable[[Seen, StationFacts], bool] = lambda _, __: False
    """Returns whether the station need not answer a command that got no answer in time."""
    number_of: Callable[[str, Any], int] = lambda _, __: -1
    """Returns a number that repeats of a call have in common, from its action and payload; -1 if there is none."""
    repeats_ids: bool = False
    """Whether a call that is repeated may have the same message id."""

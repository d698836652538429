"""The facts about OCPP 1.6 that the checks for all versions need."""

from collections.abc import Mapping

from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.rules import Clause, VersionRules
from mock_csms.twin.events import Severity
from mock_csms.twin.seen import Seen

_WARNING = Severity.WARNING

CLAUSES: Mapping[str, Clause] = {
    "T01": Clause("OCPP-J 1.6 3.1.2"),
    "T02": Clause("OCPP-J 1.6 3.1.2"),
    "T04": Clause("OCPP-J 1.6 3.1.1"),
    "T11": Clause("OCPP-J 1.6 4.1.2"),
    "T17": Clause("whitepaper A00.FR.312, A00.FR.416"),
    "T18": Clause("whitepaper A00.FR.318, A00.FR.422"),
    "T19": Clause("whitepaper A00.FR.320, A00.FR.424"),
    "T21": Clause("whitepaper A00.FR.405, A00.FR.502"),
    "T22": Clause("OCPP-J 1.6 3.1"),
    "T29": Clause("RFC 6455 5.5.2"),
    "T32": Clause("whitepaper A00.FR.309, A00.FR.412"),
    "R01": Clause("OCPP-J 1.6 4.1.2"),
    "R02": Clause("OCPP-J 1.6 4.1.3"),
    "R03": Clause("OCPP-J 1.6 4.2"),
    "R04": Clause("OCPP-J 1.6 4.1.4"),
    "R05": Clause("OCPP-J 1.6 4.1.4"),
    "R06": Clause("OCPP-J 1.6 4.1.1", _WARNING),
    "R07": Clause("OCPP-J 1.6 4.2.2, 4.2.3"),
    "R08": Clause("OCPP-J 1.6 4.1.1, 1.6 errata 3.82"),
    "R09": Clause("OCPP-J 1.6 4.2.1"),
    "R10": Clause("OCPP-J 1.6 errata 3.1, 3.6"),
    "R13": Clause("OCPP-J 1.6 4.2.3, OCPP-J 1.6 errata 5.1, 5.2"),
    "R14": Clause("OCPP-J 1.6 4.2.3"),
    "R15": Clause("OCPP-J 1.6 4.2.3"),
    "R16": Clause("OCPP-J 1.6 4.1.3"),
    "R18": Clause("1.6 3.15"),
    "R20": Clause("RFC 8259 4"),
    "B01": Clause("1.6 4.2"),
    "B02": Clause("1.6 4.2"),
    "B03": Clause("1.6 4.2"),
    "B04": Clause("1.6 4.2"),
    "B05": Clause("1.6 4.2"),
    "B09": Clause("1.6 4.6, OCPP-J 1.6 5.3", Severity.INFO),
    "B10": Clause("1.6 4.6, OCPP-J 1.6 5.3"),
}
"""The clauses of OCPP 1.6 for checks of other versions."""


def _message_timeout(station: StationFacts) -> float | None:
    """Return the MessageTimeout of the station in seconds (errata, 3.82): 1 if it is not known, None if no number."""
    told = station.variables.text("", "MessageTimeout")
    return 1.0 if told is None else station.variables.number("", "MessageTimeout")


def _is_late(seen: Seen, station: StationFacts, at: float) -> bool:
    """Whether the station could have sent the start or end of a transaction when it happened.

    The connection was open then, and not busy, and no call waits to be repeated (3.7.1).
    """
    exchanges, tolerance = station.exchanges, station.terms.tolerance
    if seen.action not in ("StartTransaction", "StopTransaction") or exchanges.is_troubled or station.connections.calls:
        return False
    happened, begin = at - station.terms.clock_offset, max(station.connections.opened_at, station.boots.answered_at)
    return begin + tolerance < happened < exchanges.busy_at(seen.at) - tolerance


def _may_be_silent(seen: Seen, station: StationFacts) -> bool:
    """Whether a command was sent while the station was rejected, or may think so: then it need not answer (4.2)."""
    return station.boots.commanded.get(seen.id, "Accepted") not in (None, "Accepted", "Pending")


RULES = VersionRules(
    clauses=CLAUSES,
    opaque=frozenset({"data"}),
    misspelt=frozenset({"FormatViolation", "OccurrenceConstraintViolation"}),
    misspelt_by="OCPP 2.x spells it so",
    is_strict_about_zones=False,
    present=frozenset({"timestamp"}),
    message_timeout=_message_timeout,
    is_late=_is_late,
    may_be_silent=_may_be_silent,
)

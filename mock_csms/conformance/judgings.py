"""The table of the versions of OCPP that are judged, and which checks judge each of them."""

from collections.abc import Iterable, Iterator, Mapping

from mock_csms.conformance.common.versions import rules_of
from mock_csms.conformance.judging import Judging
from mock_csms.conformance.subject import JUDGED, Check
from mock_csms.conformance.v2.judging import JUDGING as OF_2
from mock_csms.conformance.v2.judging import JUDGING_OF_21
from mock_csms.conformance.v16.judging import JUDGING as OF_16
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V16, V21, V201

JUDGINGS: Mapping[str, Judging] = {V201.name: OF_2, V21.name: JUDGING_OF_21, V16.name: OF_16}
"""How each version is judged, by its name."""


def judges(check: Check, version: str) -> bool:
    """Return whether a check judges stations of a version."""
    return not check.versions or version in check.versions or check.id in rules_of(version).clauses


def checks_for(version: str, checks: Iterable[Check]) -> Iterator[Check]:
    """Yield the checks that judge stations of a version, with their clause and severity in that version."""
    clauses = rules_of(version).clauses
    for check in checks:
        if not check.versions or version in check.versions:
            yield check
        elif check.id in clauses:
            clause = clauses[check.id]
            yield replace(check, requirement=clause.requirement, severity=clause.severity or check.severity)


def versions_of(check: Check) -> str:
    """Return the names of the versions that a check judges."""
    return ", ".join(sorted(version for version in JUDGED if judges(check, version)))


def requirement_of(check: Check) -> str:
    """Return the clauses of a check in all versions that it judges, with its severity where that differs."""
    told = [check.requirement]
    for version in JUDGED:
        clause = None if version in check.versions else rules_of(version).clauses.get(check.id)
        if clause and clause.requirement != check.requirement:
            told.append(f"{clause.requirement} ({clause.severity})" if clause.severity else clause.requirement)
    return "; ".join(told)

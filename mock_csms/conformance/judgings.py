"""The table of the versions of OCPP that are judged, and which checks judge each of them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from mock_csms.conformance.common.versions import rules_of
from mock_csms.conformance.judging import Judging
from mock_csms.conformance.subject import JUDGED, Check
from mock_csms.conformance.v2.judging import JUDGING as OF_2
from mock_csms.conformance.v16.judging import JUDGING as OF_16
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V16, V201

JUDGINGS: Mapping[str, Judging] = {V201.name: OF_2, V16.name: OF_16}
"""How each version is judged, by its name."""


def checks_for(version: str, checks: Iterable[Check]) -> Iterator[Check]:
    """Yield the checks that judge stations of a version, with their clause and severity in that version."""
    clauses = rules_of(version).clauses
    for check in checks:
        if not check.versions or version in check.versions:
            yield check
        elif check.id in clauses:
            clause = clauses[check.id]
            yield replace(check, requirement=clause.requirement, severity=clause.severity or check.severity)


def versions_of(check: Check) -> Sequence[str]:
    """Return the names of the versions that a check judges."""
    return [version for version in JUDGED if any(checks_for(version, [check]))]

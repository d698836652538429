"""The result of a case: its verdict, the reason, the findings during it, and its messages.

Each worker process makes the results of its cases; the process that the user has started collects them.
"""

from collections.abc import Mapping
from enum import StrEnum

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.twin.events import Finding, Severity


class CaseVerdict(StrEnum):
    """What a run says about a case."""

    PASS = "PASS"  # noqa: S105 - it is no password
    FAIL = "FAIL"
    ERROR = "ERROR"
    NOT_APPLICABLE = "NOT APPLICABLE"
    SKIPPED = "SKIPPED"
    NOT_RUN = "NOT RUN"
    NOT_SELECTED = "NOT SELECTED"
    NOT_WRITTEN = "NOT WRITTEN"


MEANINGS: Mapping[CaseVerdict, str] = {
    CaseVerdict.PASS: "the station does what the case requires",
    CaseVerdict.FAIL: "it does not, or the conformance checks report what `--fail-on-findings` names",
    CaseVerdict.ERROR: "nothing is proved: the preparation of the case, the operator or the case itself failed",
    CaseVerdict.NOT_APPLICABLE: "the station does not have what the case is about",
    CaseVerdict.SKIPPED: "an option or an operator is missing",
    CaseVerdict.NOT_RUN: "the run ended before it",
    CaseVerdict.NOT_SELECTED: "the options of the run leave it out",
    CaseVerdict.NOT_WRITTEN: "the case is planned, but does not exist, or cannot be played",
}


REPORTED = "the conformance checks reported:"
"""The first line of the reason if findings fail a case; each finding follows on a separate line."""


class CaseFinding(Record):
    """A finding of the conformance checks during a case."""

    severity: str
    check: str
    clause: str
    problem: str

    def __str__(self) -> str:
        return f"finding {self.severity.upper()} {self.check} ({self.clause}): {self.problem}"


def finding_of(event: Finding) -> CaseFinding:
    """Return a finding in the form in which results store it."""
    why = f" ({event.why})" if event.why else ""
    return CaseFinding(str(event.severity), event.check, event.requirement, printable(event.problem + why))


def shown_time(at: float) -> str:
    """Return a time for people, from seconds since 1970."""
    return f"{rfc3339(at)[:19].replace('T', ' ')} UTC"


class CaseResult(Mutable):
    """The result of one case. Secrets in it are masked."""

    id: str
    verdict: CaseVerdict = CaseVerdict.PASS
    reason: str = ""
    """Why it has that verdict; empty for PASS."""
    is_expected: bool = False
    """Whether it failed as --expected-failures says."""
    expectation: str = ""
    """The comment and the place of the case in --expected-failures; empty if the file does not list the case."""
    is_unexpected: bool = False
    """Whether it passed, although --expected-failures lists it."""
    findings: list[CaseFinding] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    """The problems before and after the case."""
    transcript: list[str] = field(default_factory=list)
    """Its messages, a line for each."""
    at: float = 0.0
    """When it began, in seconds since 1970 (UTC)."""
    seconds: float = 0.0
    """How long it took, with its preparation and clean-up."""
    station: dict[str, str] = field(default_factory=dict)
    """What the station said about itself: vendor, model, serial number, firmware."""
    owes_reboot: bool = False
    """Whether a reboot was due after it, because of variables that were set back."""
    seed: int = 0
    """The seed of the random numbers of the mock."""

    @property
    def began(self) -> str:
        """When it began, for people."""
        return shown_time(self.at)

    @property
    def is_bad(self) -> bool:
        """Whether it makes the run fail."""
        failed = self.verdict in (CaseVerdict.FAIL, CaseVerdict.ERROR)
        return (failed and not self.is_expected) or self.is_unexpected

    @property
    def has_run(self) -> bool:
        """Whether the case was run, with any verdict."""
        return self.verdict in (CaseVerdict.PASS, CaseVerdict.FAIL, CaseVerdict.ERROR)

    @property
    def has_passed(self) -> bool:
        """Whether it passed, and was expected to."""
        return self.verdict is CaseVerdict.PASS and not self.is_unexpected

    @property
    def worst(self) -> str:
        """The highest severity of its findings; empty without findings."""
        return max((each.severity for each in self.findings), key=lambda each: Severity(each).rank, default="")

    def fail(self, reason: str) -> None:
        """Note that the station has failed."""
        self.verdict, self.reason = CaseVerdict.FAIL, reason


def worse(findings: list[CaseFinding], least: str | None) -> list[CaseFinding]:
    """Return the findings of this severity or a higher one; none if the severity is empty."""
    return [each for each in findings if least and Severity(each.severity).rank >= Severity(least).rank]

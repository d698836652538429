"""Notes the result of a case in the process that runs it, and says which failures are expected."""

from typing import Any

import pytest

from mock_csms.plans.cases import Case
from mock_csms.plans.expected import ExpectedFailure
from mock_csms.plans.preparing import NotJudged
from mock_csms.plans.results import REPORTED, CaseResult, CaseVerdict, worse
from mock_csms.plans.run import NoStation, Run
from mock_csms.plans.station import TRANSCRIPT, Station
from mock_csms.plans.versions import PLAN_VERSIONS
from mock_csms.protocol.records import convert, to_builtins

LOG = pytest.StashKey["CaseLog"]()
"""The log of each item that is a case."""
ATTRIBUTE = "mock_csms_result"
"""The attribute of the last report of an item that has the result; pytest-xdist carries it to the main process."""
_WITHOUT_TYPE = (AssertionError, NotJudged, NoStation, pytest.fail.Exception)


class CaseLog:
    """The result of a case, as far as it is known. `expected` is its row in the file of expected failures, or None."""

    def __init__(self, case: Case, expected: ExpectedFailure | None) -> None:
        self.case = case
        said = ", ".join(filter(None, [expected.why, expected.place])) if expected else ""
        self.result = CaseResult(case.id, expectation=said)
        self.applies = True
        """Whether the case applies to the station, as far as its profile says."""
        self._expected = expected
        self._station: Station | None = None
        self._is_finished = False
        self._grave: list[str] = []
        """The findings that fail the case."""

    def begin(self, run: Run, station: Station) -> None:
        """Note the station of the case."""
        self._station = station
        self.result.seed = run.seed

    async def finish(self, run: Run, least: str | None) -> str:
        """Clean up after the case, once; return why its findings fail it, with this least severity, else ""."""
        station, result = self._station, self.result
        if station is None or self._is_finished:
            return ""
        self._is_finished = True
        if not station.changes.is_undone:
            station.history.add("clean-up:")
        await run.end(station)
        result.owes_reboot = station.changes.needs_restart
        result.notes += run.take_notes()
        result.findings += run.findings.take(self.case.provokes)
        result.transcript = [*station.history.lines()]
        about = PLAN_VERSIONS[station.profile.version].about
        result.station = {"identity": station.identity, **about(run.csms.follow(station.identity).boots.asked)}
        self._grave = [str(each) for each in worse(result.findings, least)]
        return "\n".join([REPORTED, *self._grave]) if self._grave else ""

    def see(self, call: "pytest.CallInfo[None]", report: pytest.TestReport) -> None:
        """Note the end of a phase of the case; change its report if --expected-failures says so."""
        self.result.at = self.result.at or call.start
        self.result.seconds += call.duration
        error = call.excinfo.value if call.excinfo else None
        if error is not None:
            self._judge(error, report)
        if call.when == "call" and self._expected:
            self._compare(self._expected, report)
        if call.when == "call" and report.failed and isinstance(error, NotJudged):
            report.when = "setup"  # an error of the set-up, not a failure, also in JUnit
        if call.when == "teardown":
            setattr(report, ATTRIBUTE, to_builtins(self.result))

    def _judge(self, error: BaseException, report: pytest.TestReport) -> None:
        result = self.result
        if report.skipped:
            applies = self.applies and not (self._station and self._station.does_not_apply)
            result.verdict = CaseVerdict.SKIPPED if applies else CaseVerdict.NOT_APPLICABLE
            result.reason = str(error)
        elif result.verdict is not CaseVerdict.FAIL:
            text = str(error).partition(TRANSCRIPT)[0].strip()
            is_failure = bool(self._grave) or (report.when == "call" and not isinstance(error, NotJudged))
            result.verdict = CaseVerdict.FAIL if is_failure else CaseVerdict.ERROR
            result.reason = text if isinstance(error, _WITHOUT_TYPE) else f"{type(error).__name__}: {text}"

    def _compare(self, expected: ExpectedFailure, report: pytest.TestReport) -> None:
        result = self.result
        if report.passed:
            result.is_unexpected = True
            result.reason = f"passed, but {expected.place} says that it fails"
            report.outcome, report.longrepr = "failed", result.reason
        elif report.failed and expected.covers(result.reason):
            result.is_expected = True
            report.outcome = "skipped"
            report.wasxfail = expected.why or f"{expected.place}"
        elif report.failed:
            other = f"{expected.place} expects another failure: {expected.text}"
            report.sections.append(("expected failures", other))
            result.notes.append(other)


def result_of(report: Any) -> CaseResult | None:
    """Return the result of a case from the last report of its item; None for any other report."""
    found = getattr(report, ATTRIBUTE, None)
    return None if found is None else convert(found, CaseResult)

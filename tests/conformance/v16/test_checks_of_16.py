"""Every check of OCPP 1.6 reports its own mistake, and no check a good station, at the running mock in virtual time."""

import pytest

from mock_csms.commands.explaining import explanation_of
from mock_csms.conformance.catalogue import CHECKS
from mock_csms.conformance.subject import OF_V16
from tests.conformance.v16.live import perform
from tests.conformance.v16.play import run_example
from tests.conformance.v16.scenarios import SCENARIOS


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_no_check_reports_a_good_station(scenario: str) -> None:
    """No check reports a good station in any scenario."""
    run = perform(scenario)
    assert (run.lines(), run.accidents) == ([], ())


OWN = [id_ for id_, check in CHECKS.items() if check.versions == OF_V16]


@pytest.mark.parametrize("check", OWN)
def test_the_wrong_example_is_reported(check: str) -> None:
    """Each check reports the wrong example of its explanation, played by a client at the running mock."""
    run = run_example(check, explanation_of(check).wrong)
    assert (check in run.checks, run.accidents) == (True, ()), run.lines()


@pytest.mark.parametrize("check", OWN)
def test_the_right_example_is_not_reported(check: str) -> None:
    """The check does not report the right example."""
    run = run_example(check, explanation_of(check).right)
    assert ([line for line in run.lines() if line.startswith(check)], run.accidents) == ([], ())

"""The checks at the running mock, with the running station of OCPP 2.1: silent if it is good, and not if it is bad."""

import pytest

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.protocol.versions import V21
from mock_csms.station.state import Habit
from mock_csms.station.v2.v21.misbehaviours import NEW
from tests.conformance.live import is_exercised
from tests.station.performances import SCENARIOS
from tests.station.rig21 import OF_21, occasions, perform

ADDED = [id_ for id_, check in CHECKS.items() if check.versions == (V21.name,)]
"""The checks of what OCPP 2.1 has added."""


@pytest.mark.parametrize("scenario", [*OF_21, *SCENARIOS])
def test_no_check_reports_a_good_station_of_21(scenario: str) -> None:
    """No check reports a good station, neither in what 2.1 has added nor in what 2.0.1 has too."""
    run = perform(scenario)
    assert (run.lines(), run.accidents) == ([], ())


@pytest.mark.parametrize("check", ADDED)
def test_a_check_of_21_looks_at_good_stations(check: str) -> None:
    """Each check has an occasion with a good station, so its silence means something."""
    occasions = {occasion for scenario in OF_21 for occasion in perform(scenario).occasions}
    assert is_exercised(CHECKS[check], occasions)


@pytest.mark.parametrize("kind", NEW)
def test_only_the_checks_of_a_misbehaviour_of_21_report_it(kind: str) -> None:
    """Each check of a misbehaviour reports it in a scenario, and no other check reports anything.

    A misbehaviour that starts later than the scenario ends causes no finding (`occasions`).
    """
    runs = [perform(scenario, Habit(kind)) for scenario, kinds in occasions().items() if kind in kinds]
    assert {check for run in runs for check in run.checks} == set(NEW[kind].checks)
    assert [text for run in runs for text in run.accidents] == []


def test_every_check_of_21_has_a_misbehaviour() -> None:
    """Each added check reports a misbehaviour of a running station."""
    assert {check for row in NEW.values() for check in row.checks} == set(ADDED)

"""The checks and a running station of OCPP 2.1: they are silent if it is good, and report it if it misbehaves."""

import re
from typing import Any

import pytest

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V21
from mock_csms.station.cues import CallRequested
from mock_csms.station.misbehaviour import misbehave
from mock_csms.station.state import Habit, Moment
from mock_csms.station.v2.v21.machine import MACHINE
from mock_csms.station.v2.v21.misbehaviours import KINDS, NEW
from tests.conformance.live import is_exercised
from tests.station.performances import SCENARIOS
from tests.station.play import world
from tests.station.rig21 import OF_21, new_station, occasions, perform

ADDED = [id_ for id_, check in CHECKS.items() if check.versions == (V21.name,)]
"""The checks of what OCPP 2.1 has added."""


@pytest.mark.parametrize("scenario", [*OF_21, *SCENARIOS])
def test_no_check_reports_a_good_station_of_21(scenario: str) -> None:
    """No check reports a good station, neither checks of 2.1 nor those of 2.0.1."""
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


def test_misbehaviours_of_21_survive_any_payload() -> None:
    """No misbehaviour raises an error, whatever payload a call by hand or an answer has."""
    odd: list[Any] = [{}, {"status": 5}, {"requestId": "one", "idToken": [], "data": 5, "id": None, "tbc": 1}]
    moment = Moment(0.0, world())
    device = replace(new_station(), boot_status="Accepted", is_online=True)
    for kind in NEW:
        misbehaving = replace(device, habits=(Habit(kind),))
        for action, row in V21.actions.items():
            for payload in odd:
                if row.sent_by(Sender.STATION):
                    MACHINE.step(misbehaving, CallRequested(action, payload), moment)
                else:
                    misbehave((Habit(kind),), KINDS, "answer", payload, action, {})


def test_the_titles_of_21_are_for_people() -> None:
    """Names are words with hyphens, titles say what the station does, and no two are the same."""
    titles = [row.title for row in KINDS.values()]
    assert all(re.fullmatch(r"[a-z]+(-[a-z]+)*", kind) for kind in NEW)
    assert all(len(row.title) < 80 and not row.title.endswith(".") for row in NEW.values())
    assert len(set(titles)) == len(titles)

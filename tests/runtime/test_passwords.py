"""Passwords that the mock has set are accepted: --basic-auth after SetVariables of BasicAuthPassword."""

import pytest

from mock_csms.station.state import Habit
from tests.conformance.live import run_of
from tests.station.commanding import PASSWORD, assign
from tests.station.rig import Rig

NEW = PASSWORD | {"attributeValue": "a-new-password-1"}


@pytest.mark.parametrize("habits", [(), (Habit("old-password"),)])
def test_a_station_comes_back_with_its_new_password(habits: tuple[Habit, ...]) -> None:
    """After a new password was Accepted, both it and the old one work, so that check S05 can report the old one."""
    with Rig(habits) as rig:
        rig.connect()
        assign(rig, NEW)  # type: ignore[arg-type] # a rig has what a stage has
        assert rig.settle().wait(10).device.is_online
    assert run_of(rig).checks == ({"S05"} if habits else set())


def test_a_password_that_the_station_rejects() -> None:
    """A password that the station rejected is not accepted by the mock."""
    with Rig(()) as rig:
        rig.connect()
        assign(rig, PASSWORD | {"attributeValue": "short"})  # type: ignore[arg-type] # as above
        assert rig.mock.stations["CS"].password is None

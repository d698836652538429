"""The checks of OCPI: each finds what is wrong, and nothing in the same done right."""

import pytest

from mock_csms.ocpi.emsp.checks.catalogue import OCPI_CHECKS, select_ocpi
from tests.ocpi.emsp.desk import Desk
from tests.ocpi.emsp.stories import STORIES

EXPECTED_TOO = {"OCPI-O01": {"OCPI-V01"}}


def test_every_check_has_its_stories() -> None:
    """Each check has a wrong and a right story, and no story is of no check."""
    assert sorted(STORIES) == sorted(OCPI_CHECKS)


@pytest.mark.parametrize("id_", STORIES)
def test_a_check_tells_wrong_from_right(id_: str) -> None:
    """A check finds the wrong story, with a text, and is exercised but silent in the right one."""
    pair = STORIES[id_]
    wrong, right = Desk(*pair.tokens, roles=pair.roles), Desk(*pair.tokens, roles=pair.roles)
    pair.wrong(wrong)
    pair.right(right)
    assert id_ in wrong.found()
    assert all(text and "\n" not in text for text in wrong.problems(id_))
    assert id_ not in right.found(), right.problems(id_)
    assert id_ in right.inspector.exercised


def test_checks_are_selected_by_words() -> None:
    """A selection is `all`, `none`, or ids, letters and subjects; a minus takes away."""
    assert len(select_ocpi("all")) == len(OCPI_CHECKS)
    assert select_ocpi("none") == []
    assert {check.subject for check in select_ocpi("sessions,OCPI-C01")} == {"sessions", "cdrs"}
    assert [check.id for check in select_ocpi("T,-OCPI-T01")] == ["OCPI-T02", "OCPI-T03"]
    with pytest.raises(ValueError, match=r"'sesions' is neither .* did you mean 'sessions'"):
        select_ocpi("sesions")

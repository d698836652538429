"""The checks of OCPI: each finds what is wrong, and nothing in the same done right."""

import pytest

from mock_csms.ocpi.emsp.checks.catalogue import OCPI_CHECKS, select_ocpi
from tests.ocpi.emsp.desk import NOW, Desk, Said, page
from tests.ocpi.emsp.samples import TOKEN, cdr, ended
from tests.ocpi.emsp.stories import STORIES, explores, pulls


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


def test_what_was_before_is_not_judged() -> None:
    """An eMSP that started later finds nothing wrong with sessions and CDRs of its past, which it only pulls.

    That a CPO is not there before the registration is no finding either.
    """
    desk = Desk()
    desk.world.began = NOW
    old = {"authorization_reference": "of-before", "auth_method": "AUTH_REQUEST"}
    unknown = {**TOKEN, "uid": "OTHER"}
    pulls(page([ended(**old, cdr_token=unknown)]), module="sessions")(desk)
    pulls(page([cdr(**old, cdr_token=unknown), cdr(id="C2", session_id="S2")]), module="cdrs")(desk)
    desk.world.parties.peers = []
    explores(Said(status=0, problem="ConnectError"))(desk)
    assert desk.found() == set()


def test_checks_are_selected_by_words() -> None:
    """A selection is `all`, `none`, or ids, letters and subjects; a minus takes away."""
    assert len(select_ocpi("all")) == len(OCPI_CHECKS)
    assert select_ocpi("none") == []
    assert {check.subject for check in select_ocpi("sessions,OCPI-C01")} == {"sessions", "cdrs"}
    assert [check.id for check in select_ocpi("T,-OCPI-T01")] == ["OCPI-T02", "OCPI-T03"]
    with pytest.raises(ValueError, match=r"'sesions' is neither .* did you mean 'sessions'"):
        select_ocpi("sesions")

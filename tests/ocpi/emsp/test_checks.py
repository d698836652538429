"""The checks of OCPI: each finds what is wrong, and nothing in the same done right."""

import pytest

from mock_csms.ocpi.emsp.checks.catalogue import OCPI_CHECKS, select_ocpi
from mock_csms.twin.events import Finding, Severity
from tests.ocpi.emsp.desk import NOW, Desk, Said, page
from tests.ocpi.emsp.process import run_here
from tests.ocpi.emsp.samples import T0, T1, TOKEN, cdr, ended, location, period, session
from tests.ocpi.emsp.stories import (
    LIST,
    LOCATION,
    STORIES,
    Story,
    ask,
    both,
    cdrs,
    explores,
    locations,
    pulls,
    put,
    sessions,
    start,
)


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


RIGHT: dict[str, Story] = {
    "an older list after a push": both(
        sessions(session(kwh=2.0, last_updated=T1)), pulls(page([session(kwh=1.0, last_updated=T0)]), module="sessions")
    ),
    "a list with nulls and other times": both(
        locations(location()), pulls(page([location(name=None, images=[], last_updated=T0[:-1])]))
    ),
    "a cursor in the link": pulls(page([], 0, f"{LIST}?cursor=x"), page([]), date_from=T0),
    "an EVSE that comes later": both(sessions(session(status="PENDING", connector_id="2"), session(last_updated=T1))),
    "a session from a reservation": both(
        sessions(
            session(status="RESERVATION"),
            session(start_date_time=T1, last_updated=T1, charging_periods=[period(T0, RESERVATION_TIME=1.0)]),
            ended(
                start_date_time=T1,
                charging_periods=[period(T0, RESERVATION_TIME=1.0), period(T1, ENERGY=10.0, TIME=1.0)],
            ),
        ),
        cdrs(cdr(charging_periods=[period(T0, RESERVATION_TIME=1.0), period(T1, ENERGY=10.0, TIME=1.0)])),
    ),
    "hours with two decimals": cdrs(cdr(end_date_time="2025-12-31T21:10:11Z", total_time=1.17)),
    "a CDR of a location that was not published": cdrs(cdr(session_id=None)),
    "no routing headers between two parties": ask(ocpi_to_party_id=None, ocpi_from_party_id=None),
    "a content type with a charset": put(LOCATION, location(), content_type="application/json; charset=utf-8"),
    "times without Z": sessions(session(start_date_time=T0[:-1], last_updated="2025-12-31T20:00:00.123")),
    "an unknown location in a command": start(Said({"result": "REJECTED", "timeout": 0}, code=2003)),
    "an error without data": start(Said(code=2003)),
    "an error with a list": start(Said([], code=2000)),
    "ids in other letters": both(locations(location()), put("/ocpi/emsp/2.2.1/sessions/nl/moc/s1", session())),
}


@pytest.mark.parametrize("name", RIGHT)
def test_every_right_way_passes(name: str) -> None:
    """Where OCPI leaves a choice, no way is found wrong."""
    desk = Desk()
    RIGHT[name](desk)
    desk.found()  # no check has failed itself
    findings = [event for event in desk.events if isinstance(event, Finding) and event.severity is not Severity.INFO]
    assert [f"{event.check}: {event.problem}" for event in findings] == []


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


def test_checks_are_listed_and_explained() -> None:
    """`mock-csms checks OCPI` lists all checks, and `mock-csms explain` has clause, severity, title and hint of one."""
    status, out, error = run_here("checks", "OCPI")
    assert (status, error) == (0, "")
    assert [line.split(" ")[0] for line in out.splitlines()] == ["check", *OCPI_CHECKS]
    _, out, _ = run_here("explain", "ocpi-s01")
    check, told = OCPI_CHECKS["OCPI-S01"], " ".join(out.split())
    for text in (check.title, f"clause {check.requirement}", f"severity {check.severity}", check.hint):
        assert text in told


def test_checks_are_selected_by_words() -> None:
    """A selection is `all`, `none`, or ids, letters and subjects; a minus takes away."""
    assert len(select_ocpi("all")) == len(OCPI_CHECKS)
    assert select_ocpi("none") == []
    assert {check.subject for check in select_ocpi("sessions,OCPI-C01")} == {"sessions", "cdrs"}
    assert [check.id for check in select_ocpi("T,-OCPI-T01")] == ["OCPI-T02", "OCPI-T03"]
    with pytest.raises(ValueError, match=r"'sesions' is neither .* did you mean 'sessions'"):
        select_ocpi("sesions")

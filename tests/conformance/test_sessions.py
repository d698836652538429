"""No check reports a valid session; the check of each mutation reports the broken session."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.conformance.mutations import MUTATIONS, OFFLINE
from tests.conformance.sessions import CALM, MOVES, POINTS, Move, Street, Terms
from tests.conformance.witness import inspect

LEGAL = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
UNHEALTHY = [HealthCheck.too_slow, HealthCheck.filter_too_much]
BROKEN = settings(max_examples=12, deadline=None, suppress_health_check=UNHEALTHY)
KNOWN = st.builds(Terms, st.sampled_from(POINTS), st.sampled_from(POINTS))
TERMS = st.builds(Terms, st.sampled_from(POINTS), st.sampled_from(POINTS), st.booleans())
SECONDS = st.sampled_from((1, 5, 30, 70, 150))

FULL: list[Move] = [
    ("plug", 1, 5),
    ("present", 1, 130),
    ("suspend", 1, 70),
    ("present", 1, 5),
    ("unplug", 1, 5),
    ("start", 1, 5),
    ("plug", 1, 130),
    ("stop", 1, 70),
    ("unplug", 1, 5),
    ("plug", 1, 5),
    ("present", 1, 130),
    ("stop", 1, 70),
    ("unplug", 1, 5),
]
"""Everything that happens in a transaction at one EVSE, and then in two more."""
OUTAGE: list[Move] = [("plug", 1, 5), ("present", 1, 10), ("lose", 1, 200), ("return", 1, 100), ("present", 1, 5)]


def moves(names: list[str], *evses: int, least: int = 0) -> st.SearchStrategy[list[Move]]:
    """Return lists of some of these moves at some EVSEs."""
    move = st.tuples(st.sampled_from(names), st.sampled_from(evses), SECONDS)
    return st.lists(move, min_size=least, max_size=25)


@LEGAL
@given(TERMS, moves(list(MOVES), 1, 2, least=8))
def test_no_check_reports_a_valid_session(terms: Terms, some: list[Move]) -> None:
    """No check reports a valid session, whatever moves it has, with known and unknown variables."""
    street = Street(terms)
    seen = street.play(some)
    assert [f"{each.check}: {each.problem}" for each in inspect(seen, street.now)] == []


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_broken_session_is_reported(name: str) -> None:
    """The check of a mutation reports it at any position, whatever happens at the other EVSE."""
    mutation, full = MUTATIONS[name], OUTAGE if name in OFFLINE else FULL

    @BROKEN
    @given(KNOWN, moves(list(CALM), 2), st.integers(0, 99))
    def broken(terms: Terms, others: list[Move], choice: int) -> None:
        street = Street(terms)
        seen = street.play([*others, *full])
        places = mutation.places(seen)
        assume(places)
        found = inspect(mutation.done(seen, places[choice % len(places)]), street.now + 60)
        assert mutation.check in {each.check for each in found}

    broken()

"""Long tests begin first, on half of the workers."""

import pytest

from tests.order import LONG, dealt


@pytest.mark.parametrize("count", [0, 1, 3, 5, 8, 103])
@pytest.mark.parametrize("long", [0, 1, 5, 9])
def test_no_test_is_lost(count: int, long: int) -> None:
    """Each test is in the new order once."""
    ids = [f"tests/test_other.py::{number}" for number in range(count)] + [LONG[0]] * long
    tests = range(len(ids))
    assert sorted(dealt(tests, ids, 4)) == [*tests]


def test_half_of_the_workers_begin_with_long_ones() -> None:
    """The parts of some workers begin with the long tests, the longest first; the order of the others stays."""
    ids = [*[f"tests/test_other.py::{number}" for number in range(16)], *reversed(LONG[:8])]
    new = dealt(ids, ids, 4)
    parts = [new[start : start + 6] for start in range(0, 24, 6)]
    assert [part[:4] for part in parts[:2]] == [[*LONG[0:8:2]], [*LONG[1:8:2]]]
    assert [id_ for part in parts for id_ in part if id_ not in LONG] == ids[:16]

"""Long tests begin first, on every worker."""

import pytest

from tests.order import LONG, dealt


@pytest.mark.parametrize("count", [0, 1, 3, 5, 8, 103])
@pytest.mark.parametrize("long", [0, 1, 5, 9])
def test_no_test_is_lost(count: int, long: int) -> None:
    """Each test is in the new order once."""
    ids = [f"tests/test_other.py::{number}" for number in range(count)] + [LONG[0]] * long
    tests = range(len(ids))
    assert sorted(dealt(tests, ids, 4)) == [*tests]


def test_each_worker_begins_with_a_long_one() -> None:
    """The parts that xdist makes begin with the long tests, the longest first; the order of the others stays."""
    ids = [*[f"tests/test_other.py::{number}" for number in range(16)], *reversed(LONG[:8])]
    new = dealt(ids, ids, 4)
    parts = [new[start : start + 6] for start in range(0, 24, 6)]
    assert [part[:2] for part in parts] == [[LONG[number], LONG[number + 4]] for number in range(4)]
    assert [id_ for part in parts for id_ in part[2:]] == ids[:16]

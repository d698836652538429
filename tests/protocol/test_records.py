"""Dicts that forget their oldest items."""

from copy import deepcopy

from hypothesis import given
from hypothesis import strategies as st

from mock_csms.protocol.records import Bounded, Mutable, bounded

MOST = 3


@given(st.lists(st.integers(0, 9)))
def test_a_bounded_dict_holds_the_newest_keys(keys: list[int]) -> None:
    """A bounded dict keeps the keys added last, up to its limit."""
    held: Bounded[int, int] = Bounded(MOST)
    expected: dict[int, int] = {}
    for number, key in enumerate(keys):
        held[key] = expected[key] = number
        expected = dict([*expected.items()][-MOST:])
    assert [*held.items()] == [*expected.items()]


def test_a_renewed_item_is_the_newest() -> None:
    """A renewed item counts as the newest one."""
    held: Bounded[str, int] = Bounded(MOST)
    for key in "abc":
        held[key] = 1
    held.renew("a", 2)
    held["d"] = 1
    assert [*held.items()] == [("c", 1), ("a", 2), ("d", 1)]


class _Holder(Mutable):
    items: Bounded[str, int] = bounded(MOST)


def test_each_record_has_its_own_bounded_dict() -> None:
    """Each record has its own dict in a `bounded` field, and a copy of it has the same limit."""
    one, two = _Holder(), _Holder()
    for key in "abcd":
        one.items[key] = 1
    copied = deepcopy(one)
    copied.items["e"] = 1
    assert ([*one.items], [*two.items], [*copied.items]) == (["b", "c", "d"], [], ["c", "d", "e"])

"""Numbers for transactions. No number comes twice in a run or, with --state-dir, in any run with that directory."""

from collections.abc import Callable

from mock_csms.runtime.clock import Chance

_BLOCK = 1000
"""How many numbers are reserved at once, so that the directory is written rarely."""
_LAST = 2**31 - 1
_LAST_BEGINNING = 2**30


class Numbers:
    """Returns one number after another, from 1 to 2**31 - 1.

    reserve: returns the first of so many numbers that no earlier run has used; None if earlier runs are not known. Then
    the first number comes from `chance`.
    """

    def __init__(self, chance: Chance, reserve: Callable[[int], int | None]) -> None:
        self._chance = chance
        self._reserve = reserve
        self._next = self._end = 0

    def fresh(self) -> int:
        """Return a number that was not returned before."""
        if self._next >= self._end:
            self._begin()
        number = self._next
        self._next += 1
        return number

    def _begin(self) -> None:
        first = self._reserve(_BLOCK)
        if first is not None:
            self._next, self._end = first, first + _BLOCK
        else:
            self._next, self._end = self._chance.new_integer() % _LAST_BEGINNING + 1, _LAST

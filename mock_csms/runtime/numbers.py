"""Numbers that no transaction had before, in this run or, with --state-dir, in any run with that directory."""

from collections.abc import Callable

from mock_csms.runtime.clock import Chance

_BLOCK = 1000
"""How many numbers are reserved at once, so that the directory is seldom written."""
_LAST = 2**31 - 1
_LAST_BEGINNING = 2**30


class Numbers:
    """Gives one number after another, from 1 to 2**31 - 1.

    `reserve` gets a count and returns the first of so many numbers that no earlier run had; None if nothing is kept of
    earlier runs: then `chance` says where the numbers begin.
    """

    def __init__(self, chance: Chance, reserve: Callable[[int], int | None]) -> None:
        self._chance = chance
        self._reserve = reserve
        self._next = self._end = 0

    def fresh(self) -> int:
        """Return a number that was not given before."""
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

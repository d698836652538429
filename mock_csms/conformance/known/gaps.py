"""The events of a transaction that did not come, by their seqNo."""

from typing import TypeAlias

_MOST = 50

Gap: TypeAlias = tuple[int, int]
"""The first and the last seqNo of those that did not come."""


def skip(gaps: list[Gap], highest: int, number: int) -> None:
    """Note a gap before an event; before the first event that came there may be anything."""
    if highest >= 0 and len(gaps) < _MOST:
        gaps.append((highest + 1, number - 1))


def fill(gaps: list[Gap], number: int) -> None:
    """Take a number out of the gaps."""
    for at, (first, last) in enumerate(gaps):
        if first <= number <= last:
            parts = [(first, number - 1), (number + 1, last)]
            gaps[at : at + 1] = [part for part in parts if part[0] <= part[1]]
            return

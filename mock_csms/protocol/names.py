"""Suggests the known name that a misspelled word probably means; and makes new names that are not taken."""

from collections.abc import Container, Iterable
from itertools import count

_MOST_TIMES = 3
"""A word that is so many times as long as a name is not near to it: difflib requires six tenths of equal characters."""

FEW = 12
"""At this number of names or more, a message does not list them all."""


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return `; did you mean 'NAME'?` with the name nearest to `word`, and the list of all names if they are few."""
    known = [str(name) for name in names]
    near, listed = nearest(word, known), ", ".join(known)
    if not 0 < len(known) < FEW:
        return near
    return f"{near} (possible: {listed})" if near else f"; possible: {listed}"


def nearest(word: str, names: Iterable[str]) -> str:
    """Return `; did you mean 'NAME'?` with the name nearest to `word`, or an empty text if none is near.

    Case is not compared, nor are the dashes that each flag begins with: they would make short flags near to any other.
    """
    import difflib  # noqa: PLC0415 - loaded only after a typing error

    by_core = {_core(name): str(name) for name in names}
    if len(word) > _MOST_TIMES * max(map(len, by_core), default=0):
        return ""
    near = difflib.get_close_matches(_core(word), by_core, n=1)
    return f"; did you mean {by_core[near[0]]!r}?" if near else ""


def _core(name: str) -> str:
    return name.lower().lstrip("-")


def fresh_name(name: str, taken: Container[str]) -> str:
    """Return the first of `name`, `name #2`, `name #3` and so on that is not taken."""
    if name not in taken:
        return name
    return next(numbered for number in count(2) if (numbered := f"{name} #{number}") not in taken)

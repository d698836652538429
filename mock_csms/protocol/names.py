"""Which known name somebody who misspelled one probably meant; and new names that are not taken."""

from collections.abc import Container, Iterable
from itertools import count

FEW = 12
"""From this number of names on, a message does not list them all."""


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return `; did you mean 'NAME'?` with the name nearest to `word`, and the list of all names if they are few."""
    known = [str(name) for name in names]
    near, listed = nearest(word, known), ", ".join(known)
    if not 0 < len(known) < FEW:
        return near
    return f"{near} (possible: {listed})" if near else f"; possible: {listed}"


def nearest(word: str, names: Iterable[str]) -> str:
    """Return `; did you mean 'NAME'?` with the name nearest to `word`, or an empty text if none is near."""
    import difflib  # noqa: PLC0415 - loaded only after a typing error

    by_lower = {name.lower(): str(name) for name in names}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f"; did you mean {by_lower[near[0]]!r}?" if near else ""


def fresh_name(name: str, taken: Container[str]) -> str:
    """Return the first of `name`, `name #2`, `name #3` and so on that is not taken."""
    if name not in taken:
        return name
    return next(numbered for number in count(2) if (numbered := f"{name} #{number}") not in taken)

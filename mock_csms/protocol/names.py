"""Finding the right name that somebody probably meant."""

from collections.abc import Iterable


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """Return `; did you mean 'NAME'?` with the name nearest to `word`, or nothing where none is near."""
    import difflib  # noqa: PLC0415 - only somebody who mistyped waits for it

    by_lower = {name.lower(): str(name) for name in names}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    return f"; did you mean {by_lower[near[0]]!r}?" if near else ""

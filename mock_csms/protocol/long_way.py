"""A switch that turns all shortcuts off, so that tests can compare the shortcuts with the full path.

A shortcut has the same result as the full path, and costs less. Each of them asks here once, when it is set up.
`settings/sources.py` reads the environment variable, because this folder reads no environment.
"""

_is_forced = False


def force_long_way(*, is_forced: bool = True) -> None:
    """Turn the shortcuts off, or on again, for everything that is set up from now on."""
    global _is_forced  # noqa: PLW0603 - one switch for the whole process
    _is_forced = is_forced


def is_long_way_forced() -> bool:
    """Whether shortcuts are switched off."""
    return _is_forced

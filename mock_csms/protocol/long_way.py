"""The switch that turns all shortcuts off, so that tests can compare them with the long way.

A shortcut does what the long way does, for less. Each of them asks here once, when it is set up. The environment is
read by `settings/sources.py`, because this room reads none.
"""

_is_forced = False


def force_long_way(*, is_forced: bool = True) -> None:
    """Let everything that is set up from now on take the long way, or shortcuts again."""
    global _is_forced  # noqa: PLW0603 - one switch for the whole process
    _is_forced = is_forced


def is_long_way_forced() -> bool:
    """Whether shortcuts are switched off."""
    return _is_forced

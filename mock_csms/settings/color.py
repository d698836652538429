"""Whether output is colored: a setting of all commands that print lines for people."""

from typing import Any

from mock_csms.settings import values
from mock_csms.settings.flags import flag


def color() -> Any:
    """Return the dataclass field of --color."""
    return flag(
        "auto",
        "color the lines; auto: only on a terminal, and not if the environment has NO_COLOR; always; never",
        values.one_of(lambda: ("auto", "always", "never")),
        "WHEN",
    )

"""The checks of the catalogue that are not judged, and what the mock would have to see for that."""

from collections.abc import Mapping

UNJUDGED: Mapping[str, tuple[str, str, str]] = {
    "N04": (
        "N01.FR.02, N01.FR.19, N01.FR.21",
        "a log that is uploaded is there, under its name",
        "the mock has no file server yet, and does not see the upload",
    ),
}
"""The requirement, the title, and the reason, by the id of the check."""

"""The checks of the catalogue that are not judged, and what the mock would have to see for that."""

from collections.abc import Mapping

UNJUDGED: Mapping[str, tuple[str, str, str]] = {
    "L08": (
        "L01.FR.30",
        "downloads of firmware are repeated as asked",
        "only the file server sees how often and when firmware is fetched",
    ),
}
"""The requirement, the title, and the reason, by the id of the check."""

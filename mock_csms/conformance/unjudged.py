"""The checks of the catalogue that are not judged, and what the mock would have to see for that."""

from collections.abc import Mapping

UNJUDGED: Mapping[str, tuple[str, str, str]] = {}
"""The requirement, the title, and the reason, by the id of the check."""

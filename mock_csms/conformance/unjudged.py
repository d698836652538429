"""The checks of the catalogue that are not judged, and what the mock would have to see for that."""

from collections.abc import Mapping

UNJUDGED: Mapping[str, tuple[str, str, str]] = {
    "S03": (
        "A00.FR.310, A00.FR.413",
        "an InvalidCsmsCertificate event tells of a bad server certificate",
        "the mock does not listen with TLS",
    ),
    "S04": (
        "A00.FR.316, A00.FR.419, A00.FR.323, A00.FR.426",
        "an event tells of an old TLS version or a weak cipher suite",
        "the mock does not listen with TLS",
    ),
}
"""The requirement, the title, and the reason, by the id of the check."""

"""The checks of OCPP 2.x that the mock does not perform, and the reasons."""

from collections.abc import Mapping

_TLS = "a station whose TLS handshake failed has not said its identity, so no event of it can be expected"

UNJUDGED: Mapping[str, tuple[str, str, str]] = {
    "T15": (
        "Part 4 8.4",
        "pings are sent as WebSocketPingInterval says",
        "the WebSocket library answers pings and does not report them",
    ),
    "L08": (
        "L01.FR.30",
        "firmware downloads are retried as requested",
        "only the file server sees how often and when firmware is fetched",
    ),
    "N04": (
        "N01.FR.02, N01.FR.19, N01.FR.21",
        "an uploaded log arrives, under its name",
        "the mock has no file server yet, and does not see the upload",
    ),
    "S03": (
        "A00.FR.310, A00.FR.413",
        "an InvalidCsmsCertificate event reports a bad server certificate",
        _TLS,
    ),
    "S04": (
        "A00.FR.316, A00.FR.419, A00.FR.323, A00.FR.426",
        "an event reports an old TLS version or a weak cipher suite",
        _TLS,
    ),
}
"""The requirement, the title and the reason, by the id of the check."""

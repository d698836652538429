"""The checks of OCPP 2.x that the mock does not perform, and the reasons."""

from collections.abc import Mapping

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
        "the checks see only messages, not the files at the file server",
    ),
}
"""The requirement, the title and the reason, by the id of the check."""

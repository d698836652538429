"""The checks of OCPP 1.6 that the mock does not perform, and the reasons."""

from collections.abc import Mapping

UNJUDGED: Mapping[str, tuple[str, str, str]] = {
    "6T09": (
        "OCPP-J 1.6 7, 1.6 9.1.34",
        "pings are sent as WebSocketPingInterval says",
        "the WebSocket library answers pings and does not report them",
    ),
    "6A04": (
        "1.6 3.5.1",
        "a cached idTag that is not valid is authorized again when it is presented",
        "nobody but the station sees that a card is presented",
    ),
    "6S05": (
        "whitepaper A02.FR.06-08",
        "a good certificate chain is Accepted, a bad one is Rejected and reported",
        "what is good depends on the roots that the station had before it was connected to the mock",
    ),
}
"""The requirement, the title and the reason, by the id of the check."""

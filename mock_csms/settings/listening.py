"""The settings of the listening socket and of single connections."""

import re
from typing import ClassVar

from mock_csms.protocol.versions import versions
from mock_csms.settings import values
from mock_csms.settings.flags import flag, part, switch


def versions_spoken() -> tuple[str, ...]:
    """Return the names of all supported versions, the preferred one first."""
    return tuple(version.name for version in versions())


def versions_to_speak(value: str) -> tuple[str, ...]:
    """Parse the names of versions, separated by commas, such as `1.6,2.0.1`; `ocpp` may stand before each."""
    names = [re.sub(r"^ocpp[\s_-]*", "", name.strip().lower()) for name in value.split(",")]
    return tuple(dict.fromkeys(map(values.one_of(versions_spoken), names)))


@part
class Listening:
    """The settings of the listening socket and of single connections."""

    title: ClassVar[str] = "listening"

    host: str = flag(
        "127.0.0.1", "address to listen on; `*` listens on all interfaces (IPv4 and IPv6)", values.text, "HOST"
    )
    port: int = flag(9000, "port to listen on; 0 picks a free port", values.integer(0, 65535), "PORT")
    ocpp: tuple[str, ...] | None = flag(
        None,
        "versions of OCPP to speak; a station gets the first one that it offers and that is listed here",
        versions_to_speak,
        "VERSION,VERSION,…",
        shown=",".join(versions_spoken()),
    )
    subprotocol_order: str = flag(
        "station",
        "whose order decides if a station offers several versions; station: its own (Part 4, 3.1.2); csms: that of "
        "--ocpp",
        values.one_of(lambda: ("station", "csms")),
        "station|csms",
    )
    max_message_size: int = flag(
        1048576,
        "largest message that a station may send, in bytes; a larger one closes the connection with code 1009",
        values.integer(1),
        "BYTES",
    )
    no_compression: bool = switch(
        "do not negotiate permessage-deflate; without this flag it is accepted when a station offers it"
    )
    max_compression_ratio: int = flag(
        100,
        "how many times longer a compressed message may be than on the wire; beyond that the connection is closed with "
        "code 1009, unless the message is at most 32 KiB long; 0 for no limit",
        values.integer(0),
        "N",
    )
    ping_interval: float = flag(20.0, "seconds between WebSocket pings; 0 sends none", values.number(), "SEC")
    ping_timeout: float = flag(
        20.0, "close the connection if no pong comes within this many seconds; 0 waits for ever", values.number(), "SEC"
    )
    ready_file: str | None = flag(None, "write the URL into this file once the server listens", values.text, "PATH")

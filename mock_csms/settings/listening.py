"""The settings of the listening socket and of single connections."""

from typing import ClassVar

from mock_csms.settings import values
from mock_csms.settings.flags import flag, part, switch


@part
class Listening:
    """The settings of the listening socket and of single connections."""

    title: ClassVar[str] = "listening"

    host: str = flag(
        "127.0.0.1", "address to listen on; `*` listens on all interfaces (IPv4 and IPv6)", values.text, "HOST"
    )
    port: int = flag(9000, "port to listen on; 0 picks a free port", values.integer(0, 65535), "PORT")
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
    no_shortcuts: bool = switch(
        "take no shortcuts; every message is then handled from the beginning, without remembered answers: the effect "
        "is the same, only slower, so that both can be compared"
    )
    ready_file: str | None = flag(None, "write the URL into this file once the server listens", values.text, "PATH")

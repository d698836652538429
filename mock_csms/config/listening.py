"""Where the mock listens, and what one connection may do."""

from dataclasses import dataclass
from typing import ClassVar

from mock_csms import values
from mock_csms.flags import flag, switch


@dataclass(frozen=True, kw_only=True, init=False, repr=False, eq=False)
class Listening:
    """Where the mock listens, and what one connection may do."""

    title: ClassVar[str] = "listening"

    host: str = flag("127.0.0.1", "address to listen on; `*`: all of them", values.text, "HOST")
    port: int = flag(9000, "port to listen on; 0 picks a free one", values.integer(0, 65535), "PORT")
    max_message_size: int = flag(
        1048576,
        "largest message that a station may send; a larger one closes the connection with 1009",
        values.integer(1),
        "BYTES",
    )
    no_compression: bool = switch("refuse permessage-deflate, which is accepted otherwise")
    ping_interval: float = flag(20.0, "time between WebSocket pings; 0 switches them off", values.number(), "SEC")
    ping_timeout: float = flag(
        20.0, "how long a ping waits for its pong before the connection is closed; 0: for ever", values.number(), "SEC"
    )
    ready_file: str | None = flag(None, "file to write the URL into once the server listens", values.text, "PATH")

"""The limits of one connection."""

from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.records import Record
from mock_csms.settings import Config

ALWAYS_ALLOWED = 32 * 1024
"""The length in bytes that a message may always have, however few bytes were sent: the window of DEFLATE (RFC 1951)."""


class Limits(Record):
    """The limits of one connection; sizes in bytes, times in seconds. 0 means no time limit, and no pings."""

    max_message_size: int
    compression: bool
    ping_interval: float
    ping_timeout: float
    most_growth: int = 0
    """By which factor a compressed message may become longer when it is expanded; 0 for no limit."""
    has_shortcuts: bool = True
    """Whether short text messages may take the shortcut."""


def limits_of(config: Config) -> Limits:
    """Return the limits in the settings."""
    return Limits(
        config.max_message_size,
        not config.no_compression,
        config.ping_interval,
        config.ping_timeout,
        config.max_compression_ratio,
        not is_long_way_forced(),
    )

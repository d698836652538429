"""What one connection may do."""

from mock_csms.protocol.long_way import is_long_way_forced
from mock_csms.protocol.records import Record
from mock_csms.settings import Config

ALWAYS_ALLOWED = 32 * 1024
"""How long a message may be, in bytes, however few came over the wire: as far as DEFLATE can look back (RFC 1951)."""


class Limits(Record):
    """What one connection may do; sizes in bytes, times in seconds, 0 for no time-out and no pings."""

    max_message_size: int
    compression: bool
    ping_interval: float
    ping_timeout: float
    most_growth: int = 0
    """How many times longer than on the wire a compressed message may become; 0 for any number."""
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

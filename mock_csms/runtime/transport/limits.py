"""What one connection may do."""

from mock_csms.protocol.records import Record


class Limits(Record):
    """What one connection may do; sizes in bytes, times in seconds, 0 for no time-out and no pings."""

    max_message_size: int
    compression: bool
    ping_interval: float
    ping_timeout: float

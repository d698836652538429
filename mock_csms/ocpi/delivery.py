"""An answer as bytes, before it is sent."""

from collections.abc import Mapping

from mock_csms.protocol.records import Record


class Delivery(Record, kw_only=True):
    """An answer as bytes, on its way to the client. Faults change it."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str = ""
    """The URL of the request, without a query."""
    delay: float = 0.0
    """How many seconds to wait before it is sent."""
    is_dropped: bool = False
    """Whether the connection is ended instead."""

"""The reservations that a station has accepted (ReserveNow)."""

from mock_csms.protocol.records import Bounded, Mutable, Record, bounded


class Booking(Record):
    """One reservation."""

    connector: int
    """Its connector; 0 for any."""
    tag: str
    """The folded idTag that it is for."""
    parent: str
    """The folded parentIdTag that it is for; empty if it is for no group."""
    expires_at: float
    """When it expires, in seconds since 1970; 0 if its timestamp does not parse."""
    at: float
    """When it was accepted."""


class Bookings(Mutable):
    """The reservations that may still exist, by their ids."""

    by_id: Bounded[int, Booking] = bounded(100)

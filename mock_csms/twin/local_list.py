"""The local authorization list of a station."""

from mock_csms.protocol.records import Mutable


class LocalList(Mutable):
    """What is known for certain about the list."""

    version: int | None = None
    """The version that was last sent to the station or reported by it; None if it is not known."""

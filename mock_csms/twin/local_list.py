"""The local authorization list of a station."""

from mock_csms.protocol.records import Mutable


class LocalList(Mutable):
    """What is sure about the list."""

    version: int | None = None
    """The version that was sent or told last; None where it is not known."""

"""The local authorization list of a station."""

from mock_csms.protocol.records import Mutable


class LocalList(Mutable):
    """The local authorization list of a station, as far as it is certain."""

    version: int | None = None
    """The version that was last sent to the station or reported by it; None if it is not known."""

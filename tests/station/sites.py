"""What stations share that have no mock to connect to."""

from mock_csms.behavior.templates import SAMPLE
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.transport.dial import Dialer
from mock_csms.runtime.transport.limits import Limits
from mock_csms.station.link import Site


def site_at(speed: float = 1.0, authorities: str | None = None) -> Site:
    """Return what a station moves files with; HTTPS trusts the `authorities` in a PEM file."""
    return Site(Dialer(Limits(1, False, 0, 0)), Bus(), SAMPLE.world, speed, authorities)

"""Which stations are of one make, as far as their TLS handshakes show: what they offer is the same."""

from typing import TypeAlias

from mock_csms.protocol.records import Bounded
from mock_csms.protocol.tls import Offer

Makes: TypeAlias = Bounded[Offer, tuple[str, ...]]
"""The identities of two of the stations with an offer, or of one."""
_MOST_OFFERS = 1000


def new_makes() -> Makes:
    """Return a record of stations without any."""
    return Bounded(_MOST_OFFERS)


def add_make(makes: Makes, offer: Offer, identity: str) -> None:
    """Note the offer of a station. Two identities are enough to know that it is not one station alone."""
    known = makes.get(offer, ())
    if identity not in known and len(known) < 2:
        makes[offer] = (*known, identity)

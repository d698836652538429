"""Groups stations of the same make by their TLS handshakes: stations of one make offer the same."""

from typing import TypeAlias

from mock_csms.protocol.records import Bounded
from mock_csms.protocol.tls import Offer

Makes: TypeAlias = Bounded[Offer, tuple[str, ...]]
"""By offer: the identities of up to two stations that have made it."""
_MOST_OFFERS = 1000


def new_makes() -> Makes:
    """Return an empty record of offers."""
    return Bounded(_MOST_OFFERS)


def add_make(makes: Makes, offer: Offer, identity: str) -> None:
    """Note the offer of a station. Two identities are enough to know that several stations make this offer."""
    known = makes.get(offer, ())
    if identity not in known and len(known) < 2:
        makes[offer] = (*known, identity)

"""Requests to modules of registered parties, with the headers that route them."""

from collections.abc import Mapping

from mock_csms.ocpi.parties import OcpiParty, OcpiPeer
from mock_csms.ocpi.request import FROM_COUNTRY, FROM_PARTY, TO_COUNTRY, TO_PARTY
from mock_csms.ocpi.steps import Fetch
from mock_csms.ocpi.world import OcpiWorld


def routing_headers(sender: OcpiParty, receiver: OcpiParty | None) -> Mapping[str, str]:
    """Return the headers of a request; without a receiver a hub decides who gets it."""
    headers = {FROM_COUNTRY: sender.country_code, FROM_PARTY: sender.party_id}
    to = {TO_COUNTRY: receiver.country_code, TO_PARTY: receiver.party_id} if receiver else {}
    return {**headers, **to}


def fetch_of(
    world: OcpiWorld, peer: OcpiPeer, url: str, *, to: OcpiParty | None = None, correlation_id: str = ""
) -> Fetch:
    """Return a GET to a module of a registered party; `to` names one of its parties if it has several."""
    return Fetch(
        url=url,
        token=peer.their_token,
        headers=routing_headers(world.parties.us.party, to or peer.party),
        correlation_id=correlation_id,
        is_raw=peer.is_raw,
    )

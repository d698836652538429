"""Who is registered, as text for a file: kept over a restart, or written by a user for --ocpi-registered."""

from collections.abc import Sequence

from mock_csms.ocpi.parties import OcpiParties, OcpiParty, OcpiPeer, OcpiRole
from mock_csms.protocol.records import Record, ValidationError, convert, json_text, json_value
from mock_csms.settings.roaming import GivenPeer, party


class KeptParties(Record):
    """What a file has."""

    peers: tuple[OcpiPeer, ...]
    tokens_a: tuple[str, ...]
    """The tokens with which another party could still register."""
    used: tuple[str, ...] = ()
    """The tokens with which a party has registered; they are of no use any more."""


def kept_text(parties: OcpiParties) -> bytes:
    """Return all registrations as JSON text."""
    return json_text(KeptParties(tuple(parties.peers), tuple(parties.tokens_a), tuple(parties.used)))


def restore(parties: OcpiParties, text: bytes) -> None:
    """Add the registrations of a text. Raises ValueError if the text has another format."""
    try:
        kept = convert(json_value(text), KeptParties)
    except ValidationError as error:
        raise ValueError(str(error)) from None
    parties.peers = [*kept.peers, *parties.peers]
    parties.used = [*kept.used]
    parties.tokens_a = [token for token in parties.tokens_a if token not in kept.used]


def peers_of(given: Sequence[GivenPeer]) -> Sequence[OcpiPeer]:
    """Return the parties that a user has written down."""
    return [
        OcpiPeer(
            our_token=each.token,
            their_token=each.their_token,
            versions_url=each.versions,
            endpoints=each.endpoints,
            roles=(OcpiRole(each.role, OcpiParty(*party(each.party)), each.party),),
            is_raw=each.raw,
        )
        for each in given
    ]

"""The settings of OCPI: the mock as a CPO, to which the platforms of eMSPs connect."""

import re
from collections.abc import Mapping, Sequence
from typing import ClassVar

from mock_csms.protocol.records import Record, ValidationError, convert
from mock_csms.settings import values
from mock_csms.settings.control import Address, address
from mock_csms.settings.flags import flag, part, switch
from mock_csms.settings.texts import parse_toml, read_text

_PARTY = r"(?P<country>[A-Za-z]{2})\*?(?P<party>[A-Za-z0-9]{3})"
_TOKEN = r"[!-~]{1,64}"  # noqa: S105 - a pattern
ROLES = ("CPO", "EMSP", "HUB", "NAP", "NSP", "OTHER", "SCSP")
_URL = r"https?://[^\s/?#]+[^\s?#]*"


def party(value: str) -> tuple[str, str]:
    """Parse a country code and the id of a party, such as `NL*MOC`."""
    found = re.fullmatch(_PARTY, value.strip(), re.ASCII)
    if found is None:
        raise ValueError(f"{value!r} is not CC*PID: two letters, and three letters or digits, such as NL*MOC")
    return found["country"].upper(), found["party"].upper()


def party_text(value: str) -> str:
    """Parse the same, and return it as a text, `NL*MOC`."""
    return "*".join(party(value))


def credentials_token(value: str) -> str:
    """Parse a credentials token, or `@FILE` with one. Errors do not contain it."""
    text = read_text(value[1:]).strip() if value.startswith("@") else value
    if not re.fullmatch(_TOKEN, text):
        raise ValueError("a credentials token has 1 to 64 characters of ASCII, without spaces")
    return text


def credentials_tokens(value: Sequence[str]) -> tuple[str, ...]:
    """Parse several credentials tokens."""
    return tuple(map(credentials_token, value))


def url(value: str) -> str:
    """Parse a URL of HTTP."""
    text = value.strip()
    if not re.fullmatch(_URL, text) or len(text) > 255:
        raise ValueError(f"{value!r} is not a URL with http:// or https://, without a query, of at most 255 characters")
    return text


class GivenPeer(Record, kw_only=True, forbid_unknown_fields=True, rename="kebab"):
    """A table [[peer]] in the file of --ocpi-registered."""

    party: str
    role: str = "EMSP"
    token: str
    """The credentials token that it shows to us."""
    their_token: str
    """The credentials token that we show to it."""
    versions: str
    """The URL of its versions."""
    endpoints: Mapping[str, str] = {}
    """The URLs of its modules, such as `"tokens SENDER"`; without them they are read from the versions."""
    raw: bool = False
    """Whether tokens are sent as they are, not in Base64."""


class _GivenPeers(Record, forbid_unknown_fields=True):
    peer: tuple[GivenPeer, ...]


def given_peers(value: str) -> tuple[GivenPeer, ...]:
    """Parse the path of a file with tables [[peer]]. Errors contain no token."""
    try:
        peers = convert(parse_toml(read_text(value)), _GivenPeers).peer
        for each in peers:
            party(each.party)
            credentials_tokens([each.token, each.their_token])
            for text in (each.versions, *each.endpoints.values()):
                url(text)
            if each.role not in ROLES:
                raise ValueError(f"{each.role!r} is not one of {', '.join(ROLES)}")
    except ValidationError as error:
        raise ValueError(f"{value}: {error}") from None
    except ValueError as error:
        raise ValueError(f"{value}: {error}") from None
    return peers


@part
class Roaming:
    """The settings of OCPI: the mock as a CPO, to which the platforms of eMSPs connect."""

    title: ClassVar[str] = "OCPI"

    ocpi: Address | None = flag(
        None,
        "serve OCPI 2.2.1 at this address as the CPO of the connected stations; the versions are at /ocpi/versions; "
        "without HOST only this machine reaches it; 0 picks a free port",
        address,
        "[HOST:]PORT",
    )
    ocpi_party: str = flag(
        "NL*MOC",
        "country code and id of the CPO",
        party_text,
        "CC*PID",
        needs=("ocpi",),
    )
    ocpi_url: str | None = flag(
        None,
        "the URL at which other platforms reach --ocpi; without /ocpi at its end, such as https://cpo.example; without "
        "this flag the URLs in answers have the host that the client names",
        url,
        "URL",
        needs=("ocpi",),
    )
    ocpi_token_a: tuple[str, ...] = flag(
        (),
        "a credentials token with which another platform may register, once; @FILE reads it from a file; repeatable",
        credentials_tokens,
        "TOKEN|@FILE",
        repeated=True,
        needs=("ocpi",),
        is_secret=True,
    )
    ocpi_peer: str | None = flag(
        None,
        "register with the platform that has its versions at this URL; this is tried again until it succeeds",
        url,
        "URL",
        needs=("ocpi",),
    )
    ocpi_peer_token: str | None = flag(
        None,
        "the credentials token for the registration with --ocpi-peer; @FILE reads it from a file",
        credentials_token,
        "TOKEN|@FILE",
        needs=("ocpi_peer",),
        is_secret=True,
    )
    ocpi_registered: tuple[GivenPeer, ...] = flag(
        (),
        "platforms that are registered already, so that no handshake is needed: a TOML file with a table [[peer]] for "
        "each (docs/ocpi-by-hand.md)",
        given_peers,
        "FILE",
        needs=("ocpi",),
    )
    ocpi_raw_token: bool = switch(
        "send credentials tokens as they are, not in Base64; a platform that sends its token so gets ours so anyway",
        needs=("ocpi",),
    )
    ocpi_any_response_url: bool = switch(
        "send the results of commands to any `response_url`; without this flag only to hosts of the platform that asks",
        needs=("ocpi",),
    )
    ocpi_renew: float | None = flag(
        None,
        "send new credentials (PUT) to each registered platform every so many seconds",
        values.number(above=True),
        "SEC",
        needs=("ocpi",),
    )
    ocpi_unregister: bool = switch("end all registrations (DELETE) when the mock stops", needs=("ocpi",))

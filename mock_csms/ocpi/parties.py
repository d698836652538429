"""Who we are, who is registered with us, and the credentials tokens of both directions."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from mock_csms.protocol.records import Mutable, Record, field

CPO, EMSP = "CPO", "EMSP"
SENDER, RECEIVER = "SENDER", "RECEIVER"
CREDENTIALS = "credentials"


class OcpiParty(Record):
    """A party: a country code and an id."""

    country_code: str
    party_id: str

    def __str__(self) -> str:
        return f"{self.country_code}*{self.party_id}"

    def is_same(self, other: "OcpiParty") -> bool:
        """Whether it is the same party; upper and lower case are the same."""
        return str(self).casefold() == str(other).casefold()


class OcpiRole(Record):
    """A role of a party on a platform."""

    role: str
    party: OcpiParty
    name: str
    """The name of the business."""

    def as_json(self) -> dict[str, Any]:
        """Return the object `CredentialsRole`."""
        return {
            "role": self.role,
            "business_details": {"name": self.name},
            "party_id": self.party.party_id,
            "country_code": self.party.country_code,
        }


class OcpiPeer(Record, kw_only=True):
    """A registered party."""

    our_token: str
    """The credentials token that it shows to us."""
    their_token: str
    """The credentials token that we show to it."""
    versions_url: str
    endpoints: Mapping[str, str]
    """The URLs of its modules, by `MODULE ROLE`, such as `locations RECEIVER`; that of credentials has no role."""
    roles: tuple[OcpiRole, ...]
    is_raw: bool = False
    """Whether we send it the token as it is, not in Base64."""
    token_a: str = ""
    """The token with which it has registered; after its end it may do so again."""

    @property
    def party(self) -> OcpiParty | None:
        """Its party, if it has only one."""
        parties = {str(role.party).casefold(): role.party for role in self.roles}
        return next(iter(parties.values())) if len(parties) == 1 else None

    @property
    def name(self) -> str:
        """Its parties, for people."""
        return ", ".join(dict.fromkeys(str(role.party) for role in self.roles))

    def url_of(self, module: str, role: str) -> str:
        """Return the URL of a module; empty if it does not have it."""
        return self.endpoints.get(module if module == CREDENTIALS else f"{module} {role}", "")

    def has_role(self, role: str) -> bool:
        """Whether one of its parties has that role."""
        return any(each.role == role for each in self.roles)

    def owns(self, party: OcpiParty) -> bool:
        """Whether this platform speaks for a party; a hub speaks for all parties."""
        return self.has_role("HUB") or any(each.party.is_same(party) for each in self.roles)


class OcpiParties(Mutable, eq=False):
    """All parties that the mock knows, and the tokens with which one can register."""

    us: OcpiRole
    peers: list[OcpiPeer] = field(default_factory=list)
    tokens_a: list[str] = field(default_factory=list)
    """The tokens with which another party can register; each can be used once."""
    used: list[str] = field(default_factory=list)
    """The tokens with which a party has registered."""
    pending: list[str] = field(default_factory=list)
    """The tokens that we have sent with our credentials, and that are not answered yet."""
    joined: Callable[["OcpiPeer"], None] = lambda _: None
    """Is called after a party has registered, or has got other modules."""
    left: Callable[["OcpiPeer"], None] = lambda _: None
    """Is called after a registration has ended."""
    changed: Callable[[], None] = lambda: None
    """Is called after a registration has changed."""

    def tokens(self) -> Iterator[str]:
        """Yield all credentials tokens that requests may show."""
        yield from (peer.our_token for peer in self.peers)
        yield from self.tokens_a
        yield from self.pending

    def behind(self, token: str) -> OcpiPeer | None:
        """Return the registered party that shows this token; None if it is a token for registration."""
        return next((peer for peer in self.peers if peer.our_token == token), None)

    def with_role(self, role: str) -> Iterator[OcpiPeer]:
        """Yield the registered parties that have a role.

        Two platforms that register with each other at the same moment are registered twice: the last one counts.
        """
        found = {peer.versions_url or peer.our_token: peer for peer in self.peers if peer.has_role(role)}
        return iter(found.values())

    def at(self, versions_url: str) -> OcpiPeer | None:
        """Return the registered party that has its versions at that URL; None if there is none."""
        return next((peer for peer in self.peers if peer.versions_url == versions_url), None)

    def add(self, peer: OcpiPeer, *, instead_of: str = "") -> None:
        """Add a registered party, in place of the one behind that token, or of the token for registration."""
        self.peers = [each for each in self.peers if each.our_token not in (instead_of, peer.our_token)] + [peer]
        if instead_of in self.tokens_a:
            self.tokens_a.remove(instead_of)
            self.used.append(instead_of)
        self.changed()
        self.joined(peer)

    def remove(self, peer: OcpiPeer) -> None:
        """End a registration. The token with which the party had registered is good for another one."""
        self.peers = [each for each in self.peers if each.our_token != peer.our_token]
        if peer.token_a in self.used:
            self.used.remove(peer.token_a)
            self.tokens_a.append(peer.token_a)
        self.changed()
        self.left(peer)


def endpoints_of(details: Mapping[str, Any]) -> Mapping[str, str]:
    """Return the URLs of modules from an object `VersionDetails`, as `OcpiPeer.endpoints` has them."""
    rows: Iterable[Any] = details["endpoints"]
    return {
        each["identifier"] if each["identifier"] == CREDENTIALS else f"{each['identifier']} {each['role']}": each["url"]
        for each in rows
    }


def roles_of(credentials: Mapping[str, Any]) -> tuple[OcpiRole, ...]:
    """Return the roles in an object `Credentials`."""
    return tuple(
        OcpiRole(each["role"], OcpiParty(each["country_code"], each["party_id"]), each["business_details"]["name"])
        for each in credentials["roles"]
    )

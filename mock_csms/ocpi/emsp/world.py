"""The state of the eMSP: what a CPO has sent, what the eMSP has asked, and the tokens that it owns."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from mock_csms.ocpi.emsp.sightings import SentCommand
from mock_csms.ocpi.store import Store
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, Record, bounded, field

MODULES = ("locations", "sessions", "cdrs", "tariffs")
"""The modules whose objects the eMSP keeps."""
_MOST = 10_000
"""How many objects of a module, commands and ids are kept; the oldest are dropped first."""
_QUIET = 15 * 60.0
"""The seconds after a command during which the CPO must not ask about its token (Commands: StartSession object)."""


class Grant(Record):
    """An authorization that the eMSP gave."""

    reference: str
    """Its `authorization_reference`; empty without one."""
    uid: str
    """The token."""
    method: str
    """The `auth_method` of the session that it leads to: `COMMAND` or `AUTH_REQUEST`."""
    at: float
    location_id: str = ""
    """The location that it is for; empty if it is for none in particular."""
    evse_uid: str = ""


class EmspWorld(Mutable):
    """What the eMSP knows."""

    party: str
    """The party of the eMSP, such as `DE*EMP`."""
    tolerance: float = 4.0
    """The allowed deviation of clocks, in seconds."""
    objects: dict[str, Store] = field(default_factory=lambda: {module: Store() for module in MODULES})
    """The objects of each module, by country code, party id and id."""
    peers: dict[str, Sequence[Json]] = field(default_factory=dict)
    """The roles of each registered party, as in its credentials."""
    commands: dict[str, SentCommand] = bounded(_MOST)
    """The commands that the eMSP sent, by their ids."""
    grants: list[Grant] = field(default_factory=list)
    """The authorizations that the eMSP gave, the last one at the end."""
    tokens: dict[str, Json] = field(default_factory=dict)
    """The tokens of the eMSP, by uid in lower case."""
    sent_tokens: set[str] = field(default_factory=set)
    """The tokens that a CPO has got, by uid in lower case."""
    request_ids: dict[str, int] = bounded(_MOST)
    """The request ids that came, each with the number of the exchange."""

    def find(self, module: str, owner: Mapping[str, Any], id_: Any) -> Json | None:
        """Return an object of a module. `owner` has `country_code` and `party_id`."""
        return self.objects[module].get(*key_of(owner, id_))

    def token(self, uid: Any) -> Json | None:
        """Return a token of the eMSP."""
        return self.tokens.get(uid.casefold()) if isinstance(uid, str) else None

    def parties(self) -> Iterator[tuple[str, str]]:
        """Yield the role and the party of each registered role."""
        for roles in self.peers.values():
            for role in roles:
                yield role["role"], f"{role['country_code']}*{role['party_id']}".upper()

    def grant(self, given: Grant) -> None:
        """Remember an authorization."""
        self.grants.append(given)
        del self.grants[:-_MOST]

    def granted(self, uid: str, at: float | None = None) -> Sequence[Grant]:
        """Return the authorizations of a token; with `at` only those by commands of the last 15 minutes before it."""
        found = [each for each in self.grants if each.uid.casefold() == uid.casefold()]
        if at is None:
            return found
        return [each for each in found if each.method == "COMMAND" and at - each.at < _QUIET]


def key_of(owner: Mapping[str, Any], id_: Any) -> tuple[str, str, str]:
    """Return the key of an object: its owner and its id."""
    return str(owner.get("country_code", "")), str(owner.get("party_id", "")), str(id_)


def party_of(owner: Mapping[str, Any]) -> str:
    """Return the owner of an object, such as `NL*MOC`."""
    return f"{owner.get('country_code', '')}*{owner.get('party_id', '')}".upper()

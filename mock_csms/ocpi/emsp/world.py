"""The state of the eMSP: what a CPO has sent, what the eMSP has asked, and the tokens that it owns."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from mock_csms.ocpi.emsp.sightings import SentCommand, Sighting
from mock_csms.ocpi.store import Store
from mock_csms.ocpi.world import OcpiWorld
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Bounded, Record, bounded, field, replace
from mock_csms.twin.ocpi_events import OcpiExchanged

MODULES = ("locations", "sessions", "cdrs", "tariffs", "hubclientinfo", "chargingprofiles")
"""The modules whose objects the eMSP keeps."""
_MOST = 10_000
"""How many commands, authorizations and ids are kept; the oldest are dropped first."""
_MOST_SHOWN = 1000
"""How many exchanges are kept to be shown."""
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


class EmspWorld(OcpiWorld, eq=False, kw_only=True):
    """What the eMSP knows."""

    tolerance: float = 4.0
    """The allowed deviation of clocks, in seconds."""
    began: float = 0.0
    """When the eMSP started: it knows nothing about what was before."""
    pushed: set[str] = field(default_factory=set)
    """The modules of which the CPO has pushed objects, so that it can be expected to push all of them."""
    objects: dict[str, Store] = field(default_factory=lambda: {module: Store() for module in MODULES})
    """The objects of each module, by country code, party id and id."""
    commands: Bounded[str, SentCommand] = bounded(_MOST)
    """The commands that the eMSP sent, by their ids."""
    grants: list[Grant] = field(default_factory=list)
    """The authorizations that the eMSP gave, the last one at the end."""
    tokens: Store = field(default_factory=Store)
    """The tokens of the eMSP, by uid."""
    answers: dict[str, Json] = field(default_factory=dict)
    """What the eMSP answers about a token, besides the token, by uid in lower case: `allowed`, `location_id`, …"""
    sent_tokens: set[str] = field(default_factory=set)
    """The tokens that a CPO has got, by uid in lower case."""
    request_ids: Bounded[str, OcpiExchanged] = bounded(_MOST)
    """The exchanges by their X-Request-ID."""
    exchanges: deque[OcpiExchanged] = field(default_factory=lambda: deque(maxlen=_MOST_SHOWN))
    """The last exchanges, the newest one at the end."""
    told_result: Callable[[str], None] = lambda _: None
    """Gets the id of each command whose result has come."""
    inspect: Callable[[Sighting], None] = lambda _: None
    """Checks what a CPO did."""

    @property
    def party(self) -> str:
        """The party of the eMSP, such as `DE*EMP`."""
        return str(self.parties.us.party).upper()

    def find(self, module: str, owner: Mapping[str, Any], id_: Any) -> Json | None:
        """Return an object of a module. `owner` has `country_code` and `party_id`."""
        return self.objects[module].get(*key_of(owner, id_))

    def token(self, uid: Any) -> Json | None:
        """Return a token of the eMSP."""
        return self.tokens.get(uid) if isinstance(uid, str) else None

    def registered(self) -> Iterator[tuple[str, str]]:
        """Yield the role and the party of each registered role; those behind preset tokens are none."""
        for peer in self.parties.peers:
            for role in peer.roles if peer.versions_url else ():
                yield role.role, str(role.party).upper()

    def grant(self, given: Grant) -> None:
        """Remember an authorization."""
        self.grants.append(given)
        del self.grants[:-_MOST]

    def granted(self, uid: str, at: float | None = None) -> Sequence[Grant]:
        """Return the authorizations of a token; with `at` only those by commands of the last 15 minutes before it."""
        found = [each for each in self.grants if each.uid.casefold() == uid.casefold()]
        if at is None:
            return found
        return [each for each in found if each.method == "COMMAND" and 0 <= at - each.at < _QUIET]

    def change_command(self, id_: str, **changes: Any) -> None:
        """Change what is known of a command."""
        if id_ in self.commands:
            self.commands[id_] = replace(self.commands[id_], **changes)


def key_of(owner: Mapping[str, Any], id_: Any) -> tuple[str, str, str]:
    """Return the key of an object: its owner and its id."""
    return str(owner.get("country_code", "")), str(owner.get("party_id", "")), str(id_)


def party_of(owner: Mapping[str, Any]) -> str:
    """Return the owner of an object, such as `NL*MOC`."""
    return f"{owner.get('country_code', '')}*{owner.get('party_id', '')}".upper()

"""The state of the CPO: its objects, the tokens of eMSPs, and what its commands must remember."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, TypeAlias

from mock_csms.ocpi.mapping.tokens import TokenVerdict
from mock_csms.ocpi.parties import OcpiParty, OcpiPeer
from mock_csms.ocpi.restrictions import Clock
from mock_csms.ocpi.steps import Steps
from mock_csms.ocpi.store import Json, Store
from mock_csms.ocpi.world import OcpiWorld
from mock_csms.protocol.records import Bounded, Mutable, Record, bounded, field
from mock_csms.settings.ocpi_sites import OcpiSite
from mock_csms.twin.station import StationModel

_MOST = 10_000
"""How many commands, reservations and preferences are remembered; the oldest are forgotten first."""


def local_in_utc(seconds: float) -> datetime:
    """Return seconds since 1970 as the time in UTC."""
    return datetime.fromtimestamp(seconds, UTC)


Pusher: TypeAlias = Callable[[OcpiPeer, Steps], None]


class EvsePlace(Record):
    """Where an EVSE of OCPI is."""

    identity: str
    """The identity of its station."""
    evse: int
    """Its number in OCPP."""


class RunningSession(Record):
    """The transaction behind a session."""

    identity: str
    transaction: str
    evse: int | None


class Commanded(Record, kw_only=True):
    """A token that a command of an eMSP has named at a station."""

    at: float
    """When the command came, in seconds since 1970."""
    identity: str
    token: Json
    """The Token."""
    reference: str = ""
    """The authorization_reference of the command."""
    remote: int | None = None
    """The remoteStartId of the command."""
    reservation: int | None = None
    """Our id of the reservation."""


class OcpiReservation(Mutable, kw_only=True):
    """A reservation that an eMSP has made."""

    peer: OcpiPeer | None
    id: str
    """The id that the eMSP has given it."""
    ours: int
    """The id at the station: no eMSP knows those of others."""
    identity: str
    response_url: str
    correlation_id: str = ""


class CpoWorld(OcpiWorld, eq=False, kw_only=True):
    """The state behind the OCPI server of the CPO."""

    locations: Store = field(default_factory=Store)
    sessions: Store = field(default_factory=Store)
    cdrs: Store = field(default_factory=Store)
    tariffs: Store = field(default_factory=Store)
    tokens: Store = field(default_factory=Store)
    """The tokens of eMSPs, by country code, party id, uid and type."""
    clients: Store = field(default_factory=Store)
    """What a hub tells of its parties (ClientInfo)."""
    places: dict[str, EvsePlace] = field(default_factory=dict)
    """By the uid of an EVSE, in lower case: where it is."""
    running: dict[str, RunningSession] = field(default_factory=dict)
    """By the id of a session, in lower case: its transaction."""
    preferences: Bounded[str, Json] = bounded(_MOST)
    """By the id of a session, in lower case: its ChargingPreferences."""
    commanded: list[Commanded] = field(default_factory=list)
    """The tokens that commands have named, the latest at the end."""
    reservations: Bounded[tuple[str, str], OcpiReservation] = bounded(_MOST)
    """By the party and the id that it has given: the reservations of eMSPs."""
    profiles: Bounded[str, int] = bounded(_MOST)
    """By the id of a session, in lower case: the id of its charging profile at the station."""
    busy: set[str] = field(default_factory=set)
    """The ids of the sessions, in lower case, for which a command about charging profiles waits for its result."""
    station: Callable[[str], StationModel | None] = lambda _: None
    """Returns the model of a station; None if it has never connected."""
    new_integer: Callable[[], int] = lambda: 1
    """Returns a number for a remoteStartId, a reservation or a charging profile."""
    verdicts: Bounded[tuple[str, str], TokenVerdict] = bounded(_MOST)
    """By station and token, in lower case: what was last decided about a token there."""
    cdr_urls: Bounded[str, str] = bounded(_MOST)
    """By id of a CDR: its URL at the eMSP, as the header Location has told it."""
    set_cost: Callable[[bool], float | None] = lambda _: None
    """Returns the cost that a setting says in place of the tariff; True asks for that of an ended transaction."""
    clock_at: Callable[[OcpiSite], Clock] = lambda _: local_in_utc
    """Returns the clock of a location."""
    reserved: Callable[[Commanded, int, float], None] = lambda _, __, ___: None
    """Is called after a station has accepted a reservation, with its EVSE and the time of its end."""
    unreserved: Callable[[str, int], None] = lambda _, __: None
    """Is called after a station has cancelled a reservation for an eMSP."""
    push: Pusher = lambda _, __: None
    """Does work for a party, after all earlier work for it."""
    timeout: float = 30.0
    """After how many seconds a command without an answer has failed."""
    allows_any_response_url: bool = False
    """Whether the result of a command may be sent to any host."""

    def remember(self, commanded: Commanded) -> None:
        """Remember a token that a command has named."""
        self.commanded.append(commanded)
        del self.commanded[:-_MOST]

    @property
    def us(self) -> OcpiParty:
        """The CPO."""
        return self.parties.us.party


def owner_of(value: Mapping[str, Any]) -> OcpiParty | None:
    """Return the party that a session or a CDR is for: that of its token; None if it has none."""
    token = value.get("cdr_token")
    return OcpiParty(token["country_code"], token["party_id"]) if token else None


def is_for(value: Mapping[str, Any], peer: OcpiPeer | None) -> bool:
    """Whether a party may see a session or a CDR. Without a party everybody may."""
    owner = owner_of(value)
    return peer is None or (owner is not None and peer.owns(owner))

"""What a station holds for its CSMS and keeps over a reboot: reservations, idTokens, profiles of charging and of the
network, messages, certificates, monitors, and jobs.
"""

from collections.abc import Mapping
from typing import TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.station.v2.variables import Name

Token: TypeAlias = tuple[str, str]
"""An idToken as it is compared: its text without regard to case, and its type."""


def token_key(token: Json) -> Token:
    """Return what is equal for two idTokens that are the same."""
    return token["idToken"].casefold(), token["type"]


class HeldReservation(Record):
    """An EVSE, or any, that is kept for an idToken or its group until a time (H01)."""

    id: int
    token: Json
    expires_at: float
    group: Json | None = None
    evse: int | None = None


class LocalAuthorizationList(Record):
    """The local authorization list (D01): its version, and the idTokenInfo of each idToken."""

    version: int = 0
    entries: Mapping[Token, Json] = {}


class ChargingProfile(Record):
    """A charging profile and the EVSE that it is for; 0 is the whole station (K01)."""

    evse: int
    profile: Json


class Certificate(Record):
    """A certificate that was installed (M05): what it is for, its PEM text, and its hash data."""

    kind: str
    pem: str
    hash_data: Json


class Monitor(Record):
    """One monitor of a variable (N04), as it was set, whether its threshold is crossed, and the value told last."""

    id: int
    name: Name
    setting: Json
    is_custom: bool = True
    is_crossed: bool = False
    last_value: str | None = None


class Job(Record):
    """Something that takes time, an upload or an installation: whose request it is, and the statuses still to come,
    each with the time before which it does not. `subject` is the checksum of what is published.
    """

    request_id: int
    steps: tuple[tuple[str, float], ...]
    status: str = "Idle"
    subject: str = ""


class Signing(Record):
    """How the station comes to its own certificate (A02): which of its key pairs the next one is for, whether one is
    awaited, and how often the CSMS took the request for it.
    """

    key: int = 0
    is_open: bool = False
    taken: int = 0


class Storage(Record):
    """All of it, by ids where there are any. `cache` is the authorization cache, `profiles` are the charging profiles,
    `displays` the messages to show, `slots` the network profiles by slot, `published` the checksums of the firmware
    that others may fetch here. `awaiting` are the values of variables that a reboot will put in force, `dialed` the
    network profiles that the last one did.
    """

    reservations: Mapping[int, HeldReservation] = {}
    local_list: LocalAuthorizationList = LocalAuthorizationList()
    cache: Mapping[Token, Json] = {}
    profiles: Mapping[int, ChargingProfile] = {}
    displays: Mapping[int, Json] = {}
    certificates: tuple[Certificate, ...] = ()
    monitors: Mapping[int, Monitor] = {}
    monitoring_level: int = 9
    slots: Mapping[int, Json] = {}
    dialed: Mapping[int, Json] = {}
    awaiting: Mapping[Name, str] = {}
    jobs: Mapping[str, Job] = {}
    signing: Signing = Signing()
    published: frozenset[str] = frozenset()

"""The data that a station keeps over a reboot.

These are reservations, idTokens, charging profiles, network profiles, display messages, certificates, monitors and
jobs.
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.station.certificates import Certificate, Types
from mock_csms.station.moving import Moving
from mock_csms.station.v2.variables import Name

TYPES = Types(root="CSMSRootCertificate", own="ChargingStationCertificate")
"""The types of certificates that TLS needs."""

Token: TypeAlias = tuple[str, str]
"""An idToken in the form for comparison: its text in lower case, and its type."""


def token_key(token: Json) -> Token:
    """Return the key of an idToken: two idTokens are the same if their keys are equal."""
    return token["idToken"].casefold(), token["type"]


class HeldReservation(Record):
    """A reservation for an idToken or its group (H01)."""

    id: int
    token: Json
    expires_at: float
    """In seconds since 1970."""
    group: Json | None = None
    evse: int | None = None
    """The id of the reserved EVSE; None means any EVSE."""


class LocalAuthorizationList(Record):
    """The local authorization list (D01)."""

    version: int = 0
    """0 means that there is no list."""
    entries: Mapping[Token, Json] = {}
    """The idTokenInfo of each idToken."""


class ChargingProfile(Record):
    """A charging profile that the CSMS has set (K01)."""

    evse: int
    """Its EVSE; 0 is the whole station."""
    profile: Json
    """A ChargingProfileType."""


class Monitor(Record):
    """A monitor of a variable (N04)."""

    id: int
    name: Name
    """The variable."""
    setting: Json
    """The SetMonitoringDataType that the CSMS sent."""
    is_custom: bool = True
    """Whether the CSMS has set it; False for one from the factory."""
    is_crossed: bool = False
    """Whether the value is beyond the threshold."""
    last_value: str | None = None
    """The value from which a delta is measured."""


class Job(Record):
    """An upload, an update or a publication, which goes through several statuses."""

    request_id: int
    steps: tuple[tuple[str, float], ...]
    """The next statuses, each with its earliest time in seconds since 1970."""
    status: str = "Idle"
    """The last reported status."""
    subject: str = ""
    """The checksum of the firmware that is published."""
    moving: Moving = Moving()
    """The transfer of its file."""
    order: Mapping[str, Any] = {}
    """The fields of the request about the firmware."""


class Signing(Record):
    """The state of the request for the station's own certificate (A02)."""

    key: int = 0
    """The number of the key pair that the next certificate is for."""
    is_open: bool = False
    """Whether the station waits for a certificate."""
    taken: int = 0
    """How often the CSMS accepted SignCertificate for it."""


class Storage(Record):
    """All stored data; mappings with int keys are by id."""

    reservations: Mapping[int, HeldReservation] = {}
    local_list: LocalAuthorizationList = LocalAuthorizationList()
    cache: Mapping[Token, Json] = {}
    """The authorization cache: the idTokenInfo of each idToken, the newest last."""
    profiles: Mapping[int, ChargingProfile] = {}
    """The charging profiles."""
    displays: Mapping[int, Json] = {}
    """The display messages."""
    certificates: tuple[Certificate, ...] = ()
    monitors: Mapping[int, Monitor] = {}
    monitoring_level: int = 9
    """The highest severity of the events that are reported (N05)."""
    slots: Mapping[int, Json] = {}
    """The network profiles that the CSMS has set, by configuration slot."""
    dialed: Mapping[int, Json] = {}
    """The network profiles that are in use since the last reboot."""
    awaiting: Mapping[Name, str] = {}
    """The values of variables that take effect at the next reboot."""
    jobs: Mapping[str, Job] = {}
    """The last job of each kind."""
    signing: Signing = Signing()
    published: frozenset[str] = frozenset()
    """The checksums of the published firmware."""

"""The state of a 1.6 station: connectors, transactions, configuration keys and stored data."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, replace
from mock_csms.station.certificates import Certificate, Types
from mock_csms.station.cues import Act
from mock_csms.station.moving import Moving
from mock_csms.station.state import Identity, Moment, State
from mock_csms.station.v16.model import KEYS

POWER = 22_000.0
"""The power that a vehicle draws without a limit, in W."""
TYPES = Types(root="CentralSystemRootCertificate", own="ChargePointCertificate")
"""The types of certificates that TLS needs."""


class RunningTransaction(Record):
    """A transaction that runs, or that has ended while its messages still wait."""

    local: int
    """The number that stands for the id until the CSMS has sent the id."""
    id: int | None = None
    """The id from the CSMS; None before the answer to StartTransaction."""
    connector: int = 0
    stamp: str = ""
    """The timestamp of its StartTransaction."""
    began_with: float = 0.0
    """The energy register at its start, in Wh."""
    since: float = 0.0
    """The time of its start, in seconds since 1970."""
    samples: tuple[Json, ...] = ()
    """The meter values that are sent when it ends."""

    @property
    def number(self) -> int:
        """The id for its messages, or `local` before the id is known."""
        return self.local if self.id is None else self.id


class ConnectorState(Record):
    """One connector."""

    id: int
    is_plugged: bool = False
    authorized: str | None = None
    """The idTag of the authorized driver; None if nobody is authorized."""
    parent: str | None = None
    """The parentIdTag of that idTag."""
    profile: Json | None = None
    """The charging profile for the transaction that will start there."""
    is_remote: bool = False
    is_finishing: bool = False
    """Whether a transaction has ended and the cable is still plugged in (Finishing)."""
    is_suspended: bool = False
    """Whether the driver gets no energy, because the CSMS has rejected the idTag (SuspendedEVSE)."""
    is_paused: bool = False
    """Whether the vehicle takes no energy (SuspendedEV)."""
    transaction: RunningTransaction | None = None
    energy: float = 0.0
    """The energy register at `metered_at`, in Wh."""
    metered_at: float = 0.0
    power: float = POWER
    """The power that the vehicle may take since `metered_at`, in W."""
    is_inoperative: bool = False
    is_pending: bool = False
    """Whether the connector becomes inoperative when the transaction ends (5.2)."""

    @property
    def drawn(self) -> float:
        """The power that the vehicle draws now, in W."""
        flows = self.transaction is not None and self.is_plugged and not (self.is_suspended or self.is_paused)
        return self.power if flows else 0.0

    @property
    def is_free(self) -> bool:
        """Whether a driver may start charging here."""
        return self.authorized is None and self.transaction is None and not (self.is_inoperative or self.is_pending)

    def register(self, now: float) -> float:
        """Return the energy register at a time, in Wh."""
        return self.energy + max(0.0, now - self.metered_at) / 3600 * self.drawn

    def status(self) -> str:
        """The status of the connector, ignoring reservations (4.9)."""
        if self.transaction is not None:
            if self.is_suspended or not self.power:
                return "SuspendedEVSE"
            return "SuspendedEV" if self.is_paused or not self.is_plugged else "Charging"
        if self.is_inoperative:
            return "Unavailable"
        if self.is_finishing:
            return "Finishing"
        return "Preparing" if self.is_plugged or self.authorized is not None else "Available"


class Reserved(Record):
    """A reservation."""

    connector: int
    """The reserved connector; 0 for any."""
    tag: str
    parent: str | None
    expires_at: float


class StoredFile(Record):
    """An upload or update in progress, with its next statuses, and the action that reports them."""

    action: str
    steps: tuple[str, ...]
    status: str = "Idle"
    request_id: int | None = None
    earliest: float = 0.0
    """The earliest time of the next step, in seconds since 1970."""
    moving: Moving = Moving()
    """The file itself."""
    signature: tuple[str, str] = ("", "")
    """The signing certificate of a firmware, in PEM, and its signature."""


class AskedCard(Record):
    """An idTag with an open Authorize, and what it was presented for."""

    tag: str
    connector: int | None = None
    is_remote: bool = False
    profile: Json | None = None


class Device16(State):
    """The state of a whole station."""

    must_deliver: ClassVar[frozenset[str]] = frozenset({"StartTransaction", "StopTransaction", "MeterValues"})

    identity: Identity
    connectors: Mapping[int, ConnectorState]
    """By connector id, counted from 1."""
    configuration: Mapping[str, str]
    awaiting: Mapping[str, str] = {}
    """The values of configuration keys that take effect at the next reboot."""
    boot_at: float = 0.0
    """The time before which no BootNotification may be sent, in seconds since 1970."""
    reset: str | None = None
    """The reason of a reboot that waits until no transaction runs; None if no reboot is planned."""
    has_rebooted: bool = False
    is_inoperative: bool = False
    """Whether the whole station is inoperative (5.2)."""
    reported: Mapping[int, str] = {}
    """By connector: the status that the CSMS has received last."""
    cards: tuple[AskedCard, ...] = ()
    next_local: int = -2
    """The number for the next transaction. It is negative, so that it cannot be an id of the CSMS."""
    started: tuple[RunningTransaction, ...] = ()
    """The transactions whose StartTransaction is not answered yet."""
    aligned_at: float | None = None
    """The time of the next clock-aligned meter values, in seconds since 1970."""
    reservations: Mapping[int, Reserved] = {}
    list_version: int = 0
    local_list: Mapping[str, Json] = {}
    """By idTag in lower case: its idTagInfo in the local list."""
    cache: Mapping[str, Json] = {}
    profiles: Mapping[int, tuple[int, Json]] = {}
    """By id: the connector and the charging profile."""
    files: Mapping[str, StoredFile] = {}
    """The last upload and update, by the action that reports them."""
    certificates: tuple[Certificate, ...] = ()
    key_number: int = 0
    """The number of the key pair for the next certificate."""
    is_signing: bool = False
    first_profile: int = 0
    """The security profile of the URL on the command line; 0 for none."""
    former_profile: int | None = None
    """The security profile to fall back to, while no connection was made with a new one."""

    @property
    def message_timeout(self) -> float:
        """The value of MessageTimeout, in seconds."""
        return self.number("MessageTimeout")

    @property
    def connection_timeout(self) -> float:
        """The value of ConnectionTimeOut, in seconds."""
        return self.number("ConnectionTimeOut")

    @property
    def delivery_attempts(self) -> int:
        """The value of TransactionMessageAttempts (3.7.1)."""
        return self.number("TransactionMessageAttempts")

    @property
    def delivery_interval(self) -> float:
        """The value of TransactionMessageRetryInterval, in seconds (3.7.1)."""
        return self.number("TransactionMessageRetryInterval")

    @property
    def is_busy(self) -> bool:
        """Whether any transaction is running."""
        return any(connector.transaction for connector in self.connectors.values())

    def configured(self, key: str, value: str) -> "Device16":
        """Return the station with another value of a key."""
        return replace(self, configuration={**self.configuration, key: value})

    def number(self, key: str) -> int:
        """Return the value of a numeric key."""
        return int(self.configuration[key])

    def is_on(self, key: str) -> bool:
        """Return the value of a boolean key."""
        return self.configuration[key].lower() == "true"

    def members(self, key: str) -> list[str]:
        """Return the items of a key with a list."""
        return [member.strip() for member in self.configuration[key].split(",") if member.strip()]

    def having(self, changed: ConnectorState) -> "Device16":
        """Return the station with the connector of this id replaced by `changed`."""
        return replace(self, connectors={**self.connectors, changed.id: changed})

    def charging(self, transaction: int) -> ConnectorState | None:
        """Return the connector with a running transaction; None if the transaction does not run."""
        running = ((each, each.transaction) for each in self.connectors.values())
        return next((each for each, its in running if its is not None and its.number == transaction), None)


Step: TypeAlias = tuple[Device16, list[Act]]
"""The new state of the station, and its acts."""
Given: TypeAlias = tuple[Device16, Any, list[Act]]
"""The new state of the station, the answer (a payload, or an error's code and text), and the acts after the answer."""
Answering: TypeAlias = Callable[[Device16, Json, Moment], Given]
Ringing: TypeAlias = Callable[[Device16, list[Any], Moment], Step]

ACCEPTED: Json = {"status": "Accepted"}
REJECTED: Json = {"status": "Rejected"}


def new_device(identity: Identity, evses: int, connectors: int) -> Device16:
    """Return a new station. 1.6 has no EVSEs, so the connectors of all EVSEs are numbered from 1."""
    count = evses * connectors
    values = {name: key.value for name, key in KEYS.items()} | {"NumberOfConnectors": str(count)}
    values["ConnectorPhaseRotation"] = ",".join(f"{number}.RST" for number in range(count + 1))
    return Device16(
        identity=identity,
        connectors={number: ConnectorState(number) for number in range(1, count + 1)},
        configuration=values,
    )


def equipped(device: Device16, variables: Mapping[Any, str], _: frozenset[str]) -> Device16:
    """Return a station with these values of configuration keys."""
    return replace(device, configuration={**device.configuration, **variables})

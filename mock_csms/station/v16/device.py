"""The state of a 1.6 station at one moment: its connectors, their transactions, its keys, and what it stores."""

from collections.abc import Callable, Mapping
from typing import Any, ClassVar, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, replace
from mock_csms.station.cues import Act
from mock_csms.station.moving import Moving
from mock_csms.station.state import Identity, Moment, State
from mock_csms.station.v16.model import KEYS

POWER = 22_000.0
"""The power that a vehicle takes without a limit, in W."""


class RunningTransaction(Record):
    """A transaction that runs, or whose messages wait."""

    local: int
    """Its number here; it stands for the id until the CSMS has given that."""
    id: int | None = None
    """The id that the CSMS has given."""
    connector: int = 0
    stamp: str = ""
    """When it began, as its StartTransaction says it."""
    began_with: float = 0.0
    """The energy register at its start, in Wh."""
    since: float = 0.0
    """When it began, in seconds since 1970."""
    samples: tuple[Json, ...] = ()
    """The meter values that are sent when it ends."""

    @property
    def number(self) -> int:
        """The id for its messages."""
        return self.local if self.id is None else self.id


class ConnectorState(Record):
    """One connector."""

    id: int
    is_plugged: bool = False
    authorized: str | None = None
    """The idTag that may charge."""
    parent: str | None = None
    """The group of that idTag."""
    profile: Json | None = None
    """The charging profile for the transaction that will start there."""
    is_remote: bool = False
    is_finishing: bool = False
    """Whether a transaction has ended, and the cable is still plugged in."""
    is_suspended: bool = False
    """Whether the driver gets no energy, because the CSMS does not know the idTag."""
    is_paused: bool = False
    """Whether the vehicle takes no energy."""
    transaction: RunningTransaction | None = None
    energy: float = 0.0
    """The energy register at `metered_at`, in Wh."""
    metered_at: float = 0.0
    power: float = POWER
    """What the vehicle may take since then, in W."""
    is_inoperative: bool = False
    is_pending: bool = False
    """Whether it becomes inoperative when the transaction ends."""

    @property
    def drawn(self) -> float:
        """The power that the vehicle takes now, in W."""
        flows = self.transaction is not None and self.is_plugged and not (self.is_suspended or self.is_paused)
        return self.power if flows else 0.0

    @property
    def is_free(self) -> bool:
        """Whether a driver may start here."""
        return self.authorized is None and self.transaction is None and not (self.is_inoperative or self.is_pending)

    def register(self, now: float) -> float:
        """Return the energy register at a time, in Wh."""
        return self.energy + max(0.0, now - self.metered_at) / 3600 * self.drawn

    def status(self) -> str:
        """Return the status without regard to reservations (4.9)."""
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
    """0 for any connector."""
    tag: str
    parent: str | None
    expires_at: float


class StoredFile(Record):
    """An upload or an update that is under way: the statuses that follow, and how they are reported."""

    action: str
    steps: tuple[str, ...]
    status: str = "Idle"
    request_id: int | None = None
    earliest: float = 0.0
    """When the next step may be taken, in seconds since 1970."""
    moving: Moving = Moving()
    """The file itself."""
    signature: tuple[str, str] = ("", "")
    """The signing certificate of a firmware, in PEM, and its signature."""


class RootCertificate(Record):
    """An installed certificate."""

    kind: str
    pem: str
    hash_data: Json


class AskedCard(Record):
    """An idTag with an open Authorize."""

    tag: str
    connector: int | None = None
    is_remote: bool = False
    profile: Json | None = None


class Device16(State):
    """A whole station."""

    must_deliver: ClassVar[frozenset[str]] = frozenset({"StartTransaction", "StopTransaction", "MeterValues"})

    identity: Identity
    connectors: Mapping[int, ConnectorState]
    """By their ids, which count from 1."""
    configuration: Mapping[str, str]
    awaiting: Mapping[str, str] = {}
    """The values that count from the next reboot on."""
    boot_at: float = 0.0
    """The time before which no BootNotification may be sent, in seconds since 1970."""
    reset: str | None = None
    """Why the station reboots once no transaction runs; None if it does not."""
    has_rebooted: bool = False
    is_inoperative: bool = False
    """Whether the whole station was made inoperative."""
    told: Mapping[int, str] = {}
    """The status that the CSMS knows of each connector."""
    cards: tuple[AskedCard, ...] = ()
    next_local: int = -2
    """The number for the next transaction here: negative, so that the CSMS has never given it."""
    started: tuple[RunningTransaction, ...] = ()
    """The transactions whose StartTransaction was not answered so far."""
    aligned_at: float | None = None
    """When the next clock-aligned meter values are due."""
    reservations: Mapping[int, Reserved] = {}
    list_version: int = 0
    local_list: Mapping[str, Json] = {}
    """The idTagInfo by the idTag, in lower case."""
    cache: Mapping[str, Json] = {}
    profiles: Mapping[int, tuple[int, Json]] = {}
    """The charging profiles by id, each with its connector."""
    files: Mapping[str, StoredFile] = {}
    """The last upload and update, by the action that reports them."""
    certificates: tuple[RootCertificate, ...] = ()
    key_number: int = 0
    """The number of the key pair that the next certificate is for."""
    is_signing: bool = False

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
        """Whether any transaction runs."""
        return any(connector.transaction for connector in self.connectors.values())

    def number(self, key: str) -> int:
        """Return the value of a key that is a number."""
        return int(self.configuration[key])

    def is_on(self, key: str) -> bool:
        """Return whether a boolean key is true."""
        return self.configuration[key].lower() == "true"

    def members(self, key: str) -> list[str]:
        """Return the members of a list."""
        return [member.strip() for member in self.configuration[key].split(",") if member.strip()]

    def having(self, changed: ConnectorState) -> "Device16":
        """Return the station with one connector replaced, by its id."""
        return replace(self, connectors={**self.connectors, changed.id: changed})

    def charging(self, transaction: int) -> ConnectorState | None:
        """Return the connector where a transaction with that id runs."""
        running = ((each, each.transaction) for each in self.connectors.values())
        return next((each for each, its in running if its is not None and its.number == transaction), None)


Step: TypeAlias = tuple[Device16, list[Act]]
"""The station afterwards, and its acts."""
Given: TypeAlias = tuple[Device16, Any, list[Act]]
"""The station afterwards, the answer (a payload, or the code and the text of an error), and the acts after it."""
Answering: TypeAlias = Callable[[Device16, Json, Moment], Given]
Ringing: TypeAlias = Callable[[Device16, list[Any], Moment], Step]

ACCEPTED: Json = {"status": "Accepted"}
REJECTED: Json = {"status": "Rejected"}


def new_device(identity: Identity, evses: int, connectors: int) -> Device16:
    """Return a new station: each connector of each EVSE is a connector here, as 1.6 has no EVSEs."""
    count = evses * connectors
    values = {name: key.value for name, key in KEYS.items()} | {"NumberOfConnectors": str(count)}
    values["ConnectorPhaseRotation"] = ",".join(f"{number}.RST" for number in range(count + 1))
    return Device16(
        identity=identity,
        connectors={number: ConnectorState(number) for number in range(1, count + 1)},
        configuration=values,
    )


def secured(device: Device16) -> Device16:
    """Return a station that connects with a password: security profile 1 of the whitepaper."""
    return replace(device, configuration={**device.configuration, "SecurityProfile": "1"})


def equipped(device: Device16, variables: Mapping[Any, str], _: frozenset[str]) -> Device16:
    """Return a station with other values of keys."""
    return replace(device, configuration={**device.configuration, **variables})

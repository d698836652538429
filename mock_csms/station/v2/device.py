"""The state of a 2.x station at one moment: its EVSEs, their transactions, its variables, and its stored data."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeAlias, TypeVar

from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import is_same
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.v2.identifiers import TOKEN_TYPES_OF_21
from mock_csms.station.cues import Act
from mock_csms.station.state import Identity, State
from mock_csms.station.v2.features import CHECKS_ROOTS, DETACHABLE_CABLES, DIRECT_CURRENT, USUAL_FEATURES
from mock_csms.station.v2.model import DEFAULTS, MOST_POWER, Extras
from mock_csms.station.v2.storage import Storage
from mock_csms.station.v2.variables import (
    ADDITIONAL_ROOT_CHECK,
    EV_CONNECTION_TIMEOUT,
    MESSAGE_ATTEMPT_INTERVAL,
    MESSAGE_ATTEMPTS,
    MESSAGE_TIMEOUT,
    Name,
)

POWER = MOST_POWER
"""The power that a vehicle takes without a limit, in W."""
VOLTAGE = 230.0
"""Between a phase and neutral, in V."""
PHASES = 3


class ActiveTransaction(Record):
    """A transaction that runs."""

    id: str
    seq_no: int = 0
    """The seqNo of its next event."""
    is_evse_sent: bool = False
    """Whether an event has named the EVSE and connector in use."""
    is_placed: bool = True
    """Whether its EVSE is known. Without the feature AQ-8 that is not so until a vehicle is plugged in."""
    is_token_sent: bool = False
    """Whether an event has named the idToken that charges."""
    is_key_sent: bool = False
    """Whether an event has named the public key of the meter."""
    stopped_by: str | None = None
    """The stoppedReason for its end, if the reason came before the end."""
    samples: tuple[Json, ...] = ()
    """The meter values that are sent when it ends."""
    cost: float | None = None
    """The last total cost from the CSMS, in the currency of the station."""
    began_with: float = 0.0
    """The energy register at its start, in Wh."""


class Evse(Record):
    """One EVSE."""

    id: int
    connectors: int = 1
    """How many connectors it has; their ids count from 1."""
    plugged: int | None = None
    """The connector whose cable is plugged into a vehicle."""
    left: int | None = None
    """The connector whose detachable cable is in the station, but not in a vehicle any more."""
    locked_for: Json | None = None
    """The idToken that unlocks that cable; None if it is not locked."""
    authorized: Json | None = None
    """The idToken that may charge."""
    remote_start_id: int | None = None
    """The id of the RequestStartTransaction that authorized it."""
    profile: Json | None = None
    """The charging profile for the transaction that will start there."""
    group: Json | None = None
    """The group of the idToken."""
    reservation: int | None = None
    """The id of the reservation that the driver used, until an event has reported it."""
    is_suspended: bool = False
    """Whether the driver is authorized but gets no energy (E05.FR.02)."""
    is_parked: bool = False
    """Whether a vehicle has been seen entering the parking bay."""
    is_paused: bool = False
    """Whether the vehicle is plugged in but takes no energy."""
    transaction: ActiveTransaction | None = None
    energy: float = 0.0
    """The energy register at `metered_at`, in Wh."""
    metered_at: float = 0.0
    """In seconds since 1970."""
    power: float = POWER
    """The power of the vehicle since `metered_at` while it charges, in W."""
    charging_since: float | None = None
    """When the vehicle started to charge, in seconds since 1970; None while none charges."""
    out_of_order: frozenset[int] = frozenset()
    """The connectors that were set Inoperative."""
    pending: frozenset[int] = frozenset()
    """The connectors that become Inoperative when the transaction ends (G03.FR.05)."""
    faulty: frozenset[int] = frozenset()
    """The connectors that are broken."""
    is_closed: bool = False
    """Whether no transaction may start because of a firmware update (L01.FR.07)."""

    @property
    def each_connector(self) -> range:
        """The ids of its connectors."""
        return range(1, self.connectors + 1)

    @property
    def is_charging(self) -> bool:
        """Whether energy may flow: a vehicle is plugged in, even if it pauses, and a driver is authorized."""
        return self.plugged is not None and self.authorized is not None and not self.is_suspended

    @property
    def measured(self) -> ActiveTransaction | None:
        """The transaction to which its meter values belong; None while it is not known that it is at this EVSE."""
        return self.transaction if self.transaction and self.transaction.is_placed else None

    @property
    def drawn(self) -> float:
        """The power that the vehicle takes now, in W."""
        return self.power if self.is_charging and not self.is_paused else 0.0

    @property
    def is_in_order(self) -> bool:
        """Whether charging is possible: with the connector that is plugged in, or else with any connector."""
        usable = {self.plugged} if self.plugged is not None else set(self.each_connector)
        return bool(usable - self.out_of_order - self.faulty) and not self.is_closed

    def released(self) -> "Evse":
        """Return the EVSE without an authorized driver."""
        alone = replace(self, authorized=None, remote_start_id=None, profile=None, group=None, reservation=None)
        return replace(alone, is_suspended=False)

    def register(self, now: float) -> float:
        """Return the energy register at a time, in Wh."""
        return self.energy + max(0.0, now - self.metered_at) / 3600 * self.drawn

    def status(self, connector: int) -> str:
        """Return the connectorStatus, without regard to reservations."""
        if connector in self.faulty:
            return "Faulted"
        has_cable = connector in (self.plugged, self.left)
        is_free = not has_cable and (self.plugged is not None or self.transaction is None)
        if connector in self.out_of_order or (self.is_closed and is_free):
            return "Unavailable"
        return "Occupied" if has_cable else "Available"


class Card(Record):
    """An idToken of a driver who wants to charge."""

    token: Json
    evse: int | None = None
    """The EVSE where it was presented; None if the station may choose one."""
    remote_start_id: int | None = None
    """The id of the RequestStartTransaction, if one contained the idToken."""
    profile: Json | None = None
    """The charging profile of that request."""


class Device(State):
    """A whole station."""

    must_deliver: ClassVar[frozenset[str]] = frozenset({"TransactionEvent"})
    purposes: ClassVar[frozenset[str]] = frozenset({"ChargingStationMaxProfile", "TxDefaultProfile", "TxProfile"})
    """The purposes of the charging profiles that the CSMS may set."""
    unknown_token_types: ClassVar[frozenset[str]] = frozenset(TOKEN_TYPES_OF_21)
    """The types of idTokens that people may name and this version does not have."""

    identity: Identity
    evses: Mapping[int, Evse]
    """The EVSEs by their ids, which count from 1."""
    variables: Mapping[Name, str] = DEFAULTS
    """The values in force of the variables that can be set."""
    boot_at: float = 0.0
    """The time, in seconds since 1970, before which the station must not send the next BootNotification."""
    reason: str = "PowerUp"
    """The bootReason for the next BootNotification."""
    went_offline: float | None = None
    """When the connection was lost, in seconds since 1970; None while connected, or before the first connection."""
    reset: str | None = None
    """The bootReason of a reboot that waits until no transaction runs."""
    reported: Mapping[tuple[int, int], str] = {}
    """The status that the CSMS knows of each connector, by the ids of EVSE and connector."""
    cards: tuple[Card, ...] = ()
    """The idTokens with an open Authorize."""
    limits_until: float | None = None
    """When the next charging limit takes effect, in seconds since 1970."""
    boundaries: Mapping[Name, float] = {}
    """The next time of clock-aligned meter values, by the variable that sets their interval."""
    storage: Storage = Storage()
    extras: Extras = ()
    """The variables that the device file adds to those of the table."""
    first_profile: int = 0
    """The security profile of the URL on the command line; 0 for none."""
    features: frozenset[str] = USUAL_FEATURES
    """The optional features of the station, from `FEATURES`."""

    @property
    def message_timeout(self) -> float:
        """The value of MessageTimeout[Default], in seconds."""
        return self.number(MESSAGE_TIMEOUT)

    @property
    def connection_timeout(self) -> float:
        """The value of EVConnectionTimeOut, in seconds."""
        return self.number(EV_CONNECTION_TIMEOUT)

    @property
    def delivery_attempts(self) -> int:
        """The value of MessageAttempts[TransactionEvent] (E13.FR.02)."""
        return self.number(MESSAGE_ATTEMPTS)

    @property
    def delivery_interval(self) -> float:
        """The value of MessageAttemptInterval[TransactionEvent], in seconds (E13.FR.03)."""
        return self.number(MESSAGE_ATTEMPT_INTERVAL)

    def number(self, name: Name) -> int:
        """Return the value of a variable that is a number."""
        return int(self.variables[name])

    def is_on(self, name: Name) -> bool:
        """Return whether a boolean variable is true."""
        return self.variables[name] == "true"

    def members(self, name: Name) -> frozenset[str]:
        """Return the members of a list variable."""
        return frozenset(self.variables[name].split(",")) - {""}

    def charging(self, transaction: str | None) -> Evse | None:
        """Return the EVSE where a transaction runs; None if it does not run."""
        running = ((evse, evse.transaction.id) for evse in self.evses.values() if evse.transaction)
        return next((evse for evse, id_ in running if is_same(id_, transaction)), None)

    def storing(self, **changed: Any) -> Self:
        """Return the device with parts of its storage replaced."""
        return replace(self, storage=replace(self.storage, **changed))

    def with_variables(self, changed: Mapping[Name, str]) -> Self:
        """Return the device with new values of some variables."""
        return replace(self, variables={**self.variables, **changed})

    def with_evse(self, changed: Evse) -> Self:
        """Return the device with one EVSE replaced, by its id."""
        return replace(self, evses={**self.evses, changed.id: changed})

    @property
    def is_busy(self) -> bool:
        """Whether any transaction runs."""
        return any(evse.transaction for evse in self.evses.values())

    @property
    def may_reboot(self) -> bool:
        """Whether a reboot need not wait for a transaction."""
        return not self.is_busy

    def has_priority(self, _: Evse) -> bool:
        """Return whether priority charging is on at an EVSE (OCPP 2.1)."""
        return False

    def is_kept(self, _: Evse) -> bool:
        """Return whether only a remote start may use an EVSE (OCPP 2.1)."""
        return False


D = TypeVar("D", bound=Device)
Step: TypeAlias = tuple[Any, list[Act]]
"""The station afterwards, and its acts. The station has the class that the function got: `Device`, or that of 2.1."""


def equipped(device: D, variables: Mapping[Name, str], features: frozenset[str]) -> D:
    """Return a device with other values of variables, and with these optional features."""
    types = {DETACHABLE_CABLES: "sType2", DIRECT_CURRENT: "cCCS2"}
    connectors = {
        (f"Connector[{evse.id},{connector}]", "ConnectorType"): kind
        for feature, kind in types.items()
        if feature in features
        for evse in device.evses.values()
        for connector in evse.each_connector
    }
    shown = {ADDITIONAL_ROOT_CHECK: "true"} if CHECKS_ROOTS in features else {}
    return replace(device.with_variables({**connectors, **variables, **shown}), features=features)


def new_device(identity: Identity, evses: int, connectors: int, variables: Mapping[Name, str] | None = None) -> Device:
    """Return a new station with a number of EVSEs that have a number of connectors each."""
    all_evses = {number: Evse(number, connectors) for number in range(1, evses + 1)}
    return Device(identity, all_evses, {**DEFAULTS, **(variables or {})})

"""What a station is at one moment, frozen: its EVSEs, their transactions, its variables, and what it has to say."""

from collections.abc import Mapping
from typing import Any, TypeAlias

from mock_csms.behavior.templates import World
from mock_csms.protocol.actions import Json
from mock_csms.protocol.identifiers import is_same
from mock_csms.protocol.records import Record, replace
from mock_csms.station.cues import Act, Send
from mock_csms.station.v2.holdings import Holdings
from mock_csms.station.v2.model import DEFAULTS, MOST_POWER, Extras
from mock_csms.station.v2.variables import Name

POWER = MOST_POWER
"""What a vehicle takes, in W."""
VOLTAGE = 230.0
PHASES = 3

RESETS_EVSES = "C-13"
SUMMARIZES = "C-56"
FEATURES = (RESETS_EVSES, SUMMARIZES)
"""What a station may have or lack, as Part 5 numbers it: resets of one EVSE alone, and the summary of its inventory."""


class Moment(Record):
    """When something is decided, in seconds since 1970, and where fresh ids and the writing of times come from."""

    now: float
    world: World

    @property
    def stamp(self) -> str:
        """The moment as OCPP writes it."""
        return self.world.write_time(self.now)


class Identity(Record):
    """What a station says of itself when it boots."""

    vendor: str = "mock-csms"
    model: str = "reference-station"
    serial_number: str = "MOCK-0001"
    firmware: str = "1.0.0"


class ActiveTransaction(Record):
    """A transaction: `seq_no` is the number of its next event, `stopped_by` the reason to be told at its end.

    `samples` are the meter values that wait for that, `cost` is what the CSMS said last, `began_with` what the register
    showed when it began, in Wh.
    """

    id: str
    seq_no: int = 0
    is_evse_told: bool = False
    is_token_told: bool = False
    stopped_by: str | None = None
    samples: tuple[Json, ...] = ()
    cost: float | None = None
    began_with: float = 0.0


class Evse(Record):
    """One EVSE. `plugged` is the connector whose cable is in a vehicle; `authorized` the token that may charge, with
    the `remote_start_id` of the CSMS where that let it, and the `profile` for the transaction that this is to begin,
    the `group` of the token, and the `reservation` that it used and no event has told yet. Who `is_suspended` is
    authorized but gets no energy (E05.FR.02). Where `is_parked`, a vehicle was seen to come into the bay; one that
    `is_paused` is plugged in and wants no energy.

    `energy` is what the register showed at `metered_at`, in Wh; since then the vehicle takes `power`, in W, while it
    charges, which it does since `charging_since`.
    `out_of_order` holds the connectors that were set Inoperative, `pending` those that will be when they are free;
    `faulty` are broken.
    One that `is_closed` is to be free of transactions for an update of the firmware (L01.FR.07).
    """

    id: int
    connectors: int = 1
    plugged: int | None = None
    authorized: Json | None = None
    remote_start_id: int | None = None
    profile: Json | None = None
    group: Json | None = None
    reservation: int | None = None
    is_suspended: bool = False
    is_parked: bool = False
    is_paused: bool = False
    transaction: ActiveTransaction | None = None
    energy: float = 0.0
    metered_at: float = 0.0
    power: float = POWER
    charging_since: float | None = None
    out_of_order: frozenset[int] = frozenset()
    pending: frozenset[int] = frozenset()
    faulty: frozenset[int] = frozenset()
    is_closed: bool = False

    @property
    def each_connector(self) -> range:
        """The numbers of its connectors."""
        return range(1, self.connectors + 1)

    @property
    def is_charging(self) -> bool:
        """Whether energy may flow: a vehicle is plugged in, though it may pause, and somebody may charge."""
        return self.plugged is not None and self.authorized is not None and not self.is_suspended

    @property
    def drawn(self) -> float:
        """What the vehicle takes, in W."""
        return self.power if self.is_charging and not self.is_paused else 0.0

    @property
    def is_in_order(self) -> bool:
        """Whether one could charge: with the connector that is plugged in, or else with any."""
        usable = {self.plugged} if self.plugged is not None else set(self.each_connector)
        return bool(usable - self.out_of_order - self.faulty) and not self.is_closed

    def released(self) -> "Evse":
        """Return the EVSE without whoever was authorized."""
        alone = replace(self, authorized=None, remote_start_id=None, profile=None, group=None, reservation=None)
        return replace(alone, is_suspended=False)

    def register(self, now: float) -> float:
        """Return what the register shows, in Wh."""
        return self.energy + max(0.0, now - self.metered_at) / 3600 * self.drawn

    def status(self, connector: int) -> str:
        """Return the status of a connector, but for reservations."""
        if connector in self.faulty:
            return "Faulted"
        is_free = self.plugged != connector and (self.plugged is not None or self.transaction is None)
        if connector in self.out_of_order or (self.is_closed and is_free):
            return "Unavailable"
        return "Occupied" if self.plugged == connector else "Available"


class Card(Record):
    """An idToken that the CSMS is asked about, for an EVSE or for whichever suits; of a remote start with its id, and
    the charging profile of the transaction to come, if it has one.
    """

    token: Json
    evse: int | None = None
    remote_start_id: int | None = None
    profile: Json | None = None


class Outbox(Record):
    """The calls that wait, in their order, and the one that is open; `is_paused` while one waits to be repeated."""

    waiting: tuple[Send, ...] = ()
    open: Send | None = None
    is_paused: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether everything was said, and answered."""
        return self.open is None and not self.waiting


class Habit(Record):
    """A misbehaviour that a station has: its kind, from which occasion on, and how many there have been."""

    kind: str
    first: int = 1
    seen: int = 0


class Device(Record):
    """The whole station. `boot_status` is how the CSMS answered its last BootNotification, None before that.

    `boot_at` is when the next one may be sent, where the CSMS said so; `reason` is told with it. `reset` is the reason
    of a reboot that waits until no transaction runs, `is_leaving` whether it is about to begin. `told` is the status of
    each connector as the CSMS knows it, `cards` are the idTokens that it is asked about. `limits_until` is when the
    next charging limit comes into force, `boundaries` are the next times of clock-aligned values by their interval.
    `name` is the identity in the URL; `extras` are variables that the table of the device model does not have,
    `features` what it has of the `FEATURES`.
    """

    identity: Identity
    evses: Mapping[int, Evse]
    variables: Mapping[Name, str] = DEFAULTS
    boot_status: str | None = None
    boot_at: float = 0.0
    reason: str = "PowerUp"
    is_online: bool = False
    went_offline: float | None = None
    reset: str | None = None
    is_leaving: bool = False
    told: Mapping[tuple[int, int], str] = {}
    cards: tuple[Card, ...] = ()
    limits_until: float | None = None
    boundaries: Mapping[Name, float] = {}
    outbox: Outbox = Outbox()
    holdings: Holdings = Holdings()
    habits: tuple[Habit, ...] = ()
    name: str = ""
    extras: Extras = ()
    features: frozenset[str] = frozenset({SUMMARIZES})

    def number(self, name: Name) -> int:
        """Return the value of a variable that is a number."""
        return int(self.variables[name])

    def is_on(self, name: Name) -> bool:
        """Whether a variable that is a switch is on."""
        return self.variables[name] == "true"

    def members(self, name: Name) -> frozenset[str]:
        """Return the members of a variable that is a list."""
        return frozenset(self.variables[name].split(",")) - {""}

    def charging(self, transaction: str | None) -> Evse | None:
        """Return the EVSE of a transaction that runs, if it does."""
        running = ((evse, evse.transaction.id) for evse in self.evses.values() if evse.transaction)
        return next((evse for evse, id_ in running if is_same(id_, transaction)), None)

    def holding(self, **changed: Any) -> "Device":
        """Return the device with some of what it holds replaced."""
        return replace(self, holdings=replace(self.holdings, **changed))

    def with_variables(self, changed: Mapping[Name, str]) -> "Device":
        """Return the device with other values of some variables."""
        return replace(self, variables={**self.variables, **changed})

    def with_evse(self, changed: Evse) -> "Device":
        """Return the device with one EVSE in place of the one with its number."""
        return replace(self, evses={**self.evses, changed.id: changed})

    @property
    def is_busy(self) -> bool:
        """Whether any transaction runs."""
        return any(evse.transaction for evse in self.evses.values())

    @property
    def is_accepted(self) -> bool:
        """Whether the CSMS accepted the station since it booted."""
        return self.boot_status == "Accepted"


Step: TypeAlias = tuple[Device, list[Act]]
"""What the station is afterwards, and what it does."""


def new_device(identity: Identity, evses: int, connectors: int, variables: Mapping[Name, str] | None = None) -> Device:
    """Return a station as it leaves the factory, with so many EVSEs of so many connectors each."""
    all_evses = {number: Evse(number, connectors) for number in range(1, evses + 1)}
    return Device(identity, all_evses, {**DEFAULTS, **(variables or {})})

"""The state of a station of any OCPP version at one moment, as far as code outside the version folders reads it.

The device of a version, such as `v2.device.Device`, extends `State`.
"""

from typing import ClassVar

from mock_csms.behavior.templates import World
from mock_csms.protocol.records import Record
from mock_csms.station.cues import Send


class Moment(Record):
    """The time of a decision, with the source of new ids, random numbers and timestamps."""

    now: float
    """In seconds since 1970."""
    world: World

    @property
    def stamp(self) -> str:
        """The time in the format of OCPP."""
        return self.world.write_time(self.now)


class Identity(Record):
    """The data about a station in BootNotification."""

    vendor: str = "mock-csms"
    model: str = "reference-station"
    serial_number: str = "MOCK-0001"
    firmware: str = "1.0.0"


class Outbox(Record):
    """The calls of a station that are not answered yet."""

    waiting: tuple[Send, ...] = ()
    """The calls that were not sent yet, the next one first."""
    open: Send | None = None
    """The call that was sent and waits for its answer."""
    is_paused: bool = False
    """Whether calls that must be delivered wait for the retry of one that failed."""

    @property
    def is_empty(self) -> bool:
        """Whether every call was sent and answered."""
        return self.open is None and not self.waiting


class Habit(Record):
    """A misbehaviour that is switched on for a station (`--misbehave KIND@N`)."""

    kind: str
    first: int = 1
    """The number of the first occasion at which the station misbehaves, counted from 1."""
    seen: int = 0
    """How many occasions there were."""


class State(Record, kw_only=True):
    """The part of a station's state that every version has."""

    must_deliver: ClassVar[frozenset[str]] = frozenset()
    """The actions whose calls are kept while the station is offline, and sent again when they fail."""

    name: str = ""
    """The identity in the URL."""
    boot_status: str | None = None
    """The status in the answer to the last BootNotification; None until there is one."""
    is_online: bool = False
    is_leaving: bool = False
    """Whether the station will reboot soon. If so, it starts nothing new."""
    outbox: Outbox = Outbox()
    habits: tuple[Habit, ...] = ()
    """The misbehaviours of the station."""

    @property
    def is_accepted(self) -> bool:
        """Whether the CSMS has accepted the station since it booted."""
        return self.boot_status == "Accepted"

    @property
    def message_timeout(self) -> float:
        """How long the station waits for the answer to a call, in seconds."""
        return 30.0

    @property
    def connection_timeout(self) -> float:
        """How long the station waits for a vehicle after a driver was authorized, in seconds."""
        return 60.0

    @property
    def delivery_attempts(self) -> int:
        """How often a call of `must_deliver` is sent before the station gives it up."""
        return 1

    @property
    def delivery_interval(self) -> float:
        """How long the station waits before the first retry of such a call, in seconds; later retries wait longer."""
        return 0.0

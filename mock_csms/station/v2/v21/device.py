"""The state of a 2.1 station: that of a 2.0.1 station, and the state of the features that are new."""

from collections.abc import Mapping
from typing import Any, ClassVar

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, replace
from mock_csms.station.state import Identity
from mock_csms.station.v2.device import Device, Evse
from mock_csms.station.v2.device import equipped as equipped_device
from mock_csms.station.v2.device import new_device as new_device_of_2
from mock_csms.station.v2.storage import Token
from mock_csms.station.v2.v21.costs import Bill
from mock_csms.station.v2.v21.model import BATTERY_SWAP, DEFAULTS, rows_of
from mock_csms.station.v2.variables import Name


class DefaultTariff(Record):
    """A default tariff at one EVSE (I07)."""

    evse: int
    tariff: Json
    """A TariffType."""


class Control(Record):
    """A control for distributed energy resources (R04)."""

    id: str
    kind: str
    """Its controlType."""
    is_default: bool
    field: str
    """The name of its setting in SetDERControl, such as `curve`."""
    setting: Json
    starts_at: float = 0.0
    """When a scheduled control starts, in seconds since 1970."""
    ends_at: float | None = None
    """When it ends; None if it does not end by itself."""
    is_started: bool = False
    """Whether the station has reported its start to the CSMS."""

    @property
    def priority(self) -> int:
        """Its priority; a lower number is more important."""
        priority: int = self.setting["priority"]
        return priority


class Stream(Record):
    """A stream of the values of one monitor (N11)."""

    id: int
    monitor: int
    params: Json
    """Its PeriodicEventStreamParamsType."""
    is_open: bool = False
    """Whether the CSMS has accepted it."""
    is_refused: bool = False
    """Whether the CSMS has rejected it: then its values are sent by NotifyEvent."""
    items: tuple[tuple[float, str], ...] = ()
    """The values that were not sent yet, each with its time in seconds since 1970."""


class Battery(Record):
    """A battery in a slot of a swap station; the slot is an EVSE."""

    serial: str
    charge: float
    """The state of charge when it was put in, in percent."""
    register: float = 0.0
    """The energy register of the EVSE at that time, in Wh."""

    def soc(self, evse: Evse, now: float) -> float:
        """Return its state of charge in percent; it holds 6 kWh."""
        return round(min(100.0, self.charge + (evse.register(now) - self.register) / 60), 1)


class Swap(Record):
    """A running battery swap (S01, S02)."""

    request_id: int
    token: Json
    offered: int | None = None
    """The slot of the battery that the driver may take; None until a battery was put in."""


class Device21(Device):
    """A whole station of OCPP 2.1."""

    must_deliver: ClassVar[frozenset[str]] = Device.must_deliver | {"NotifySettlement"}
    purposes: ClassVar[frozenset[str]] = Device.purposes | {"PriorityCharging"}
    unknown_token_types: ClassVar[frozenset[str]] = frozenset()

    tariffs: tuple[DefaultTariff, ...] = ()
    driver_tariffs: Mapping[Token, Json | None] = {}
    """The tariffs from answers to Authorize, by driver; None for a tariff that the station cannot apply (I08)."""
    bills: Mapping[str, Bill] = {}
    """The use of each running transaction."""
    controls: Mapping[str, Control] = {}
    """The DER controls."""
    streams: Mapping[int, Stream] = {}
    prioritized: frozenset[str] = frozenset()
    """The transactions with priority charging (K21, K22)."""
    paying: frozenset[int] = frozenset()
    """The EVSEs where somebody is paying on a web page (C25)."""
    companies: Mapping[int, Json] = {}
    """The VAT number and its company at each EVSE; 0 stands for all (C24)."""
    batteries: Mapping[int, Battery] = {}
    """The batteries by their slots."""
    swap: Swap | None = None
    swap_cards: tuple[Json, ...] = ()
    """The idTokens of drivers who want to swap a battery, with an open Authorize."""
    csr_id: int = 0
    """The requestId of the last SignCertificate."""
    resumes: bool = False
    """Whether transactions go on after the next reboot (B13, E17)."""
    resumed: frozenset[str] = frozenset()
    """The transactions that continue after the last reboot, until the CSMS has been informed."""

    @property
    def may_reboot(self) -> bool:
        """Whether a reboot need not wait for a transaction."""
        return self.resumes or not self.is_busy

    def has_priority(self, evse: Evse) -> bool:
        """Return whether priority charging is on for the transaction at an EVSE."""
        return evse.transaction is not None and evse.transaction.id in self.prioritized

    def is_kept(self, evse: Evse) -> bool:
        """Return whether only a remote start may use an EVSE, because somebody pays for it."""
        return evse.id in self.paying

    def with_bill(self, transaction: str, bill: Bill) -> "Device21":
        """Return the device with the bill of a transaction replaced."""
        return replace(self, bills={**self.bills, transaction: bill})


def upgraded(device: Any) -> Device21 | None:
    """Return a 2.0.1 device as one of 2.1, with the variables that are new; None for another kind of device."""
    return _as_21(device) if isinstance(device, Device) else None


def _as_21(device: Device) -> Device21:
    shape = tuple((evse.id, evse.connectors) for evse in device.evses.values())
    extras = dict(rows_of(shape)) | dict(device.extras)
    fields = {name: getattr(device, name) for name in Device.__struct_fields__}
    return Device21(**fields | {"variables": {**DEFAULTS, **device.variables}, "extras": tuple(extras.items())})


def new_device(identity: Identity, evses: int, connectors: int) -> Device21:
    """Return a new station with a number of EVSEs that have a number of connectors each."""
    return _as_21(new_device_of_2(identity, evses, connectors))


def equipped(device: Device21, variables: Mapping[Name, str], features: frozenset[str]) -> Device21:
    """Return a device with other values of variables; a swap station gets charged batteries in all slots but one."""
    equipped_ = equipped_device(device, variables, features)
    if not equipped_.is_on(BATTERY_SWAP):
        return equipped_
    slots = list(device.evses)[1:]
    return replace(equipped_, batteries={slot: Battery(f"B{slot:04}", 100.0) for slot in slots})

"""The device model of a station at one moment: its variables, and the value of each.

Values that follow from the state of the station are computed here and not stored.
"""

import re
from collections.abc import Callable, Mapping

from mock_csms.station.state import Moment
from mock_csms.station.v2 import reserved
from mock_csms.station.v2.device import Device, Evse
from mock_csms.station.v2.features import RESETS_EVSES
from mock_csms.station.v2.model import Shape, folded, rows
from mock_csms.station.v2.variables import Name, Variable

_STATES = ("Occupied", "Reserved", "Available", "Faulted", "Unavailable")
"""The state of an EVSE is the first of these that any of its connectors has."""
_STATION_STATES = ("Available", "Reserved", "Occupied", "Faulted", "Unavailable")
"""The state of the station is the first of these that any of its EVSEs has."""


def variables_of(device: Device) -> Mapping[Name, Variable]:
    """Return every variable of a station."""
    return rows(_shape(device), device.extras)


def find(device: Device, wanted: Name) -> Name | None:
    """Return a variable in the spelling of the model; None if there is no such variable."""
    return folded(_shape(device), device.extras).get((wanted[0].casefold(), wanted[1].casefold()))


def has_component(device: Device, component: str) -> bool:
    """Return whether the station has a component."""
    return any(known == component.casefold() for known, _ in folded(_shape(device), device.extras))


def value_of(device: Device, name: Name, moment: Moment) -> str:
    """Return the value of a variable: the computed one, or the set one (even if it needs a reboot), or the default."""
    if name in _FACTS:
        return _FACTS[name](device, moment)
    place = re.fullmatch(r"(\w+)\[(\d+)(?:,(\d+))?\]", name[0], re.ASCII)
    if place is not None and (place[1], name[1]) in _PLACE_FACTS and int(place[2]) in device.evses:
        evse, connector = device.evses[int(place[2])], int(place[3] or 0)
        return _PLACE_FACTS[place[1], name[1]](device, evse, connector, moment)
    for values in (device.storage.awaiting, device.variables):
        if name in values:
            return values[name]
    return variables_of(device)[name].default or ""


def _shape(device: Device) -> Shape:
    return tuple((evse.id, evse.connectors) for evse in device.evses.values())


def _first(order: tuple[str, ...], states: set[str]) -> str:
    return next((state for state in order if state in states), "Faulted")


def _evse_state(device: Device, evse: Evse) -> str:
    states = {reserved.status(device, evse, connector) for connector in evse.each_connector}
    return _first(_STATES, states)


def _number(value: float) -> str:
    return f"{value:.3f}".rstrip("0").rstrip(".")


_FACTS: Mapping[Name, Callable[[Device, Moment], str]] = {
    ("ChargingStation", "AvailabilityState"): lambda device, _: _first(
        _STATION_STATES, {_evse_state(device, evse) for evse in device.evses.values()}
    ),
    ("ChargingStation", "Model"): lambda device, _: device.identity.model,
    ("ChargingStation", "SerialNumber"): lambda device, _: device.identity.serial_number,
    ("ChargingStation", "VendorName"): lambda device, _: device.identity.vendor,
    ("Controller", "FirmwareVersion"): lambda device, _: device.identity.firmware,
    ("ClockCtrlr", "DateTime"): lambda _, moment: moment.stamp,
    ("DisplayMessageCtrlr", "DisplayMessages"): lambda device, _: str(len(device.storage.displays)),
    ("LocalAuthListCtrlr", "Entries"): lambda device, _: str(len(device.storage.local_list.entries)),
    ("MonitoringCtrlr", "ActiveMonitoringLevel"): lambda device, _: str(device.storage.monitoring_level),
    ("SecurityCtrlr", "CertificateEntries"): lambda device, _: str(len(device.storage.certificates)),
    ("SecurityCtrlr", "Identity"): lambda device, _: device.name,
    ("SmartChargingCtrlr", "Entries[ChargingProfiles]"): lambda device, _: str(len(device.storage.profiles)),
}
"""The computed values of the whole station."""

_PLACE_FACTS: Mapping[Name, Callable[[Device, Evse, int, Moment], str]] = {
    ("EVSE", "AllowReset"): lambda device, _, __, ___: "true" if RESETS_EVSES in device.features else "false",
    ("EVSE", "AvailabilityState"): lambda device, evse, _, __: _evse_state(device, evse),
    ("EVSE", "Power"): lambda _, evse, __, ___: _number(evse.drawn),
    ("FiscalMetering", "EnergyImportRegister"): lambda _, evse, __, moment: _number(evse.register(moment.now)),
    ("Connector", "AvailabilityState"): lambda device, evse, connector, _: reserved.status(device, evse, connector),
}
"""The computed values of an EVSE or of a connector."""

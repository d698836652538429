"""What a station of OCPP 1.6 has told about its connectors, each of which is an EVSE: statuses, and configuration."""

from collections.abc import Iterator, Mapping

from mock_csms.settings.ocpi_objects import OcpiConnector
from mock_csms.twin.connectors import Connector
from mock_csms.twin.twin import Twin
from mock_csms.twin.v16.connectors import ONLY

MOVES = frozenset({"StatusNotification", "StartTransaction", "StopTransaction"})
"""The actions after which a Location may have changed."""
STATUSES: Mapping[str, str] = {
    "Available": "AVAILABLE",
    "Preparing": "OCCUPIED",
    "Charging": "CHARGING",
    "SuspendedEV": "CHARGING",
    "SuspendedEVSE": "CHARGING",
    "Finishing": "OCCUPIED",
    "Reserved": "RESERVED",
    "Unavailable": "INOPERATIVE",
    "Faulted": "OUTOFORDER",
}
"""By status of a connector: the Status of OCPI; OCCUPIED is none, a setting says what it means."""
_ALWAYS = ("REMOTE_START_STOP_CAPABLE", "RFID_READER", "TOKEN_GROUP_CAPABLE", "UNLOCK_CAPABLE")
_OF_PROFILES: Mapping[str, str] = {"RESERVABLE": "Reservation", "CHARGING_PROFILE_CAPABLE": "SmartCharging"}
"""By capability: the feature profile that it needs."""
_MOST = 100


def connectors_in(twin: Twin) -> Iterator[Connector]:
    """Yield the connectors that a station has told of; connector 0 is the station."""
    yield from [place for place in twin.connectors.statuses if place[0]]
    count = twin.variables.number("", "NumberOfConnectors")
    if count is not None and 0 < count <= _MOST:
        yield from ((number, ONLY) for number in range(1, int(count) + 1))


def connector_of(_: Twin, __: Connector, default: OcpiConnector) -> OcpiConnector:
    """Return the default: no message of OCPP 1.6 describes a connector."""
    return default


def power_of(_: Twin, __: int) -> None:
    """Return None: no message of OCPP 1.6 tells the power of a connector."""


def capabilities_in(twin: Twin) -> list[str]:
    """Return the capabilities of the connectors of a station; what it has not reported, it has."""
    profiles = twin.variables.several("", "SupportedFeatureProfiles")
    more = [each for each, needed in _OF_PROFILES.items() if profiles is None or needed in profiles]
    return sorted([*_ALWAYS, *more])

"""What a station of OCPP 2.x has told about its EVSEs and connectors: reports of its device model, and statuses."""

from collections.abc import Iterator, Mapping

from mock_csms.settings.ocpi_objects import OcpiConnector
from mock_csms.twin.connectors import Connector
from mock_csms.twin.twin import Twin
from mock_csms.twin.variables import Variables

MOVES = frozenset({"StatusNotification", "NotifyEvent", "NotifyReport", "TransactionEvent"})
"""The actions after which a Location may have changed."""
STATUSES: Mapping[str, str] = {
    "Available": "AVAILABLE",
    "Reserved": "RESERVED",
    "Unavailable": "INOPERATIVE",
    "Faulted": "OUTOFORDER",
    "Occupied": "OCCUPIED",
}
"""By connectorStatus: the Status of OCPI; OCCUPIED is none, a setting says what it means."""
_CABLE, _SOCKET = "CABLE", "SOCKET"
_TYPES: Mapping[str, tuple[str, str, str]] = {
    "cCCS1": ("IEC_62196_T1_COMBO", _CABLE, "DC"),
    "cCCS2": ("IEC_62196_T2_COMBO", _CABLE, "DC"),
    "cChaoJi": ("CHAOJI", _CABLE, "DC"),
    "cG105": ("CHADEMO", _CABLE, "DC"),
    "cGBT": ("GBT_DC", _CABLE, "DC"),
    "cGBT-DC": ("GBT_DC", _CABLE, "DC"),
    "cLECCS": ("IEC_62196_T2_COMBO", _CABLE, "DC"),
    "cTesla": ("TESLA_S", _CABLE, ""),
    "cType1": ("IEC_62196_T1", _CABLE, ""),
    "cType2": ("IEC_62196_T2", _CABLE, ""),
    "sType2": ("IEC_62196_T2", _SOCKET, ""),
    "sType3": ("IEC_62196_T3C", _SOCKET, ""),
    "sBS1361": ("DOMESTIC_G", _SOCKET, "AC_1_PHASE"),
    "sCEE-7-7": ("DOMESTIC_F", _SOCKET, "AC_1_PHASE"),
    "s309-1P-16A": ("IEC_60309_2_single_16", _SOCKET, "AC_1_PHASE"),
    "s309-1P-32A": ("IEC_60309_2_single_16", _SOCKET, "AC_1_PHASE"),
    "s309-3P-16A": ("IEC_60309_2_three_16", _SOCKET, "AC_3_PHASE"),
    "s309-3P-32A": ("IEC_60309_2_three_32", _SOCKET, "AC_3_PHASE"),
    "Pan": ("PANTOGRAPH_BOTTOM_UP", _CABLE, "DC"),
    "OppCharge": ("PANTOGRAPH_TOP_DOWN", _CABLE, "DC"),
}
"""By ConnectorType: the standard, the format and the power type; an empty one depends on the number of phases.

OCPI has no value for a single phase of 32 A (IEC 60309). Types that are not here say nothing about the connector.
"""
_AMPERES: Mapping[str, int] = {
    "s309-1P-16A": 16,
    "s309-1P-32A": 32,
    "s309-3P-16A": 16,
    "s309-3P-32A": 32,
    "sCEE-7-7": 16,
    "sBS1361": 13,
}
_VOLTS, _VOLTS_OF_DC = 230, 400
_PHASES: Mapping[str, str] = {"1": "AC_1_PHASE", "2": "AC_2_PHASE", "3": "AC_3_PHASE"}
_CAPABILITIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("RESERVABLE", ("ReservationCtrlr",)),
    ("CHARGING_PROFILE_CAPABLE", ("SmartChargingCtrlr",)),
)
_ALWAYS = ("REMOTE_START_STOP_CAPABLE", "RFID_READER", "TOKEN_GROUP_CAPABLE", "UNLOCK_CAPABLE")
_MOST = 1000


def connectors_in(twin: Twin) -> Iterator[Connector]:
    """Yield the connectors that a station has told of."""
    yield from list(twin.connectors.statuses)[:_MOST]
    for component, _, evse, connector, _, _ in twin.variables.values:
        if component == "Connector" and evse and connector:
            yield evse, connector


def connector_of(twin: Twin, place: Connector, default: OcpiConnector) -> OcpiConnector:
    """Return what a station has told about a connector, with the default for the rest."""
    variables, (evse, connector) = twin.variables, place
    name = variables.values.get(("Connector", "", evse, connector, "ConnectorType", ""), "")
    if name not in _TYPES:
        return default
    standard, format_, power_type = _TYPES[name]
    phases = _phases(variables, place)
    power_type = power_type or _PHASES.get(phases, "AC_3_PHASE")
    volts = _VOLTS_OF_DC if power_type == "DC" else _VOLTS
    power, lines = power_of(twin, evse), {"AC_3_PHASE": 3, "AC_2_PHASE": 2}.get(power_type, 1)
    amperes = _AMPERES.get(name) or (round(power / volts / lines) if power else default.amperage)
    return OcpiConnector(standard, format_, power_type, volts, max(1, amperes))


def _phases(variables: Variables, place: Connector) -> str:
    evse, connector = place
    own = variables.values.get(("Connector", "", evse, connector, "SupplyPhases", ""))
    return own or variables.values.get(("EVSE", "", evse, 0, "SupplyPhases", "")) or ""


def power_of(twin: Twin, evse: int) -> int | None:
    """Return the greatest power of an EVSE in W; None if it was not reported."""
    reported = twin.variables.reported.get(("EVSE", "", evse, 0, "Power", ""))
    most = reported.of("maxLimit") if reported else None
    return round(most) if isinstance(most, int | float) and 0 < most < 1e9 else None


def capabilities_in(twin: Twin) -> list[str]:
    """Return the capabilities of the EVSEs of a station; what it has not reported, it has."""
    found = [*_ALWAYS]
    for capability, (component,) in _CAPABILITIES:
        answers = [twin.variables.switch(component, name) for name in ("Available", "Enabled")]
        if False not in answers:
            found.append(capability)
    return sorted(found)

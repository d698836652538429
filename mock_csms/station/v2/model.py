"""The device model: every variable of a station, in the order of Part 2, "Referenced Components and Variables".

The variables of EVSEs and connectors are in it once, with `n` and `n,m` for their ids.
"""

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

from mock_csms.station.v2 import variables
from mock_csms.station.v2.variables import Name, Variable

Shape: TypeAlias = tuple[tuple[int, int], ...]
"""The EVSEs of a station: the id of each, and how many connectors it has."""

Extras: TypeAlias = tuple[tuple[Name, Variable], ...]
"""The variables of a station that are not in the table."""

MOST_POWER = 11_000.0
"""The most power that an EVSE delivers, in W."""
MOST_CERTIFICATES = 21
"""How many certificates the station stores, including its own one."""
MOST_LISTED = 1000
"""How many idTokens the local authorization list may have."""
MOST_PROFILES = 100
"""How many charging profiles the station stores."""
_LONGEST_LIST = 500
"""How many characters the text of a list of measurands may have."""

_START_POINTS = ("ParkingBayOccupancy", "EVConnected", "Authorized", "DataSigned", "PowerPathClosed", "EnergyTransfer")
_STOP_POINTS = ("ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer")
_MEASURANDS = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage", "SoC")
_STATES = ("Available", "Occupied", "Reserved", "Unavailable", "Faulted")
_BASES = ("All", "FactoryDefault", "HardWiredOnly")
_PROTOCOLS = ("FTP", "FTPS", "HTTP", "HTTPS", "SFTP")
_SOURCES = ("Heartbeat", "NTP", "GPS", "RealTimeClock", "MobileNetwork", "RadioTimeTransmitter")


def _seconds(default: int, least: int = 0) -> Variable:
    return Variable(str(default), "integer", "s", least=least, most=86400)


def _switch(*, default: bool) -> Variable:
    return Variable("true" if default else "false", "boolean", values=("true", "false"))


def _measurands(default: str) -> Variable:
    return Variable(default, "MemberList", most=_LONGEST_LIST, values=_MEASURANDS)


def _text(default: str, most: int = 500) -> Variable:
    return Variable(default, "string", most=most)


def _fixed(value: str, data_type: str = "integer", unit: str = "", values: tuple[str, ...] = ()) -> Variable:
    """Return the row of a variable that never changes."""
    return Variable(value, data_type, unit, mutability="ReadOnly", values=values)


def _list(*values: str) -> Variable:
    """Return the row of a list that never changes."""
    return _fixed(",".join(values), "MemberList", values=values)


def _always(*, value: bool) -> Variable:
    return _fixed("true" if value else "false", "boolean", values=("true", "false"))


def _fact(data_type: str, unit: str = "", values: tuple[str, ...] = (), most: float | None = None) -> Variable:
    """Return the row of a variable whose value is computed (`inventory.value_of`)."""
    return Variable(None, data_type, unit, mutability="ReadOnly", most=most, values=values)


VARIABLES: Mapping[Name, Variable] = {
    variables.NEW_SESSIONS_BEFORE_UPDATE: _switch(default=False),
    ("ChargingStation", "AvailabilityState"): _fact("OptionList", values=_STATES),
    ("ChargingStation", "Available"): _always(value=True),
    ("ChargingStation", "Model"): _fact("string"),
    ("ChargingStation", "Problem"): _always(value=False),
    ("ChargingStation", "SerialNumber"): _fact("string"),
    ("ChargingStation", "SupplyPhases"): _fixed("3"),
    ("ChargingStation", "VendorName"): _fact("string"),
    ("Controller", "FirmwareVersion"): _fact("string"),
    ("AlignedDataCtrlr", "Available"): _always(value=True),
    ("AlignedDataCtrlr", "Enabled"): _switch(default=True),
    variables.ALIGNED_INTERVAL: _seconds(0),
    variables.ALIGNED_MEASURANDS: _measurands("Energy.Active.Import.Register,Power.Active.Import"),
    variables.SEND_DURING_IDLE: _switch(default=False),
    ("AlignedDataCtrlr", "SignReadings"): _always(value=False),
    variables.ALIGNED_ENDED_INTERVAL: _seconds(0),
    variables.ALIGNED_ENDED_MEASURANDS: _measurands("Energy.Active.Import.Register"),
    ("AuthCacheCtrlr", "Available"): _always(value=True),
    variables.CACHE_IS_FINAL: _switch(default=False),
    variables.CACHE: _switch(default=True),
    variables.CACHE_LIFE_TIME: Variable("604800", "integer", "s", least=1, most=2**31 - 1),
    variables.NO_REMOTE_AUTHORIZATION: _switch(default=False),
    variables.AUTHORIZATION: _switch(default=True),
    variables.AUTHORIZE_REMOTE_START: _switch(default=False),
    variables.LOCAL_AUTHORIZE_OFFLINE: _switch(default=True),
    variables.LOCAL_PRE_AUTHORIZE: _switch(default=False),
    variables.MASTER_PASS_GROUP: _text("", most=36),
    variables.OFFLINE_UNKNOWN_TOKENS: _switch(default=True),
    ("ClockCtrlr", "DateTime"): _fact("dateTime"),
    ("ClockCtrlr", "NextTimeOffsetTransitionDateTime"): Variable("", "dateTime"),
    ("ClockCtrlr", "TimeOffset"): _text("+00:00", most=6),
    ("ClockCtrlr", "TimeOffset[NextTransition]"): _text("", most=6),
    ("ClockCtrlr", "TimeSource"): Variable("Heartbeat", "SequenceList", values=_SOURCES),
    ("ClockCtrlr", "TimeZone"): _text("", most=50),
    ("CustomizationCtrlr", "CustomImplementationEnabled"): _switch(default=False),
    ("DeviceDataCtrlr", "BytesPerMessage[GetReport]"): _fixed("65536"),
    ("DeviceDataCtrlr", "BytesPerMessage[GetVariables]"): _fixed("65536"),
    ("DeviceDataCtrlr", "BytesPerMessage[SetVariables]"): _fixed("65536"),
    ("DeviceDataCtrlr", "ConfigurationValueSize"): _fixed("1000"),
    variables.REPORTED_ITEMS: Variable("50", "integer", mutability="ReadOnly", least=1, most=1000),
    ("DeviceDataCtrlr", "ItemsPerMessage[GetVariables]"): _fixed("50"),
    ("DeviceDataCtrlr", "ItemsPerMessage[SetVariables]"): _fixed("50"),
    ("DeviceDataCtrlr", "ReportingValueSize"): _fixed("2500"),
    ("DisplayMessageCtrlr", "Available"): _always(value=True),
    ("DisplayMessageCtrlr", "DisplayMessages"): _fact("integer"),
    ("DisplayMessageCtrlr", "Enabled"): _switch(default=True),
    variables.DISPLAY_FORMATS: _list("ASCII", "UTF8"),
    variables.DISPLAY_PRIORITIES: _list("AlwaysFront", "InFront", "NormalCycle"),
    variables.DISPLAY_STATES: _list("Charging", "Faulted", "Idle", "Unavailable"),
    ("ISO15118Ctrlr", "Available"): _always(value=False),
    ("ISO15118Ctrlr", "ContractValidationOffline"): _switch(default=True),
    ("ISO15118Ctrlr", "Enabled"): _switch(default=False),
    ("LocalAuthListCtrlr", "Available"): _always(value=True),
    ("LocalAuthListCtrlr", "BytesPerMessage"): _fixed("65536"),
    variables.LOCAL_LIST_IS_FINAL: _switch(default=False),
    variables.LOCAL_LIST: _switch(default=True),
    ("LocalAuthListCtrlr", "Entries"): _fact("integer", most=MOST_LISTED),
    ("LocalAuthListCtrlr", "ItemsPerMessage"): _fixed("100"),
    variables.MONITORING_BASE: _fixed("All", "OptionList", values=_BASES),
    ("MonitoringCtrlr", "ActiveMonitoringLevel"): _fact("integer"),
    ("MonitoringCtrlr", "Available"): _always(value=True),
    ("MonitoringCtrlr", "BytesPerMessage[ClearVariableMonitoring]"): _fixed("65536"),
    ("MonitoringCtrlr", "BytesPerMessage[SetVariableMonitoring]"): _fixed("65536"),
    variables.MONITORING_ENABLED: _switch(default=True),
    ("MonitoringCtrlr", "ItemsPerMessage[ClearVariableMonitoring]"): _fixed("50"),
    ("MonitoringCtrlr", "ItemsPerMessage[SetVariableMonitoring]"): _fixed("50"),
    variables.OFFLINE_SEVERITY: Variable("4", "integer", least=0, most=9),
    variables.ACTIVE_NETWORK_PROFILE: _fixed("1"),
    ("OCPPCommCtrlr", "FileTransferProtocols"): _fixed("FTP,HTTP,HTTPS", "MemberList", values=_PROTOCOLS),
    variables.HEARTBEAT_INTERVAL: _seconds(60, least=1),
    variables.MESSAGE_ATTEMPT_INTERVAL: _seconds(10),
    variables.MESSAGE_ATTEMPTS: Variable("3", "integer", least=1, most=10),
    variables.MESSAGE_TIMEOUT: Variable("30", "integer", "s", mutability="ReadOnly", least=1, most=86400),
    variables.NETWORK_PRIORITY: Variable("1", "SequenceList", values=("1", "2", "3"), needs_reboot=True),
    variables.NETWORK_ATTEMPTS: Variable("3", "integer", least=1, most=100),
    variables.OFFLINE_THRESHOLD: _seconds(60),
    ("OCPPCommCtrlr", "QueueAllMessages"): _always(value=False),
    ("OCPPCommCtrlr", "ResetRetries"): Variable("1", "integer", least=0, most=10),
    variables.BACK_OFF_RANGE: _seconds(2),
    variables.BACK_OFF_TIMES: Variable("5", "integer", least=0, most=20),
    variables.BACK_OFF_WAIT: _seconds(2, least=1),
    ("OCPPCommCtrlr", "UnlockOnEVSideDisconnect"): _switch(default=True),
    ("OCPPCommCtrlr", "WebSocketPingInterval"): _seconds(20),
    ("ReservationCtrlr", "Available"): _always(value=True),
    variables.RESERVATIONS: _switch(default=True),
    variables.RESERVATIONS_ANYWHERE: _switch(default=True),
    ("SampledDataCtrlr", "Available"): _always(value=True),
    ("SampledDataCtrlr", "Enabled"): _switch(default=True),
    variables.SIGN_READINGS: _always(value=False),
    variables.ENDED_INTERVAL: _seconds(0),
    variables.TX_ENDED_MEASURANDS: _measurands("Energy.Active.Import.Register"),
    variables.TX_STARTED_MEASURANDS: _measurands("Energy.Active.Import.Register"),
    variables.TX_UPDATED_INTERVAL: _seconds(60),
    variables.TX_UPDATED_MEASURANDS: _measurands("Energy.Active.Import.Register,Power.Active.Import"),
    variables.ADDITIONAL_ROOT_CHECK: _always(value=False),
    variables.ALLOW_DOWNGRADE: _switch(default=False),
    variables.BASIC_AUTH_PASSWORD: Variable("", "string", mutability="WriteOnly", least=16, most=40),
    variables.CERT_SIGNING_REPEATS: Variable("3", "integer", least=0, most=20),
    variables.CERT_SIGNING_WAIT: _seconds(30, least=1),
    ("SecurityCtrlr", "CertificateEntries"): _fact("integer", most=MOST_CERTIFICATES),
    ("SecurityCtrlr", "Identity"): _fact("string"),
    variables.MAX_CHAIN_SIZE: Variable("10000", "integer", mutability="ReadOnly", least=1, most=10_000),
    variables.ORGANIZATION: _text("mock-csms", most=64),
    variables.SECURITY_PROFILE: Variable("0", "integer", mutability="ReadOnly", least=0, most=3),
    ("SmartChargingCtrlr", "ACPhaseSwitchingSupported"): _always(value=False),
    ("SmartChargingCtrlr", "Available"): _always(value=True),
    ("SmartChargingCtrlr", "Enabled"): _switch(default=True),
    ("SmartChargingCtrlr", "Entries[ChargingProfiles]"): _fact("integer", most=MOST_PROFILES),
    ("SmartChargingCtrlr", "LimitChangeSignificance"): Variable("1", "decimal", "Percent", least=0, most=100),
    variables.PERIODS_PER_SCHEDULE: _fixed("24"),
    variables.STACK_LEVEL: _fixed("10"),
    variables.RATE_UNIT: _list("A", "W"),
    ("TariffCostCtrlr", "Available[Cost]"): _always(value=True),
    ("TariffCostCtrlr", "Available[Tariff]"): _always(value=True),
    ("TariffCostCtrlr", "Currency"): _text("EUR", most=3),
    ("TariffCostCtrlr", "Enabled[Cost]"): _switch(default=True),
    ("TariffCostCtrlr", "Enabled[Tariff]"): _switch(default=True),
    ("TariffCostCtrlr", "TariffFallbackMessage"): _text("", most=255),
    ("TariffCostCtrlr", "TotalCostFallbackMessage"): _text("", most=255),
    variables.EV_CONNECTION_TIMEOUT: _seconds(60, least=1),
    variables.MAX_ENERGY_ON_INVALID_ID: Variable("0", "integer", "Wh", least=0, most=2**31 - 1),
    variables.STOP_ON_EV_DISCONNECT: _switch(default=True),
    variables.STOP_ON_INVALID_ID: _switch(default=True),
    variables.TX_START_POINT: Variable("PowerPathClosed", "MemberList", values=_START_POINTS),
    variables.TX_STOP_POINT: Variable("PowerPathClosed", "MemberList", values=_STOP_POINTS),
}
"""Every variable of the station as a whole."""

EVSE_VARIABLES: Mapping[Name, Variable] = {
    ("EVSE[n]", "AllowReset"): _fact("boolean", values=("true", "false")),
    ("EVSE[n]", "AvailabilityState"): _fact("OptionList", values=_STATES),
    ("EVSE[n]", "Available"): _always(value=True),
    ("EVSE[n]", "Power"): Variable(
        None, "decimal", "W", mutability="ReadOnly", least=0, most=MOST_POWER, max_set=f"{MOST_POWER:g}"
    ),
    ("EVSE[n]", "SupplyPhases"): _fixed("3"),
    ("FiscalMetering[n]", "EnergyImportRegister"): _fact("decimal", "Wh"),
}
"""Every variable of each EVSE."""

CONNECTOR_VARIABLES: Mapping[Name, Variable] = {
    ("Connector[n,m]", "AvailabilityState"): _fact("OptionList", values=_STATES),
    ("Connector[n,m]", "Available"): _always(value=True),
    ("Connector[n,m]", "ConnectorType"): _fixed("cType2", "string"),
    ("Connector[n,m]", "SupplyPhases"): _fixed("3"),
}
"""Every variable of each connector."""

DEFAULTS: Mapping[Name, str] = MappingProxyType(
    {name: variable.default for name, variable in VARIABLES.items() if variable.default is not None}
)
"""The values of the variables of a new station."""


@cache
def rows(shape: Shape, extras: Extras = ()) -> Mapping[Name, Variable]:
    """Return every variable of a station with these EVSEs, connectors and additional variables."""
    named = dict(VARIABLES)
    for evse, connectors in shape:
        named |= {(_at(component, evse), name): row for (component, name), row in EVSE_VARIABLES.items()}
        for connector in range(1, connectors + 1):
            place = f"{evse},{connector}"
            named |= {(_at(component, place), name): row for (component, name), row in CONNECTOR_VARIABLES.items()}
    return MappingProxyType(named | dict(extras))


@cache
def folded(shape: Shape, extras: Extras = ()) -> Mapping[Name, Name]:
    """Return the name of each variable by its lower-case form: letter case does not matter (Part 2, ComponentType)."""
    return {(component.casefold(), name.casefold()): (component, name) for component, name in rows(shape, extras)}


def _at(component: str, place: object) -> str:
    return f"{component.partition('[')[0]}[{place}]"

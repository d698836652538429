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
_KEYS = ("Never", "OncePerTransaction", "EveryMeterValue")
_PROTOCOLS = ("FTP", "FTPS", "HTTP", "HTTPS", "SFTP")
_SOURCES = ("Heartbeat", "NTP", "GPS", "RealTimeClock", "MobileNetwork", "RadioTimeTransmitter")


def seconds(default: int, least: int = 0) -> Variable:
    """Return the row of a number of seconds that can be set."""
    return Variable(str(default), "integer", "s", least=least, most=86400)


def switch(*, default: bool) -> Variable:
    """Return the row of a boolean that can be set."""
    return Variable("true" if default else "false", "boolean", values=("true", "false"))


def _measurands(default: str) -> Variable:
    return Variable(default, "MemberList", most=_LONGEST_LIST, values=_MEASURANDS)


def text(default: str, most: int = 500) -> Variable:
    """Return the row of a text that can be set."""
    return Variable(default, "string", most=most)


def fixed(value: str, data_type: str = "integer", unit: str = "", values: tuple[str, ...] = ()) -> Variable:
    """Return the row of a variable that never changes."""
    return Variable(value, data_type, unit, mutability="ReadOnly", values=values)


def fixed_list(*values: str) -> Variable:
    """Return the row of a list that never changes."""
    return fixed(",".join(values), "MemberList", values=values)


def fixed_switch(*, value: bool) -> Variable:
    """Return the row of a boolean that never changes."""
    return fixed("true" if value else "false", "boolean", values=("true", "false"))


def _fact(data_type: str, unit: str = "", values: tuple[str, ...] = (), most: float | None = None) -> Variable:
    """Return the row of a variable whose value is computed (`inventory.value_of`)."""
    return Variable(None, data_type, unit, mutability="ReadOnly", most=most, values=values)


VARIABLES: Mapping[Name, Variable] = {
    variables.NEW_SESSIONS_BEFORE_UPDATE: switch(default=False),
    ("ChargingStation", "AvailabilityState"): _fact("OptionList", values=_STATES),
    ("ChargingStation", "Available"): fixed_switch(value=True),
    ("ChargingStation", "Model"): _fact("string"),
    ("ChargingStation", "Problem"): fixed_switch(value=False),
    ("ChargingStation", "SerialNumber"): _fact("string"),
    ("ChargingStation", "SupplyPhases"): fixed("3"),
    ("ChargingStation", "VendorName"): _fact("string"),
    ("Controller", "FirmwareVersion"): _fact("string"),
    ("AlignedDataCtrlr", "Available"): fixed_switch(value=True),
    ("AlignedDataCtrlr", "Enabled"): switch(default=True),
    variables.ALIGNED_INTERVAL: seconds(0),
    variables.ALIGNED_MEASURANDS: _measurands("Energy.Active.Import.Register,Power.Active.Import"),
    variables.SEND_DURING_IDLE: switch(default=False),
    ("AlignedDataCtrlr", variables.SIGN_READINGS): switch(default=False),
    variables.ALIGNED_ENDED_INTERVAL: seconds(0),
    variables.ALIGNED_ENDED_MEASURANDS: _measurands("Energy.Active.Import.Register"),
    ("AuthCacheCtrlr", "Available"): fixed_switch(value=True),
    variables.CACHE_IS_FINAL: switch(default=False),
    variables.CACHE: switch(default=True),
    variables.CACHE_LIFE_TIME: Variable("604800", "integer", "s", least=1, most=2**31 - 1),
    variables.NO_REMOTE_AUTHORIZATION: switch(default=False),
    variables.AUTHORIZATION: switch(default=True),
    variables.AUTHORIZE_REMOTE_START: switch(default=False),
    variables.LOCAL_AUTHORIZE_OFFLINE: switch(default=True),
    variables.LOCAL_PRE_AUTHORIZE: switch(default=False),
    variables.MASTER_PASS_GROUP: text("", most=36),
    variables.OFFLINE_UNKNOWN_TOKENS: switch(default=True),
    ("ClockCtrlr", "DateTime"): _fact("dateTime"),
    ("ClockCtrlr", "NextTimeOffsetTransitionDateTime"): Variable("", "dateTime"),
    ("ClockCtrlr", "TimeOffset"): text("+00:00", most=6),
    ("ClockCtrlr", "TimeOffset[NextTransition]"): text("", most=6),
    ("ClockCtrlr", "TimeSource"): Variable("Heartbeat", "SequenceList", values=_SOURCES),
    ("ClockCtrlr", "TimeZone"): text("", most=50),
    ("CustomizationCtrlr", "CustomImplementationEnabled"): switch(default=False),
    ("DeviceDataCtrlr", "BytesPerMessage[GetReport]"): fixed("65536"),
    ("DeviceDataCtrlr", "BytesPerMessage[GetVariables]"): fixed("65536"),
    ("DeviceDataCtrlr", "BytesPerMessage[SetVariables]"): fixed("65536"),
    ("DeviceDataCtrlr", "ConfigurationValueSize"): fixed("1000"),
    variables.REPORTED_ITEMS: Variable("50", "integer", mutability="ReadOnly", least=1, most=1000),
    ("DeviceDataCtrlr", "ItemsPerMessage[GetVariables]"): fixed("50"),
    ("DeviceDataCtrlr", "ItemsPerMessage[SetVariables]"): fixed("50"),
    ("DeviceDataCtrlr", "ReportingValueSize"): fixed("2500"),
    ("DisplayMessageCtrlr", "Available"): fixed_switch(value=True),
    ("DisplayMessageCtrlr", "DisplayMessages"): _fact("integer"),
    ("DisplayMessageCtrlr", "Enabled"): switch(default=True),
    variables.DISPLAY_FORMATS: fixed_list("ASCII", "UTF8"),
    variables.DISPLAY_PRIORITIES: fixed_list("AlwaysFront", "InFront", "NormalCycle"),
    variables.DISPLAY_STATES: fixed_list("Charging", "Faulted", "Idle", "Unavailable"),
    ("ISO15118Ctrlr", "Available"): fixed_switch(value=False),
    ("ISO15118Ctrlr", "ContractValidationOffline"): switch(default=True),
    ("ISO15118Ctrlr", "Enabled"): switch(default=False),
    ("LocalAuthListCtrlr", "Available"): fixed_switch(value=True),
    ("LocalAuthListCtrlr", "BytesPerMessage"): fixed("65536"),
    variables.LOCAL_LIST_IS_FINAL: switch(default=False),
    variables.LOCAL_LIST: switch(default=True),
    ("LocalAuthListCtrlr", "Entries"): _fact("integer", most=MOST_LISTED),
    ("LocalAuthListCtrlr", "ItemsPerMessage"): fixed("100"),
    variables.MONITORING_BASE: fixed("All", "OptionList", values=_BASES),
    ("MonitoringCtrlr", "ActiveMonitoringLevel"): _fact("integer"),
    ("MonitoringCtrlr", "Available"): fixed_switch(value=True),
    ("MonitoringCtrlr", "BytesPerMessage[ClearVariableMonitoring]"): fixed("65536"),
    ("MonitoringCtrlr", "BytesPerMessage[SetVariableMonitoring]"): fixed("65536"),
    variables.MONITORING_ENABLED: switch(default=True),
    ("MonitoringCtrlr", "ItemsPerMessage[ClearVariableMonitoring]"): fixed("50"),
    ("MonitoringCtrlr", "ItemsPerMessage[SetVariableMonitoring]"): fixed("50"),
    variables.OFFLINE_SEVERITY: Variable("4", "integer", least=0, most=9),
    variables.ACTIVE_NETWORK_PROFILE: fixed("1"),
    ("OCPPCommCtrlr", "FileTransferProtocols"): fixed("FTP,HTTP,HTTPS", "MemberList", values=_PROTOCOLS),
    variables.HEARTBEAT_INTERVAL: seconds(60, least=1),
    variables.MESSAGE_ATTEMPT_INTERVAL: seconds(10),
    variables.MESSAGE_ATTEMPTS: Variable("3", "integer", least=1, most=10),
    variables.MESSAGE_TIMEOUT: Variable("30", "integer", "s", mutability="ReadOnly", least=1, most=86400),
    variables.NETWORK_PRIORITY: Variable("1", "SequenceList", values=("1", "2", "3"), needs_reboot=True),
    variables.NETWORK_ATTEMPTS: Variable("3", "integer", least=1, most=100),
    variables.OFFLINE_THRESHOLD: seconds(60),
    variables.PUBLIC_KEY: Variable("OncePerTransaction", "OptionList", values=_KEYS),
    ("OCPPCommCtrlr", "QueueAllMessages"): fixed_switch(value=False),
    ("OCPPCommCtrlr", "ResetRetries"): Variable("1", "integer", least=0, most=10),
    variables.BACK_OFF_RANGE: seconds(2),
    variables.BACK_OFF_TIMES: Variable("5", "integer", least=0, most=20),
    variables.BACK_OFF_WAIT: seconds(2, least=1),
    variables.UNLOCK_ON_EV_DISCONNECT: switch(default=True),
    ("OCPPCommCtrlr", "WebSocketPingInterval"): seconds(20),
    ("ReservationCtrlr", "Available"): fixed_switch(value=True),
    variables.RESERVATIONS: switch(default=True),
    variables.RESERVATIONS_ANYWHERE: switch(default=True),
    ("SampledDataCtrlr", "Available"): fixed_switch(value=True),
    ("SampledDataCtrlr", "Enabled"): switch(default=True),
    ("SampledDataCtrlr", variables.SIGN_READINGS): switch(default=False),
    variables.ENDED_INTERVAL: seconds(0),
    variables.TX_ENDED_MEASURANDS: _measurands("Energy.Active.Import.Register"),
    variables.TX_STARTED_MEASURANDS: _measurands("Energy.Active.Import.Register"),
    variables.TX_UPDATED_INTERVAL: seconds(60),
    variables.TX_UPDATED_MEASURANDS: _measurands("Energy.Active.Import.Register,Power.Active.Import"),
    variables.ADDITIONAL_ROOT_CHECK: fixed_switch(value=False),
    variables.ALLOW_DOWNGRADE: switch(default=False),
    variables.BASIC_AUTH_PASSWORD: Variable("", "string", mutability="WriteOnly", least=16, most=40),
    variables.CERT_SIGNING_REPEATS: Variable("3", "integer", least=0, most=20),
    variables.CERT_SIGNING_WAIT: seconds(30, least=1),
    ("SecurityCtrlr", "CertificateEntries"): _fact("integer", most=MOST_CERTIFICATES),
    ("SecurityCtrlr", "Identity"): _fact("string"),
    variables.MAX_CHAIN_SIZE: Variable("10000", "integer", mutability="ReadOnly", least=1, most=10_000),
    variables.ORGANIZATION: text("mock-csms", most=64),
    variables.SECURITY_PROFILE: Variable("0", "integer", mutability="ReadOnly", least=0, most=3),
    ("SmartChargingCtrlr", "ACPhaseSwitchingSupported"): fixed_switch(value=False),
    variables.SMART_CHARGING: fixed_switch(value=True),
    ("SmartChargingCtrlr", "Enabled"): switch(default=True),
    ("SmartChargingCtrlr", "Entries[ChargingProfiles]"): _fact("integer", most=MOST_PROFILES),
    ("SmartChargingCtrlr", "LimitChangeSignificance"): Variable("1", "decimal", "Percent", least=0, most=100),
    variables.PERIODS_PER_SCHEDULE: fixed("24"),
    variables.STACK_LEVEL: fixed("10"),
    variables.RATE_UNIT: fixed_list("A", "W"),
    ("TariffCostCtrlr", "Available[Cost]"): fixed_switch(value=True),
    ("TariffCostCtrlr", "Available[Tariff]"): fixed_switch(value=True),
    ("TariffCostCtrlr", "Currency"): text("EUR", most=3),
    ("TariffCostCtrlr", "Enabled[Cost]"): switch(default=True),
    ("TariffCostCtrlr", "Enabled[Tariff]"): switch(default=True),
    ("TariffCostCtrlr", "TariffFallbackMessage"): text("", most=255),
    ("TariffCostCtrlr", "TotalCostFallbackMessage"): text("", most=255),
    variables.EV_CONNECTION_TIMEOUT: seconds(60, least=1),
    variables.MAX_ENERGY_ON_INVALID_ID: Variable("0", "integer", "Wh", least=0, most=2**31 - 1),
    variables.STOP_ON_EV_DISCONNECT: switch(default=True),
    variables.STOP_ON_INVALID_ID: switch(default=True),
    variables.TX_START_POINT: Variable("PowerPathClosed", "MemberList", values=_START_POINTS),
    variables.TX_STOP_POINT: Variable("PowerPathClosed", "MemberList", values=_STOP_POINTS),
}
"""Every variable of the station as a whole."""

EVSE_VARIABLES: Mapping[Name, Variable] = {
    ("EVSE[n]", "AllowReset"): _fact("boolean", values=("true", "false")),
    ("EVSE[n]", "AvailabilityState"): _fact("OptionList", values=_STATES),
    ("EVSE[n]", "Available"): fixed_switch(value=True),
    ("EVSE[n]", "Power"): Variable(
        None, "decimal", "W", mutability="ReadOnly", least=0, most=MOST_POWER, max_set=f"{MOST_POWER:g}"
    ),
    ("EVSE[n]", "SupplyPhases"): fixed("3"),
    ("FiscalMetering[n]", "EnergyImportRegister"): _fact("decimal", "Wh"),
}
"""Every variable of each EVSE."""

CONNECTOR_VARIABLES: Mapping[Name, Variable] = {
    ("Connector[n,m]", "AvailabilityState"): _fact("OptionList", values=_STATES),
    ("Connector[n,m]", "Available"): fixed_switch(value=True),
    ("Connector[n,m]", "ConnectorType"): fixed("cType2", "string"),
    ("Connector[n,m]", "SupplyPhases"): fixed("3"),
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

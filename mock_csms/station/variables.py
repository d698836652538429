"""The variables of the device model that steer a station: what they are called, their defaults, and who may set them.

Their names, units and meanings are those of Part 2, "Referenced Components and Variables". Values are texts, as they go
over the wire.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias

from mock_csms.protocol.records import Record

Name: TypeAlias = tuple[str, str]
"""A component and one of its variables."""


class Variable(Record):
    """One row: its value when the station is new, its data type, its unit, and whether a CSMS may set it.

    `least` and `most` bound a number; `values` are those that a list or an option may hold.
    """

    default: str
    data_type: str
    unit: str = ""
    is_writable: bool = True
    least: float | None = None
    most: float | None = None
    values: tuple[str, ...] = ()


_START_POINTS = ("ParkingBayOccupancy", "EVConnected", "Authorized", "DataSigned", "PowerPathClosed", "EnergyTransfer")
_STOP_POINTS = ("ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer")
_MEASURANDS = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage", "SoC")


def _seconds(default: int, least: int = 0) -> Variable:
    return Variable(str(default), "integer", "s", least=least, most=86400)


def _switch(*, default: bool) -> Variable:
    return Variable("true" if default else "false", "boolean", values=("true", "false"))


def _measurands(default: str) -> Variable:
    return Variable(default, "MemberList", values=_MEASURANDS)


def _fixed(*values: str) -> Variable:
    return Variable(",".join(values), "MemberList", is_writable=False, values=values)


_NEVER = Variable("false", "boolean", is_writable=False, values=("false",))

HEARTBEAT_INTERVAL: Name = ("OCPPCommCtrlr", "HeartbeatInterval")
MESSAGE_TIMEOUT: Name = ("OCPPCommCtrlr", "MessageTimeout")
MESSAGE_ATTEMPTS: Name = ("OCPPCommCtrlr", "MessageAttempts")
MESSAGE_ATTEMPT_INTERVAL: Name = ("OCPPCommCtrlr", "MessageAttemptInterval")
OFFLINE_THRESHOLD: Name = ("OCPPCommCtrlr", "OfflineThreshold")
BACK_OFF_WAIT: Name = ("OCPPCommCtrlr", "RetryBackOffWaitMinimum")
BACK_OFF_RANGE: Name = ("OCPPCommCtrlr", "RetryBackOffRandomRange")
BACK_OFF_TIMES: Name = ("OCPPCommCtrlr", "RetryBackOffRepeatTimes")
AUTHORIZATION: Name = ("AuthCtrlr", "Enabled")
AUTHORIZE_REMOTE_START: Name = ("AuthCtrlr", "AuthorizeRemoteStart")
OFFLINE_UNKNOWN_TOKENS: Name = ("AuthCtrlr", "OfflineTxForUnknownIdEnabled")
LOCAL_PRE_AUTHORIZE: Name = ("AuthCtrlr", "LocalPreAuthorize")
LOCAL_AUTHORIZE_OFFLINE: Name = ("AuthCtrlr", "LocalAuthorizeOffline")
NO_REMOTE_AUTHORIZATION: Name = ("AuthCtrlr", "DisableRemoteAuthorization")
MASTER_PASS_GROUP: Name = ("AuthCtrlr", "MasterPassGroupId")
CACHE: Name = ("AuthCacheCtrlr", "Enabled")
CACHE_LIFE_TIME: Name = ("AuthCacheCtrlr", "LifeTime")
CACHE_IS_FINAL: Name = ("AuthCacheCtrlr", "DisablePostAuthorize")
LOCAL_LIST: Name = ("LocalAuthListCtrlr", "Enabled")
LOCAL_LIST_ENTRIES: Name = ("LocalAuthListCtrlr", "Entries")
LOCAL_LIST_IS_FINAL: Name = ("LocalAuthListCtrlr", "DisablePostAuthorize")
RESERVATIONS: Name = ("ReservationCtrlr", "Enabled")
RESERVATIONS_ANYWHERE: Name = ("ReservationCtrlr", "NonEvseSpecific")
TX_START_POINT: Name = ("TxCtrlr", "TxStartPoint")
TX_STOP_POINT: Name = ("TxCtrlr", "TxStopPoint")
STOP_ON_INVALID_ID: Name = ("TxCtrlr", "StopTxOnInvalidId")
MAX_ENERGY_ON_INVALID_ID: Name = ("TxCtrlr", "MaxEnergyOnInvalidId")
STOP_ON_EV_DISCONNECT: Name = ("TxCtrlr", "StopTxOnEVSideDisconnect")
EV_CONNECTION_TIMEOUT: Name = ("TxCtrlr", "EVConnectionTimeOut")
TX_STARTED_MEASURANDS: Name = ("SampledDataCtrlr", "TxStartedMeasurands")
TX_UPDATED_MEASURANDS: Name = ("SampledDataCtrlr", "TxUpdatedMeasurands")
TX_UPDATED_INTERVAL: Name = ("SampledDataCtrlr", "TxUpdatedInterval")
TX_ENDED_MEASURANDS: Name = ("SampledDataCtrlr", "TxEndedMeasurands")
CERT_SIGNING_WAIT: Name = ("SecurityCtrlr", "CertSigningWaitMinimum")
CERT_SIGNING_REPEATS: Name = ("SecurityCtrlr", "CertSigningRepeatTimes")
ORGANIZATION: Name = ("SecurityCtrlr", "OrganizationName")
NEW_SESSIONS_BEFORE_UPDATE: Name = ("ChargingStation", "AllowNewSessionsPendingFirmwareUpdate")
ENDED_INTERVAL: Name = ("SampledDataCtrlr", "TxEndedInterval")
SIGN_READINGS: Name = ("SampledDataCtrlr", "SignReadings")
ALIGNED_INTERVAL: Name = ("AlignedDataCtrlr", "Interval")
ALIGNED_MEASURANDS: Name = ("AlignedDataCtrlr", "Measurands")
ALIGNED_ENDED_INTERVAL: Name = ("AlignedDataCtrlr", "TxEndedInterval")
ALIGNED_ENDED_MEASURANDS: Name = ("AlignedDataCtrlr", "TxEndedMeasurands")
SEND_DURING_IDLE: Name = ("AlignedDataCtrlr", "SendDuringIdle")
ALIGNED_SIGN_READINGS: Name = ("AlignedDataCtrlr", "SignReadings")
RATE_UNIT: Name = ("SmartChargingCtrlr", "RateUnit")
STACK_LEVEL: Name = ("SmartChargingCtrlr", "ProfileStackLevel")
PERIODS_PER_SCHEDULE: Name = ("SmartChargingCtrlr", "PeriodsPerSchedule")
DISPLAY_FORMATS: Name = ("DisplayMessageCtrlr", "SupportedFormats")
DISPLAY_PRIORITIES: Name = ("DisplayMessageCtrlr", "SupportedPriorities")
DISPLAY_STATES: Name = ("DisplayMessageCtrlr", "SupportedStates")

VARIABLES: Mapping[Name, Variable] = {
    HEARTBEAT_INTERVAL: _seconds(60, least=1),
    MESSAGE_TIMEOUT: Variable("30", "integer", "s", is_writable=False, least=1, most=86400),
    MESSAGE_ATTEMPTS: Variable("3", "integer", least=1, most=10),
    MESSAGE_ATTEMPT_INTERVAL: _seconds(10),
    OFFLINE_THRESHOLD: _seconds(60),
    BACK_OFF_WAIT: _seconds(2, least=1),
    BACK_OFF_RANGE: _seconds(2),
    BACK_OFF_TIMES: Variable("5", "integer", least=0, most=20),
    AUTHORIZATION: _switch(default=True),
    AUTHORIZE_REMOTE_START: _switch(default=False),
    OFFLINE_UNKNOWN_TOKENS: _switch(default=True),
    LOCAL_PRE_AUTHORIZE: _switch(default=False),
    LOCAL_AUTHORIZE_OFFLINE: _switch(default=True),
    NO_REMOTE_AUTHORIZATION: _switch(default=False),
    MASTER_PASS_GROUP: Variable("", "string", most=36),
    CACHE: _switch(default=True),
    CACHE_LIFE_TIME: Variable("604800", "integer", "s", least=1, most=2**31 - 1),
    CACHE_IS_FINAL: _switch(default=False),
    LOCAL_LIST: _switch(default=True),
    LOCAL_LIST_ENTRIES: Variable("0", "integer", is_writable=False, least=0),
    LOCAL_LIST_IS_FINAL: _switch(default=False),
    RESERVATIONS: _switch(default=True),
    RESERVATIONS_ANYWHERE: _switch(default=True),
    TX_START_POINT: Variable("PowerPathClosed", "MemberList", values=_START_POINTS),
    TX_STOP_POINT: Variable("PowerPathClosed", "MemberList", values=_STOP_POINTS),
    STOP_ON_INVALID_ID: _switch(default=True),
    MAX_ENERGY_ON_INVALID_ID: Variable("0", "integer", "Wh", least=0, most=2**31 - 1),
    STOP_ON_EV_DISCONNECT: _switch(default=True),
    EV_CONNECTION_TIMEOUT: _seconds(60, least=1),
    TX_STARTED_MEASURANDS: _measurands("Energy.Active.Import.Register"),
    TX_UPDATED_MEASURANDS: _measurands("Energy.Active.Import.Register,Power.Active.Import"),
    TX_UPDATED_INTERVAL: _seconds(60),
    TX_ENDED_MEASURANDS: _measurands("Energy.Active.Import.Register"),
    CERT_SIGNING_WAIT: _seconds(30, least=1),
    CERT_SIGNING_REPEATS: Variable("3", "integer", least=0, most=20),
    ORGANIZATION: Variable("mock-csms", "string"),
    NEW_SESSIONS_BEFORE_UPDATE: _switch(default=False),
    ENDED_INTERVAL: _seconds(0),
    SIGN_READINGS: _NEVER,
    ALIGNED_INTERVAL: _seconds(0),
    ALIGNED_MEASURANDS: _measurands("Energy.Active.Import.Register,Power.Active.Import"),
    ALIGNED_ENDED_INTERVAL: _seconds(0),
    ALIGNED_ENDED_MEASURANDS: _measurands("Energy.Active.Import.Register"),
    SEND_DURING_IDLE: _switch(default=False),
    ALIGNED_SIGN_READINGS: _NEVER,
    RATE_UNIT: _fixed("A", "W"),
    STACK_LEVEL: Variable("10", "integer", is_writable=False, least=0, most=1000),
    PERIODS_PER_SCHEDULE: Variable("24", "integer", is_writable=False, least=1, most=1024),
    DISPLAY_FORMATS: _fixed("ASCII", "UTF8"),
    DISPLAY_PRIORITIES: _fixed("AlwaysFront", "InFront", "NormalCycle"),
    DISPLAY_STATES: _fixed("Charging", "Faulted", "Idle", "Unavailable"),
}
"""Every variable that the station obeys."""

DEFAULTS: Mapping[Name, str] = MappingProxyType({name: variable.default for name, variable in VARIABLES.items()})
"""The values of a new station."""


def accepts(variable: Variable, value: str) -> bool:
    """Whether `value` is one that the variable may have."""
    if variable.data_type == "integer":
        if not (value.isascii() and value.removeprefix("-").isdigit() and len(value) <= 10):
            return False
        return (variable.least is None or int(value) >= variable.least) and (
            variable.most is None or int(value) <= variable.most
        )
    if variable.data_type == "MemberList":
        members = value.split(",") if value else []
        return set(members) <= set(variable.values) and len(members) == len(set(members))
    return not variable.values or value in variable.values

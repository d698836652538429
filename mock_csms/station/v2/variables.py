"""Variables of the device model: their notation, the values that they accept, and the names that the code reads.

Names, units and meanings are those of Part 2, "Referenced Components and Variables"; `model` is the table of them.
Values are texts, as in messages.
"""

import re
from typing import Literal, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.protocol.times import strict_seconds_of

Name: TypeAlias = tuple[str, str]
"""A component and one of its variables, in the notation of the specification.

`Connector[1,2]` is connector 2 of EVSE 1, `MessageTimeout[Default]` has an instance, and so has a component written
`Fan/left`.
"""

Mutability: TypeAlias = Literal["ReadOnly", "ReadWrite", "WriteOnly"]


class Variable(Record):
    """One row of the device model."""

    default: str | None
    """The value in a new station; None if the value is computed."""
    data_type: str
    """The dataType of its characteristics, such as `integer` or `OptionList`."""
    unit: str = ""
    mutability: Mutability = "ReadWrite"
    """Whether a CSMS may read it and set it."""
    least: float | None = None
    """The smallest number, or the smallest length of a text."""
    most: float | None = None
    """The largest number, or the largest length of a text."""
    values: tuple[str, ...] = ()
    """The allowed values of a list or an option."""
    max_set: str | None = None
    """The value of the attribute MaxSet; None if it has no such attribute."""
    needs_reboot: bool = False
    """Whether a new value takes effect only after a reboot."""

    @property
    def is_writable(self) -> bool:
        """Whether a CSMS may set it."""
        return self.mutability != "ReadOnly"

    @property
    def is_number(self) -> bool:
        """Whether its values are numbers."""
        return self.data_type in ("integer", "decimal")

    @property
    def is_monitored(self) -> bool:
        """Whether a CSMS may monitor it: texts and unreadable variables cannot be monitored."""
        return self.mutability != "WriteOnly" and (self.is_number or self.data_type in ("boolean", "OptionList"))


HEARTBEAT_INTERVAL: Name = ("OCPPCommCtrlr", "HeartbeatInterval")
MESSAGE_TIMEOUT: Name = ("OCPPCommCtrlr", "MessageTimeout[Default]")
MESSAGE_ATTEMPTS: Name = ("OCPPCommCtrlr", "MessageAttempts[TransactionEvent]")
MESSAGE_ATTEMPT_INTERVAL: Name = ("OCPPCommCtrlr", "MessageAttemptInterval[TransactionEvent]")
TIME_SOURCE: Name = ("ClockCtrlr", "TimeSource")
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
LOCAL_LIST_IS_FINAL: Name = ("LocalAuthListCtrlr", "DisablePostAuthorize")
RESERVATIONS: Name = ("ReservationCtrlr", "Enabled")
RESERVATIONS_ANYWHERE: Name = ("ReservationCtrlr", "NonEvseSpecific")
NETWORK_PRIORITY: Name = ("OCPPCommCtrlr", "NetworkConfigurationPriority")
ACTIVE_NETWORK_PROFILE: Name = ("OCPPCommCtrlr", "ActiveNetworkProfile")
NETWORK_ATTEMPTS: Name = ("OCPPCommCtrlr", "NetworkProfileConnectionAttempts")
TX_START_POINT: Name = ("TxCtrlr", "TxStartPoint")
TX_STOP_POINT: Name = ("TxCtrlr", "TxStopPoint")
STOP_ON_INVALID_ID: Name = ("TxCtrlr", "StopTxOnInvalidId")
MAX_ENERGY_ON_INVALID_ID: Name = ("TxCtrlr", "MaxEnergyOnInvalidId")
UNLOCK_ON_EV_DISCONNECT: Name = ("OCPPCommCtrlr", "UnlockOnEVSideDisconnect")
STOP_ON_EV_DISCONNECT: Name = ("TxCtrlr", "StopTxOnEVSideDisconnect")
EV_CONNECTION_TIMEOUT: Name = ("TxCtrlr", "EVConnectionTimeOut")
TX_STARTED_MEASURANDS: Name = ("SampledDataCtrlr", "TxStartedMeasurands")
TX_UPDATED_MEASURANDS: Name = ("SampledDataCtrlr", "TxUpdatedMeasurands")
TX_UPDATED_INTERVAL: Name = ("SampledDataCtrlr", "TxUpdatedInterval")
TX_ENDED_MEASURANDS: Name = ("SampledDataCtrlr", "TxEndedMeasurands")
CERT_SIGNING_WAIT: Name = ("SecurityCtrlr", "CertSigningWaitMinimum")
CERT_SIGNING_REPEATS: Name = ("SecurityCtrlr", "CertSigningRepeatTimes")
MAX_CHAIN_SIZE: Name = ("SecurityCtrlr", "MaxCertificateChainSize")
ADDITIONAL_ROOT_CHECK: Name = ("SecurityCtrlr", "AdditionalRootCertificateCheck")
ALLOW_DOWNGRADE: Name = ("SecurityCtrlr", "AllowSecurityProfileDowngrade")
ORGANIZATION: Name = ("SecurityCtrlr", "OrganizationName")
NEW_SESSIONS_BEFORE_UPDATE: Name = ("ChargingStation", "AllowNewSessionsPendingFirmwareUpdate")
ENDED_INTERVAL: Name = ("SampledDataCtrlr", "TxEndedInterval")
SIGN_READINGS = "SignReadings"
"""The variable of SampledDataCtrlr and of AlignedDataCtrlr that says whether their values are signed."""
PUBLIC_KEY: Name = ("OCPPCommCtrlr", "PublicKeyWithSignedMeterValue")
ALIGNED_INTERVAL: Name = ("AlignedDataCtrlr", "Interval")
ALIGNED_MEASURANDS: Name = ("AlignedDataCtrlr", "Measurands")
ALIGNED_ENDED_INTERVAL: Name = ("AlignedDataCtrlr", "TxEndedInterval")
ALIGNED_ENDED_MEASURANDS: Name = ("AlignedDataCtrlr", "TxEndedMeasurands")
SEND_DURING_IDLE: Name = ("AlignedDataCtrlr", "SendDuringIdle")
SMART_CHARGING: Name = ("SmartChargingCtrlr", "Available")
RATE_UNIT: Name = ("SmartChargingCtrlr", "RateUnit")
STACK_LEVEL: Name = ("SmartChargingCtrlr", "ProfileStackLevel")
PERIODS_PER_SCHEDULE: Name = ("SmartChargingCtrlr", "PeriodsPerSchedule")
DISPLAY_FORMATS: Name = ("DisplayMessageCtrlr", "SupportedFormats")
DISPLAY_PRIORITIES: Name = ("DisplayMessageCtrlr", "SupportedPriorities")
DISPLAY_STATES: Name = ("DisplayMessageCtrlr", "SupportedStates")
BASIC_AUTH_PASSWORD: Name = ("SecurityCtrlr", "BasicAuthPassword")
SECURITY_PROFILE: Name = ("SecurityCtrlr", "SecurityProfile")
REPORTED_ITEMS: Name = ("DeviceDataCtrlr", "ItemsPerMessage[GetReport]")
MONITORING_ENABLED: Name = ("MonitoringCtrlr", "Enabled")
MONITORING_BASE: Name = ("MonitoringCtrlr", "ActiveMonitoringBase")
OFFLINE_SEVERITY: Name = ("MonitoringCtrlr", "OfflineQueuingSeverity")

_COMPONENT = re.compile(r"([^\[/]+)(?:/([^\[]+))?(?:\[([0-9]+)(?:,([0-9]+))?\])?")
_VARIABLE = re.compile(r"([^\[]+)(?:\[(.+)\])?", re.DOTALL)


def name_of(component: Json, variable: Json) -> Name:
    """Return the name of the variable in a message, from a ComponentType and a VariableType."""
    return component_of(component), _with_instance(_plain(variable["name"]), "[{}]", variable.get("instance"))


def component_of(component: Json) -> str:
    """Return the name of the component in a message, from a ComponentType."""
    written = _with_instance(_plain(component["name"]), "/{}", component.get("instance"))
    if "evse" not in component:
        return written
    evse = component["evse"]
    connector = f",{evse['connectorId']}" if "connectorId" in evse else ""
    return f"{written}[{evse['id']}{connector}]"


def on_the_wire(name: Name) -> Json:
    """Return a ComponentType and a VariableType for a name. Raises ValueError for a malformed name."""
    component, variable = _COMPONENT.fullmatch(name[0]), _VARIABLE.fullmatch(name[1])
    if component is None or variable is None:
        raise ValueError(f"{'.'.join(name)!r} is not COMPONENT.VARIABLE")
    named: Json = {"name": component[1]}
    if component[2]:
        named["instance"] = component[2]
    if component[3]:
        named["evse"] = {"id": int(component[3])} | ({"connectorId": int(component[4])} if component[4] else {})
    return {
        "component": named,
        "variable": {"name": variable[1]} | ({"instance": variable[2]} if variable[2] else {}),
    }


def accepts(variable: Variable, value: str) -> bool:
    """Return whether a variable may have a value (B05.FR.08)."""
    if variable.is_number:
        return _is_number(variable, value) and _is_within(variable, float(value))
    if variable.data_type in ("MemberList", "SequenceList"):
        members = value.split(",") if value else []
        return set(members) <= set(variable.values) and len(members) == len(set(members))
    if variable.data_type == "dateTime":
        return not value or strict_seconds_of(value) is not None
    if variable.data_type == "string":
        return _is_within(variable, len(value))
    return value in variable.values


def _is_number(variable: Variable, value: str) -> bool:
    pattern = r"-?[0-9]{1,10}" if variable.data_type == "integer" else r"-?[0-9]{1,15}(\.[0-9]{1,15})?"
    return re.fullmatch(pattern, value) is not None


def _is_within(variable: Variable, number: float) -> bool:
    return (variable.least is None or number >= variable.least) and (variable.most is None or number <= variable.most)


def _plain(text: str) -> str:
    """Replace the characters of a name in a message that would make it look like a name with an instance or EVSE."""
    return re.sub(r"[\[/]", "?", text)


def _with_instance(text: str, form: str, instance: str | None) -> str:
    return text if instance is None else text + form.format(instance)

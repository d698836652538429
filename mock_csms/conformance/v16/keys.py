"""The configuration keys of OCPP 1.6 and of the whitepaper (1.6, 9; errata; whitepaper, 5)."""

from collections.abc import Callable, Mapping

from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Record

PROFILES = ("Core", "FirmwareManagement", "LocalAuthListManagement", "Reservation", "SmartCharging", "RemoteTrigger")
"""The feature profiles (9.1.29)."""
_CORE, _LIST, _SMART = "Core", "LocalAuthListManagement", "SmartCharging"
MEASURANDS = frozenset(
    {"Frequency", "Power.Factor", "Power.Offered", "RPM", "SoC", "Temperature", "Voltage"}
    | {f"Current.{kind}" for kind in ("Export", "Import", "Offered")}
    | {f"Power.{kind}.{way}" for kind in ("Active", "Reactive") for way in ("Export", "Import")}
    | {
        f"Energy.{kind}.{way}.{sort}"
        for kind in ("Active", "Reactive")
        for way in ("Export", "Import")
        for sort in ("Interval", "Register")
    }
)
"""All measurands (7.31)."""


R, RW, EITHER = "R", "RW", "R or RW"
"""How a key can be accessed: read only, writable, or as the station decides."""


class StandardKey(Record):
    """One key of the specification."""

    fits: Callable[[str], bool] | None = None
    """Returns whether a value has the right type; None for any text."""
    access: str = RW
    """Whether the CSMS may write it."""
    profile: str = ""
    """The profile that requires it; empty if it is optional."""


def _number(value: str) -> bool:
    return value.strip().lstrip("+").isdecimal()


def _boolean(value: str) -> bool:
    return value.strip().lower() in ("true", "false")


KEYS: Mapping[str, StandardKey] = {
    "AuthorizeRemoteTxRequests": StandardKey(_boolean, EITHER, _CORE),
    "ClockAlignedDataInterval": StandardKey(_number, RW, _CORE),
    "ConnectionTimeOut": StandardKey(_number, RW, _CORE),
    "ConnectorPhaseRotation": StandardKey(None, RW, _CORE),
    "GetConfigurationMaxKeys": StandardKey(_number, R, _CORE),
    "HeartbeatInterval": StandardKey(_number, RW, _CORE),
    "LocalAuthorizeOffline": StandardKey(_boolean, RW, _CORE),
    "LocalPreAuthorize": StandardKey(_boolean, RW, _CORE),
    "MeterValuesAlignedData": StandardKey(None, RW, _CORE),
    "MeterValuesSampledData": StandardKey(None, RW, _CORE),
    "MeterValueSampleInterval": StandardKey(_number, RW, _CORE),
    "NumberOfConnectors": StandardKey(_number, R, _CORE),
    "ResetRetries": StandardKey(_number, RW, _CORE),
    "StopTransactionOnInvalidId": StandardKey(_boolean, RW, _CORE),
    "StopTxnAlignedData": StandardKey(None, RW, _CORE),
    "StopTxnSampledData": StandardKey(None, RW, _CORE),
    "SupportedFeatureProfiles": StandardKey(None, R, _CORE),
    "TransactionMessageAttempts": StandardKey(_number, RW, _CORE),
    "TransactionMessageRetryInterval": StandardKey(_number, RW, _CORE),
    "UnlockConnectorOnEVSideDisconnect": StandardKey(_boolean, EITHER, _CORE),
    "LocalAuthListEnabled": StandardKey(_boolean, RW, _LIST),
    "LocalAuthListMaxLength": StandardKey(_number, R, _LIST),
    "SendLocalListMaxLength": StandardKey(_number, R, _LIST),
    "ChargeProfileMaxStackLevel": StandardKey(_number, R, _SMART),
    "ChargingScheduleAllowedChargingRateUnit": StandardKey(None, R, _SMART),
    "ChargingScheduleMaxPeriods": StandardKey(_number, R, _SMART),
    "MaxChargingProfilesInstalled": StandardKey(_number, R, _SMART),
    "StopTransactionOnEVSideDisconnect": StandardKey(_boolean, EITHER),
    "AllowOfflineTxForUnknownId": StandardKey(_boolean),
    "AuthorizationCacheEnabled": StandardKey(_boolean),
    "BlinkRepeat": StandardKey(_number),
    "LightIntensity": StandardKey(_number),
    "MaxEnergyOnInvalidId": StandardKey(_number),
    "MinimumStatusDuration": StandardKey(_number),
    "WebSocketPingInterval": StandardKey(_number),
    "MessageTimeout": StandardKey(_number),
    "ReserveConnectorZeroSupported": StandardKey(_boolean, R),
    "SecurityProfile": StandardKey(_number),
}
"""The keys by their names."""
LISTS = ("MeterValuesAlignedData", "MeterValuesSampledData", "StopTxnAlignedData", "StopTxnSampledData")
"""The keys whose value is a list of measurands."""
SECRET = folded("AuthorizationKey")
_BY_NAME = {folded(name): key for name, key in KEYS.items()}


def standard(name: str) -> StandardKey | None:
    """Return the standard key of that name, in any letter case; None if there is none."""
    return _BY_NAME.get(folded(name))


def is_same(one: str, other: str) -> bool:
    """Return whether two values are equal for a key: `true` and `True`, `30` and `030`, `A,B` and `B, A`."""
    return one == other or _plain(one) == _plain(other)


def _plain(value: str) -> object:
    text = "".join(value.split()).lower()
    try:
        return float(text)
    except ValueError:
        return sorted(text.split(","))

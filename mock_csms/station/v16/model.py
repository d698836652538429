"""The configuration keys of the station (OCPP 1.6, 9): initial values, access and allowed values."""

from collections.abc import Callable, Mapping

from mock_csms.protocol.records import Record

MOST_LISTED, MOST_PROFILES, MOST_PERIODS, HIGHEST_STACK_LEVEL, MOST_CERTIFICATES = 1000, 20, 24, 9, 10
MOST_KEYS = 50
"""The most keys in one GetConfiguration (GetConfigurationMaxKeys)."""
MEASURANDS = ("Energy.Active.Import.Register", "Power.Active.Import", "Current.Import", "Voltage", "SoC")
"""The measurands that the station can measure."""
PROFILES = "Core,FirmwareManagement,LocalAuthListManagement,Reservation,SmartCharging,RemoteTrigger"


class Key(Record):
    """One configuration key."""

    value: str
    """The initial value."""
    accepts: Callable[[str], bool] | None = None
    """Returns whether a value is allowed; None for a read-only key."""
    is_shown: bool = True
    """Whether GetConfiguration returns the value; it does not for secrets."""
    needs_reboot: bool = False
    """Whether a new value takes effect only at the next reboot."""


def _number(least: int = 0) -> Callable[[str], bool]:
    return lambda value: value.isascii() and value.isdecimal() and least <= int(value) < 2**31


def _boolean(value: str) -> bool:
    return value.lower() in ("true", "false")


def _measurands(value: str) -> bool:
    return all(name.strip() in MEASURANDS for name in value.split(",")) if value else True


def _any_text(value: str) -> bool:
    return len(value) <= 500


def _password(value: str) -> bool:
    """Whether a value is a password of 16 to 20 bytes in hexadecimal digits (whitepaper, A00.FR.205)."""
    return 32 <= len(value) <= 40 and len(value) % 2 == 0 and not set(value.lower()) - set("0123456789abcdef")


KEYS: Mapping[str, Key] = {
    # Core
    "AllowOfflineTxForUnknownId": Key("false", _boolean),
    "AuthorizationCacheEnabled": Key("true", _boolean),
    "AuthorizeRemoteTxRequests": Key("false", _boolean),
    "ClockAlignedDataInterval": Key("0", _number()),
    "ConnectionTimeOut": Key("60", _number(1)),
    "ConnectorPhaseRotation": Key("0.RST", _any_text, needs_reboot=True),
    "GetConfigurationMaxKeys": Key(str(MOST_KEYS)),
    "HeartbeatInterval": Key("60", _number(1)),
    "LocalAuthorizeOffline": Key("true", _boolean),
    "LocalPreAuthorize": Key("false", _boolean),
    "MessageTimeout": Key("30", _number(1)),
    "MeterValuesAlignedData": Key("Energy.Active.Import.Register", _measurands),
    "MeterValuesSampledData": Key("Energy.Active.Import.Register,Power.Active.Import", _measurands),
    "MeterValueSampleInterval": Key("60", _number()),
    "NumberOfConnectors": Key("1"),
    "ResetRetries": Key("0", _number()),
    "StopTransactionOnEVSideDisconnect": Key("true", _boolean),
    "StopTransactionOnInvalidId": Key("true", _boolean),
    "StopTxnAlignedData": Key("", _measurands),
    "StopTxnSampledData": Key("", _measurands),
    "SupportedFeatureProfiles": Key(PROFILES),
    "SupportedFileTransferProtocols": Key("FTP,HTTP,HTTPS"),
    "TransactionMessageAttempts": Key("3", _number(1)),
    "TransactionMessageRetryInterval": Key("60", _number()),
    "UnlockConnectorOnEVSideDisconnect": Key("true", _boolean),
    "WebSocketPingInterval": Key("20", _number()),
    # Local authorization list, reservation and smart charging
    "LocalAuthListEnabled": Key("true", _boolean),
    "LocalAuthListMaxLength": Key(str(MOST_LISTED)),
    "SendLocalListMaxLength": Key(str(MOST_LISTED)),
    "ReserveConnectorZeroSupported": Key("true"),
    "ChargeProfileMaxStackLevel": Key(str(HIGHEST_STACK_LEVEL)),
    "ChargingScheduleAllowedChargingRateUnit": Key("Current,Power"),
    "ChargingScheduleMaxPeriods": Key(str(MOST_PERIODS)),
    "MaxChargingProfilesInstalled": Key(str(MOST_PROFILES)),
    # Keys of the vendor: whether cables are fixed, and so have no lock; whether it can send a last message after it
    # has lost power; and when it reconnects, as in OCPP 2.x
    "CablesAreFixed": Key("false"),
    "HasBackupPower": Key("true"),
    "RetryBackOffRandomRange": Key("5", _number()),
    "RetryBackOffRepeatTimes": Key("3", _number()),
    "RetryBackOffWaitMinimum": Key("10", _number(1)),
    # Security whitepaper
    "AdditionalRootCertificateCheck": Key("false"),
    "AllowSecurityProfileDowngrade": Key("false", _boolean),
    "AuthorizationKey": Key("", _password, is_shown=False),
    "CertificateSignedMaxChainSize": Key("10000"),
    "CertificateStoreMaxLength": Key(str(MOST_CERTIFICATES)),
    "CpoName": Key("mock-csms", _any_text),
    "SecurityProfile": Key("0", lambda value: value in ("0", "1", "2", "3")),
}
"""Every key, by name."""

_NAMES = {name.casefold(): name for name in KEYS}


def name_of(written: str) -> str | None:
    """Return a key in its own spelling, from any letter case; None for an unknown key."""
    return _NAMES.get(written.casefold())

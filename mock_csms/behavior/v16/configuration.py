"""Configuration keys of OCPP 1.6, and the variables of OCPP 2.x with the same meaning."""

from collections.abc import Mapping

from mock_csms.behavior.dialect import VariableName
from mock_csms.protocol.actions import Json

_AUTH, _TX, _COMM, _LIST = "AuthCtrlr", "TxCtrlr", "OCPPCommCtrlr", "LocalAuthListCtrlr"
_SAMPLED, _ALIGNED, _SMART, _SECURITY = "SampledDataCtrlr", "AlignedDataCtrlr", "SmartChargingCtrlr", "SecurityCtrlr"

VARIABLES: Mapping[str, VariableName] = {
    "HeartbeatInterval": (_COMM, "HeartbeatInterval"),
    "WebSocketPingInterval": (_COMM, "WebSocketPingInterval"),
    "TransactionMessageAttempts": (_COMM, "MessageAttempts/TransactionEvent"),
    "TransactionMessageRetryInterval": (_COMM, "MessageAttemptInterval/TransactionEvent"),
    "MessageTimeout": (_COMM, "MessageTimeout"),
    "ResetRetries": (_COMM, "ResetRetries"),
    "UnlockConnectorOnEVSideDisconnect": (_COMM, "UnlockOnEVSideDisconnect"),
    "SupportedFileTransferProtocols": (_COMM, "FileTransferProtocols"),
    "ConnectionTimeOut": (_TX, "EVConnectionTimeOut"),
    "StopTransactionOnInvalidId": (_TX, "StopTxOnInvalidId"),
    "StopTransactionOnEVSideDisconnect": (_TX, "StopTxOnEVSideDisconnect"),
    "MaxEnergyOnInvalidId": (_TX, "MaxEnergyOnInvalidId"),
    "LocalAuthorizeOffline": (_AUTH, "LocalAuthorizeOffline"),
    "LocalPreAuthorize": (_AUTH, "LocalPreAuthorize"),
    "AuthorizeRemoteTxRequests": (_AUTH, "AuthorizeRemoteStart"),
    "AllowOfflineTxForUnknownId": (_AUTH, "OfflineTxForUnknownIdEnabled"),
    "AuthorizationCacheEnabled": ("AuthCacheCtrlr", "Enabled"),
    "LocalAuthListEnabled": (_LIST, "Enabled"),
    "LocalAuthListMaxLength": (_LIST, "Entries"),
    "SendLocalListMaxLength": (_LIST, "ItemsPerMessage"),
    "MeterValueSampleInterval": (_SAMPLED, "TxUpdatedInterval"),
    "MeterValuesSampledData": (_SAMPLED, "TxUpdatedMeasurands"),
    "StopTxnSampledData": (_SAMPLED, "TxEndedMeasurands"),
    "ClockAlignedDataInterval": (_ALIGNED, "Interval"),
    "MeterValuesAlignedData": (_ALIGNED, "Measurands"),
    "StopTxnAlignedData": (_ALIGNED, "TxEndedMeasurands"),
    "ReserveConnectorZeroSupported": ("ReservationCtrlr", "NonEvseSpecific"),
    "ChargeProfileMaxStackLevel": (_SMART, "ProfileStackLevel"),
    "ChargingScheduleAllowedChargingRateUnit": (_SMART, "RateUnit"),
    "ChargingScheduleMaxPeriods": (_SMART, "PeriodsPerSchedule"),
    "MaxChargingProfilesInstalled": (_SMART, "Entries/ChargingProfiles"),
    "ConnectorSwitch3to1PhaseSupported": (_SMART, "Phases3to1"),
    "AuthorizationKey": (_SECURITY, "BasicAuthPassword"),
    "SecurityProfile": (_SECURITY, "SecurityProfile"),
    "CpoName": (_SECURITY, "OrganizationName"),
    "AdditionalRootCertificateCheck": (_SECURITY, "AdditionalRootCertificateCheck"),
    "CertificateSignedMaxChainSize": (_SECURITY, "MaxCertificateChainSize"),
    "CertificateStoreMaxLength": (_SECURITY, "CertificateEntries"),
    "CertSigningWaitMinimum": (_SECURITY, "CertSigningWaitMinimum"),
    "CertSigningRepeatTimes": (_SECURITY, "CertSigningRepeatTimes"),
    "AllowSecurityProfileDowngrade": (_SECURITY, "AllowSecurityProfileDowngrade"),
}
"""By configuration key: its variable in 2.x; a slash separates the instance. Keys without such a variable are missing.
"""

_KEYS = {(component, name.partition("/")[0]): key for key, (component, name) in VARIABLES.items()}
_OF_CREDENTIALS = "AuthorizationKey"


def key_of(component: str, variable: str) -> str:
    """Return the configuration key of 1.6 for a variable of 2.x; without a component `variable` is a key already."""
    return _KEYS.get((component, variable), variable)


def variable_of(key: str) -> VariableName | None:
    """Return the variable of 2.x for a configuration key, in any case; None if there is none."""
    return next((VARIABLES[known] for known in VARIABLES if known.lower() == key.lower()), None)


def to_change(variable: tuple[str, str, str]) -> Json:
    """Return the ChangeConfiguration request that sets a variable: component (empty for a key), name and value.

    A password is sent as the hex digits of its bytes (OCPP-J 1.6, 6.2.2).
    """
    component, name, value = variable
    key = key_of(component, name)
    return {"key": key, "value": value.encode().hex() if component and key == _OF_CREDENTIALS else value}


def to_get(variable: VariableName) -> Json:
    """Return the GetConfiguration request for a variable."""
    return {"key": [key_of(*variable)]}

"""The variables that the checks read: what to ask a station for that does not report all that it has."""

from collections.abc import Sequence

from mock_csms.protocol.actions import Json

NEEDED_VARIABLES: Sequence[tuple[str, str]] = (
    ("AlignedDataCtrlr", "Available"),
    ("AlignedDataCtrlr", "Enabled"),
    ("AlignedDataCtrlr", "Interval"),
    ("AlignedDataCtrlr", "Measurands"),
    ("AlignedDataCtrlr", "SendDuringIdle"),
    ("AlignedDataCtrlr", "SignReadings"),
    ("AuthCacheCtrlr", "DisablePostAuthorize"),
    ("AuthCacheCtrlr", "Enabled"),
    ("AuthCtrlr", "AuthorizeRemoteStart"),
    ("AuthCtrlr", "Enabled"),
    ("AuthCtrlr", "MasterPassGroupId"),
    ("ChargingStation", "AllowNewSessionsPendingFirmwareUpdate"),
    ("ClockCtrlr", "TimeSource"),
    ("ISO15118Ctrlr", "Available"),
    ("LocalAuthListCtrlr", "Enabled"),
    ("MonitoringCtrlr", "Enabled"),
    ("OCPPCommCtrlr", "HeartbeatInterval"),
    ("OCPPCommCtrlr", "MessageTimeout/Default"),
    ("OCPPCommCtrlr", "NetworkConfigurationPriority"),
    ("OCPPCommCtrlr", "OfflineThreshold"),
    ("OCPPCommCtrlr", "PublicKeyWithSignedMeterValue"),
    ("OCPPCommCtrlr", "RetryBackOffRandomRange"),
    ("OCPPCommCtrlr", "RetryBackOffRepeatTimes"),
    ("OCPPCommCtrlr", "RetryBackOffWaitMinimum"),
    ("OCPPCommCtrlr", "WebSocketPingInterval"),
    ("SampledDataCtrlr", "Available"),
    ("SampledDataCtrlr", "Enabled"),
    ("SampledDataCtrlr", "SignReadings"),
    ("SampledDataCtrlr", "TxEndedInterval"),
    ("SampledDataCtrlr", "TxEndedMeasurands"),
    ("SampledDataCtrlr", "TxStartedMeasurands"),
    ("SampledDataCtrlr", "TxUpdatedInterval"),
    ("SampledDataCtrlr", "TxUpdatedMeasurands"),
    ("SecurityCtrlr", "AdditionalRootCertificateCheck"),
    ("SecurityCtrlr", "AllowSecurityProfileDowngrade"),
    ("SecurityCtrlr", "CertSigningRepeatTimes"),
    ("SecurityCtrlr", "CertSigningWaitMinimum"),
    ("SecurityCtrlr", "MaxCertificateChainSize"),
    ("SecurityCtrlr", "SecurityProfile"),
    ("SmartChargingCtrlr", "RateUnit"),
    ("TxCtrlr", "EVConnectionTimeOut"),
    ("TxCtrlr", "MaxEnergyOnInvalidId"),
    ("TxCtrlr", "StopTxOnInvalidId"),
    ("TxCtrlr", "TxStartPoint"),
    ("TxCtrlr", "TxStopPoint"),
)
"""Component and variable, with its instance after a stroke."""

LIMIT: tuple[str, str] = ("DeviceDataCtrlr", "ItemsPerMessage/GetVariables")
"""How many of them may be asked for at once."""


def question(names: Sequence[tuple[str, str]]) -> Json:
    """Return the payload of a GetVariables that asks for variables."""
    return {"getVariableData": [_item(*name) for name in names]}


def _item(component: str, variable: str) -> Json:
    name, _, instance = variable.partition("/")
    return {"component": {"name": component}, "variable": {"name": name} | ({"instance": instance} if instance else {})}

"""The variables that every station must have, as facts out of Part 2, "Referenced Components and Variables"."""

from collections.abc import Mapping, Sequence

_BY_COMPONENT: Mapping[str, str] = {
    "AlignedDataCtrlr": "Interval Measurands TxEndedInterval TxEndedMeasurands",
    "AuthCtrlr": "LocalAuthorizeOffline LocalPreAuthorize",
    "ClockCtrlr": "TimeSource",
    "OCPPCommCtrlr": "MessageAttemptInterval MessageAttempts NetworkConfigurationPriority "
    "NetworkProfileConnectionAttempts OfflineThreshold ResetRetries",
    "SampledDataCtrlr": "TxEndedInterval TxEndedMeasurands TxStartedMeasurands TxUpdatedInterval TxUpdatedMeasurands",
    "SecurityCtrlr": "OrganizationName",
    "TxCtrlr": "EVConnectionTimeOut StopTxOnInvalidId",
}

WRITABLE: Sequence[str] = [
    f"{component}.{name}" for component, names in _BY_COMPONENT.items() for name in names.split()
]
"""Those of Core that every station lets be written; what may be read-only in some is not among them."""

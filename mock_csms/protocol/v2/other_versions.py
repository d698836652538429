"""The actions that other versions of OCPP have and 2.0.1 does not, so that messages can say so."""

from collections.abc import Mapping
from typing import TypeAlias

Elsewhere: TypeAlias = tuple[str, str]
"""The version that has an action, and the actions to use in OCPP 2.0.1 in its place; empty if there is none."""

_OF_16: Mapping[str, str] = {
    "ChangeConfiguration": "SetVariables",
    "DiagnosticsStatusNotification": "LogStatusNotification",
    "ExtendedTriggerMessage": "TriggerMessage",
    "GetConfiguration": "GetVariables or GetBaseReport",
    "GetDiagnostics": "GetLog",
    "RemoteStartTransaction": "RequestStartTransaction",
    "RemoteStopTransaction": "RequestStopTransaction",
    "SignedFirmwareStatusNotification": "FirmwareStatusNotification",
    "SignedUpdateFirmware": "UpdateFirmware",
    "StartTransaction": "TransactionEvent",
    "StopTransaction": "TransactionEvent",
}
"""The actions of OCPP 1.6 and of its security whitepaper (edition 3), with their replacements."""

_OF_21 = (
    "AFRRSignal",
    "AdjustPeriodicEventStream",
    "BatterySwap",
    "ChangeTransactionTariff",
    "ClearDERControl",
    "ClearTariffs",
    "ClosePeriodicEventStream",
    "GetCertificateChainStatus",
    "GetDERControl",
    "GetPeriodicEventStream",
    "GetTariffs",
    "NotifyAllowedEnergyTransfer",
    "NotifyDERAlarm",
    "NotifyDERStartStop",
    "NotifyPeriodicEventStream",
    "NotifyPriorityCharging",
    "NotifySettlement",
    "NotifyWebPaymentStarted",
    "OpenPeriodicEventStream",
    "PullDynamicScheduleUpdate",
    "ReportDERControl",
    "RequestBatterySwap",
    "SetDERControl",
    "SetDefaultTariff",
    "UpdateDynamicSchedule",
    "UsePriorityCharging",
    "VatNumberValidation",
)
"""The actions that OCPP 2.1 has added."""

OTHERS: Mapping[str, Elsewhere] = dict.fromkeys(_OF_21, ("2.1", "")) | {
    name: ("1.6", here) for name, here in _OF_16.items()
}
"""Every action of other versions by its name."""

_SPELLED = {name.lower(): name for name in OTHERS}


def told_elsewhere(name: str) -> str:
    """Return which version has the action `name` (in any case) and what to use in its place; empty if none has it."""
    spelled = _SPELLED.get(name.lower())
    if spelled is None:
        return ""
    version, here = OTHERS[spelled]
    instead = f"in OCPP 2.0.1 use {here}" if here else "OCPP 2.0.1 has no such action"
    return f"{spelled} is an action of OCPP {version}; {instead}"

"""The actions that other versions of OCPP have and 2.0.1 has not, so that what names one can be told so."""

from collections.abc import Mapping
from typing import TypeAlias

Elsewhere: TypeAlias = tuple[str, str]
"""The version that has an action, and what does its work in OCPP 2.0.1; nothing where nothing does."""

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
"""Those of OCPP 1.6 and of its security whitepaper (edition 3)."""

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
"""Those that came with OCPP 2.1."""

OTHERS: Mapping[str, Elsewhere] = dict.fromkeys(_OF_21, ("2.1", "")) | {
    name: ("1.6", here) for name, here in _OF_16.items()
}
"""Every action of other versions by its name."""

_SPELLED = {name.lower(): name for name in OTHERS}


def told_elsewhere(name: str) -> str:
    """Say which version has the action that somebody spelled so, and what is here in its place; empty for no action."""
    spelled = _SPELLED.get(name.lower())
    if spelled is None:
        return ""
    version, here = OTHERS[spelled]
    instead = f"in OCPP 2.0.1 use {here}" if here else "OCPP 2.0.1 has no such action"
    return f"{spelled} is an action of OCPP {version}; {instead}"

"""The actions that 2.0.1 or 2.1 lacks but another version of OCPP has, so that errors can name that version."""

from collections.abc import Mapping
from typing import TypeAlias

Elsewhere: TypeAlias = tuple[str, str]
"""The version that has an action, and the actions to use in its place in OCPP 2.x; empty if there is none."""

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
"""Every action that 2.0.1 does not have, by its name."""

_SPELLED = {name.lower(): name for name in OTHERS}


def elsewhere_hint(name: str, here: str = "2.0.1") -> str:
    """Return a sentence with the version that has an action, and what to use in its place; empty if no version has it.

    name: the action, in any case. here: the version in which it is missing.
    """
    spelled = _SPELLED.get(name.lower())
    if spelled is None or OTHERS[spelled][0] == here:
        return ""
    version, replacement = OTHERS[spelled]
    instead = f"in OCPP {here} use {replacement}" if replacement else f"OCPP {here} has no such action"
    return f"{spelled} is an action of OCPP {version}; {instead}"

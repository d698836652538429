"""The actions to use in OCPP 1.6 in place of those that only later versions have."""

from collections.abc import Mapping

INSTEAD: Mapping[str, str] = {
    "GetBaseReport": "GetConfiguration",
    "GetReport": "GetConfiguration",
    "GetVariables": "GetConfiguration",
    "NotifyEvent": "StatusNotification",
    "RequestStartTransaction": "RemoteStartTransaction",
    "RequestStopTransaction": "RemoteStopTransaction",
    "SetVariables": "ChangeConfiguration",
    "TransactionEvent": "StartTransaction, StopTransaction or MeterValues",
}
"""By the action of a later version. Others have nothing in their place."""


def told(action: str, version: str) -> str:
    """Say that a later `version` has an action, and what to use in its place."""
    here = INSTEAD.get(action)
    instead = f"in OCPP 1.6 use {here}" if here else "OCPP 1.6 has no such action"
    return f"{action} is an action of OCPP {version}; {instead}"

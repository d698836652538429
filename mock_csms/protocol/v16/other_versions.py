"""The actions that only later versions have, with the actions to use in OCPP 1.6 in their place."""

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
"""By action of a later version: what to use in 1.6. Actions that are not here have no replacement."""


def elsewhere_hint(action: str, version: str) -> str:
    """Return the sentence that only a later `version` has an action, with what to use in its place."""
    here = INSTEAD.get(action)
    instead = f"in OCPP 1.6 use {here}" if here else "OCPP 1.6 has no such action"
    return f"{action} is an action of OCPP {version}; {instead}"

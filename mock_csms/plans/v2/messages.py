"""What cases of OCPP 2.x say about messages, besides the words of `plans/messages.py`: reasons, connectors,
transactions, and how a message names a variable.
"""

from typing import Any

from mock_csms.behavior.matching import ABSENT, Predicate
from mock_csms.plans.messages import says, some
from mock_csms.protocol.actions import Json
from mock_csms.watch.inbox import Either, Wanted


def reason(code: str) -> Predicate:
    """Return that there is no statusInfo, or one with this reasonCode."""
    return Predicate(
        f"nothing, or the reasonCode {code}",
        lambda found: found is ABSENT or (isinstance(found, dict) and found.get("reasonCode") == code),
    )


no_problem = reason("NoError")
"""That there is no statusInfo, or one that says that all is well."""


def variable(component: str, name: str, *, instance: str = "", **more: Any) -> Json:
    """Return how a message names a variable; `instance` is that of the variable."""
    named = {"name": name, "instance": instance} if instance else {"name": name}
    return {"component": {"name": component}, "variable": named, **more}


def connector_reports(status: Any, evse: int, connector: int) -> Either:
    """Return that the station tells the status of a connector: by StatusNotification, or by NotifyEvent (G01.FR.07)."""
    place = {"id": evse, "connectorId": connector}
    event = some(
        trigger="Delta",
        actualValue=status,
        component={"name": "Connector", "evse": place},
        variable={"name": "AvailabilityState"},
    )
    return says("StatusNotification", connectorStatus=status, evseId=evse, connectorId=connector) | says(
        "NotifyEvent", eventData=event
    )


def transaction_event(kind: Any = ..., *, charging: Any = None, stopped: Any = None, **part: Any) -> Wanted:
    """Return a TransactionEvent of a kind: with a charging state, a stoppedReason, and this part besides."""
    info = {"chargingState": charging, "stoppedReason": stopped}
    given = {key: value for key, value in info.items() if value is not None}
    return says("TransactionEvent", eventType=kind, **({"transactionInfo": given} if given else {}), **part)

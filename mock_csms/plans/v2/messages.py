"""Descriptions of messages of OCPP 2.x, in addition to those of `plans/messages.py`."""

from typing import Any

from mock_csms.behavior.matching import ABSENT, Predicate
from mock_csms.plans.messages import says, some
from mock_csms.protocol.actions import Json
from mock_csms.watch.inbox import Either, Wanted


def reason(code: str) -> Predicate:
    """Match a missing statusInfo, or one with this reasonCode."""
    return Predicate(
        f"nothing, or the reasonCode {code}",
        lambda found: found is ABSENT or (isinstance(found, dict) and found.get("reasonCode") == code),
    )


no_problem = reason("NoError")
"""Matches a missing statusInfo, or one with the reasonCode NoError."""


def variable(component: str, name: str, *, instance: str = "", **more: Any) -> Json:
    """Return the JSON that names a variable in messages; `instance` is that of the variable, `more` is added."""
    named = {"name": name, "instance": instance} if instance else {"name": name}
    return {"component": {"name": component}, "variable": named, **more}


def connector_reports(status: Any, evse: int, connector: int) -> Either:
    """Describe a report of a connector's status: a StatusNotification or a NotifyEvent (G01.FR.07)."""
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
    """Describe a TransactionEvent with this eventType, chargingState, stoppedReason and further `part`."""
    info = {"chargingState": charging, "stoppedReason": stopped}
    given = {key: value for key, value in info.items() if value is not None}
    return says("TransactionEvent", eventType=kind, **({"transactionInfo": given} if given else {}), **part)

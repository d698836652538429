"""Descriptions of messages of OCPP 1.6, in addition to those of `plans/messages.py`."""

from typing import Any

from mock_csms.plans.messages import one_of, says
from mock_csms.watch.inbox import Wanted

CHARGES = one_of("Charging", "SuspendedEV", "SuspendedEVSE")
"""The statuses of a connector with a transaction: the vehicle and the limits decide whether energy flows (4.9)."""


def status(value: Any, connector: int, **more: Any) -> Wanted:
    """Describe the report of a connector's status; connector 0 is the station (4.9)."""
    return says("StatusNotification", connectorId=connector, status=value, **more)

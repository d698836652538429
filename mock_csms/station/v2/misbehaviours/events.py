"""Shared parts of the modules that change TransactionEvents."""

from collections.abc import Callable
from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json
from mock_csms.station import misbehaviour
from mock_csms.station.misbehaviour import has, sends
from mock_csms.station.v2.device import Device

Situation: TypeAlias = misbehaviour.Situation[Device]
"""The situation of a 2.x station."""

EVENT = "TransactionEvent"


def events(change: Callable[[Json], Json | None], **where: Any) -> Any:
    """Change the TransactionEvents with these values."""
    return sends(EVENT, change, has(**where))

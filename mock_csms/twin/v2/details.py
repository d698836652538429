"""The details of messages of OCPP 2.x that learners and checks may select: the kinds of TransactionEvents.

`twin/seen.py` has the table that finds these functions by the version of OCPP and the action.
"""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from mock_csms.protocol.actions import Json

TRANSACTION_EVENT = "TransactionEvent"

Details: TypeAlias = Callable[[Any], tuple[str, str]]
"""Takes the payload of a call and returns its detail and its sort."""
Sort: TypeAlias = tuple[str, str]
"""A property, and the sort of a CALLRESULT that has it."""


def _of_event(payload: Json) -> tuple[str, str]:
    """Return the eventType of a valid TransactionEvent, and its sort.

    The sort of Updated is Sampled for an event with only periodic values, and Changed for any other. Otherwise the sort
    is the eventType.
    """
    kind: str = payload["eventType"]
    if kind != "Updated":
        return kind, kind
    is_sample = payload["triggerReason"] == "MeterValuePeriodic" and "idToken" not in payload
    return kind, "Sampled" if is_sample else "Changed"


CALLS: Mapping[str, Details] = {TRANSACTION_EVENT: _of_event}
"""For valid calls of the station, by action."""
ANSWERS: Mapping[str, Sort] = {TRANSACTION_EVENT: ("idTokenInfo", "Authorized")}
"""By action of the call: where an answer has a status. An answer to a TransactionEvent has it in idTokenInfo."""

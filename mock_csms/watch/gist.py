"""Payloads with what matters first (`Accepted`, `Started seq 0 TAG1`), and then the rest of them as JSON."""

from collections.abc import Mapping
from typing import Any

import orjson

from mock_csms.protocol.messages import Call, Result

_ANY_ANSWER = "status idTokenInfo.status totalCost"
_CALLS: Mapping[str, str] = {
    "Authorize": "idToken.idToken",
    "BootNotification": "reason",
    "ChangeAvailability": "operationalStatus",
    "DataTransfer": "vendorId",
    "FirmwareStatusNotification": "status",
    "GetLog": "logType",
    "LogStatusNotification": "status",
    "MeterValues": "evseId",
    "NotifyReport": "seqNo",
    "RequestStartTransaction": "idToken.idToken evseId",
    "RequestStopTransaction": "transactionId",
    "ReserveNow": "idToken.idToken evseId",
    "Reset": "type evseId",
    "SecurityEventNotification": "type",
    "StatusNotification": "connectorStatus evseId connectorId",
    "TransactionEvent": "eventType seqNo idToken.idToken triggerReason",
    "TriggerMessage": "requestedMessage",
    "UnlockConnector": "evseId connectorId",
}
_ANSWERS: Mapping[str, str] = {
    "BootNotification": "status interval",
    "GetVariables": "getVariableResult.attributeStatus",
    "SetVariableMonitoring": "setMonitoringResult.status",
    "SetVariables": "setVariableResult.attributeStatus",
}
"""The fields that lead, by action, in this order."""
_WORDS = {
    "totalCost": "cost ",
    "interval": "interval ",
    "seqNo": "seq ",
    "evseId": "EVSE ",
    "connectorId": "connector ",
}
"""What stands before values that do not speak for themselves."""
_MOST_ITEMS = 3
"""Of how many items of a list the field is told."""
_SCALARS = frozenset((str, int, float))


def _places(fields: str) -> tuple[tuple[str, str, str], ...]:
    """Return where fields are: a key, the key in what is there, and the word before the value."""
    parts = (field.partition(".") for field in fields.split())
    return tuple((key, inner, _WORDS.get(key, "")) for key, _, inner in parts)


_OF_CALLS = {action: _places(fields) for action, fields in _CALLS.items()}
_OF_ANSWERS = {action: _places(fields) for action, fields in _ANSWERS.items()}
_OF_ANY_ANSWER = _places(_ANY_ANSWER)


def gist(message: Call | Result, answers: Call | None) -> str:
    """Return what leads in the payload of a call, or of the result of the call `answers`, and the rest of it.

    The payload may be anything where payloads are not validated.
    """
    payload: Any = message.payload
    if type(message) is Call:
        places = _OF_CALLS.get(message.action)
    else:
        places = _OF_ANSWERS.get(answers.action, _OF_ANY_ANSWER) if answers else _OF_ANY_ANSWER
    if payload == {}:
        return "{}"
    if places is None or type(payload) is not dict:
        return as_json(payload)
    lead, rest = "", payload.copy()
    for key, inner, word in places:
        value = rest.pop(key, None)
        if value is None:
            if key in payload:
                rest[key] = None
            continue
        if type(value) in _SCALARS:
            lead += f"{word}{value} "
        else:
            lead += _inside(value, inner)
            left = _without(value, inner)
            if left is not None:
                rest[key] = left
    return lead + orjson.dumps(rest).decode() if rest else lead[:-1]


def as_json(payload: Any) -> str:
    """Return a payload in one line."""
    return orjson.dumps(payload).decode()


def _inside(value: Any, inner: str) -> str:
    """Return a field of an object, or of the first items of a list."""
    if type(value) is dict:
        return f"{value[inner]} " if type(value.get(inner)) is str else ""
    if type(value) is not list or not inner:
        return ""
    told = ", ".join(str(item.get(inner)) for item in value[:_MOST_ITEMS] if type(item) is dict)
    return told + (f" and {len(value) - _MOST_ITEMS} more " if len(value) > _MOST_ITEMS else " ")


def _without(value: Any, inner: str) -> Any:
    """Return what is to be told of a value besides that field."""
    if type(value) is not dict or type(value.get(inner)) is not str:
        return value
    return {name: value[name] for name in value if name != inner} if len(value) > 1 else None

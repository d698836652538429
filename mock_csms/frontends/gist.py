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
    """Return what leads in the payload of a call, or of the result of the call `answers`, and the rest of it."""
    lead, rest = _led(message, answers)
    if not lead:
        return as_json(rest)
    return f"{' '.join(lead)} {as_json(rest)}" if rest else " ".join(lead)


def as_json(payload: Any) -> str:
    """Return a payload in one line."""
    return orjson.dumps(payload).decode()


def _led(message: Call | Result, answers: Call | None) -> tuple[list[str], Any]:
    """Return what leads, and the rest of the payload, which may be anything where payloads are not validated."""
    payload: Any = message.payload
    lead: list[str] = []
    if type(payload) is not dict:
        return lead, payload
    rest = payload
    for key, inner, word in _places_in(message, answers):
        value = payload.get(key)
        kind = type(value)
        if inner and kind is list:
            lead.append(_of_items(value, inner))
        elif inner and kind is dict and type(value.get(inner)) is str:
            lead.append(value[inner])
            others = {name: value[name] for name in value if name != inner}
            rest = {name: rest[name] for name in rest if name != key} | ({key: others} if others else {})
        elif not inner and kind in _SCALARS:
            lead.append(f"{word}{value}")
            rest = {name: rest[name] for name in rest if name != key}
    return lead, rest


def _places_in(message: Call | Result, answers: Call | None) -> tuple[tuple[str, str, str], ...]:
    if type(message) is Call:
        return _OF_CALLS.get(message.action, ())
    return _OF_ANSWERS.get(answers.action, _OF_ANY_ANSWER) if answers else _OF_ANY_ANSWER


def _of_items(items: list[Any], inner: str) -> str:
    """Return that field of the first items of a list, and how many there are besides."""
    told = ", ".join(str(item.get(inner)) for item in items[:_MOST_ITEMS] if type(item) is dict)
    return told + (f" and {len(items) - _MOST_ITEMS} more" if len(items) > _MOST_ITEMS else "")

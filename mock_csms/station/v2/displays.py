"""Display messages and running costs from the CSMS, to be shown to drivers (O01 to O06, I02).

A message expires at its endDateTime, or when its transaction ends (O01, O02). Each command first removes the messages
that have expired.
"""

from collections.abc import Callable, Mapping, Sequence

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import read_time
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, Answer, Given, has
from mock_csms.station.v2.calls import in_parts
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.variables import DISPLAY_FORMATS, DISPLAY_PRIORITIES, DISPLAY_STATES

_IN_A_REPORT = 10
"""How many messages one NotifyDisplayMessages holds at most."""
_FRONT = "AlwaysFront"


def set_message(device: Device, payload: Json, moment: Moment) -> Given:
    """Set a message; it replaces one with the same id (O06), and the newest AlwaysFront replaces older ones (O01)."""
    device, given = _current(device, moment), payload["message"]
    for status, is_wrong in _FAULTS:
        if is_wrong(device, given, moment):
            return device, {"status": status}, []
    kept = {
        number: message
        for number, message in device.storage.displays.items()
        if not given["priority"] == message["priority"] == _FRONT
    }
    return device.storing(displays={**kept, given["id"]: given}), ACCEPTED, []


def get_messages(device: Device, payload: Json, moment: Moment) -> Given:
    """Send the requested messages after the answer (O03, O04)."""
    device = _current(device, moment)
    found = [message for message in device.storage.displays.values() if _is_asked_for(message, payload)]
    if not found:
        return device, {"status": "Unknown"}, []
    about = {"requestId": payload["requestId"]}
    return device, ACCEPTED, in_parts("NotifyDisplayMessages", about, "messageInfo", found, _IN_A_REPORT)


def clear_message(device: Device, payload: Json, moment: Moment) -> Given:
    """Remove a message (O05)."""
    device = _current(device, moment)
    if payload["id"] not in device.storage.displays:
        return device, {"status": "Unknown"}, []
    kept = {number: message for number, message in device.storage.displays.items() if number != payload["id"]}
    return device.storing(displays=kept), ACCEPTED, []


def update_cost(device: Device, payload: Json, _: Moment) -> Given:
    """Store the cost of a running transaction (I02)."""
    evse = device.charging(payload["transactionId"])
    if evse is not None and evse.transaction is not None:
        device = device.with_evse(replace(evse, transaction=replace(evse.transaction, cost=payload["totalCost"])))
    return device, {}, []


def _current(device: Device, moment: Moment) -> Device:
    """Return the device without the messages that have expired."""
    messages = device.storage.displays
    kept = {number: message for number, message in messages.items() if not _has_expired(device, message, moment)}
    return device if len(kept) == len(messages) else device.storing(displays=kept)


def _has_expired(device: Device, message: Json, moment: Moment) -> bool:
    return _is_over(message, moment) or _has_no_transaction(device, message, moment)


def _is_over(message: Json, moment: Moment) -> bool:
    return "endDateTime" in message and read_time(message["endDateTime"]) <= moment.now


def _is_asked_for(message: Json, payload: Json) -> bool:
    return message["id"] in payload.get("id", [message["id"]]) and all(
        message.get(key) == payload[key] for key in ("priority", "state") if key in payload
    )


def _has_no_transaction(device: Device, message: Json, _: Moment) -> bool:
    return "transactionId" in message and device.charging(message["transactionId"]) is None


def _cannot_be_shown(device: Device, message: Json, moment: Moment) -> bool:
    """Return whether its times do not parse or have passed, or its EVSE does not exist."""
    try:
        starts = read_time(message.get("startDateTime", "1970-01-01"))
        ends_first = "endDateTime" in message and read_time(message["endDateTime"]) <= starts
    except ValueError:
        return True
    evse = message.get("display", {}).get("evse")
    return ends_first or _is_over(message, moment) or (evse is not None and not has(device, evse))


_FAULTS: Sequence[tuple[str, Callable[[Device, Json, Moment], bool]]] = (
    ("NotSupportedPriority", lambda device, message, _: message["priority"] not in device.members(DISPLAY_PRIORITIES)),
    (
        "NotSupportedState",
        lambda device, message, _: "state" in message and message["state"] not in device.members(DISPLAY_STATES),
    ),
    (
        "NotSupportedMessageFormat",
        lambda device, message, _: message["message"]["format"] not in device.members(DISPLAY_FORMATS),
    ),
    ("UnknownTransaction", _has_no_transaction),
    ("Rejected", _cannot_be_shown),
)
"""The possible faults of a message, each with its status; the answer has the first status that applies (O01, O02)."""

ANSWERS: Mapping[str, Answer] = {
    "ClearDisplayMessage": clear_message,
    "CostUpdated": update_cost,
    "GetDisplayMessages": get_messages,
    "SetDisplayMessage": set_message,
}

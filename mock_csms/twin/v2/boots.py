"""Updates the boots and the heartbeats in the twin with messages of OCPP 2.x."""

from collections.abc import Mapping

from mock_csms.protocol.messages import Call
from mock_csms.twin.common.boots import MOST_COMMANDS
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

_TRIGGERED: Mapping[str, set[str]] = {
    "SignChargingStationCertificate": {"SignCertificate"},
    "SignV2GCertificate": {"SignCertificate"},
    "SignV2G20Certificate": {"SignCertificate"},
    "SignCombinedCertificate": {"SignCertificate"},
    "StatusNotification": {"StatusNotification", "NotifyEvent"},
}
"""By requestedMessage: the actions that may answer the trigger, if they differ from it or are several (G01.FR.07)."""

_ANY = "CustomTrigger"
"""The requestedMessage of OCPP 2.1 that stands for a message of the vendor's choice."""
_REQUESTED: Mapping[str, str] = {
    "GetBaseReport": "NotifyReport",
    "GetReport": "NotifyReport",
    "GetDERControl": "ReportDERControl",
    "RequestBatterySwap": "BatterySwap",
}
"""The action that a command requests; the last two are of OCPP 2.1."""


def asked(seen: Seen, twin: Twin) -> None:
    """Note a boot."""
    boots = twin.boots
    boots.before = boots.before if boots.status is None else boots.status
    is_other = bool(twin.resets.status) or (seen.payload["reason"] != "Triggered" and seen.payload != boots.asked)
    boots.is_new = not boots.is_repeated or is_other
    boots.count, boots.asked, boots.asked_at, boots.status = boots.count + 1, seen.payload, seen.at, None
    boots.url = twin.connections.url
    boots.is_triggered = boots.trigger in boots.commanded  # before its answer, another boot has crossed the trigger
    if boots.is_repeated:
        boots.asked_for.clear()


def commanded(seen: Seen, twin: Twin) -> None:
    """Note a command, which may request messages, even if a fault has spoiled it."""
    message, boots = seen.message, twin.boots
    if not isinstance(message, Call) or not isinstance(message.payload, dict):
        return
    if len(boots.commanded) < MOST_COMMANDS:
        boots.commanded[message.id] = boots.status
    if message.action in _REQUESTED:
        boots.asked_for.add(_REQUESTED[message.action])
    elif message.action == "TriggerMessage":
        asked_for = str(message.payload.get("requestedMessage"))
        if asked_for == "BootNotification":
            boots.is_triggered, boots.trigger = True, message.id
        boots.asked_for |= set(seen.version.actions) if asked_for == _ANY else _TRIGGERED.get(asked_for, {asked_for})


def was_set(seen: Seen, twin: Twin) -> None:
    """Note that the mock has set another heartbeat interval."""
    for item, reported in zip(seen.request["setVariableData"], seen.payload["setVariableResult"], strict=False):
        if (item["component"]["name"], item["variable"]["name"]) == ("OCPPCommCtrlr", "HeartbeatInterval"):
            try:
                seconds = float(item["attributeValue"])
            except ValueError:
                seconds = 0.0
            if reported["attributeStatus"] == "Accepted" and seconds > 0:
                twin.boots.heartbeat = seconds

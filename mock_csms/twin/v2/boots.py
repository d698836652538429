"""How messages of OCPP 2.x change the facts about the boots and the heartbeats of a station."""

from collections.abc import Mapping

from mock_csms.protocol.messages import Call
from mock_csms.twin.boots import REFUSED, UNKNOWN
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

_TRIGGERED: Mapping[str, set[str]] = {
    "SignChargingStationCertificate": {"SignCertificate"},
    "SignV2GCertificate": {"SignCertificate"},
    "SignCombinedCertificate": {"SignCertificate"},
    "StatusNotification": {"StatusNotification", "NotifyEvent"},
}
"""The actions that may answer a trigger, if they differ from its requestedMessage or are several (G01.FR.07)."""
_MOST_COMMANDS = 100


def connected(_: Seen, twin: Twin) -> None:
    """The station has connected: it must boot on its first connection, and on the first one after a reset."""
    boots = twin.boots
    boots.commanded.clear()
    boots.due = "first" if twin.connections.opened == 1 else "reset" if twin.resets.is_under_way else ""


def called(seen: Seen, twin: Twin) -> None:
    """A call came: the required boot, or another call that should have come after the boot."""
    boots = twin.boots
    if boots.due:
        is_late = boots.due == "first" and seen.action != "BootNotification"
        boots.due = "late" if is_late or (boots.due == "late" and seen.action != "BootNotification") else ""


def asked(seen: Seen, twin: Twin) -> None:
    """The station boots."""
    boots = twin.boots
    boots.before = boots.before if boots.status is None else boots.status
    is_other = bool(twin.resets.status) or (seen.payload["reason"] != "Triggered" and seen.payload != boots.asked)
    boots.is_new = not boots.is_repeated or is_other
    boots.count, boots.asked, boots.asked_at, boots.status = boots.count + 1, seen.payload, seen.at, None
    boots.is_triggered = False
    if boots.is_repeated:
        boots.asked_for.clear()


def answered(seen: Seen, twin: Twin) -> None:
    """The mock has answered a boot, even a boot that broke its schema."""
    boots = twin.boots
    if not boots.count:
        return
    boots.answered_at = seen.at
    boots.status, boots.interval = seen.payload["status"], seen.payload["interval"]
    if boots.is_accepted:
        boots.accepted_at, boots.beats = seen.at, 0
        boots.up_at = seen.at if boots.is_new else boots.up_at
        boots.heartbeat = boots.interval if boots.interval > 0 else None
        boots.asked_for.clear()


def refused(_: Seen, twin: Twin) -> None:
    """A boot got a CALLERROR. A station that was accepted before and did not restart may believe that it still is."""
    boots = twin.boots
    is_still = boots.is_accepted or (boots.is_repeated and not boots.is_new)
    boots.status = UNKNOWN if is_still else REFUSED


def confused(seen: Seen, twin: Twin) -> None:
    """A fault spoiled the answer to a boot."""
    if seen.action == "BootNotification":
        twin.boots.status = UNKNOWN


def unread(_: Seen, twin: Twin) -> None:
    """A message is unreadable: if it is the first one, it may be the boot."""
    if twin.boots.due == "first":
        twin.boots.status = UNKNOWN


def commanded(seen: Seen, twin: Twin) -> None:
    """The mock has sent a command, which may request messages, even if a fault spoiled it."""
    message, boots = seen.message, twin.boots
    if not isinstance(message, Call) or not isinstance(message.payload, dict):
        return
    if len(boots.commanded) < _MOST_COMMANDS:
        boots.commanded[message.id] = boots.status
    if message.action in ("GetBaseReport", "GetReport"):
        boots.asked_for.add("NotifyReport")
    elif message.action == "TriggerMessage":
        asked_for = str(message.payload.get("requestedMessage"))
        boots.is_triggered |= asked_for == "BootNotification"
        boots.asked_for |= _TRIGGERED.get(asked_for, {asked_for})


def obeyed(seen: Seen, twin: Twin) -> None:
    """A command has ended."""
    twin.boots.commanded.pop(seen.id, None)


def was_set(seen: Seen, twin: Twin) -> None:
    """The mock set another heartbeat interval."""
    for item, told in zip(seen.request["setVariableData"], seen.payload["setVariableResult"], strict=False):
        if (item["component"]["name"], item["variable"]["name"]) == ("OCPPCommCtrlr", "HeartbeatInterval"):
            try:
                seconds = float(item["attributeValue"])
            except ValueError:
                seconds = 0.0
            if told["attributeStatus"] == "Accepted" and seconds > 0:
                twin.boots.heartbeat = seconds


def beat(seen: Seen, twin: Twin) -> None:
    """A heartbeat came. Early ones in a row are counted, except triggered ones and those sent during a call (R06)."""
    boots = twin.boots
    if "Heartbeat" in boots.asked_for:
        boots.asked_for.discard("Heartbeat")
    elif len(twin.connections.calls) == 1:
        boots.note_beat(seen.at)
        return
    boots.beat_at, boots.beats = seen.at, boots.beats + 1

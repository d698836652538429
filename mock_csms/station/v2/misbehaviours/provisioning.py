"""Misbehaviours when the station boots, reports connectors and reboots (checks B)."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Answered, FailedCall, Opened, Reboot, Send, Transmit
from mock_csms.station.misbehaviour import (
    Answer,
    Kinds,
    Misbehaviour,
    adds,
    alarms,
    always,
    answers,
    has,
    inside,
    instead,
    never,
    patched,
    sends,
)
from mock_csms.station.v2.boot import report_connectors
from mock_csms.station.v2.misbehaviours.connection import boots
from mock_csms.station.v2.misbehaviours.events import Situation


def _before_boot(at: Situation, right: list[Act]) -> list[Act]:
    is_it = isinstance(at.event, Opened) and boots(right)
    return [Transmit("StatusNotification", _status(at)), *right] if is_it else right


def _status(at: Situation) -> Json:
    return {"timestamp": at.moment.stamp, "connectorStatus": "Available", "evseId": 1, "connectorId": 1}


def _sends_while(status: str) -> Any:
    """Send StatusNotification when BootNotification was answered with this status."""

    def act(at: Situation, right: list[Act]) -> list[Act]:
        cue = at.event
        is_it = isinstance(cue, Answered) and cue.action == "BootNotification" and cue.response["status"] == status
        return [*right, Transmit("StatusNotification", _status(at))] if is_it else right

    return act


def _answers_all_the_same(action: str, request: Json, right: Answer) -> Answer:
    """Answer commands although the CSMS has rejected the station; all variables are unknown then."""
    if not isinstance(right, tuple) or right[0] != "SecurityError":
        return right
    if action not in ("GetVariables", "SetVariables"):
        return {"status": "Accepted"}
    kind = action.removesuffix("Variables").lower()
    named = [{name: item[name] for name in ("component", "variable")} for item in request[f"{kind}VariableData"]]
    unknown = {"attributeStatus": "UnknownVariable", "attributeType": "Actual"}
    return {f"{kind}VariableResult": [unknown | item for item in named]}


def _reports_unchanged(at: Situation, right: list[Act]) -> list[Act]:
    """Report all connectors after an outage, even if nothing has changed and it was short."""
    if not isinstance(at.event, Opened) or not at.device.is_accepted:
        return right
    _, reports = report_connectors(replace(at.device, is_online=True, reported={}), at.moment)
    return [*right, *(act for act in reports if act not in right)]


def _no_reboot(_: Situation, right: list[Act]) -> list[Act]:
    return [act for act in right if not isinstance(act, Reboot)]


def _sends_after_refusal(at: Situation, right: list[Act]) -> list[Act]:
    """Send StatusNotification when BootNotification got a CALLERROR."""
    cue = at.event
    is_it = isinstance(cue, FailedCall) and cue.action == "BootNotification" and not cue.is_lost
    return [*right, Transmit("StatusNotification", _status(at))] if is_it else right


def _boots_twice(at: Situation, right: list[Act]) -> list[Act]:
    """Send BootNotification again when the first one was accepted."""
    cue = at.event
    is_it = isinstance(cue, Answered) and cue.action == "BootNotification" and cue.response["status"] == "Accepted"
    return [*right, Transmit(cue.action, cue.request)] if is_it and not at.device.is_accepted else right


STATUS = "StatusNotification"

KINDS: Kinds = {
    "no-boot": Misbehaviour("reports connectors before its BootNotification", ("B01",), acts=_before_boot),
    "talks-while-pending": Misbehaviour(
        "sends StatusNotification while it is Pending",
        ("B02",),
        acts=_sends_while("Pending"),
    ),
    "talks-while-rejected": Misbehaviour(
        "sends StatusNotification while it is Rejected",
        ("B02", "B03"),
        acts=_sends_while("Rejected"),
    ),
    "goes-on-though-refused": Misbehaviour(
        "sends StatusNotification although its boot got a CALLERROR", ("B02",), acts=_sends_after_refusal
    ),
    "boots-twice": Misbehaviour("sends BootNotification again as soon as it is Accepted", ("B21",), acts=_boots_twice),
    "boots-too-soon": Misbehaviour(
        "repeats BootNotification before the interval has passed",
        ("B04", "B05"),
        acts=alarms("boot", lambda seconds: min(seconds, 0.5)),
    ),
    "never-boots-again": Misbehaviour(
        "does not repeat BootNotification", ("B04",), acts=alarms("boot", lambda _: None)
    ),
    "wrong-boot-reason": Misbehaviour(
        "every boot has the reason Watchdog", ("B06",), acts=sends("BootNotification", patched(reason="Watchdog"))
    ),
    "no-connector-report": Misbehaviour(
        "reports no connectors", ("B07", "B16", "X22", "G01", "F02"), acts=sends(STATUS, never)
    ),
    "connector-zero": Misbehaviour("reports connectorId 0", ("B08",), acts=sends(STATUS, patched(connectorId=0))),
    "no-heartbeat": Misbehaviour("sends no heartbeats", ("B09",), acts=alarms("heartbeat", lambda _: None)),
    "many-heartbeats": Misbehaviour(
        "sends heartbeats ten times too often", ("B10",), acts=alarms("heartbeat", lambda seconds: seconds / 10)
    ),
    "no-security-event": Misbehaviour(
        "sends no security event about its boot",
        ("B11",),
        acts=sends(
            "SecurityEventNotification", never, lambda p: p.get("type") in ("StartupOfTheDevice", "ResetOrReboot")
        ),
    ),
    "available-after-reboot": Misbehaviour(
        "reports every connector as Available",
        ("B12", "B13", "G01", "G03", "H02", "L06"),
        acts=sends(
            STATUS, patched(connectorStatus="Available"), lambda payload: payload.get("connectorStatus") != "Occupied"
        ),
    ),
    "starts-while-pending": Misbehaviour(
        "accepts every remote start, even while Pending",
        ("B14", "X26", "X10"),
        answer=answers("RequestStartTransaction", lambda _, right: right | {"status": "Accepted"}),
    ),
    "answers-while-rejected": Misbehaviour(
        "answers commands although it was Rejected",
        ("B15",),
        answer=_answers_all_the_same,
    ),
    "reports-unchanged": Misbehaviour("reports all connectors after each outage", ("B17",), acts=_reports_unchanged),
    "reopens-connectors": Misbehaviour(
        "reports an Unavailable connector as Available again",
        ("G06", "L06"),
        acts=adds(
            STATUS,
            lambda payload: Send(STATUS, payload | {"connectorStatus": "Available"}),
            has(connectorStatus="Unavailable"),
        ),
    ),
    "reset-rejected": Misbehaviour("rejects every reset", ("B18",), answer=answers("Reset", always(status="Rejected"))),
    "resets-any-evse": Misbehaviour(
        "accepts the reset of an EVSE that cannot be reset alone",
        ("B18",),
        answer=answers("Reset", instead("Rejected", "Accepted")),
    ),
    "reports-unchanged-connectors": Misbehaviour(
        "reports all connectors after a short outage too", ("B17",), acts=_reports_unchanged
    ),
    "no-reboot": Misbehaviour("accepts a reset and does not reboot", ("B19",), acts=_no_reboot),
    "wrong-reset-end": Misbehaviour(
        "reports transactions ended by a reset as stopped locally",
        ("B20",),
        acts=sends(
            "TransactionEvent",
            lambda p: inside("transactionInfo", stoppedReason="Local")(p | {"triggerReason": "StopAuthorized"}),
            has(triggerReason="ResetCommand"),
        ),
    ),
}

"""Wrong ways to boot, to report and to tell variables (checks B, V and S)."""

from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Answered, Opened, Reboot, Send, Set, Transmit
from mock_csms.station.misbehaviour import (
    Answer,
    Kinds,
    Misbehaviour,
    Situation,
    adds,
    answers,
    has,
    inside,
    never,
    patched,
    sends,
)
from mock_csms.station.misbehaviours.connection import boots


def _before_boot(at: Situation, right: list[Act]) -> list[Act]:
    is_it = isinstance(at.told, Opened) and boots(right)
    return [Transmit("StatusNotification", _status(at)), *right] if is_it else right


def _status(at: Situation) -> Json:
    return {"timestamp": at.moment.stamp, "connectorStatus": "Available", "evseId": 1, "connectorId": 1}


def _talks_while(status: str) -> Any:
    """Send a call when a boot was answered with that status."""

    def act(at: Situation, right: list[Act]) -> list[Act]:
        cue = at.told
        is_it = isinstance(cue, Answered) and cue.action == "BootNotification" and cue.response["status"] == status
        return [*right, Transmit("StatusNotification", _status(at))] if is_it else right

    return act


def _alarms(kind: str, change: Any) -> Any:
    """Change the seconds of the alarms of a kind; None means that they are not set."""

    def act(_: Situation, right: list[Act]) -> list[Act]:
        wrong: list[Act] = []
        for item in right:
            if isinstance(item, Set) and item.alarm[0] == kind:
                seconds = change(item.seconds)
                wrong += [] if seconds is None else [replace(item, seconds=seconds)]
            else:
                wrong.append(item)
        return wrong

    return act


def _results(key: str, change: Any) -> Any:
    """Change the list of results in an answer."""
    return lambda _, right: right | {key: change(right[key])} if isinstance(right, dict) else right


def _each(**patch: Any) -> Any:
    return lambda results: [patched(**patch)(result) for result in results]


def _status_is(status: str) -> Any:
    return lambda _, right: right | {"status": status} if isinstance(right, dict) else right


def _if_not(bad: str, status: str) -> Any:
    """Answer with a status where another one would be right."""
    return lambda _, right: right | {"status": status} if isinstance(right, dict) and right["status"] == bad else right


def _no_reboot(_: Situation, right: list[Act]) -> list[Act]:
    return [act for act in right if not isinstance(act, Reboot)]


def _doubled(payload: Json) -> Json:
    return payload | {"reportData": [payload["reportData"][0], *payload["reportData"]]}


def _each_reported(change: Any) -> Any:
    return lambda payload: payload | {"reportData": [change(item) for item in payload["reportData"]]}


def _accepted(_: Json, right: Answer) -> Answer:
    if not isinstance(right, dict):
        return right
    return right | {"setVariableResult": _each(attributeStatus="Accepted")(right["setVariableResult"])}


STATUS = "StatusNotification"

KINDS: Kinds = {
    "no-boot": Misbehaviour("reports connectors before it boots", ("B01", "B02"), acts=_before_boot),
    "talks-while-pending": Misbehaviour(
        "sends a status while it is Pending",
        ("B02",),
        acts=_talks_while("Pending"),
    ),
    "talks-while-rejected": Misbehaviour(
        "sends a status while it is Rejected",
        ("B02", "B03"),
        acts=_talks_while("Rejected"),
    ),
    "boots-too-soon": Misbehaviour(
        "boots again before the interval is over",
        ("B03", "B04", "B05"),
        acts=_alarms("boot", lambda seconds: min(seconds, 0.5)),
    ),
    "never-boots-again": Misbehaviour("does not boot again", ("B04",), acts=_alarms("boot", lambda _: None)),
    "wrong-boot-reason": Misbehaviour(
        "every boot is a Watchdog's", ("B06",), acts=sends("BootNotification", patched(reason="Watchdog"))
    ),
    "no-connector-report": Misbehaviour(
        "reports no connectors", ("B07", "B16", "X22", "G01"), acts=sends(STATUS, never)
    ),
    "connector-zero": Misbehaviour("numbers connectors from 0", ("B08",), acts=sends(STATUS, patched(connectorId=0))),
    "no-heartbeat": Misbehaviour("sends no heartbeats", ("B09",), acts=_alarms("heartbeat", lambda _: None)),
    "many-heartbeats": Misbehaviour(
        "sends heartbeats ten times as often", ("B10",), acts=_alarms("heartbeat", lambda seconds: seconds / 10)
    ),
    "no-security-event": Misbehaviour(
        "does not tell that it started", ("B11",), acts=sends("SecurityEventNotification", never)
    ),
    "unknown-security-event": Misbehaviour(
        "tells security events of its own",
        ("S01",),
        acts=sends("SecurityEventNotification", patched(type="SomethingHappened")),
    ),
    "available-after-reboot": Misbehaviour(
        "reports every connector as Available",
        ("B12", "B13", "G01", "G03", "H02"),
        acts=sends(
            STATUS, patched(connectorStatus="Available"), lambda payload: payload["connectorStatus"] != "Occupied"
        ),
    ),
    "starts-while-pending": Misbehaviour(
        "accepts a remote start whatever its state",
        ("B14", "X26"),
        answer=answers("RequestStartTransaction", _status_is("Accepted")),
    ),
    "answers-while-rejected": Misbehaviour(
        "answers commands although it was rejected",
        ("B15",),
        answer=lambda _, __, right: (
            {"status": "Accepted"} if isinstance(right, tuple) and right[0] == "SecurityError" else right
        ),
    ),
    "reports-unchanged": Misbehaviour(
        "reports each connector twice", ("B17", "G06"), acts=adds(STATUS, lambda payload: Send(STATUS, payload))
    ),
    "reset-rejected": Misbehaviour("rejects every reset", ("B18",), answer=answers("Reset", _status_is("Rejected"))),
    "no-reboot": Misbehaviour("accepts a reset, and stays", ("B19",), acts=_no_reboot),
    "wrong-reset-end": Misbehaviour(
        "ends transactions at a reset as if they were stopped here",
        ("B20", "X08"),
        acts=sends(
            "TransactionEvent",
            lambda p: inside("transactionInfo", stoppedReason="Local")(p | {"triggerReason": "StopAuthorized"}),
            has(triggerReason="ResetCommand"),
        ),
    ),
    "result-missing": Misbehaviour(
        "leaves the last variable out",
        ("V01",),
        answer=answers("GetVariables", _results("getVariableResult", lambda results: results[:-1] or results * 2)),
    ),
    "wrong-variable": Misbehaviour(
        "answers for another variable",
        ("V02",),
        answer=answers("GetVariables", _results("getVariableResult", _each(variable={"name": "Other"}))),
    ),
    "wrong-attribute": Misbehaviour(
        "answers for the attribute Target",
        ("V03",),
        answer=answers("GetVariables", _results("getVariableResult", _each(attributeType="Target"))),
    ),
    "knows-all-variables": Misbehaviour(
        "accepts variables that it does not have",
        ("V04", "V05"),
        answer=answers("GetVariables", _results("getVariableResult", _each(attributeStatus="Accepted"))),
    ),
    "no-value": Misbehaviour(
        "leaves values out",
        ("V05",),
        answer=answers("GetVariables", _results("getVariableResult", _each(attributeValue=None))),
    ),
    "old-value": Misbehaviour(
        "answers with a value that was never set",
        ("V07",),
        answer=answers("GetVariables", _results("getVariableResult", _each(attributeValue="1"))),
    ),
    "sets-anything": Misbehaviour(
        "accepts every value for every variable", ("V04", "V08"), answer=answers("SetVariables", _accepted)
    ),
    "no-base-report": Misbehaviour(
        "rejects every base report",
        ("V09",),
        answer=answers("GetBaseReport", _status_is("Rejected")),
        acts=sends("NotifyReport", never),
    ),
    "wrong-report-id": Misbehaviour(
        "reports under another requestId",
        ("V10",),
        acts=sends("NotifyReport", lambda p: p | {"requestId": p["requestId"] + 1}),
    ),
    "report-seqno-gap": Misbehaviour(
        "numbers reports from 1", ("V11",), acts=sends("NotifyReport", lambda p: p | {"seqNo": p["seqNo"] + 1})
    ),
    "report-never-ends": Misbehaviour(
        "every report says that more will come", ("V12",), acts=sends("NotifyReport", patched(tbc=True))
    ),
    "no-report": Misbehaviour("accepts, and reports nothing", ("V12", "F02"), acts=sends("NotifyReport", never)),
    "report-without-need": Misbehaviour(
        "says NotSupported, and reports all the same",
        ("V13",),
        answer=answers("GetBaseReport", _status_is("NotSupported")),
    ),
    "no-characteristics": Misbehaviour(
        "reports no characteristics",
        ("V14",),
        acts=sends("NotifyReport", _each_reported(patched(variableCharacteristics=None))),
    ),
    "small-inventory": Misbehaviour(
        "reports but one variable",
        ("V16",),
        acts=sends("NotifyReport", lambda p: p | {"reportData": p["reportData"][:1]}),
    ),
    "reported-twice": Misbehaviour("reports the first variable twice", ("V18",), acts=sends("NotifyReport", _doubled)),
}

"""Tests of log, customer and monitor checks that the misbehaviours of the reference station do not cover."""

from typing import Any

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from tests.conformance.story import PATIENCE, STAMP, Story, accepted
from tests.station.bench import NOW

LOG = "LogStatusNotification"
TOKEN = {"idToken": "A", "type": "Central"}
ABOUT = {"component": {"name": "X"}, "variable": {"name": "Y"}}


def get_log(story: Story, id_: int, status: str = "Accepted", **more: Any) -> Story:
    """Send a GetLog."""
    wanted = {"requestId": id_, "logType": "SecurityLog", "log": {"remoteLocation": "http://x/"}} | more
    return story.command("GetLog", wanted, {"status": status, "filename": "log"})


def send_statuses(story: Story, id_: int, *statuses: str) -> Story:
    """Let the station send statuses of an upload."""
    for status in statuses:
        story.call(LOG, {"status": status, "requestId": id_})
    return story


def test_statuses_without_a_request() -> None:
    """N02 reports a status without a requestId, except Idle, and a requestId that was never requested."""
    story = accepted().call(LOG, {"status": "Idle"}).call(LOG, {"status": "Uploading"})
    assert story.found("N02") == ["Uploading has no requestId"]
    assert send_statuses(accepted(), 5, "Uploaded").found("N02") == [
        "Uploaded has the requestId 5, but no log was requested with it"
    ]


@pytest.mark.parametrize(
    ("statuses", "wrong"),
    [
        (["Uploading", "Uploaded"], False),
        (["Uploading", "UploadFailure", "Uploading", "Uploaded"], False),
        (["PermissionDenied"], False),
        (["Uploaded"], True),
        (["Uploading"], True),
        ([], True),
    ],
)
def test_the_statuses_of_an_upload(statuses: list[str], wrong: bool) -> None:
    """N03 reports an upload without Uploading before Uploaded, or without a final status; failures are final too."""
    story = send_statuses(get_log(accepted(), 1), 1, *statuses).wait(PATIENCE * 10 + 1)
    assert bool(story.found("N03")) is wrong


def test_a_slow_upload() -> None:
    """N03 allows slow uploads with retries, and uploads that lose their connection."""
    story = send_statuses(get_log(accepted(), 1, retries=3, retryInterval=100), 1).wait(PATIENCE * 10 + 200)
    assert story.found("N03") == []
    assert send_statuses(get_log(accepted(), 1), 1, "Uploading").reconnect().wait(PATIENCE * 10 + 1).found("N03") == []


@pytest.mark.parametrize("statuses", [[], ["AcceptedCanceled"], ["Uploaded"]])
def test_an_upload_that_is_cancelled(statuses: list[str]) -> None:
    """N03 reports a cancelled upload without the status AcceptedCanceled, unless it had ended before."""
    story = send_statuses(get_log(accepted(), 1), 1, "Uploading")
    send_statuses(send_statuses(get_log(story, 2, "AcceptedCanceled"), 1, *statuses), 2, "Uploading", "Uploaded").wait(
        PATIENCE + 1
    )
    assert story.found("N03") == ([] if statuses else ["log 1 was cancelled for log 2, but no status reported that"])


def ask(story: Story, status: str = "Accepted", **request: Any) -> Story:
    """Send a CustomerInformation."""
    wanted = {"requestId": 7, "report": True, "clear": False} | request
    return story.command("CustomerInformation", wanted, {"status": status})


def data(number: int, *, tbc: bool = False) -> Json:
    """Return a part of the customer information."""
    return {"data": "x", "seqNo": number, "generatedAt": STAMP, "requestId": 7, "tbc": tbc}


@pytest.mark.parametrize(
    ("request_", "status", "is_wrong"),
    [
        ({}, "Accepted", True),
        ({}, "Invalid", False),
        ({"idToken": TOKEN}, "Accepted", False),
        ({"idToken": TOKEN, "customerIdentifier": "A"}, "Accepted", True),
        ({"idToken": TOKEN, "customerIdentifier": "A"}, "Rejected", True),
        ({"report": False}, "Rejected", False),
    ],
)
def test_ways_to_name_a_customer(request_: Json, status: str, is_wrong: bool) -> None:
    """N06 reports an answer other than Invalid if the command has no or two references to the customer."""
    assert bool(ask(accepted(), status, **request_).found("N06")) is is_wrong


def test_parts_of_customer_information() -> None:
    """N05 reports parts out of order, and a last part that does not come."""
    story = ask(accepted(), idToken=TOKEN).call("NotifyCustomerInformation", data(0, tbc=True))
    assert story.wait(PATIENCE + 1).found("N05") == [
        "the last NotifyCustomerInformation of request 7 did not come within 30 s"
    ]
    story.call("NotifyCustomerInformation", data(2))
    assert story.found("N05")[1:] == ["NotifyCustomerInformation of request 7 has the seqNo 2, not 1"]


def test_no_customer_information() -> None:
    """N05 reports a missing NotifyCustomerInformation, unless report was false or the command was rejected."""
    assert len(ask(accepted(), idToken=TOKEN).wait(PATIENCE + 1).found("N05")) == 1
    assert ask(accepted(), idToken=TOKEN, report=False).wait(PATIENCE + 1).found("N05") == []
    assert ask(accepted(), "Rejected", idToken=TOKEN).wait(PATIENCE + 1).found("N05") == []


def watch(kind: str = "UpperThreshold", severity: int = 5) -> Story:
    """Return a station with monitor 3 on a variable: its threshold is 100."""
    setting = ABOUT | {"type": kind, "severity": severity, "value": 100}
    answer = ABOUT | {"type": kind, "severity": severity, "status": "Accepted", "id": 3}
    return accepted().command(
        "SetVariableMonitoring", {"setMonitoringData": [setting]}, {"setMonitoringResult": [answer]}
    )


def event(number: int = 0, trigger: str = "Alerting", *, tbc: bool = False, at: float = 60.0, **more: Any) -> Json:
    """Return an event of that monitor."""
    about = {"eventId": 1, "timestamp": rfc3339(NOW + at), "trigger": trigger, "actualValue": "200", **ABOUT}
    about |= {"eventNotificationType": "CustomMonitor", "variableMonitoringId": 3}
    return {"generatedAt": STAMP, "seqNo": number, "tbc": tbc, "eventData": [about | more]}


@pytest.mark.parametrize(
    ("kind", "trigger", "at", "is_wrong"),
    [
        ("UpperThreshold", "Alerting", 60, False),
        ("UpperThreshold", "Delta", 60, True),
        ("UpperThreshold", "Delta", -60, False),
        ("Delta", "Delta", 60, False),
        ("PeriodicClockAligned", "Periodic", 60, False),
        ("Periodic", "Alerting", 60, True),
    ],
)
def test_the_trigger_of_an_event(kind: str, trigger: str, at: float, is_wrong: bool) -> None:
    """N08 reports a trigger that does not fit the monitor, unless the event is older than the monitor."""
    assert bool(watch(kind).call("NotifyEvent", event(0, trigger, at=at)).found("N08")) is is_wrong


@pytest.mark.parametrize(("severity", "at", "is_wrong"), [(5, 60, True), (4, 60, False), (5, -60, False)])
def test_the_severity_of_an_event(severity: int, at: float, is_wrong: bool) -> None:
    """N08 reports an event with a severity above the level, unless it is older than the level."""
    story = watch(severity=severity).command("SetMonitoringLevel", {"severity": 4}, {"status": "Accepted"})
    assert bool(story.call("NotifyEvent", event(at=at)).found("N08")) is is_wrong


def test_the_numbers_of_events() -> None:
    """N08 expects seqNo 0, or the next one after a message with tbc; after a lost connection it expects nothing."""
    story = watch()
    for number, tbc in ((0, False), (0, True), (1, True), (2, False), (0, False)):
        story.call("NotifyEvent", event(number, tbc=tbc))
    assert story.found("N08") == []
    assert story.call("NotifyEvent", event(1)).found("N08") == ["NotifyEvent has the seqNo 1, not 0"]
    story = watch().call("NotifyEvent", event(0, tbc=True)).reconnect().call("NotifyEvent", event(4))
    assert story.found("N08") == []


@pytest.mark.parametrize(
    ("kind", "value", "is_back"),
    [("UpperThreshold", "99", True), ("UpperThreshold", "101", False), ("LowerThreshold", "101", True)],
)
def test_a_threshold_that_is_cleared(kind: str, value: str, is_back: bool) -> None:
    """N09 reports a missing `cleared` event after the value is back within the threshold."""
    story = watch(kind).call("NotifyEvent", event()).get("X", "Y", attributeValue=value)
    told_so = ["X.Y is 99, but no event of monitor 3 has cleared true"] if value == "99" else story.found("N09")
    assert bool(story.wait(PATIENCE + 1).found("N09")) is is_back
    assert not is_back or value != "99" or story.found("N09") == told_so
    story = watch(kind).call("NotifyEvent", event()).get("X", "Y", attributeValue=value)
    assert story.call("NotifyEvent", event(cleared=True)).wait(PATIENCE + 1).found("N09") == []


def test_a_threshold_without_its_monitor() -> None:
    """N09 is silent about a monitor that was cleared."""
    story = watch().call("NotifyEvent", event()).get("X", "Y", attributeValue="99")
    story.command("ClearVariableMonitoring", {"id": [3]}, {"clearMonitoringResult": [{"id": 3, "status": "Accepted"}]})
    assert story.wait(PATIENCE + 1).found("N09") == []


@pytest.mark.parametrize(("status", "is_wrong"), [("EmptyResultSet", True), ("Accepted", False)])
def test_a_report_of_no_monitors(status: str, is_wrong: bool) -> None:
    """N10 reports a monitoring report after the answer EmptyResultSet."""
    story = accepted().command("GetMonitoringReport", {"requestId": 7}, {"status": status})
    story.call("NotifyMonitoringReport", {"requestId": 7, "seqNo": 0, "generatedAt": STAMP})
    assert bool(story.wait(PATIENCE + 1).found("N10")) is is_wrong


def test_a_monitor_of_another_variable() -> None:
    """N07 reports a result about a variable that was not in the command."""
    setting = ABOUT | {"type": "Delta", "severity": 5, "value": 1}
    answer = {
        "component": {"name": "Z"},
        "variable": {"name": "Y"},
        "type": "Delta",
        "severity": 5,
        "status": "Accepted",
    }
    story = accepted().command(
        "SetVariableMonitoring", {"setMonitoringData": [setting]}, {"setMonitoringResult": [answer]}
    )
    assert story.found("N07") == ["no monitor of Z.Y was to be set"]

"""Tests of trigger checks (F) that the misbehaviours of the reference station do not cover."""

import pytest

from mock_csms.protocol.actions import Json
from tests.conformance.story import PATIENCE, STAMP, Story, accepted

LOG, FIRMWARE = "LogStatusNotification", "FirmwareStatusNotification"


def trigger(story: Story, message: str, status: str = "Accepted", *early: tuple[str, Json]) -> Story:
    """Send a TriggerMessage."""
    return story.command("TriggerMessage", {"requestedMessage": message}, {"status": status}, *early)


def status(evse: int) -> Json:
    """Return the payload of a StatusNotification."""
    return {"timestamp": STAMP, "connectorStatus": "Available", "evseId": evse, "connectorId": 1}


def reading(evse: int, context: str) -> Json:
    """Return the payload of a MeterValues."""
    value = {"timestamp": STAMP, "sampledValue": [{"value": 1, "context": context}]}
    return {"evseId": evse, "meterValue": [value]}


@pytest.mark.parametrize(("context", "is_wrong"), [("Trigger", True), ("Sample.Clock", False)])
def test_a_triggered_message_before_the_answer(context: str, is_wrong: bool) -> None:
    """F01 reports a message with the context Trigger before the answer, but not one that may be untriggered."""
    story = trigger(accepted(), "MeterValues", "Accepted", ("MeterValues", reading(1, context)))
    assert bool(story.found("F01")) is is_wrong


@pytest.mark.parametrize("payload", [{}, reading(1, "Trigger")], ids=["Heartbeat", "MeterValues"])
def test_a_message_for_an_earlier_trigger(payload: Json) -> None:
    """F01 counts a message before the answer for an earlier unfinished trigger, and reports a second one as early."""
    message = "MeterValues" if payload else "Heartbeat"

    def triggered(*early: int) -> Story:
        story = trigger(Story().connect().boot(interval=300).wait(300).call("Heartbeat", {}).wait(1), message)
        for count in early:
            trigger(story.wait(0.1), message, "Accepted", *[(message, payload)] * count)
        return story.wait(PATIENCE + 1)

    assert triggered(1).found("F01") == []
    assert triggered(1, 1, 1).found("F01") == []
    assert len(triggered(2).found("F01")) == 1
    assert len(triggered(1, 2).found("F01")) == 1


def test_a_trigger_that_is_rejected() -> None:
    """F01 to F03 are silent about a rejected trigger."""
    story = trigger(accepted(), "MeterValues", "Rejected", ("MeterValues", reading(1, "Trigger")))
    assert story.wait(PATIENCE + 1).found("F01", "F02", "F03") == []


def test_a_triggered_message_that_may_be_lost() -> None:
    """F02 is silent if the mock refused a call or the connection was lost, as that may have been the message."""
    story = trigger(accepted(), "Heartbeat").call("Heartbeats", {}, "NotImplemented")
    assert story.wait(PATIENCE + 1).found("F02") == []
    assert trigger(accepted(), "Heartbeat").reconnect().wait(PATIENCE + 1).found("F02") == []
    late = ["the trigger of Heartbeat was accepted, but it did not come within 30 s"]
    assert trigger(accepted(), "Heartbeat").wait(PATIENCE + 1).found("F02") == late


def test_statuses_of_some_evses() -> None:
    """F03 reports the EVSEs without a status; a NotifyEvent counts as one."""
    story = accepted()
    for evse in (1, 2, 3):
        story.call("StatusNotification", status(evse))
    trigger(story, "StatusNotification").call("StatusNotification", status(2))
    event = {"eventId": 1, "timestamp": STAMP, "trigger": "Delta", "actualValue": "Available"}
    event |= {"eventNotificationType": "HardWiredNotification", "variable": {"name": "AvailabilityState"}}
    event |= {"component": {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}}
    story.call("NotifyEvent", {"generatedAt": STAMP, "seqNo": 0, "eventData": [event]})
    wrong = "the trigger of StatusNotification was for all EVSEs: EVSE 3 missing"
    assert story.wait(PATIENCE + 1).found("F02", "F03") == [wrong]


@pytest.mark.parametrize(
    ("answer", "is_wrong"), [("NotSupported", True), ("NotImplemented", True), ("InternalError", False)]
)
def test_a_callerror_in_place_of_a_status(answer: str, is_wrong: bool) -> None:
    """F05 reports a CALLERROR NotSupported or NotImplemented for a triggered message, as a status says the same."""
    story = accepted().command("TriggerMessage", {"requestedMessage": "SignCombinedCertificate"}, answer)
    assert bool(story.found("F05")) is is_wrong


def test_a_rejected_trigger_of_iso_15118() -> None:
    """F05 allows Rejected while the station may support ISO 15118."""
    assert trigger(accepted(), "SignV2GCertificate", "Rejected").found("F05") == []


def upload(story: Story) -> Story:
    """Let the station upload a log."""
    wanted = {"requestId": 61, "logType": "SecurityLog", "log": {"remoteLocation": "http://x/"}}
    story.command("GetLog", wanted, {"status": "Accepted", "filename": "log"})
    return story.call(LOG, {"status": "Uploading", "requestId": 61})


@pytest.mark.parametrize(
    ("expected", "wrong"),
    [
        ({"status": "Idle"}, [f"{LOG} is Idle, although log 61 is Uploading"]),
        ({"status": "Uploading", "requestId": 61}, []),
        ({"status": "Uploaded", "requestId": 61}, []),
    ],
)
def test_the_status_of_an_upload(expected: Json, wrong: list[str]) -> None:
    """F06 reports a triggered Idle while an upload runs."""
    assert trigger(upload(accepted()), LOG).call(LOG, expected).found("F06") == wrong


@pytest.mark.parametrize(
    ("before", "is_wrong"), [("Downloading", True), ("Installed", False), ("DownloadFailed", False)]
)
def test_the_status_of_an_update(before: str, is_wrong: bool) -> None:
    """F06 reports a triggered Idle while an update runs."""
    story = accepted().call(FIRMWARE, {"status": before, "requestId": 1})
    assert bool(trigger(story, FIRMWARE).call(FIRMWARE, {"status": "Idle"}).found("F06")) is is_wrong


@pytest.mark.parametrize(("action", "expected"), [(LOG, "Uploading"), (FIRMWARE, "Installed")])
def test_a_triggered_status_when_idle(action: str, expected: str) -> None:
    """F06 reports a triggered status other than Idle while nothing runs."""
    assert trigger(accepted(), action).call(action, {"status": expected}).found("F06") == [
        f"{action} is {expected}, although no upload or update runs"
    ]
    assert trigger(accepted(), action).call(action, {"status": "Idle"}).found("F06", "N02") == []

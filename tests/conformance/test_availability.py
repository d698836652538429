"""Tests of the availability checks (G) that the misbehaviours of the reference station do not cover."""

from typing import Any

from mock_csms.protocol.actions import Json
from tests.conformance.story import Story

CLOSE, OPEN = {"operationalStatus": "Inoperative"}, {"operationalStatus": "Operative"}
CHANGE = "ChangeAvailability"


def set_inoperative(story: Story, status: str = "Accepted", **place: int) -> Story:
    """Set an EVSE, a connector or the station Inoperative."""
    about: Json = {"evse": place} if place else {}
    return story.command(CHANGE, CLOSE | about, {"status": status})


def test_connectors_follow_their_evse() -> None:
    """G04 reports that some connectors did not change, G01 that none did."""

    def two() -> Story:
        return set_inoperative(Story().begin((1, 1), (1, 2)), id=1)

    assert two().tell(1, 1, "Unavailable").tell(1, 2, "Unavailable").wait(40).found("G01", "G04") == []
    assert two().tell(1, 1, "Unavailable").wait(40).found("G01", "G04") == ["connector 1.2 does not follow its EVSE"]
    (finding,) = two().wait(40).found("G01", "G04")
    assert finding == "no new status of connector 1.1, 1.2 after ChangeAvailability"
    again = two().command(CHANGE, OPEN | {"evse": {"id": 1}}, {"status": "Accepted"})
    assert again.wait(40).found("G01", "G04") == []


def test_a_change_to_the_present_state() -> None:
    """G02 reports a ChangeAvailability to the present state that is not Accepted."""
    open_ = (CHANGE, OPEN, {"status": "Rejected"})
    assert Story().begin().command(*open_).found("G02") == [
        f"{CHANGE} to Operative is Rejected, although it already has that state"
    ]
    assert set_inoperative(Story().begin()).command(*open_).found("G02") == []
    assert set_inoperative(Story().begin(), "Rejected", id=9).found("G02") == []


def test_a_change_during_a_transaction() -> None:
    """G03 accepts an Ended event that comes late, and reports Unavailable before or Available after the transaction."""

    def charging(status: str) -> Story:
        return set_inoperative(Story().begin((1, 1), (1, 2)).event("Started", "Authorized").wait(60), status, id=1)

    assert charging("Accepted").wait(40).found("G03") == [f"{CHANGE} is Accepted in transaction T"]
    ended: Any = ("Ended", "StopAuthorized", 1)
    assert charging("Accepted").event(*ended, after=-30.0).wait(40).found("G03") == []
    assert charging("Scheduled").wait(40).event(*ended).tell(1, 1, "Unavailable").wait(40).found("G03") == []
    early = charging("Scheduled").wait(40).tell(1, 1, "Unavailable").wait(20)
    assert early.event(*ended).wait(40).found("G03") == ["connector 1.1 is Unavailable before the end of transaction T"]
    late = charging("Scheduled").wait(40).tell(1, 1, "Unavailable").event(*ended)
    assert late.wait(40).found("G03") == []
    (finding,) = charging("Scheduled").event(*ended).tell(1, 1).wait(40).found("G03")
    assert finding == "connector 1.1 is Available, but should be Unavailable after its transaction"


def test_another_connector_may_be_used_later() -> None:
    """G05 reports a connector that becomes Unavailable together with another one, but not a later change."""
    used = Story().begin((1, 1), (1, 2)).tell(1, 1, "Occupied")
    assert used.tell(1, 2, "Unavailable").found("G05") == [
        "connector 1.2 became Unavailable together with 1.1, which is Occupied"
    ]
    later = Story().begin((1, 1), (1, 2)).tell(1, 1, "Occupied").wait(60)
    assert later.tell(1, 2, "Occupied").found("G05") == []


def test_an_inoperative_connector_stays_unavailable() -> None:
    """G06 reports a usable status of an Inoperative connector, unless it is old or comes after a Reset or Operative."""

    def closed_() -> Story:
        return set_inoperative(Story().begin(), id=1).tell(1, 1, "Unavailable").wait(9)

    for status in ("Available", "Occupied", "Reserved"):
        found = closed_().tell(1, 1, status).found("G06")
        assert found == [f"connector 1.1 is {status}, although it was set Inoperative"]
    assert closed_().tell(1, 1, "Unavailable").tell(1, 1, "Faulted").found("G06") == []
    assert closed_().tell(1, 1, "Occupied", after=-30.0).found("G06") == []
    assert closed_().command(CHANGE, OPEN | {"evse": {"id": 1}}, None).tell(1, 1).found("G06") == []
    assert closed_().command("Reset", {"type": "OnIdle"}, {"status": "Accepted"}).tell(1, 1).found("G06") == []
    assert set_inoperative(Story().begin(), "Rejected", id=1).tell(1, 1, "Unavailable").tell(1, 1).found("G06") == []


def test_statuses_in_events() -> None:
    """G07 checks the variable, value and trigger of a status in NotifyEvent, but no events of monitors."""

    def findings_of_event(variable: str, value: str, **more: Any) -> list[str]:
        component = {"name": "Connector", "evse": {"id": 1, "connectorId": 1}}
        about = {"component": component, "variable": {"name": variable}, "actualValue": value, "trigger": "Delta"}
        kind = {"eventId": 1, "timestamp": "2026-01-01T12:00:00Z", "eventNotificationType": "HardWiredNotification"}
        payload = {"generatedAt": "2026-01-01T12:00:00Z", "seqNo": 0, "eventData": [about | kind | more]}
        return Story().begin().call("NotifyEvent", payload).found("G07")

    assert findings_of_event("AvailabilityState", "Occupied") == []
    assert findings_of_event("AvailabilityState", "Occupied", trigger="Periodic", variableMonitoringId=5) == []
    assert findings_of_event("AvailabilityState", "Faulted", trigger="Alerting") == []
    assert findings_of_event("AvailabilityState", "Occupied", trigger="Alerting") == [
        "the trigger of the status Occupied is Alerting"
    ]
    assert findings_of_event("AvailabilityState", "Charging") == ["Charging is no status of a connector"]
    assert findings_of_event("Status", "Occupied") == ["the status Occupied is reported as Connector.Status"]


def test_unlocking() -> None:
    """G08 reports UnknownConnector for a connector with a status, and Unlocked before its transaction ended."""
    place = {"evseId": 1, "connectorId": 1}

    def unlocked(status: str) -> Story:
        token = {"idToken": "A", "type": "ISO14443"}
        story = Story().begin().event("Started", "Authorized", idToken=token, info={"chargingState": "Charging"})
        return story.wait(60).command("UnlockConnector", place, {"status": status})

    assert unlocked("OngoingAuthorizedTransaction").wait(60).found("G08") == []
    assert unlocked("Unlocked").wait(60).found("G08") == ["connector 1.1 is Unlocked in transaction T"]
    assert unlocked("Unlocked").event("Ended", "StopAuthorized", 1, after=-30.0).wait(60).found("G08") == []
    assert unlocked("UnknownConnector").found("G08") == [
        "connector 1.1 was answered with UnknownConnector, but its status was reported"
    ]
    assert Story().begin().command("UnlockConnector", place, "NotSupported").found("G08") == []

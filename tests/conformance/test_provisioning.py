"""Tests of boot, heartbeat, status and reset checks (B) that misbehaviours of the reference station do not cover."""

from mock_csms.protocol.actions import Json
from tests.conformance.story import Story

OUTAGE = {"OCPPCommCtrlr_OfflineThreshold": "60"}
RESET = {"type": "Immediate"}


def test_a_station_that_another_run_has_accepted() -> None:
    """B01 reports once that the first call is not BootNotification; B02 is silent, as the station may be accepted."""
    (finding,) = Story().connect().call("Heartbeat", {}).call("Heartbeat", {}).found("B01", "B02")
    assert finding == "the first call is Heartbeat in place of BootNotification"


def test_a_call_before_the_boot_of_a_reset() -> None:
    """B01 reports a call before the BootNotification after a reset."""
    story = Story().begin().command("Reset", RESET, {"status": "Accepted"}).lose().wait(9).connect().tell(1, 1)
    assert story.boot("RemoteReset").found("B01") == [
        "StatusNotification comes before the BootNotification after a reset"
    ]
    assert story.lose().connect().tell(1, 1).found("B01")[1:] == []


def test_a_faulty_answer_to_a_boot() -> None:
    """B02 reports calls after a refused boot, but not after an answer to the boot that a fault changed."""
    assert Story().connect().boot().call("Heartbeat", {}).found("B02") == []
    payload = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V"}}
    story = Story().connect().call("BootNotification", payload, fault="delay")
    assert story.call("Heartbeat", {}).found("B02") == []
    story = Story().connect().call("BootNotification", payload, "InternalError")
    assert story.call("Heartbeat", {}).found("B02") == ["Heartbeat comes while the last BootNotification is refused"]
    assert Story().connect().boot(status="Pending").call("Heartbeat", {}).found("B02") != []


def test_triggered_calls_before_the_accepted_boot() -> None:
    """B02 allows triggered calls of a Pending station, but not of a Rejected one."""
    trigger = ("TriggerMessage", {"requestedMessage": "Heartbeat"}, {"status": "Accepted"})
    assert Story().connect().boot(status="Pending").command(*trigger).call("Heartbeat", {}).found("B02") == []
    assert Story().connect().boot(status="Rejected").command(*trigger).call("Heartbeat", {}).found("B02") != []


def test_a_triggered_boot_comes_early() -> None:
    """A triggered boot may come before the interval is over, with the reason Triggered (B04, B06)."""
    trigger = ("TriggerMessage", {"requestedMessage": "BootNotification"}, {"status": "Accepted"})

    def triggered(reason: str) -> Story:
        return Story().connect().boot(status="Pending", interval=100).wait(5).command(*trigger).boot(reason)

    assert triggered("Triggered").found("B04", "B06") == []
    assert triggered("PowerUp").found("B04", "B06") == ["the reason is PowerUp, although it was triggered"]
    assert Story().begin().boot("Triggered").found("B06") == ["the reason is Triggered, but nothing was triggered"]


def test_a_boot_crosses_a_late_answer() -> None:
    """A boot that comes just after a late answer may have been sent before it; a later one was not (B04, B05)."""
    payload = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V", "serialNumber": "S-1"}}
    for interval, check in ((100, "B04"), (0, "B05")):
        answer = {"status": "Pending", "interval": interval}

        def begun(late: float, answer: Json = answer) -> Story:
            return Story().connect().call("BootNotification", payload, answer, late=late)

        assert begun(late=20).wait(0.1).boot().found("B04", "B05") == []
        assert begun(late=20).wait(2).boot().checks("B04", "B05") == [check]
        assert begun(late=0).wait(0.1).boot().checks("B04", "B05") == [check]


def test_a_boot_crosses_the_trigger_of_another() -> None:
    """A boot that comes before the answer to the trigger is not the triggered one, which follows (B06, B21)."""
    trigger = ("TriggerMessage", {"requestedMessage": "BootNotification"}, {"status": "Accepted"})
    boot = {"reason": "PowerUp", "chargingStation": {"model": "M", "vendorName": "V", "serialNumber": "S-1"}}
    crossing = Story().connect().command(*trigger, ("BootNotification", boot)).boot("Triggered")
    assert crossing.found("B06", "B21") == []
    assert crossing.boot("Triggered").found("B06") == ["the reason is Triggered, but nothing was triggered"]


def test_a_reset_ends_the_boot_interval() -> None:
    """B04 allows a boot before the interval is over after a reset by the CSMS."""

    def waiting() -> Story:
        return Story().connect().boot(status="Pending", interval=100).wait(5)

    reset = waiting().command("Reset", RESET, {"status": "Accepted"}).lose().wait(9).connect()
    assert reset.boot("RemoteReset").found("B04") == []
    on_same_connection = waiting().command("Reset", RESET, {"status": "Accepted"}).wait(1)
    assert on_same_connection.boot("RemoteReset").found("B04") == []
    assert waiting().lose().wait(9).connect().boot("PowerUp").found("B04") != []


def test_the_reason_of_new_firmware() -> None:
    """B06 expects the reason FirmwareUpdate after InstallRebooting."""
    status = {"status": "InstallRebooting", "requestId": 1}
    story = Story().begin().call("FirmwareStatusNotification", status).lose().wait(20).connect().boot()
    assert story.found("B06") == ["the reason is PowerUp, although the firmware is InstallRebooting"]


def test_a_rejected_station_answers_security_error() -> None:
    """B15 reports an error code other than SecurityError, unless the command may violate its schema."""
    get = {"getVariableData": [{"component": {"name": "C"}, "variable": {"name": "V"}}]}
    story = Story().connect().boot(status="Rejected")
    assert story.command("GetVariables", get, "SecurityError").found("B15") == []
    assert story.command("GetVariables", get, "FormatViolation").found("B15") == []
    assert story.command("GetVariables", get, "NotSupported").found("B15") != []


def test_silence() -> None:
    """B09 reports a silence longer than the interval once, but not while the station waits for an answer."""
    heard = Story().connect().boot(interval=60).wait(50).call("Heartbeat", {}).wait(50).call("Heartbeat", {})
    assert heard.found("B09") == []
    silent = heard.wait(300).call("Heartbeat", {}).wait(10).call("Heartbeat", {})
    assert silent.found("B09") == ["nothing came for more than 60 s"]
    waiting = Story().connect().boot(interval=60).call("Heartbeat", {}, None).wait(100).call("Heartbeat", {})
    assert waiting.found("B09") == []


def test_heartbeats_set_the_clock() -> None:
    """B10 reports a day without a heartbeat, if nothing else sets the clock."""
    for sources, count in (("Heartbeat", 1), ("NTP,Heartbeat", 0)):
        story = Story().begin().know(ClockCtrlr_TimeSource=sources)
        for _ in range(100):
            story.wait(1000).tell(1, 1)
        assert len(story.found("B10")) == count


def test_triggered_heartbeats_do_not_count() -> None:
    """B10 does not count triggered heartbeats."""
    story = Story().connect().boot(interval=60)
    for _ in range(9):
        trigger = {"requestedMessage": "Heartbeat"}
        story.wait(2).command("TriggerMessage", trigger, {"status": "Accepted"}).call("Heartbeat", {})
    assert story.found("B10") == []


def test_after_a_short_outage_only_changes_are_reported() -> None:
    """B17 reports an unchanged status, unless the last one got no answer, or this one was triggered or made offline."""

    def back() -> Story:
        return Story().begin().know(**OUTAGE).wait(60).lose().wait(20).connect()

    assert back().tell(1, 1, "Occupied").found("B17") == []
    assert back().tell(1, 1).wait(40).found("B17") == ["unchanged connector 1.1 was reported: Available"]
    assert back().tell(1, 1, after=-10.0).wait(40).found("B17") == []
    lost = Story().begin().know(**OUTAGE).wait(60).tell(1, 1, "Occupied", answer=None).lose().wait(20).connect()
    assert lost.tell(1, 1, "Occupied").wait(40).found("B17") == []
    trigger = {"requestedMessage": "StatusNotification"}
    assert back().command("TriggerMessage", trigger, {"status": "Accepted"}).tell(1, 1).wait(40).found("B17") == []
    assert Story().begin().know(**OUTAGE).wait(60).lose().wait(90).connect().tell(1, 1).wait(40).found("B17") == []


def test_a_change_in_an_outage_is_reported() -> None:
    """B17 reports a missing status after a cable was plugged in during an outage, unless the vehicle has left."""

    def plugged() -> Story:
        story = Story().begin().know(**OUTAGE).wait(60).lose().wait(20).connect()
        return story.event("Started", "CablePluggedIn", after=-10.0, offline=True)

    assert plugged().wait(40).found("B17") == ["connector 1.1 was plugged in during the outage, but not reported"]
    assert plugged().tell(1, 1, "Occupied").wait(40).found("B17") == []
    assert plugged().event("Ended", "EVCommunicationLost", 1, after=-5.0, offline=True).wait(40).found("B17") == []


def test_a_reset_after_the_end_of_a_transaction() -> None:
    """B18 is silent if an Ended event comes after the answer to Reset but has an earlier timestamp."""

    def reset(status: str, kind: str = "OnIdle") -> Story:
        story = Story().begin().event("Started", "Authorized").wait(9)
        return story.command("Reset", {"type": kind}, {"status": status})

    assert reset("Scheduled").wait(60).found("B18") == []
    assert reset("Accepted").wait(60).found("B18") == ["Reset OnIdle is Accepted in transaction T"]
    assert reset("Accepted").event("Ended", "StopAuthorized", 1, after=-5.0).wait(60).found("B18") == []
    assert reset("Scheduled", "Immediate").wait(60).found("B18") != []


def test_an_evse_is_reset() -> None:
    """B18 and B19 allow the reset of an EVSE; B19 reports a boot after it."""
    reset = ("Reset", {"type": "Immediate", "evseId": 1}, {"status": "Accepted"})
    assert Story().begin().command(*reset).wait(60).found("B18", "B19") == []
    booted = Story().begin().command(*reset).lose().wait(9).connect().boot("RemoteReset")
    assert booted.found("B19") == ["BootNotification 9.0 s after the reset of a single EVSE"]


def test_an_evse_that_may_not_be_reset() -> None:
    """B18 allows Rejected for an EVSE in a transaction, if AllowReset is not known."""
    story = Story().begin().event("Started", "Authorized").wait(9)
    story.command("Reset", {"type": "OnIdle", "evseId": 1}, {"status": "Rejected"})
    assert story.wait(60).found("B18") == []


def test_a_transaction_that_ended_before_the_reset() -> None:
    """B20 is silent about a transaction that ended before the reset."""

    def reset(after: float) -> Story:
        story = Story().begin().event("Started", "Authorized").wait(60)
        story.command("Reset", RESET, {"status": "Accepted"})
        return story.event("Ended", "StopAuthorized", 1, after=after, info={"stoppedReason": "Local"})

    assert reset(-30.0).found("B20") == []
    assert reset(0.0).found("B20") == ["transaction T ends by StopAuthorized with Local after the reset"]

"""Cases in which a station may be right: checks report at most an info; certain mistakes keep their severity."""

from collections.abc import Sequence

import pytest

from mock_csms.conformance.catalogue import CHECKS
from mock_csms.protocol.actions import Json
from tests.conformance.story import Story, accepted, variable
from tests.conformance.witness import inspect

UPDATED = ("SampledDataCtrlr", "TxUpdatedInterval")


def severities(story: Story, check: str) -> list[str]:
    """Return the severities of the findings of a check."""
    return [str(finding.severity) for finding in inspect(story.events, story.now, [check])]


def register(story: Story, value: float, unit: str = "Wh") -> list[Json]:
    """Return a meterValue of now with one register."""
    sample = {"value": value, "context": "Sample.Periodic", "unitOfMeasure": {"unit": unit}}
    return [{"timestamp": story.at(), "sampledValue": [sample]}]


def sampled(story: Story, seconds: float, count: int = 3) -> Story:
    """Charge, and send periodic values this many seconds apart."""
    story.event("Started", info={"chargingState": "Charging"})
    for number in range(1, count + 1):
        story.wait(seconds)
        story.event("Updated", "MeterValuePeriodic", number, meterValue=register(story, number))
    return story


MEASURANDS = {"SampledDataCtrlr_TxUpdatedMeasurands": "Energy.Active.Import.Register"}


@pytest.mark.parametrize(
    ("seconds", "is_given", "found"),
    [(30, True, []), (30, False, []), (10, True, ["error"] * 2), (10, False, ["info"] * 2), (90, False, ["info"] * 3)],
)
def test_an_interval_that_may_have_changed(seconds: float, is_given: bool, found: Sequence[str]) -> None:
    """M03 reports values at a wrong interval: an error if the CSMS set the interval, else an info."""
    story = accepted().know(**MEASURANDS)
    story = story.set(*UPDATED, "30") if is_given else story.know(SampledDataCtrlr_TxUpdatedInterval="30")
    assert severities(sampled(story.wait(60), seconds), "M03") == found


@pytest.mark.parametrize(("is_given", "found"), [(True, ["error"]), (False, ["info"])])
def test_a_clock_that_may_have_changed(is_given: bool, found: Sequence[str]) -> None:
    """M04 reports clock-aligned values at a wrong boundary: an error if the CSMS set the interval, else an info."""
    story = accepted()
    story = (
        story.set("AlignedDataCtrlr", "Interval", "900") if is_given else story.know(AlignedDataCtrlr_Interval="900")
    )
    story.wait(100)
    sample = {"value": 1.0, "context": "Sample.Clock"}
    story.call("MeterValues", {"evseId": 1, "meterValue": [{"timestamp": story.at(), "sampledValue": [sample]}]})
    assert severities(story, "M04") == found


def test_a_register_that_starts_again() -> None:
    """M07: a falling register is an error in one transaction (J02.FR.16), and an info in the next one (J02.FR.17)."""
    story = accepted()
    for id_, values in (("A", (50, 60)), ("B", (0, 10, 5))):
        for number, value in enumerate(values):
            kind = "Updated" if number else "Started"
            story.wait(60).event(kind, number=number, info={"transactionId": id_}, meterValue=register(story, value))
    assert severities(story, "M07") == ["info", "error"]
    assert CHECKS["M07"].requirement == "J02.FR.16-17"


def test_a_register_in_another_unit() -> None:
    """M07: a register sent in kWh and then in Wh has fallen, and the finding names the change of unit."""
    story = accepted().event("Started")
    story.wait(60).event("Updated", "MeterValuePeriodic", 1, meterValue=register(story, 150, "kWh"))
    story.wait(60).event("Updated", "MeterValuePeriodic", 2, meterValue=register(story, 210))
    fallen = "Energy.Active.Import.Register of EVSE 1 fell from 150000 to 210"
    assert story.found("M") == [f"{fallen}; only one of the two was sent in kWh"]


@pytest.mark.parametrize(
    ("status", "found"),
    [("Accepted", []), ("Rejected", []), ("UnknownComponent", []), ("UnknownVariable", ["info"])],
)
def test_a_variable_missing_from_an_incomplete_inventory(status: str, found: Sequence[str]) -> None:
    """V04: a variable that is not in an incomplete inventory may exist; V16 reports the inventory."""
    story = accepted().report(variable("OCPPCommCtrlr", "OfflineThreshold")).get("EVSE", "Available", status)
    assert severities(story, "V04") == found
    assert severities(story, "V16") == ["error"]


@pytest.mark.parametrize(
    ("wanted", "is_known", "found"),
    [
        ("StatusNotification", False, []),
        ("SignCombinedCertificate", False, ["info"]),
        ("StatusNotification", True, ["warning"]),
        ("SignCombinedCertificate", True, ["warning"]),
    ],
)
def test_an_error_in_place_of_a_trigger(wanted: str, is_known: bool, found: Sequence[str]) -> None:
    """F05: a station with TriggerMessage must answer a status; one without it may answer NotImplemented (Part 4)."""
    story = accepted()
    if is_known:
        story.command("TriggerMessage", {"requestedMessage": "Heartbeat"}, {"status": "Accepted"}).call("Heartbeat", {})
    story.command("TriggerMessage", {"requestedMessage": wanted}, "NotImplemented")
    assert severities(story, "F05") == found

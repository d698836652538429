"""`mock-csms check` reports each mistake in a trace once, and nothing about correct stations."""

import re
from collections.abc import Mapping, Sequence

import orjson
import pytest

from tests import warm
from tests.accusing_stories import (
    ACCEPTED,
    ASK,
    BOTH,
    CARD,
    CHANGE,
    CLOSE,
    ONE,
    OPEN,
    OVER,
    PLUGGED,
    REGISTER,
    REJECTED,
    REMOTE,
    RUNNING,
    START,
    STATUS,
    STOP,
    TRIGGER,
    TRIGGERED,
    again,
    again_and_again,
    beating,
    charging,
    charging_again,
    charging_every,
    done_again,
    inventory,
    plugged,
    records,
    refused,
    rejected,
    reset,
    sampled,
    scheduled,
    scheduled_reset,
    set_inoperative,
    set_unavailable,
    triggered,
    unlocked,
    updated_events,
    without_its_end,
)
from tests.conformance.story import Story
from tests.wire import PATIENCE, SERVER

CASES: Mapping[str, tuple[Story, Sequence[str]]] = {
    # A status of connector 0 is one mistake: B08 reports it.
    "connector 0 after the boot": (Story().connect().boot().tell(1, 0), ["B08"]),
    "connector 0 of EVSE 0": (Story().connect().boot().tell(0, 0), ["B08"]),
    "EVSE 0 of one that is known": (Story().begin().lose().wait(5).connect().boot("Watchdog").tell(0, 1), ["B08"]),
    "no connector at all": (Story().connect().boot(), ["B07"]),
    "another connector is missing": (
        Story().begin((1, 1), (2, 1)).lose().wait(5).connect().boot("Watchdog").tell(1, 0),
        ["B07", "B08"],
    ),
    "a plug at connector 0": (
        plugged(Story().connect().boot().tell(1, 0, "Occupied"), {"id": 1, "connectorId": 0}),
        ["B08"],
    ),
    "a plug at connector 0, then its status": (
        plugged(Story().begin(), {"id": 1, "connectorId": 0}).wait(1).tell(1, 0, "Occupied"),
        ["B08"],
    ),
    "a plug whose status has the number 0": (
        plugged(Story().begin(), {"id": 1, "connectorId": 1}).wait(1).tell(1, 0, "Occupied"),
        ["B08"],
    ),
    "a plug of which no status tells": (plugged(Story().begin(), {"id": 1, "connectorId": 1}), ["X22"]),
    "a plug that was pulled at once": (
        plugged(Story().begin(), {"id": 1, "connectorId": 1}).wait(2).event("Ended", "EVCommunicationLost", 1),
        [],
    ),
    "what was closed, with the number 0": (
        set_inoperative(Story().begin()).wait(1).tell(1, 0, "Unavailable").wait(5).tell(1, 0).wait(5).tell(1, 0),
        ["B08", "B08", "B08"],
    ),
    # A second boot without a start.
    "a second boot": (Story().begin().wait(4).boot(), ["B21"]),
    "a second boot, and nothing at all": (Story().connect().boot().wait(4).boot(), ["B07", "B21"]),
    "a second boot after a while": (Story().begin().wait(400).call("Heartbeat", {}).wait(9).boot(), ["B21"]),
    "another boot": (Story().begin().wait(4).boot("Watchdog"), ["B07", "B21"]),
    "an outage of which a trace does not tell how long it was": (
        Story().begin().know(OCPPCommCtrlr_OfflineThreshold="60").wait(60).lose().wait(600).connect().tell(1, 1),
        [],
    ),
    # Only the event after the vehicle was connected has the EVSE.
    "no connectorId": (updated_events(Story().begin().event("Started", evse=ONE, info=PLUGGED, idToken=CARD)), ["X13"]),
    "no evse once the cable is in": (
        plugged(Story().begin().tell(1, 1, "Occupied").event("Started", evse=ONE, idToken=CARD), ONE, "Updated", 1),
        ["X13"],
    ),
    "a cable before the state": (
        updated_events(Story().begin().event("Started", "CablePluggedIn", evse=ONE)),
        ["X13", "X14"],
    ),
    "an event that is sent again": (
        again_and_again(Story().begin(), "Started", "Authorized", 0, info={"stoppedReason": "Local"}),
        ["X07", "X12"],
    ),
    "an end that is sent again": (
        again_and_again(charging().know(SampledDataCtrlr_TxEndedMeasurands=REGISTER), "Ended", "RemoteStop", 1),
        ["M02", "X06"],
    ),
    "the place is reported once": (
        updated_events(Story().begin().tell(1, 1, "Occupied").event("Started", info=PLUGGED, idToken=CARD)),
        [],
    ),
    # A status may be repeated; an Inoperative connector must stay Unavailable.
    "a status after UnlockConnector": (
        unlocked(Story().begin().wait(9).tell(1, 1, "Occupied").wait(9)).tell(1, 1, "Occupied"),
        [],
    ),
    "a status after what is so": (
        set_inoperative(set_unavailable()).wait(9).tell(1, 1, "Unavailable"),
        [],
    ),
    "a status that is reported late": (
        set_inoperative(Story().begin()).wait(9).tell(1, 1, "Unavailable").tell(1, 1, "Occupied", after=-30.0),
        [],
    ),
    "Available again": (
        set_inoperative(Story().begin()).wait(0.3).tell(1, 1, "Unavailable").wait(2).tell(1, 1),
        ["G06"],
    ),
    "in use though it was closed": (
        set_unavailable().tell(1, 1, "Occupied"),
        ["G06"],
    ),
    "opened before the answer": (
        set_unavailable().command(
            CHANGE,
            OPEN | {"evse": ONE},
            ACCEPTED,
            (STATUS, {"timestamp": Story(9).at(), "connectorStatus": "Available", "evseId": 1, "connectorId": 1}),
        ),
        [],
    ),
    "no change": (set_inoperative(Story().begin()), ["G01"]),
    "opened, and Faulted": (
        set_unavailable().command(CHANGE, OPEN | {"evse": ONE}, ACCEPTED).tell(1, 1, "Faulted"),
        [],
    ),
    # An Inoperative status that a boot loses is reported once.
    "closed before a boot": (
        scheduled().tell(1, 1, "Unavailable").wait(9).lose().wait(5).connect().boot("Watchdog").tell(1, 1),
        ["B12"],
    ),
    "not closed at all": (scheduled().wait(1).tell(1, 1), ["G03"]),
    "closed, and opened again": (scheduled().wait(1).tell(1, 1, "Unavailable").wait(9).tell(1, 1), ["G06"]),
    "closed while another EVSE charges": (
        Story()
        .begin((1, 1), (2, 1))
        .tell(1, 1, "Occupied")
        .event("Started", "Authorized", idToken=CARD, info={"chargingState": "Charging"})
        .wait(60)
        .command(CHANGE, CLOSE, {"status": "Scheduled"})
        .tell(2, 1),
        [],
    ),
    # A stop of a transaction that does not run.
    "a stop of nothing": (Story().begin().command(STOP, {"transactionId": "none"}, ACCEPTED), ["X23"]),
    "a stop that is not reported": (charging().command(STOP, {"transactionId": "T"}, ACCEPTED), ["X24"]),
    "an invalid idToken, and the vehicle leaves": (
        refused().event("Updated", "EVCommunicationLost", 1, info={"chargingState": "Idle"}).tell(1, 1),
        [],
    ),
    "an invalid idToken, and the state is reported": (
        refused().event("Updated", "ChargingStateChanged", 1, info={"chargingState": "Charging"}),
        ["X19"],
    ),
    # The context of values must fit the reason why they were sampled.
    "MeterValues of an end": (sampled(Story().begin(), "Transaction.End"), []),
    "MeterValues of an interruption": (sampled(Story().begin(), "Interruption.End"), []),
    "MeterValues of the clock": (sampled(Story().begin(), "Sample.Clock"), []),
    "MeterValues without a context": (sampled(Story().begin(), None), ["M04"]),
    "MeterValues that are periodic": (sampled(Story().begin(), "Sample.Periodic"), ["M04"]),
    "the clock, and the end": (sampled(charging(), "Transaction.End", trigger="MeterValueClock"), ["M04"]),
    "the clock, and both": (sampled(charging(), *BOTH, trigger="MeterValueClock"), []),
    "periodic, and both": (sampled(charging(), *BOTH, trigger="MeterValuePeriodic"), []),
    "periodic, and the clock": (sampled(charging(), "Sample.Clock", trigger="MeterValuePeriodic"), ["M04"]),
    "MeterValues that nobody configured": (
        sampled(Story().begin().know(AlignedDataCtrlr_Measurands="Voltage").wait(9), "Transaction.End"),
        [],
    ),
    "clock-aligned values that are reported as periodic": (
        sampled(
            sampled(charging_every(60).wait(30), "Sample.Clock", trigger="MeterValuePeriodic").wait(30),
            "Sample.Periodic",
            trigger="MeterValuePeriodic",
            number=2,
        ),
        ["M04"],
    ),
    "values after the triggered ones": (
        sampled(sampled(triggered(), "Trigger").wait(5), None),
        ["M04"],
    ),
    "triggered values of another context": (sampled(triggered(), None), ["M10"]),
    "an event of long ago": (
        sampled(charging(), "Sample.Periodic", trigger="Authorized", after=-3600.0),
        ["X04"],
    ),
    # Boots and resets.
    "a call of a station that is Rejected": (rejected(100), ["B03"]),
    "a call of one that may choose when to boot": (rejected(0), ["B02"]),
    "a boot that comes too early": (rejected(100).boot().tell(1, 1), ["B04"]),
    "a boot that comes at once": (rejected(0).boot().tell(1, 1), ["B05"]),
    "a power cut before a scheduled reset": (
        again(charging().command("Reset", {"type": "OnIdle"}, {"status": "Scheduled"}), "PowerUp").tell(
            1, 1, "Occupied"
        ),
        [],
    ),
    "a scheduled reset that is reported as a power cut": (
        again(scheduled_reset().event("Ended", "StopAuthorized", 1), "PowerUp").tell(1, 1, "Occupied"),
        ["B06"],
    ),
    "an end by a reset without a reason": (
        again(reset().event("Ended", "ResetCommand", 1), "RemoteReset").tell(1, 1, "Occupied"),
        ["B20"],
    ),
    "an end by a reset with another reason": (
        again(reset().event("Ended", "ResetCommand", 1, info={"stoppedReason": "PowerLoss"}), "RemoteReset").tell(
            1, 1, "Occupied"
        ),
        ["B20"],
    ),
    "a status of before the boot": (
        again(set_inoperative(Story().begin()).wait(1).tell(1, 1, "Unavailable"))
        .tell(1, 1, after=-30.0)
        .tell(1, 1, "Unavailable"),
        [],
    ),
    # Messages that come before the answer to their trigger.
    "a heartbeat amid its pace": (beating(300, 150), ["F01"]),
    "a heartbeat at a pace of its own": (beating(10, 200, 200), []),
    # A transaction whose Ended event never comes: that is one mistake.
    "an end that is missing, then other transactions": (
        set_inoperative(unlocked(done_again(done_again(without_its_end(), "T2"), "T3"))).tell(1, 1, "Unavailable"),
        ["X15"],
    ),
    "an end that is missing, then a remote start": (
        done_again(without_its_end(), "T2")
        .command(START, REMOTE | {"remoteStartId": 5}, ACCEPTED)
        .wait(1)
        .event("Started", "RemoteStart", idToken=CARD, info={"transactionId": "T3", "remoteStartId": 5}),
        ["X15"],
    ),
    "an end that is missing, and a remote stop is rejected": (
        set_inoperative(done_again(without_its_end().command(STOP, {"transactionId": "T"}, REJECTED), "T2"))
        .tell(1, 1, "Unavailable")
        .command(STOP, {"transactionId": "T"}, REJECTED),
        ["X23"],
    ),
    "an end that is missing, and the station says that it is over": (
        done_again(without_its_end().command(ASK, {"transactionId": "T"}, OVER), "T2")
        .command(ASK, {"transactionId": "T"}, OVER)
        .command(STOP, {"transactionId": "T"}, REJECTED),
        ["X20"],
    ),
    "a remote stop that is rejected, although the transaction goes on": (
        unlocked(
            charging()
            .command(STOP, {"transactionId": "T"}, REJECTED)
            .wait(60)
            .event("Updated", "Trigger", 1, info=RUNNING)
        ),
        ["G08", "X23"],
    ),
    "two transactions at a time": (
        unlocked(charging_again(charging(), "T2").event("Updated", "Trigger", 1, info=RUNNING)),
        ["G08", "X15"],
    ),
    # A reset that was scheduled, and did not come when it was due.
    "a power cycle long after the scheduled reset was due": (
        again(scheduled_reset().event("Ended", "StopAuthorized", 1).tell(1, 1).wait(300), "PowerUp").tell(1, 1),
        [],
    ),
    "a scheduled reset with the reason PowerUp": (
        again(scheduled_reset().event("Ended", "StopAuthorized", 1).tell(1, 1), "PowerUp").tell(1, 1),
        ["B06"],
    ),
    "a scheduled reset with the reason PowerUp, on the same connection": (
        scheduled_reset().wait(600).event("Ended", "StopAuthorized", 1).tell(1, 1).wait(3).boot().tell(1, 1),
        ["B06"],
    ),
    "a boot that was triggered before it was accepted": (
        Story()
        .connect()
        .boot(status="Pending")
        .wait(9)
        .command(TRIGGER, {"requestedMessage": "BootNotification"}, ACCEPTED, ("BootNotification", TRIGGERED))
        .tell(1, 1),
        ["F01"],
    ),
    "a boot that was triggered after it was accepted": (
        Story()
        .begin()
        .wait(9)
        .command(TRIGGER, {"requestedMessage": "BootNotification"}, ACCEPTED)
        .call("BootNotification", TRIGGERED),
        ["F04"],
    ),
    # A trace may not say when a connection ended.
    "an event from the moment when the power went": (
        charging()
        .wait(60)
        .lose()
        .wait(60)
        .connect()
        .boot()
        .event("Ended", "AbnormalCondition", 1, after=-90.0, info={"stoppedReason": "PowerLoss"}),
        [],
    ),
    # The required variables.
    "an inventory": (inventory(), []),
    "an inventory without Available": (
        inventory("ChargingStation.Available", "EVSE.Available", "Connector.Available"),
        [],
    ),
    "an inventory without tariffs": (inventory("TariffCostCtrlr.Currency", TariffCostCtrlr_Available="false"), []),
    "an inventory without a currency": (inventory("TariffCostCtrlr.Currency"), ["V16"]),
    "an inventory without the profile": (inventory("OCPPCommCtrlr.ActiveNetworkProfile"), ["V16"]),
    "an inventory without a state": (inventory("Connector.AvailabilityState"), ["V16"]),
    "an inventory with a time-out that can be set": (inventory(OCPPCommCtrlr_MessageTimeout="ReadWrite"), ["V16"]),
    "an inventory with a profile that can be set": (inventory(SecurityCtrlr_SecurityProfile="ReadWrite"), ["V16"]),
    "an inventory with an Available that can be set": (inventory(EVSE_Available="ReadWrite"), ["V16"]),
}
OTHERS = {"B01", "B11", "T13"}
"""Checks that the cases do not test: some cases do not send what these checks require."""


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, list[str]]:
    """Return the checks that `mock-csms check` reports, by case: all cases are stations of one trace."""
    trace = tmp_path_factory.mktemp("trace") / "trace.jsonl"
    made = [each for number, (story, _) in enumerate(CASES.values()) for each in records(story, f"S{number}")]
    trace.write_bytes(b"".join(orjson.dumps(each) + b"\n" for each in made))
    done = warm.run([*SERVER, "check", str(trace)], timeout=PATIENCE)
    assert (done.returncode, done.stderr) == (0, "")
    found: dict[str, list[str]] = {}
    for number, check in re.findall(r"^\S+ S(\d+) +finding \w+ (\w+) ", done.stdout, re.MULTILINE):
        found.setdefault([*CASES][int(number)], []).append(check)
    return found


@pytest.mark.parametrize("case", CASES)
def test_each_mistake_is_reported_once(judged: Mapping[str, list[str]], case: str) -> None:
    """Each mistake is reported once, by the check that fits best; behaviour that no clause forbids is not reported."""
    assert sorted(each for each in judged.get(case, []) if each not in OTHERS) == CASES[case][1]

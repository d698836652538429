"""The station of OCPP 2.1: controls of the grid, streams of values, dynamic profiles and priority charging."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station import cues
from tests.station.bench21 import Bench21

GRADIENT = {"priority": 1, "gradient": 10, "softGradient": 5}
VAR = {"priority": 2, "setpoint": 5, "unit": "PctMaxVar"}


def control(kind: str, **more: Any) -> Json:
    """Return a command that sets a DER control; by default one of the reactive power."""
    setting = {"gradient": GRADIENT} if kind == "Gradients" else {"fixedVar": VAR}
    return {"isDefault": True, "controlId": "c1", "controlType": kind} | setting | more


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (control("FixedVar"), "Accepted"),
        (control("Gradients"), "Accepted"),
        (control("HFMustTrip"), "NotSupported"),
        (control("FixedVar", gradient=GRADIENT), "Rejected"),
        (control("Gradients", gradient=None, fixedVar=VAR), "Rejected"),
        (control("FixedVar", fixedVar=VAR | {"startTime": "2027-01-01T00:00:00Z"}), "Rejected"),
        (control("FixedVar", isDefault=False, fixedVar=VAR | {"startTime": "soon"}), "Rejected"),
        (control("Gradients", isDefault=False), "Rejected"),
    ],
)
def test_der_controls_are_checked(payload: Json, status: str) -> None:
    """A control has exactly the field of its kind, and only a scheduled one has times (R04)."""
    given = {key: value for key, value in payload.items() if value is not None}
    assert Bench21().status("SetDERControl", given) == status


def test_der_controls_are_reported_and_cleared() -> None:
    """A more important control supersedes another; the report and the clearing find them (R04)."""
    bench = Bench21()
    assert bench.status("GetDERControl", {"requestId": 1}) == "NotFound"
    bench.ask("SetDERControl", control("FixedVar"))
    answer = bench.ask("SetDERControl", control("FixedVar", controlId="c2", fixedVar=VAR | {"priority": 1}))
    assert answer == {"status": "Accepted", "supersededIds": ["c1"]}
    bench.ask("SetDERControl", control("Gradients", controlId="c3"))
    assert bench.status("GetDERControl", {"requestId": 7}) == "Accepted"
    ((_, report),) = bench.take("ReportDERControl")
    assert (report["requestId"], report["tbc"], report["gradient"]) == (7, False, [{"id": "c3", "gradient": GRADIENT}])
    assert {each["id"]: each["isSuperseded"] for each in report["fixedVar"]} == {"c1": True, "c2": False}
    assert bench.status("GetDERControl", {"requestId": 8, "controlType": "HFMustTrip"}) == "NotSupported"
    assert bench.status("ClearDERControl", {"isDefault": True, "controlId": "c2"}) == "Accepted"
    assert bench.status("ClearDERControl", {"isDefault": True, "controlId": "c2"}) == "NotFound"
    assert bench.status("ClearDERControl", {"isDefault": False}) == "NotFound"


def test_a_der_control_starts_and_stops() -> None:
    """A scheduled control is reported at its start and at its end, also after a reboot (R04)."""
    bench = Bench21()
    scheduled = VAR | {"startTime": bench.at(10), "duration": 20}
    bench.ask("SetDERControl", control("FixedVar", isDefault=False, fixedVar=scheduled))
    bench.wait(11)
    told = {"controlId": "c1", "started": True, "timestamp": bench.at(-1)}
    assert bench.take("NotifyDERStartStop") == [("NotifyDERStartStop", told)]
    bench.restart()
    bench.wait(20)
    ((_, stopped),) = bench.take("NotifyDERStartStop")
    assert (stopped["started"], bench.device.controls) == (False, {})


def test_the_grid_has_a_fault() -> None:
    """The alarm and its end are reported."""
    bench = Bench21()
    bench.tell(cues.GridFault("LVMustTrip", "UnderVoltage"))
    bench.tell(cues.GridFault("LVMustTrip", "UnderVoltage", is_over=True))
    assert [told.get("alarmEnded") for _, told in bench.take("NotifyDERAlarm")] == [None, True]


def test_a_stream() -> None:
    """A monitor with a stream opens it; its values come together until it is closed (N11 to N15)."""
    bench = Bench21()
    number = bench.monitor(periodicEventStream={"interval": 10})["id"]
    ((_, opened),) = bench.take("OpenPeriodicEventStream")
    stream = {"id": number, "variableMonitoringId": number, "params": {"interval": 10}}
    assert opened["constantStreamData"] == stream
    assert bench.ask("GetPeriodicEventStream", {}) == {"constantStreamData": [stream]}
    began = bench.now
    bench.wait(11)
    sent = bench.take()
    ((action, values),) = sent
    assert (action, values["id"], values["pending"], values["basetime"]) == (
        *("NotifyPeriodicEventStream", number, 0),
        bench.at(began + 2 - bench.now),
    )
    assert [each["t"] for each in values["data"]] in ([0, 2, 4, 6], [0, 2, 4, 6, 8])
    assert bench.status("AdjustPeriodicEventStream", {"id": 99, "params": {}}) == "Rejected"
    assert bench.status("AdjustPeriodicEventStream", {"id": number, "params": {"values": 2}}) == "Accepted"
    bench.wait(10)
    assert all(len(values["data"]) >= 2 for _, values in bench.take("NotifyPeriodicEventStream"))
    bench.ask("ClearVariableMonitoring", {"id": [number]})
    assert [action for action, _ in bench.take()][-1] == "ClosePeriodicEventStream"
    assert bench.ask("GetPeriodicEventStream", {}) == {}


def test_a_stream_that_is_refused() -> None:
    """Values come by NotifyEvent, with the severity of their monitor."""
    bench = Bench21()
    bench.replies["OpenPeriodicEventStream"] = {"status": "Rejected"}
    bench.monitor(periodicEventStream={"values": 3})
    bench.wait(3)
    assert bench.take("NotifyPeriodicEventStream", "NotifyEvent")[0][1]["eventData"][0]["severity"] == 5


def test_a_stream_after_an_outage() -> None:
    """Values of an outage are sent afterwards; after a reboot the stream is opened again."""
    bench = Bench21()
    bench.monitor(periodicEventStream={"interval": 10})
    bench.take()
    bench.tell(cues.Closed())
    bench.wait(400)
    bench.tell(cues.Opened())
    bench.wait(10)
    sent = [values for action, values in bench.take() if action == "NotifyPeriodicEventStream"]
    assert [values["pending"] for values in sent][-1] == 0
    assert sum(len(values["data"]) for values in sent) >= 200
    bench.restart()
    assert len(bench.take("OpenPeriodicEventStream")) == 1


def test_too_many_streams() -> None:
    """The eleventh monitor with a stream is rejected, and monitors of targets do not exist."""
    bench = Bench21()
    results = [bench.monitor(periodicEventStream={}, severity=n % 10, value=3)["status"] for n in range(10)]
    last = bench.monitor(periodicEventStream={}, type="Delta")
    assert (results, last["status"]) == (["Accepted"] * 10, "Rejected")
    assert bench.monitor(type="TargetDelta")["status"] == "UnsupportedMonitorType"
    bench.take()
    bench.ask("GetMonitoringReport", {"requestId": 1})
    ((_, report),) = bench.take("NotifyMonitoringReport")
    assert report["monitor"][0]["variableMonitoring"][0]["eventNotificationType"] == "CustomMonitor"


def profile(**more: Any) -> Json:
    """Return a Dynamic charging profile of 10 A for all EVSEs."""
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}]}
    given: Json = {"id": 5, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile"}
    return {
        "evseId": 0,
        "chargingProfile": given | {"chargingProfileKind": "Dynamic", "chargingSchedule": [schedule]} | more,
    }


def test_a_dynamic_profile() -> None:
    """Its limit is pulled at its interval, and pushed by the CSMS; the vehicle follows (K28, K29)."""
    bench = Bench21()
    assert bench.status("SetChargingProfile", profile(dynUpdateInterval=60)) == "Accepted"
    bench.charge()
    assert bench.device.evses[1].power == 6900
    bench.replies["PullDynamicScheduleUpdate"] = {"scheduleUpdate": {"limit": 6}}
    bench.wait(61)
    assert bench.take("PullDynamicScheduleUpdate") == [("PullDynamicScheduleUpdate", {"chargingProfileId": 5})]
    assert bench.device.evses[1].power == 4140
    push: Json = {"chargingProfileId": 5, "scheduleUpdate": {"limit": 8}}
    assert bench.status("UpdateDynamicSchedule", push) == "Accepted"
    assert bench.device.evses[1].power == 5520
    bench.ask("GetChargingProfiles", {"requestId": 1, "chargingProfile": {"chargingProfileId": [5]}})
    reported = bench.take("ReportChargingProfiles")[0][1]["chargingProfile"][0]
    assert reported["chargingSchedule"][0]["chargingSchedulePeriod"][0]["limit"] == 8
    assert bench.status("UpdateDynamicSchedule", push | {"chargingProfileId": 6}) == "Rejected"
    assert bench.status("UpdateDynamicSchedule", push | {"scheduleUpdate": {"setpoint": 5}}) == "Rejected"
    bench.replies["PullDynamicScheduleUpdate"] = {"scheduleUpdate": {"limit": 7}}
    bench.restart()
    bench.wait(61)
    assert len(bench.take("PullDynamicScheduleUpdate")) == 1


_TWO = [{"startPeriod": 0, "limit": 5}, {"startPeriod": 5, "limit": 6}]
_SCHEDULE = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 10}]}


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"chargingSchedule": [_SCHEDULE | {"chargingSchedulePeriod": _TWO}]}, "InvalidSchedule"),
        ({"chargingProfileKind": "Relative", "dynUpdateInterval": 5}, "InvalidProfile"),
        ({"maxOfflineDuration": 5}, "UnsupportedParam"),
        (
            {"chargingSchedule": [_SCHEDULE | {"chargingSchedulePeriod": [{"startPeriod": 0, "setpoint": 5}]}]},
            "UnsupportedParam",
        ),
        ({"chargingProfilePurpose": "LocalGeneration"}, "InvalidProfile"),
    ],
)
def test_profiles_that_are_refused(changed: Json, reason: str) -> None:
    """Only a Dynamic profile has an interval, and it has one period; other unusable ones are refused."""
    answer = Bench21().ask("SetChargingProfile", profile(**changed))
    assert (answer["status"], answer["statusInfo"]["reasonCode"]) == ("Rejected", reason)


def test_priority_charging() -> None:
    """The profile for priority charging applies while it is on; each change is reported (K21, K22)."""
    bench = Bench21()
    ask: Json = {"transactionId": "nobody", "activate": True}
    assert bench.status("UsePriorityCharging", ask) == "Rejected"
    ask = ask | {"transactionId": bench.charge()}
    assert bench.status("UsePriorityCharging", ask) == "NoProfile"
    bench.ask("SetChargingProfile", profile())
    fast = [_SCHEDULE | {"chargingSchedulePeriod": [{"startPeriod": 0, "limit": 15}]}]
    more = profile(id=6, chargingProfilePurpose="PriorityCharging", chargingSchedule=fast)
    assert bench.status("SetChargingProfile", more) == "Accepted"
    assert bench.device.evses[1].power == 6900
    assert bench.status("UsePriorityCharging", ask) == "Accepted"
    assert bench.device.evses[1].power == 10350
    bench.tell(cues.PriorityTurned(1))
    assert [told["activated"] for _, told in bench.take("NotifyPriorityCharging")] == [True, False]
    assert bench.device.evses[1].power == 6900

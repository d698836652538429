"""The station of OCPP 2.1: every message fits its schema, every answer is true, and what is accepted has an effect."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station import cues
from tests.station.bench import TOKEN
from tests.station.bench21 import TARIFF, Bench21

PAYER = {"idToken": "PSP-1", "type": "DirectPayment"}
GRADIENT = {"priority": 1, "gradient": 10, "softGradient": 5}
VAR = {"priority": 2, "setpoint": 5, "unit": "PctMaxVar"}


def test_a_tariff_and_its_costs() -> None:
    """A default tariff is in the first event of a transaction, and its costs are in the last one (I07, I12)."""
    bench = Bench21()
    assert bench.status("SetDefaultTariff", {"evseId": 0, "tariff": TARIFF}) == "Accepted"
    bench.charge()
    assert [event["transactionInfo"].get("tariffId") for event in bench.events()] == ["T1"]
    bench.wait(3600)
    bench.tell(cues.Paused(1))
    bench.wait(600)
    bench.tell(cues.Presented(TOKEN, 1))
    told = bench.events()
    running = [event["costDetails"]["totalCost"] for event in told if event["triggerReason"] == "RunningCost"]
    costs = told[-1]["costDetails"]
    assert len(running) == 70
    assert running[0]["total"]["exclTax"] == pytest.approx(1 + 0.5 * 11 / 60, abs=0.001)
    assert costs["totalUsage"] == {"energy": 11.0, "chargingTime": 3600, "idleTime": 600}
    assert costs["totalCost"] == {
        "currency": "EUR",
        "typeOfCost": "NormalCost",
        "energy": {"exclTax": 5.5, "inclTax": 6.6},
        "idleTime": {"exclTax": 1.0, "inclTax": 1.0},
        "fixed": {"exclTax": 1.0, "inclTax": 1.0},
        "total": {"exclTax": 7.5, "inclTax": 8.6},
    }
    assert [period["tariffId"] for period in costs["chargingPeriods"]] == ["T1"]
    assert bench.device.bills == {}


@pytest.mark.parametrize(
    ("bound", "kind", "total"),
    [("minCost", "MinCost", 100), ("maxCost", "MaxCost", 0.5)],
)
def test_costs_have_bounds(bound: str, kind: str, total: float) -> None:
    """`minCost` and `maxCost` of a tariff bound the total."""
    bench = Bench21()
    bench.ask("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF | {bound: {"exclTax": total}}})
    bench.charge()
    bench.wait(60)
    bench.tell(cues.Presented(TOKEN, 1))
    cost = bench.events()[-1]["costDetails"]["totalCost"]
    assert (cost["typeOfCost"], cost["total"]["exclTax"]) == (kind, total)


_TIMED = {"energy": {"prices": [{"priceKwh": 1, "conditions": {"startTimeOfDay": "10:00"}}]}}


@pytest.mark.parametrize(
    ("evse", "changed", "status"),
    [
        (9, {}, "Rejected"),
        (1, _TIMED, "ConditionNotSupported"),
        (1, {"energy": {"prices": [{"priceKwh": 1}] * 11}}, "TooManyElements"),
        (1, {"reservationFixed": {"prices": [{"priceFixed": 1}]}}, "Rejected"),
        (1, {"validFrom": "soon"}, "Rejected"),
        (2, {}, "DuplicateTariffId"),
        (1, {}, "Accepted"),
    ],
)
def test_tariffs_that_are_refused(evse: int, changed: Json, status: str) -> None:
    """Each refusal has its reason; the same id at the same EVSE replaces the tariff."""
    bench = Bench21()
    bench.ask("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF})
    assert bench.status("SetDefaultTariff", {"evseId": evse, "tariff": TARIFF | changed}) == status


def test_tariffs_are_listed_and_cleared() -> None:
    """GetTariffs shows what was accepted, with its EVSEs; ClearTariffs has a result for each (I09, I10)."""
    bench = Bench21()
    assert bench.ask("GetTariffs", {"evseId": 0}) == {"status": "NoTariff"}
    assert bench.ask("ClearTariffs", {}) == {"clearTariffsResult": [{"status": "NoTariff"}]}
    later = TARIFF | {"tariffId": "T2", "validFrom": bench.at(60)}
    bench.ask("SetDefaultTariff", {"evseId": 0, "tariff": TARIFF})
    bench.ask("SetDefaultTariff", {"evseId": 2, "tariff": later})
    one = {"tariffId": "T1", "tariffKind": "DefaultTariff", "evseIds": [1, 2]}
    two = {"tariffId": "T2", "tariffKind": "DefaultTariff", "evseIds": [2], "validFrom": bench.at(60)}
    assert bench.ask("GetTariffs", {"evseId": 0})["tariffAssignments"] == [one, two]
    assert bench.ask("GetTariffs", {"evseId": 1})["tariffAssignments"] == [one | {"evseIds": [1]}]
    assert bench.status("GetTariffs", {"evseId": 9}) == "Rejected"
    bench.wait(61)
    bench.charge(2)
    assert bench.events()[0]["transactionInfo"]["tariffId"] == "T2"
    cleared = bench.ask("ClearTariffs", {"tariffIds": ["T1", "T9"]})["clearTariffsResult"]
    assert cleared == [{"tariffId": "T1", "status": "Accepted"}, {"tariffId": "T9", "status": "NoTariff"}]
    assert bench.ask("GetTariffs", {"evseId": 1}) == {"status": "NoTariff"}


def test_the_tariff_of_a_driver() -> None:
    """The tariff in the answer to Authorize comes before the default; one that does not work is told (I08)."""
    bench = Bench21()
    bench.ask("SetDefaultTariff", {"evseId": 0, "tariff": TARIFF})
    bench.replies["Authorize"] = {"tariff": TARIFF | {"tariffId": "own"}}
    bench.charge()
    assert bench.events()[0]["transactionInfo"]["tariffId"] == "own"
    kinds = {
        each["tariffId"]: each["tariffKind"] for each in bench.ask("GetTariffs", {"evseId": 1})["tariffAssignments"]
    }
    assert kinds == {"T1": "DefaultTariff", "own": "DriverTariff"}
    bench.wait(1)
    bench.replies["Authorize"] = {"tariff": TARIFF | _TIMED}
    bench.charge(2, {"idToken": "OTHER", "type": "ISO14443"})
    first, second = bench.events()
    assert (first["transactionInfo"]["tariffId"], second["triggerReason"]) == ("T1", "TariffNotAccepted")


def test_a_tariff_changes_while_charging() -> None:
    """ChangeTransactionTariff needs a running transaction and its currency; the costs have both periods (I11)."""
    bench = Bench21()
    bench.ask("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF})
    ask: Json = {"transactionId": "nobody", "tariff": TARIFF | {"tariffId": "T2"}}
    assert bench.status("ChangeTransactionTariff", ask) == "TxNotFound"
    ask = ask | {"transactionId": bench.charge()}
    assert bench.status("ChangeTransactionTariff", ask | {"tariff": TARIFF | {"currency": "USD"}}) == "NoCurrencyChange"
    bench.take()
    bench.wait(30)
    assert bench.status("ChangeTransactionTariff", ask) == "Accepted"
    assert [(event["triggerReason"], event["transactionInfo"]["tariffId"]) for event in bench.events()] == [
        ("TariffChanged", "T2")
    ]
    bench.wait(30)
    bench.tell(cues.Presented(TOKEN, 1))
    periods = bench.events()[-1]["costDetails"]["chargingPeriods"]
    assert [period["tariffId"] for period in periods] == ["T1", "T2"]
    assert [period["dimensions"][1]["volume"] for period in periods] == [30, 30]


def test_the_terminal_settles() -> None:
    """A payment at the terminal is settled with the total cost and the accepted VAT number (C21, C24)."""
    bench = Bench21()
    bench.ask("SetDefaultTariff", {"evseId": 0, "tariff": TARIFF})
    bench.replies["VatNumberValidation"] = {"vatNumber": "NL1"}
    bench.tell(cues.VatEntered("NL1"))
    id_ = bench.charge(1, PAYER)
    assert bench.take("Authorize") == []
    bench.wait(60)
    bench.tell(cues.Presented(PAYER, 1))
    ((_, paid),) = bench.take("NotifySettlement")
    assert (paid["pspRef"], paid["transactionId"], paid["status"]) == ("PSP-1", id_, "Settled")
    assert paid["settlementAmount"] == pytest.approx(1.11, abs=0.001)
    assert (paid["vatNumber"], paid["vatCompany"]["city"]) == ("NL1", "Mockville")
    bench.charge(2, PAYER)
    bench.ask("ClearTariffs", {})
    bench.tell(cues.Presented(PAYER, 2))
    assert "vatNumber" not in bench.take("NotifySettlement")[0][1]


def test_a_web_payment_keeps_an_evse() -> None:
    """While somebody pays, only a remote start may use the EVSE, until the time is over (C25)."""
    bench = Bench21(evses=1)
    start: Json = {"idToken": TOKEN, "remoteStartId": 1, "evseId": 1}
    bench.ask("NotifyWebPaymentStarted", {"evseId": 1, "timeout": 30})
    bench.tell(cues.Presented(TOKEN, 1))
    assert bench.device.evses[1].authorized is None
    bench.wait(31)
    bench.tell(cues.Presented(TOKEN, 1))
    assert bench.device.evses[1].authorized == TOKEN
    bench = Bench21(evses=1)
    bench.ask("NotifyWebPaymentStarted", {"evseId": 1, "timeout": 30})
    assert bench.status("RequestStartTransaction", start) == "Accepted"


def test_the_csms_limits_a_transaction() -> None:
    """The limit in an answer is told, and the energy stops when it is reached (E16)."""
    bench = Bench21("TxCtrlr.TxStopPoint=EVConnected", "SampledDataCtrlr.TxUpdatedInterval=0")
    bench.replies["TransactionEvent"] = {"transactionLimit": {"maxEnergy": 1100}}
    bench.charge()
    told = bench.events()
    assert told[-1]["triggerReason"] == "LimitSet"
    assert told[-1]["transactionInfo"]["transactionLimit"] == {"maxEnergy": 1100}
    bench.wait(400)
    (reached,) = bench.events()
    assert (reached["triggerReason"], reached["transactionInfo"]["chargingState"]) == (
        "EnergyLimitReached",
        "SuspendedEVSE",
    )
    assert bench.device.evses[1].register(bench.now) == pytest.approx(1100, abs=5)
    bench.replies["TransactionEvent"] = {"transactionLimit": {"maxTime": 1000}}
    bench.tell(cues.Paused(1))
    bench.tell(cues.Ready(1))
    bench.ask("TriggerMessage", {"requestedMessage": "TransactionEvent"})
    assert bench.events()[-1]["transactionInfo"]["chargingState"] == "Charging"
    bench.wait(700)
    assert bench.events()[-1]["triggerReason"] == "TimeLimitReached"


@pytest.mark.parametrize(
    ("limit", "reason"), [({"maxCost": 1.5}, "LocalOutOfCredit"), ({"maxSoC": 30}, "SOCLimitReached")]
)
def test_a_limit_ends_a_transaction(limit: Json, reason: str) -> None:
    """Where the end of the energy ends a transaction, the reason names the limit."""
    bench = Bench21("TxCtrlr.TxStopPoint=EnergyTransfer", "SampledDataCtrlr.TxUpdatedInterval=0")
    bench.ask("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF})
    bench.replies["TransactionEvent"] = {"transactionLimit": limit}
    bench.charge()
    bench.wait(7200)
    assert bench.events()[-1]["transactionInfo"]["stoppedReason"] == reason


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
    """A scheduled control is told at its start and at its end, also after a reboot (R04)."""
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
    """A Dynamic profile has one period, and only it has an interval; what the station cannot obey is refused."""
    answer = Bench21().ask("SetChargingProfile", profile(**changed))
    assert (answer["status"], answer["statusInfo"]["reasonCode"]) == ("Rejected", reason)


def test_priority_charging() -> None:
    """The profile for priority charging counts while it is on; each change is told (K21, K22)."""
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


def test_a_battery_is_swapped() -> None:
    """Both messages of a swap have the requestId of the command, and the battery that came in charges (S02)."""
    bench = Bench21("BatterySwapCtrlr.Enabled=true")
    ask: Json = {"requestId": 17, "idToken": TOKEN}
    assert bench.status("RequestBatterySwap", ask) == "Accepted"
    assert bench.ask("RequestBatterySwap", ask)["statusInfo"]["reasonCode"] == "Busy"
    bench.tell(cues.BatteryGiven(1, 10))
    bench.tell(cues.BatteryTaken())
    swaps = [told for _, told in bench.take("BatterySwap")]
    assert [(told["requestId"], told["eventType"], told["batteryData"][0]["evseId"]) for told in swaps] == [
        (17, "BatteryIn", 1),
        (17, "BatteryOut", 2),
    ]
    assert [told["batteryData"][0]["soC"] for told in swaps] == [10, 100]
    bench.wait(1800)
    assert bench.ask("RequestBatterySwap", ask)["status"] == "Accepted"
    assert bench.device.batteries[1].soc(bench.device.evses[1], bench.now) == 100


def test_a_driver_swaps_a_battery() -> None:
    """The CSMS accepts the idToken of the driver; a battery that nobody takes is reported (S01, S03)."""
    bench = Bench21("BatterySwapCtrlr.Enabled=true")
    bench.tell(cues.SwapWished(TOKEN))
    assert len(bench.take("Authorize")) == 1
    bench.tell(cues.BatteryGiven(1))
    bench.wait(61)
    assert [told["eventType"] for _, told in bench.take("BatterySwap")] == ["BatteryIn", "BatteryOutTimeout"]
    bench.replies["Authorize"] = {"idTokenInfo": {"status": "Blocked"}}
    bench = Bench21("BatterySwapCtrlr.Enabled=true")
    bench.replies["Authorize"] = {"idTokenInfo": {"status": "Blocked"}}
    bench.tell(cues.SwapWished(TOKEN))
    assert bench.device.swap is None


@pytest.mark.parametrize(
    ("variables", "evses", "reason"),
    [((), 2, "UnsupportedRequest"), (("BatterySwapCtrlr.Enabled=true",), 1, "NoBatteryAvailable")],
)
def test_no_battery_can_be_swapped(variables: tuple[str, ...], evses: int, reason: str) -> None:
    """A station that swaps no batteries, or has none, says so."""
    answer = Bench21(*variables, evses=evses).ask("RequestBatterySwap", {"requestId": 1, "idToken": TOKEN})
    assert (answer["status"], answer["statusInfo"]["reasonCode"]) == ("Rejected", reason)


def test_a_transaction_goes_on_after_a_reboot() -> None:
    """ImmediateAndResume reboots at once; the transaction then tells that it goes on (B13, E17)."""
    bench = Bench21()
    id_ = bench.charge()
    bench.take()
    assert bench.status("Reset", {"type": "ImmediateAndResume"}) == "Accepted"
    (resumed,) = bench.events()
    assert (resumed["triggerReason"], resumed["transactionInfo"]["transactionId"]) == ("TxResumed", id_)
    bench.wait(61)
    assert [event["triggerReason"] for event in bench.events()] == ["MeterValuePeriodic"]
    assert bench.status("Reset", {"type": "ImmediateAndResume", "evseId": 1}) == "Rejected"


def test_energy_transfer_that_is_not_allowed() -> None:
    """A transaction ends if its way to get energy is not allowed any more, or not at all."""
    bench = Bench21()
    id_ = bench.charge()
    ask: Json = {"transactionId": id_, "allowedEnergyTransfer": ["AC_three_phase"]}
    assert bench.status("NotifyAllowedEnergyTransfer", ask) == "Accepted"
    assert bench.status("NotifyAllowedEnergyTransfer", ask | {"transactionId": "nobody"}) == "Rejected"
    assert bench.running() == id_
    assert bench.status("NotifyAllowedEnergyTransfer", ask | {"allowedEnergyTransfer": ["DC"]}) == "Accepted"
    assert bench.events()[-1]["transactionInfo"]["stoppedReason"] == "ReqEnergyTransferRejected"
    bench.replies["Authorize"] = {"allowedEnergyTransfer": ["DC"]}
    bench.tell(cues.Plugged(2))
    bench.tell(cues.Presented({"idToken": "B", "type": "ISO14443"}, 2))
    assert bench.device.evses[2].transaction is None


def test_signed_for_another_request() -> None:
    """A certificate must be for the last request, if it names one (A02)."""
    bench = Bench21()
    bench.ask("TriggerMessage", {"requestedMessage": "SignChargingStationCertificate"})
    ((_, asked),) = bench.take("SignCertificate")
    answer = bench.ask("CertificateSigned", {"certificateChain": "none", "requestId": asked["requestId"] + 1})
    assert answer["status"] == "Rejected"
    assert bench.take("SecurityEventNotification") == []
    bench.ask("CertificateSigned", {"certificateChain": "none", "requestId": asked["requestId"]})
    assert bench.take("SecurityEventNotification") != []


def test_what_the_station_lacks() -> None:
    """It cannot give energy back, and says so; and it has no certificates to ask about."""
    bench = Bench21()
    assert bench.status("AFRRSignal", {"timestamp": bench.at(0), "signal": 1}) == "Rejected"
    bench.tell(cues.ChainAsked())
    assert bench.take() == []


def test_the_device_model_of_21() -> None:
    """The report has the new controllers, and new variables can be set."""
    bench = Bench21(evses=1)
    bench.ask("GetBaseReport", {"requestId": 1, "reportBase": "FullInventory"})
    components = {
        item["component"]["name"] for _, report in bench.take("NotifyReport") for item in report["reportData"]
    }
    assert components >= {"ACDERCtrlr", "BatterySwapCtrlr", "PaymentCtrlr", "V2XChargingCtrlr", "WebPaymentsCtrlr"}
    item = {"component": {"name": "TxCtrlr"}, "variable": {"name": "ResumptionTimeout"}, "attributeValue": "0"}
    (result,) = bench.ask("SetVariables", {"setVariableData": [item]})["setVariableResult"]
    assert result["attributeStatus"] == "Accepted"
    assert bench.status("Reset", {"type": "ImmediateAndResume"}) == "Rejected"

"""The station of OCPP 2.1: tariffs, costs, payments and limits of transactions."""

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station import cues
from tests.station.bench import TOKEN
from tests.station.bench21 import TARIFF, Bench21

PAYER = {"idToken": "PSP-1", "type": "DirectPayment"}


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
    """Each refused tariff has a reason; a tariff with the same id at the same EVSE replaces the old one."""
    bench = Bench21()
    bench.ask("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF})
    assert bench.status("SetDefaultTariff", {"evseId": evse, "tariff": TARIFF | changed}) == status


def test_tariffs_are_listed_and_cleared() -> None:
    """GetTariffs returns the accepted tariffs with their EVSEs; ClearTariffs has a result for each (I09, I10)."""
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
    """The tariff in the answer to Authorize has priority over the default; an unusable one is reported (I08)."""
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
    """The limit in an answer is reported, and the energy stops when it is reached (E16)."""
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
    """If the transaction ends when its energy stops, the reason names the limit."""
    bench = Bench21("TxCtrlr.TxStopPoint=EnergyTransfer", "SampledDataCtrlr.TxUpdatedInterval=0")
    bench.ask("SetDefaultTariff", {"evseId": 1, "tariff": TARIFF})
    bench.replies["TransactionEvent"] = {"transactionLimit": limit}
    bench.charge()
    bench.wait(7200)
    assert bench.events()[-1]["transactionInfo"]["stoppedReason"] == reason

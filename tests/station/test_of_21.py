"""The station of OCPP 2.1: battery swaps, reboots, and what it lacks."""

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station import cues
from tests.station.bench import TOKEN
from tests.station.bench21 import Bench21


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
    """A transaction ends if its energy transfer mode is no longer allowed, or if none is."""
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
    """The station cannot discharge vehicles and has no certificates to check; it answers so."""
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

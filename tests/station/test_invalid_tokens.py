"""IdTokens that turn out invalid in a transaction: it stops, is suspended, or gets some energy first (E05, C15)."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Plugged, Presented, Unplugged
from tests.station.play import TOKEN, Play, answering, booted, charging

INVALID: Json = {"idTokenInfo": {"status": "Invalid"}}
LENIENT: Any = {"TxCtrlr_StopTxOnInvalidId": "false"}
ALICE = Presented(TOKEN)


def is_charging(play: Play) -> bool:
    """Return whether energy flows."""
    return play.device.evses[1].is_charging


@pytest.mark.parametrize(
    ("variables", "line", "state"),
    [
        ({}, "Ended 1 Deauthorized DeAuthorized", "EVConnected"),
        ({"TxCtrlr_TxStopPoint": "EVConnected"}, "Updated 1 Deauthorized", "EVConnected"),
        (LENIENT, "Updated 1 ChargingStateChanged", "SuspendedEVSE"),
        ({**LENIENT, "TxCtrlr_TxStopPoint": "EnergyTransfer"}, "Ended 1 Deauthorized DeAuthorized", "SuspendedEVSE"),
    ],
)
def test_stop_tx_on_invalid_id(variables: Any, line: str, state: str) -> None:
    """StopTxOnInvalidId decides whether the transaction stops or is suspended (E05.FR.02, .09, .10; X19)."""
    play = booted(answering(TransactionEvent=INVALID), **variables).tell(Plugged(1), ALICE)
    assert play.sent[-1].payload["transactionInfo"]["chargingState"] == state
    assert play.transcript()[-1] == line
    before = play.device.evses[1].register(play.now)
    assert play.wait(3600).device.evses[1].register(play.now) == before
    play.csms = answering()
    assert is_charging(play.tell(Unplugged(1), Plugged(1), ALICE))


@pytest.mark.parametrize("stop", ["PowerPathClosed", "EVConnected"])
def test_the_token_of_a_suspended_transaction_stops_it(stop: str) -> None:
    """The idToken of a suspended transaction stops it, and can start again once it is Accepted (TC_C_26)."""
    play = booted(answering(TransactionEvent=INVALID), TxCtrlr_TxStopPoint=stop, **LENIENT).tell(Plugged(1), ALICE)
    play.csms = answering()
    play.sent.clear()
    wanted = "Updated 2 StopAuthorized" if stop == "EVConnected" else "Ended 2 StopAuthorized Local"
    assert play.tell(ALICE).transcript() == [wanted]
    assert is_charging(play.tell(ALICE))


def test_a_reboot_while_suspended() -> None:
    """A reboot ends a suspended transaction, and the same idToken can charge again."""
    play = booted(answering(TransactionEvent=INVALID), **LENIENT).tell(Plugged(1), ALICE)
    play.csms = answering()
    assert is_charging(play.reboot().tell(ALICE))


@pytest.mark.parametrize("stop", ["false", "true"])
def test_max_energy_on_invalid_id(stop: str) -> None:
    """MaxEnergyOnInvalidId delays the suspension, unless the transaction stops anyway (E05.FR.03; TC_C_18)."""
    variables: Any = {"TxCtrlr_StopTxOnInvalidId": stop, "TxCtrlr_MaxEnergyOnInvalidId": "1100"}
    play = booted(SampledDataCtrlr_TxUpdatedInterval="0", **variables).lose().tell(Plugged(1), ALICE).wait(60)
    play.csms = answering(TransactionEvent=INVALID)
    play.connect()
    assert is_charging(play) is (stop == "false")
    lines = play.wait(290).transcript()
    assert ("Ended 1 Deauthorized DeAuthorized" in lines) is (stop == "true")
    assert not any("ChargingStateChanged" in line for line in lines)
    assert ("Updated 1 ChargingStateChanged" in play.wait(20).transcript()) is (stop == "false")
    assert stop == "true" or play.device.evses[1].register(play.now) == pytest.approx(1100, abs=5)


def test_max_energy_counts_one_transaction() -> None:
    """MaxEnergyOnInvalidId counts the energy of the transaction only, not that of earlier ones."""
    play = charging(TxCtrlr_MaxEnergyOnInvalidId="110", **LENIENT).wait(3600).tell(ALICE)
    play.csms = answering(TransactionEvent=INVALID)
    assert is_charging(play.tell(ALICE).wait(35))
    assert not is_charging(play.wait(3))


def test_max_energy_ends_with_its_transaction() -> None:
    """The energy limit of an ended transaction has no effect on the next one."""
    play = booted(answering(TransactionEvent=INVALID), TxCtrlr_MaxEnergyOnInvalidId="110", **LENIENT)
    play.tell(Plugged(1), ALICE, ALICE)
    play.csms = answering()
    assert is_charging(play.tell(ALICE).wait(120))


def test_a_suspension_that_ends_its_transaction() -> None:
    """If a suspension ends the transaction (EnergyTransfer), it has no effect on the next one (E06.FR.07)."""
    csms = answering(TransactionEvent=[INVALID, {}])
    play = booted(csms, TxCtrlr_TxStopPoint="EnergyTransfer", **LENIENT).tell(Plugged(1), ALICE)
    assert play.transcript()[-1] == "Ended 1 Deauthorized DeAuthorized"
    assert is_charging(play.tell(ALICE))

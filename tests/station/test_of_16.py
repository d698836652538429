"""The station of OCPP 1.6: every message fits its schema, and each sequence is the one of the specification."""

import pytest

from mock_csms.station import cues
from tests.station.bench16 import CARD, METER, START, STATUS, STOP, Bench16, statuses


def test_the_boot() -> None:
    """Once accepted, the station reports every connector, including 0, and sends heartbeats at the given interval."""
    bench = Bench16()
    bench.restart()
    actions = [action for action, _ in bench.messages]
    assert actions == ["BootNotification", *[STATUS] * 3, "SecurityEventNotification"]
    assert statuses(bench) == [(0, "Available"), (1, "Available"), (2, "Available")]
    bench.wait(61)
    assert bench.take() == [("Heartbeat", {})]


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_a_boot_that_is_not_accepted(status: str) -> None:
    """A station that is not accepted sends only BootNotification, and a rejected one answers no commands."""
    bench = Bench16()
    bench.replies["BootNotification"] = {"status": status, "interval": 20}
    bench.restart()
    assert [action for action, _ in bench.take()] == ["BootNotification"]
    bench.charge()
    bench.wait(19)
    assert bench.take() == []
    answer = bench.machine.command(bench.device, "ClearCache", {}, bench.moment).answer
    assert answer == (None if status == "Rejected" else {"status": "Accepted"})
    del bench.replies["BootNotification"]
    bench.wait(2)
    assert [action for action, _ in bench.take()][:2] == ["BootNotification", STATUS]


def test_a_pending_station_sends_triggered_messages() -> None:
    """TriggerMessage works while the registration is pending (4.2)."""
    bench = Bench16()
    bench.replies["BootNotification"] = {"status": "Pending", "interval": 100}
    bench.restart()
    bench.take()
    assert bench.status("TriggerMessage", {"requestedMessage": "Heartbeat"}) == "Accepted"
    assert bench.take() == [("Heartbeat", {})]


def test_a_session() -> None:
    """All messages of a transaction have the id of the CSMS, and the statuses follow section 4.9."""
    bench = Bench16(MeterValueSampleInterval="10", StopTxnSampledData="Energy.Active.Import.Register")
    bench.replies[START] = {"transactionId": 4711}
    bench.charge()
    bench.wait(15)
    bench.tell(cues.Presented(CARD, 1))
    bench.tell(cues.Unplugged(1))
    sent = bench.take()
    of = dict(sent)
    shown = [payload["status"] for action, payload in sent if action == STATUS]
    assert shown == ["Preparing", "Charging", "Finishing", "Available"]
    assert [action for action, _ in sent if action != STATUS] == ["Authorize", START, METER, STOP]
    assert of[METER]["transactionId"] == of[STOP]["transactionId"] == 4711
    assert all(isinstance(each["value"], str) for each in of[METER]["meterValue"][0]["sampledValue"])
    assert (of[STOP]["reason"], of[STOP]["idTag"], of[STOP]["meterStop"]) == ("Local", "TAG", 92)
    contexts = [each["sampledValue"][0]["context"] for each in of[STOP]["transactionData"]]
    assert contexts == ["Transaction.Begin", "Sample.Periodic", "Transaction.End"]


def test_a_blocked_card() -> None:
    """An idTag that is Blocked starts no transaction."""
    bench = Bench16()
    bench.replies["Authorize"] = {"idTagInfo": {"status": "Blocked"}}
    bench.charge()
    assert bench.take(START) == []


@pytest.mark.parametrize(("stops", "reason"), [("true", ["DeAuthorized"]), ("false", [])])
def test_an_invalid_card_at_the_start(stops: str, reason: list[str]) -> None:
    """If the answer to StartTransaction says Invalid, StopTransactionOnInvalidId decides whether to stop."""
    bench = Bench16(StopTransactionOnInvalidId=stops)
    bench.replies[START] = {"idTagInfo": {"status": "Invalid"}}
    bench.charge()
    assert [payload["reason"] for action, payload in bench.messages if action == STOP] == reason
    shown = statuses(bench)
    assert shown[-1] == ((1, "Finishing") if reason else (1, "SuspendedEVSE"))


@pytest.mark.parametrize(("stops", "last"), [("true", "Available"), ("false", "SuspendedEV")])
def test_the_vehicle_leaves(stops: str, last: str) -> None:
    """If the cable is unplugged, StopTransactionOnEVSideDisconnect decides whether the transaction stops."""
    bench = Bench16(StopTransactionOnEVSideDisconnect=stops)
    bench.charge()
    bench.tell(cues.Unplugged(1))
    assert [payload["reason"] for action, payload in bench.messages if action == STOP] == (
        ["EVDisconnected"] if stops == "true" else []
    )
    assert statuses(bench)[-1] == (1, last)


def test_no_vehicle_comes() -> None:
    """After ConnectionTimeOut the station no longer waits for a vehicle."""
    bench = Bench16(ConnectionTimeOut="30")
    bench.tell(cues.Presented(CARD, 1))
    assert statuses(bench) == [(1, "Preparing")]
    bench.wait(31)
    assert statuses(bench) == [(1, "Available")]


def test_a_transaction_offline() -> None:
    """Messages of an offline transaction are sent in order later, with the id from the answer to StartTransaction."""
    bench = Bench16(MeterValueSampleInterval="10", AllowOfflineTxForUnknownId="true")
    bench.replies[START] = {"transactionId": 99}
    bench.tell(cues.Closed())
    bench.charge()
    bench.wait(15)
    bench.tell(cues.Unplugged(1))
    assert bench.take() == []
    bench.tell(cues.Opened())
    sent = [(action, payload.get("transactionId")) for action, payload in bench.take(START, METER, STOP)]
    assert sent == [(START, None), (METER, 99), (STOP, 99)]


def test_a_start_that_is_never_answered() -> None:
    """StartTransaction is tried TransactionMessageAttempts times; later messages then have the id -1 (errata, 3.18)."""
    bench = Bench16(TransactionMessageAttempts="2", TransactionMessageRetryInterval="5")
    bench.silent = {START}
    bench.charge()
    started = bench.take(START)[0][1]
    bench.tell(cues.FailedCall(START, started, "no answer"))
    bench.tell(cues.Unplugged(1))
    bench.wait(6)
    assert bench.take(START, STOP) == [(START, started)]
    bench.tell(cues.FailedCall(START, started, "no answer"))
    assert [payload["transactionId"] for _, payload in bench.take(STOP)] == [-1]


def test_the_connection_is_lost_in_a_start() -> None:
    """StartTransaction is sent again after a lost connection, which does not count as an attempt."""
    bench = Bench16(TransactionMessageAttempts="1")
    bench.silent = {START}
    bench.charge()
    started = bench.take(START)[0][1]
    bench.tell(cues.Closed())
    bench.tell(cues.FailedCall(START, started, "lost", is_lost=True))
    bench.silent = set()
    bench.tell(cues.Opened())
    assert bench.take(START) == [(START, started)]


@pytest.mark.parametrize("kind", ["Hard", "Soft"])
def test_a_reset(kind: str) -> None:
    """A reset first ends all transactions, and then the station boots."""
    bench = Bench16()
    bench.charge()
    bench.take()
    assert bench.status("Reset", {"type": kind}) == "Accepted"
    sent = bench.take()
    assert sent[0][0] == STOP
    assert sent[0][1]["reason"] == f"{kind}Reset"
    assert ("BootNotification", "ResetOrReboot") in [(action, "ResetOrReboot") for action, _ in sent]
    assert ("SecurityEventNotification", "ResetOrReboot") in [(action, payload.get("type")) for action, payload in sent]

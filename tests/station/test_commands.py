"""Effects of commands: remote control, resets, availability, triggers, variables (B05-B12, E14, F, G)."""

import pytest

from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.records import replace
from mock_csms.protocol.v2.v201 import ACTIONS
from mock_csms.station import cues
from mock_csms.station.cues import Plugged, Presented, Unplugged
from mock_csms.station.v2 import commands
from mock_csms.station.v2.commands import ANSWERS
from mock_csms.station.v2.features import RESETS_EVSES
from tests.station.play import BOB, TOKEN, Play, answering, booted, charging

CARD = Presented(TOKEN)
BEARER = {"idToken": BOB, "remoteStartId": 7}
COMMANDS = [action for action, row in ACTIONS.items() if row.sent_by(Sender.CSMS)]


@pytest.mark.parametrize("action", COMMANDS)
def test_every_command_is_answered(action: str) -> None:
    """Each of the 40 commands gets a valid result."""
    answer = charging().ask(action)
    assert action in ANSWERS or set(answer) == set(ACTIONS[action].response)


def test_a_command_is_answered_in_one_place() -> None:
    """No two subjects have a handler for the same command: the second would silently replace the first."""
    tables = [value for value in vars(commands).values() if hasattr(value, "ANSWERS")]
    actions = [action for module in tables for action in module.ANSWERS]
    assert len(actions) == len(set(actions)) == len(ANSWERS)


# Remote control.


def test_a_remote_start_with_a_vehicle() -> None:
    """A remote start with a vehicle starts at once, and its first event has the trigger RemoteStart (F01)."""
    play = booted().tell(Plugged(1))
    play.sent.clear()
    assert play.ask("RequestStartTransaction", BEARER) == {"status": "Accepted"}
    (event,) = play.take("TransactionEvent")
    assert (event["eventType"], event["triggerReason"], event["idToken"]) == ("Started", "RemoteStart", BOB)
    assert event["transactionInfo"]["remoteStartId"] == 7


@pytest.mark.parametrize(("start", "is_first"), [("PowerPathClosed", 0), ("EVConnected", 0), ("Authorized", 1)])
def test_a_remote_start_before_the_vehicle(start: str, is_first: int) -> None:
    """For every TxStartPoint, exactly one event after a remote start has the remoteStartId (F02)."""
    play = booted(TxCtrlr_TxStartPoint=start)
    play.command("RequestStartTransaction", BEARER)
    before = play.take("TransactionEvent")
    after = play.tell(Plugged(1)).wait(60).take("TransactionEvent")
    assert len(before) == is_first
    event, *more = [*before, *after]
    assert (event["eventType"], event["triggerReason"], event["idToken"]) == ("Started", "RemoteStart", BOB)
    assert [each["transactionInfo"].get("remoteStartId") for each in (event, *more)] == [7] + [None] * len(more)


def test_a_remote_start_in_a_transaction() -> None:
    """If the cable has started a transaction, the answer to a remote start has its id, and it continues (F01.FR.13)."""
    play = booted(TxCtrlr_TxStartPoint="EVConnected").tell(Plugged(1))
    (started,) = play.take("TransactionEvent")
    assert play.ask("RequestStartTransaction", BEARER)["transactionId"] == started["transactionInfo"]["transactionId"]
    (event,) = play.take("TransactionEvent")
    assert (event["eventType"], event["seqNo"], event["triggerReason"]) == ("Updated", 1, "RemoteStart")
    assert event["transactionInfo"]["remoteStartId"] == 7


@pytest.mark.parametrize(
    ("status", "lines"), [("Accepted", ["Authorize", "Started 0 RemoteStart"]), ("Blocked", ["Authorize"])]
)
def test_a_remote_start_that_is_authorized(status: str, lines: list[str]) -> None:
    """With AuthorizeRemoteStart, the station sends Authorize first, and its answer decides (F01.FR.01)."""
    csms = answering(Authorize={"idTokenInfo": {"status": status}})
    play = booted(csms, AuthCtrlr_AuthorizeRemoteStart="true").tell(Plugged(1))
    play.sent.clear()
    assert play.ask("RequestStartTransaction", BEARER) == {"status": "Accepted"}
    assert play.transcript() == lines


def test_impossible_remote_starts() -> None:
    """A remote start at an EVSE that is unknown, in use or out of order is rejected (F01.FR.23, .24)."""
    assert charging().ask("RequestStartTransaction", BEARER) == {"status": "Rejected"}
    assert booted().ask("RequestStartTransaction", {**BEARER, "evseId": 9}) == {"status": "Rejected"}
    for before in ([], [Plugged(1, 2)]):
        play = booted(connectors=2).tell(*before)
        play.command("ChangeAvailability", {"operationalStatus": "Inoperative"})
        assert play.ask("RequestStartTransaction", BEARER) == {"status": "Rejected"}


@pytest.mark.parametrize(
    ("stop", "line"), [("PowerPathClosed", "Ended 1 RemoteStop Remote"), ("EVConnected", "Updated 1 RemoteStop")]
)
def test_a_remote_stop(stop: str, line: str) -> None:
    """After a remote stop the stoppedReason is Remote, whenever the transaction ends (F03.FR.02, .03)."""
    play = charging(TxCtrlr_TxStopPoint=stop)
    assert play.device.evses[1].transaction
    id_ = play.device.evses[1].transaction.id
    assert play.ask("RequestStopTransaction", {"transactionId": id_}) == {"status": "Accepted"}
    assert play.transcript() == [line]
    play.tell(Unplugged(1))
    assert stop != "EVConnected" or play.transcript()[0] == "Ended 2 EVCommunicationLost Remote"
    assert play.ask("RequestStopTransaction", {"transactionId": id_}) == {"status": "Rejected"}


def test_the_status_of_transactions() -> None:
    """GetTransactionStatus says whether the transaction runs and events wait (E14), in any letter case of the id."""
    play = charging()
    assert play.device.evses[1].transaction
    asked = {"transactionId": play.device.evses[1].transaction.id.swapcase()}
    assert play.ask("GetTransactionStatus", asked) == {"ongoingIndicator": True, "messagesInQueue": False}
    play.csms = answering(TransactionEvent="InternalError: no")
    play.tell(CARD)
    assert play.ask("GetTransactionStatus", asked) == {"ongoingIndicator": False, "messagesInQueue": True}
    assert play.ask("GetTransactionStatus", {"transactionId": None}) == {"messagesInQueue": True}
    other = play.ask("GetTransactionStatus", {"transactionId": "another"})
    assert other == {"ongoingIndicator": False, "messagesInQueue": False}


@pytest.mark.parametrize(
    ("play", "connector", "status"),
    [
        (booted(), 1, "Unlocked"),
        (booted(), 2, "UnknownConnector"),
        (charging(), 1, "OngoingAuthorizedTransaction"),
        (booted(TxCtrlr_TxStartPoint="EVConnected").tell(Plugged(1)), 1, "Unlocked"),
    ],
)
def test_unlocking(play: Play, connector: int, status: str) -> None:
    """A connector is unlocked unless an authorized transaction uses it (F05)."""
    assert play.ask("UnlockConnector", {"connectorId": connector}) == {"status": status}


# Resets.


def test_a_reset_at_once() -> None:
    """Reset Immediate ends transactions; the station reboots with the reason RemoteReset (B12.FR.04, B01.FR.09)."""
    play = charging()
    assert play.ask("Reset", {"type": "Immediate"}) == {"status": "Accepted"}
    assert play.transcript() == ["Ended 1 ResetCommand ImmediateReset"]
    assert play.reboots == 1
    play.reboot()
    assert play.transcript() == ["Boot RemoteReset", "1.1 Occupied", "SecurityEventNotification"]


def test_the_stopped_reason_of_an_immediate_reset() -> None:
    """The stoppedReason is ImmediateReset, also if the driver has stopped before (B12.FR.04)."""
    play = charging(TxCtrlr_TxStopPoint="EVConnected").tell(CARD)
    play.command("Reset", {"type": "Immediate"})
    assert play.transcript()[-1] == "Ended 2 ResetCommand ImmediateReset"


def test_a_reset_when_idle() -> None:
    """Reset OnIdle waits for the end of the transaction; then the station boots with ScheduledReset (B12.FR.01)."""
    play = charging()
    assert play.ask("Reset", {"type": "OnIdle"}) == {"status": "Scheduled"}
    assert (play.transcript(), play.reboots) == ([], 0)
    assert (play.tell(CARD).transcript(), play.reboots) == (["Ended 1 StopAuthorized Local"], 1)
    assert play.reboot().transcript()[0] == "Boot ScheduledReset"


@pytest.mark.parametrize("kind", ["Immediate", "OnIdle"])
def test_a_reset_of_an_idle_station(kind: str) -> None:
    """Without a transaction both kinds reboot at once; one EVSE alone cannot be reset."""
    play = booted()
    assert play.ask("Reset", {"type": kind, "evseId": 1}) == {"status": "Rejected"}
    assert play.ask("Reset", {"type": kind}) == {"status": "Accepted"}
    assert play.ask("Reset", {"type": kind}) == {"status": "Accepted"}
    assert (play.reboots, play.reboot().transcript()[0]) == (1, "Boot RemoteReset")


def test_a_reset_of_one_evse() -> None:
    """A reset of one EVSE ends its transaction or waits for its end, without a reboot (B11.FR.08, B12.FR.07, .08)."""
    play = booted(evses=2)
    play.device = replace(play.device, features=frozenset({RESETS_EVSES}))
    play.tell(Plugged(1), CARD)
    assert play.ask("Reset", {"type": "OnIdle", "evseId": 1}) == {"status": "Scheduled"}
    assert play.ask("Reset", {"type": "OnIdle", "evseId": 2}) == {"status": "Accepted"}
    assert play.ask("Reset", {"type": "OnIdle", "evseId": 3}) == {"status": "Rejected"}
    play.sent.clear()
    assert play.ask("Reset", {"type": "Immediate", "evseId": 1}) == {"status": "Accepted"}
    assert (play.transcript(), play.reboots) == (["Ended 1 ResetCommand ImmediateReset"], 0)


@pytest.mark.parametrize("start", ["PowerPathClosed", "EVConnected"])
def test_no_transaction_starts_before_a_reboot(start: str) -> None:
    """No transaction starts between the Reset and the reboot, as nothing would end it."""
    play = booted(TxCtrlr_TxStartPoint=start)
    play.command("Reset")
    play.tell(CARD, Plugged(1))
    assert play.ask("RequestStartTransaction", BEARER) == {"status": "Rejected"}
    assert (play.device.is_busy, play.said) == (False, ["the station is rebooting"])
    assert play.reboot().tell(CARD).device.is_busy


def test_a_reboot_keeps_the_register() -> None:
    """A reboot does not change the register, even if no transaction was reported."""
    play = booted(TxCtrlr_TxStartPoint="").tell(CARD, Plugged(1)).wait(3600)
    play.command("Reset")
    play.reboot().command("TriggerMessage", {"requestedMessage": "MeterValues"})
    assert play.take("MeterValues")[0]["meterValue"][0]["sampledValue"][0]["value"] == 11_000


def test_a_power_cycle() -> None:
    """A station that loses power ends its transactions, and boots with PowerUp."""
    play = charging().tell(cues.PowerCycled())
    assert play.transcript() == ["Ended 1 AbnormalCondition PowerLoss"]
    assert play.reboot().transcript() == ["Boot PowerUp", "1.1 Occupied", "SecurityEventNotification"]


# Availability.


def test_out_of_order_and_back() -> None:
    """An Inoperative connector is Unavailable, also after a reboot, and nobody charges there (G03, G04)."""
    play = booted(connectors=2)
    place = {"evse": {"id": 1, "connectorId": 2}}
    assert play.ask("ChangeAvailability", {"operationalStatus": "Inoperative", **place}) == {"status": "Accepted"}
    assert play.transcript() == ["1.2 Unavailable"]
    assert play.ask("ChangeAvailability", {"operationalStatus": "Inoperative", **place}) == {"status": "Accepted"}
    assert (play.transcript(), play.tell(Plugged(1, 2)).said) == ([], ["connector 2 of EVSE 1 is out of order"])
    play.command("Reset")
    assert "1.2 Unavailable" in play.reboot().transcript()
    play.command("ChangeAvailability", {"operationalStatus": "Operative"})
    assert play.transcript() == ["1.2 Available"]


@pytest.mark.parametrize(
    ("place", "lines"),
    [
        ({}, ["1.1 Unavailable", "1.2 Unavailable", "2.1 Unavailable", "2.2 Unavailable"]),
        ({"evse": {"id": 2}}, ["2.1 Unavailable", "2.2 Unavailable"]),
    ],
)
def test_connectors_follow(place: Json, lines: list[str]) -> None:
    """Setting an EVSE sets all its connectors; setting the station sets all EVSEs (G03.FR.06, .07)."""
    play = booted(evses=2, connectors=2)
    assert play.ask("ChangeAvailability", {"operationalStatus": "Inoperative", **place}) == {"status": "Accepted"}
    assert play.transcript() == lines


def test_out_of_order_after_the_transaction() -> None:
    """ChangeAvailability during a transaction is Scheduled, and takes effect right after its end (G03.FR.05)."""
    play = charging(evses=2)
    assert play.ask("ChangeAvailability", {"operationalStatus": "Inoperative"}) == {"status": "Scheduled"}
    assert play.transcript() == ["2.1 Unavailable"]
    assert play.tell(CARD).transcript() == ["Ended 1 StopAuthorized Local", "1.1 Unavailable"]


def test_a_scheduled_change_can_be_cancelled() -> None:
    """Operative cancels a Scheduled change."""
    play = charging()
    play.command("ChangeAvailability", {"operationalStatus": "Inoperative"})
    assert play.ask("ChangeAvailability", {"operationalStatus": "Operative"}) == {"status": "Accepted"}
    assert play.tell(CARD).transcript() == ["Ended 1 StopAuthorized Local"]


@pytest.mark.parametrize("place", [{"id": 3}, {"id": 0}, {"id": 1, "connectorId": 2}])
def test_unknown_places(place: Json) -> None:
    """A command for an unknown connector changes nothing and triggers nothing."""
    play = booted()
    assert play.ask("ChangeAvailability", {"evse": place}) == {"status": "Rejected"}
    assert play.ask("TriggerMessage", {"evse": place}) == {"status": "Rejected"}


# Limits.

BUSY = {"status": "Rejected", "statusInfo": {"reasonCode": "OutOfMemory"}}


def test_waiting_reports_are_bounded() -> None:
    """While the CSMS answers no reports, the station accepts a few report commands, and later sends all their parts."""
    play = booted(answering(NotifyReport=None))
    answers = [play.ask("GetBaseReport", {"requestId": number}) for number in range(1000)]
    accepted = [number for number, answer in enumerate(answers) if answer == {"status": "Accepted"}]
    assert answers[len(accepted) :] == [BUSY] * (1000 - len(accepted))
    assert play.ask("TriggerMessage", {"requestedMessage": "Heartbeat"}) == BUSY
    assert play.ask("GetVariables")["getVariableResult"]
    waiting = len(play.device.outbox.waiting)
    assert waiting < 300
    while play.open:
        play.answer()
    reports = play.take("NotifyReport")
    assert len(reports) == waiting + 1
    assert [report["requestId"] for report in reports if not report["tbc"]] == accepted
    assert play.ask("GetBaseReport") == {"status": "Accepted"}


def test_a_command_without_a_status_for_it_gets_an_error() -> None:
    """If a command fails and its response has no status for that, the answer is a CALLERROR."""
    play = booted(answering(NotifyReport=None))
    shown = {"id": 1, "priority": "AlwaysFront", "message": {"format": "UTF8", "content": "hello"}}
    assert play.ask("SetDisplayMessage", {"message": shown}) == {"status": "Accepted"}
    while play.ask("GetBaseReport")["status"] == "Accepted":
        pass
    answer = play.command("GetDisplayMessages").answer
    assert answer == ("InternalError", "too many calls that the CSMS asked for wait until it answers")

"""The queue of calls: one at a time, TransactionEvents kept until delivered (E04, E12, E13; Part 4, 4.1.1)."""

from itertools import pairwise

import pytest

from mock_csms.station import cues
from mock_csms.station.cues import CallRequested, Plugged, Presented, Unplugged
from tests.station.play import TOKEN, answering, booted, charging

CARD = Presented(TOKEN)
EVENTS = "TransactionEvent"


def test_one_call_at_a_time() -> None:
    """A call waits until the previous one was answered or has failed."""
    play = booted()
    play.csms = answering(Heartbeat=None, DataTransfer=None)
    play.tell(
        CallRequested("Heartbeat", {}), CallRequested("DataTransfer", {"vendorId": "v"}), CallRequested("Heartbeat", {})
    )
    assert play.actions() == ["Heartbeat"]
    assert play.answer().actions() == ["DataTransfer"]
    assert play.fail("no answer within 30 s").actions() == ["Heartbeat"]


def test_events_of_an_offline_session_follow() -> None:
    """Back online, the station sends the events of an offline session in order, before new ones (E04, E12.FR.02)."""
    play = booted().lose().tell(Plugged(1), CARD).wait(70).tell(CARD, Unplugged(1))
    assert play.sent == []
    play.wait(10).connect()
    assert play.transcript() == [
        "Started 0 Authorized offline",
        "Updated 1 MeterValuePeriodic offline",
        "Ended 2 StopAuthorized Local offline",
        "1.1 Available",
    ]


def test_only_offline_events_are_marked() -> None:
    """Only events that happened offline have `offline` (E11.FR.07)."""
    play = charging().lose().wait(60).connect().tell(CARD)
    assert play.transcript() == [
        "Updated 1 MeterValuePeriodic offline",
        "Ended 2 StopAuthorized Local",
    ]


def test_an_open_event_is_repeated_unchanged() -> None:
    """An event whose answer was lost with the connection is sent again unchanged, before later ones."""
    play = charging()
    play.csms = answering(TransactionEvent=None)
    play.command("TriggerMessage", {"requestedMessage": EVENTS})
    (lost,) = play.tell(CARD).take(EVENTS)
    play.lose().tell(CARD).wait(5)
    play.csms = answering()
    again, waited, later = play.connect().take(EVENTS)
    assert again == lost
    assert (lost["seqNo"], waited["seqNo"], waited["eventType"], "offline" in waited) == (1, 2, "Ended", False)
    assert (later["eventType"], later["offline"]) == ("Started", True)


@pytest.mark.parametrize(("attempts", "gaps"), [("1", []), ("2", [10]), ("3", [10, 20]), ("4", [10, 20, 30])])
def test_refused_events_are_repeated(attempts: str, gaps: list[float]) -> None:
    """A refused event is sent MessageAttempts times, with growing multiples of the interval (E13.FR.02, .03)."""
    play = charging(OCPPCommCtrlr_MessageAttempts=attempts)
    play.csms = answering(TransactionEvent="InternalError: no")
    play.tell(CARD).wait(500)
    sent = [each for each in play.sent if each.action == EVENTS]
    assert [later.at - sooner.at for sooner, later in pairwise(sent)] == gaps
    assert all(each.payload == sent[0].payload for each in sent)


def test_events_wait_for_the_retries_of_another() -> None:
    """Events keep their order: later ones wait until the retries of a refused one have ended."""
    play = charging(OCPPCommCtrlr_MessageAttempts="2")
    play.csms = answering(TransactionEvent="InternalError: no")
    play.tell(CARD, CARD).wait(5)
    assert play.transcript() == ["Ended 1 StopAuthorized Local", "Authorize"]
    play.wait(6)
    assert play.transcript() == ["Ended 1 StopAuthorized Local", "Started 0 Authorized"]


def test_retries_do_not_delay_other_calls() -> None:
    """While an event waits for its retry, other calls are sent."""
    play = charging(OCPPCommCtrlr_MessageAttemptInterval="1000")
    play.csms = answering(TransactionEvent="InternalError: no")
    play.tell(CARD).wait(60)
    assert play.actions() == [EVENTS, "Heartbeat"]


def test_retries_continue_after_a_reboot() -> None:
    """A reboot keeps the events and ends the pause before their retry."""
    play = charging(OCPPCommCtrlr_MessageAttemptInterval="1000")
    play.csms = answering(TransactionEvent=["InternalError: no", {}])
    play.tell(CARD).reboot()
    assert play.take(EVENTS)[-1]["eventType"] == "Ended"
    assert play.device.outbox.waiting == ()


def test_a_reboot_drops_all_calls_but_events() -> None:
    """A reboot drops all other waiting calls: the first call is BootNotification."""
    play = charging()
    play.csms = answering(Heartbeat=None)
    play.tell(CallRequested("Heartbeat", {}), CallRequested("Heartbeat", {}), CARD, Unplugged(1))
    play.sent.clear()
    play.reboot()
    assert play.transcript()[:2] == ["Boot PowerUp", "Ended 1 StopAuthorized Local"]


def test_calls_by_hand_wait_for_the_connection() -> None:
    """A call made by hand while offline is sent when the station is online again."""
    assert booted().lose().tell(CallRequested("Heartbeat", {})).connect().actions() == ["Heartbeat"]


def test_a_lost_authorize_is_forgotten() -> None:
    """An idToken whose Authorize was lost with the connection is forgotten."""
    play = booted()
    play.csms = answering(Heartbeat=None)
    play.tell(Plugged(1), CallRequested("Heartbeat", {}), CARD).lose()
    play.csms = answering()
    play.connect()
    assert (play.device.cards, play.device.is_busy) == ((), False)


@pytest.mark.parametrize("is_on", [True, False])
def test_unknown_tokens_while_offline(is_on: bool) -> None:
    """Offline, an unknown idToken charges if OfflineTxForUnknownIdEnabled is true (C15)."""
    play = booted(AuthCtrlr_OfflineTxForUnknownIdEnabled=str(is_on).lower()).lose().tell(Plugged(1), CARD)
    assert play.device.is_busy is is_on
    assert play.said == ([] if is_on else ["Alice cannot be authorized: the station is offline"])


@pytest.mark.parametrize(
    ("action", "payload"),
    [
        ("Authorize", {}),
        ("TransactionEvent", {}),
        ("TransactionEvent", {"transactionInfo": 5}),
        ("TransactionEvent", {"transactionInfo": {}}),
        ("StatusNotification", {}),
    ],
)
def test_invalid_calls_by_hand(action: str, payload: dict[str, object]) -> None:
    """The answer, failure or loss of an invalid call made by hand causes no error in the station."""
    answer = cues.Answered(action, payload, {"idTokenInfo": {"status": "Invalid"}})
    failures = [cues.FailedCall(action, payload, "no", is_lost=is_lost) for is_lost in (True, False)]
    endings: list[cues.Cue] = [answer, *failures]
    for ending in endings:
        play = booted().lose().tell(CallRequested(action, payload))
        assert play.ask("GetTransactionStatus", {"transactionId": "x"})["ongoingIndicator"] is False
        play.tell(ending, cues.Presented(TOKEN))

"""Who may charge and who may stop: groups, master passes, limits, invalid idTokens, and no CSMS (C01-C16, E05)."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Plugged, Presented, Unplugged
from tests.station.play import BOB, TOKEN, Play, answering, booted, charging

FAMILY: Json = {"idToken": "Family", "type": "Central"}
MASTER: Json = {"idToken": "MASTER", "type": "Central"}
IN_FAMILY: Json = {"idTokenInfo": {"status": "Accepted", "groupIdToken": FAMILY}}
INVALID: Json = {"idTokenInfo": {"status": "Invalid"}}
LOCAL: Any = {"AuthCtrlr_LocalPreAuthorize": "true"}
LENIENT: Any = {"TxCtrlr_StopTxOnInvalidId": "false"}
ALICE, BOBS = Presented(TOKEN), Presented(BOB)
NAMES = {"alice": TOKEN, "bob": BOB}


def listed(play: Play, **infos: Json) -> Play:
    """Give the station a local list."""
    items = [{"idToken": NAMES[name], "idTokenInfo": info} for name, info in infos.items()]
    play.command("SendLocalList", {"updateType": "Full", "versionNumber": 1, "localAuthorizationList": items})
    return play


def is_charging(play: Play, evse: int = 1) -> bool:
    """Whether energy flows."""
    return play.device.evses[evse].is_charging


# Nobody is asked.


def test_the_start_button() -> None:
    """A button starts and stops without a question, with an empty idToken whatever was typed (C02.FR.01; A07)."""
    play = booted().tell(Plugged(1), Presented({"idToken": "x", "type": "NoAuthorization"}))
    assert play.transcript() == ["1.1 Occupied", "Started 0 Authorized"]
    play.tell(Presented({"idToken": "", "type": "NoAuthorization"}))
    (ended,) = play.take("TransactionEvent")
    assert (ended["eventType"], ended["idToken"]) == ("Ended", {"idToken": "", "type": "NoAuthorization"})


def test_authorization_that_is_off() -> None:
    """With AuthCtrlr.Enabled false nobody is asked, not about remote starts either (C01.FR.01; A01)."""
    play = booted(AuthCtrlr_Enabled="false", AuthCtrlr_AuthorizeRemoteStart="true").tell(Plugged(1), ALICE, ALICE)
    play.command("RequestStartTransaction", {"idToken": BOB, "remoteStartId": 1})
    events = play.take("TransactionEvent")
    assert [event["idToken"] for event in events] == [TOKEN, TOKEN, BOB]
    assert play.device.evses[1].authorized == BOB


@pytest.mark.parametrize(
    ("token", "asked"),
    [(TOKEN, False), (BOB, True), ({"idToken": "X", "type": "Central"}, False)],
)
def test_remote_starts_that_need_no_question(token: Json, *, asked: bool) -> None:
    """AuthorizeRemoteStart asks about tokens that are not known, but for those of one use (F01.FR.01, C05.FR.01)."""
    play = booted(AuthCtrlr_AuthorizeRemoteStart="true", **LOCAL).tell(Plugged(1))
    listed(play, alice={"status": "Accepted"}).sent.clear()
    assert play.ask("RequestStartTransaction", {"idToken": token, "remoteStartId": 7})["status"] == "Accepted"
    assert play.transcript() == [*(["Authorize"] if asked else []), "Started 0 RemoteStart"]


def test_remote_authorization_that_is_off() -> None:
    """With DisableRemoteAuthorization only who is known charges (TC_E_52)."""
    play = listed(booted(AuthCtrlr_DisableRemoteAuthorization="true", **LOCAL), alice={"status": "Accepted"})
    play.tell(Plugged(1), BOBS)
    assert play.transcript() == ["1.1 Occupied"]
    assert is_charging(play.tell(ALICE))


@pytest.mark.parametrize("status", ["Blocked", "ConcurrentTx", "Expired", "Invalid", "NoCredit", "Unknown"])
def test_who_is_refused(status: str) -> None:
    """Who is not Accepted does not charge, whatever the reason (C01.FR.02; A02)."""
    play = booted(answering(Authorize={"idTokenInfo": {"status": status}})).tell(Plugged(1), ALICE)
    assert play.wait(30).transcript() == ["1.1 Occupied", "Authorize"]


# Offline.


@pytest.mark.parametrize(
    ("info", "unknown", "local", "charges"),
    [
        (None, "true", "true", True),
        (None, "false", "true", False),
        ("Accepted", "false", "true", True),
        ("Accepted", "true", "false", False),
        ("Invalid", "true", "true", False),
    ],
)
@pytest.mark.parametrize("source", ["list", "cache"])
def test_offline(info: str | None, unknown: str, local: str, source: str, *, charges: bool) -> None:
    """Offline the list and the cache decide, and OfflineTxForUnknownIdEnabled on who is in neither (C13, C15.FR.08)."""
    variables: Any = {"AuthCtrlr_OfflineTxForUnknownIdEnabled": unknown, "AuthCtrlr_LocalAuthorizeOffline": local}
    play = booted(**variables)
    if info and source == "list":
        listed(play, alice={"status": info})
    elif info:
        play.csms = answering(Authorize={"idTokenInfo": {"status": info}})
        play.tell(ALICE).wait(60)
    play.lose().sent.clear()
    assert is_charging(play.tell(Plugged(1), ALICE)) is charges
    lines = play.connect().transcript()
    assert ("Started 0 Authorized offline" in lines) is charges
    assert "Authorize" not in lines


def test_nothing_is_learned_offline() -> None:
    """Who was let in unknown is not in the cache for that (C15.FR.01)."""
    assert booted().lose().tell(Plugged(1), ALICE).device.holdings.cache == {}


# Stopping for others.


def test_one_of_the_group_stops() -> None:
    """Another token of the group stops when the CSMS says so, and the event tells it (C09.FR.03, .05; E07.FR.02)."""
    play = charging(answering(Authorize=IN_FAMILY))
    play.tell(BOBS)
    assert [sent.action for sent in play.sent] == ["Authorize", "TransactionEvent"]
    (ended,) = play.take("TransactionEvent")
    assert (ended["triggerReason"], ended["idToken"]) == ("StopAuthorized", BOB)
    assert ended["transactionInfo"]["stoppedReason"] == "Local"


@pytest.mark.parametrize("learned", ["Authorize", "TransactionEvent"])
@pytest.mark.parametrize("is_online", [True, False])
def test_one_of_the_group_is_known(learned: str, *, is_online: bool) -> None:
    """Who is known to be of the group stops without a question (C01.FR.03, C09.FR.07; TC_C_41, TC_E_45)."""
    play = listed(charging(answering(**{learned: IN_FAMILY})), bob=IN_FAMILY["idTokenInfo"])
    if not is_online:
        play.lose()
    play.sent.clear()
    play.tell(BOBS)
    assert not is_charging(play)
    lines = play.connect().transcript() if not is_online else play.transcript()
    assert lines == ["Ended 1 StopAuthorized Local" + ("" if is_online else " offline")]


@pytest.mark.parametrize(
    "info",
    [
        {"status": "Invalid", "groupIdToken": FAMILY},
        {"status": "Accepted", "groupIdToken": BOB},
        {"status": "Accepted"},
    ],
)
def test_who_may_not_stop(info: Json) -> None:
    """An invalid token of the group, and any of no or another group, stops nothing (C09.FR.11; TC_C_04, TC_C_42)."""
    play = charging(answering(Authorize=[IN_FAMILY, {"idTokenInfo": info}])).tell(BOBS)
    assert play.transcript() == ["Authorize"]
    assert is_charging(play)


def test_one_of_the_group_starts_elsewhere() -> None:
    """At an EVSE that is free one of the group starts, and a remote start stops nobody."""
    play = charging(answering(Authorize=IN_FAMILY), evses=2).tell(Plugged(2), Presented(BOB, 2))
    assert (is_charging(play, 1), is_charging(play, 2)) == (True, True)
    play = charging(answering(Authorize=IN_FAMILY), evses=2, AuthCtrlr_AuthorizeRemoteStart="true").tell(Plugged(2))
    play.command("RequestStartTransaction", {"idToken": BOB, "remoteStartId": 7, "evseId": 2})
    assert (is_charging(play, 1), is_charging(play, 2)) == (True, True)


@pytest.mark.parametrize("place", [None, 2])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_master_pass_stops(place: int | None, *, is_known: bool) -> None:
    """A master pass stops all, or the one at whose reader it is presented, as MasterPass (C16.FR.02, .05, .08)."""
    play = booted(evses=3, AuthCtrlr_MasterPassGroupId="master").tell(Plugged(1), Presented(TOKEN, 1), Plugged(2))
    play.tell(Presented({"idToken": "Carol", "type": "Local"}, 2))
    info = {"status": "Accepted", "groupIdToken": MASTER}
    play.csms = answering(Authorize={"idTokenInfo": info})
    if is_known:
        listed(play, bob=info)
    play.sent.clear()
    lines = play.tell(Presented(BOB, place)).transcript()
    assert lines == [*([] if is_known else ["Authorize"]), *["Ended 1 StopAuthorized MasterPass"] * (1 if place else 2)]
    assert (is_charging(play, 1), is_charging(play, 2)) == (place == 2, False)


@pytest.mark.parametrize("variables", [{}, LOCAL])
def test_a_master_pass_starts_nothing(variables: Any) -> None:
    """A master pass never starts a transaction, not by remote start either (C12.FR.09, C16.FR.03; A06)."""
    info = {"status": "Accepted", "groupIdToken": MASTER}
    play = booted(answering(Authorize={"idTokenInfo": info}), AuthCtrlr_MasterPassGroupId="Master", **variables)
    play.tell(Plugged(1), BOBS, BOBS)
    given = {"idToken": BOB, "remoteStartId": 7, "evseId": None}
    assert play.ask("RequestStartTransaction", given)["status"] == "Rejected"
    assert play.take("TransactionEvent") == []


# Limits and second thoughts.


@pytest.mark.parametrize("variables", [{}, LOCAL])
def test_evses_that_a_token_may_use(variables: Any) -> None:
    """A token starts only at the EVSEs of idTokenInfo.evseId, from memory too (C01.FR.21; A04)."""
    play = booted(answering(Authorize={"idTokenInfo": {"evseId": [2]}}), evses=2, **variables)
    for _ in range(2):
        play.tell(Plugged(1), Presented(TOKEN, 1))
        assert not is_charging(play)
        assert play.tell(ALICE).device.evses[2].authorized == TOKEN
        play.tell(ALICE, Unplugged(1))


def test_an_evse_that_a_token_turns_out_not_to_be_for() -> None:
    """A token that is Accepted at other EVSEs only has no more right here than one that is not (C01.FR.21)."""
    csms = answering(TransactionEvent={"idTokenInfo": {"status": "Accepted", "evseId": [2]}})
    play = booted(csms, evses=2).tell(Plugged(1), Presented(TOKEN, 1))
    assert play.transcript()[-1] == "Ended 1 Deauthorized DeAuthorized"


@pytest.mark.parametrize(
    ("variables", "line", "state"),
    [
        ({}, "Ended 1 Deauthorized DeAuthorized", "EVConnected"),
        ({"TxCtrlr_TxStopPoint": "EVConnected"}, "Updated 1 Deauthorized", "EVConnected"),
        (LENIENT, "Updated 1 ChargingStateChanged", "SuspendedEVSE"),
        ({**LENIENT, "TxCtrlr_TxStopPoint": "EnergyTransfer"}, "Ended 1 Deauthorized DeAuthorized", "SuspendedEVSE"),
    ],
)
def test_an_idtoken_that_turns_out_invalid(variables: Any, line: str, state: str) -> None:
    """StopTxOnInvalidId says whether the transaction stops or is suspended (E05.FR.02, .09, .10; X19)."""
    play = booted(answering(TransactionEvent=INVALID), **variables).tell(Plugged(1), ALICE)
    assert play.sent[-1].payload["transactionInfo"]["chargingState"] == state
    assert play.transcript()[-1] == line
    before = play.device.evses[1].register(play.now)
    assert play.wait(3600).device.evses[1].register(play.now) == before


def test_who_is_suspended_stops() -> None:
    """A suspended driver stops with the same token, and starts anew if the CSMS thinks better of it (TC_C_26)."""
    play = booted(answering(TransactionEvent=INVALID), **LENIENT).tell(Plugged(1), ALICE)
    play.csms = answering()
    play.sent.clear()
    assert play.tell(ALICE).transcript() == ["Ended 2 StopAuthorized Local"]
    assert is_charging(play.tell(ALICE))


@pytest.mark.parametrize("stop", ["false", "true"])
def test_the_energy_that_an_invalid_idtoken_may_take(stop: str) -> None:
    """MaxEnergyOnInvalidId comes before the suspension, unless the transaction stops anyway (E05.FR.03; TC_C_18)."""
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


def test_an_allowance_of_a_transaction_that_ended() -> None:
    """What one transaction was allowed says nothing about the next."""
    play = booted(answering(TransactionEvent=INVALID), TxCtrlr_MaxEnergyOnInvalidId="110", **LENIENT)
    play.tell(Plugged(1), ALICE, ALICE)
    play.csms = answering()
    assert is_charging(play.tell(ALICE).wait(120))

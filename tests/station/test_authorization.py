"""Who may start and stop charging: groups, master passes, allowed EVSEs, and offline (C01 to C16)."""

from typing import Any

import pytest

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Plugged, Presented, Unplugged
from mock_csms.station.v2.features import HAS_DISPLAY, KNOWS_EVSE, LOCKS_CABLE
from tests.station.play import BOB, TOKEN, Play, answering, booted, charging

FAMILY: Json = {"idToken": "Family", "type": "Central"}
MASTER: Json = {"idToken": "MASTER", "type": "Central"}
IN_FAMILY: Json = {"idTokenInfo": {"status": "Accepted", "groupIdToken": FAMILY}}
LOCAL: Any = {"AuthCtrlr_LocalPreAuthorize": "true"}
ALICE, BOBS = Presented(TOKEN), Presented(BOB)
NAMES = {"alice": TOKEN, "bob": BOB}


def listed(play: Play, **infos: Json) -> Play:
    """Give the station a local list."""
    items = [{"idToken": NAMES[name], "idTokenInfo": info} for name, info in infos.items()]
    play.command("SendLocalList", {"updateType": "Full", "versionNumber": 1, "localAuthorizationList": items})
    return play


def is_charging(play: Play, evse: int = 1) -> bool:
    """Return whether energy flows."""
    return play.device.evses[evse].is_charging


def test_a_card_held_too_long() -> None:
    """An idToken presented again during its Authorize causes no second Authorize, and gets no second EVSE."""
    play = booted(answering(Authorize=None), evses=2).tell(ALICE, ALICE)
    assert [sent.action for sent in play.sent].count("Authorize") == 1
    assert play.said == ["Alice is already being authorized"]
    play.answer()
    assert [is_charging(play.tell(Plugged(1), Plugged(2)), evse) for evse in (1, 2)] == [True, False]


# No Authorize.


def test_the_start_button() -> None:
    """A button starts and stops without Authorize, always with an empty idToken (C02.FR.01; A07)."""
    play = booted().tell(Plugged(1), Presented({"idToken": "x", "type": "NoAuthorization"}))
    assert play.transcript() == ["1.1 Occupied", "Started 0 Authorized"]
    play.tell(Presented({"idToken": "", "type": "NoAuthorization"}))
    (ended,) = play.take("TransactionEvent")
    assert (ended["eventType"], ended["idToken"]) == ("Ended", {"idToken": "", "type": "NoAuthorization"})


def test_authorization_that_is_off() -> None:
    """With AuthCtrlr.Enabled false no Authorize is sent, also for remote starts (C01.FR.01; A01)."""
    play = booted(AuthCtrlr_Enabled="false", AuthCtrlr_AuthorizeRemoteStart="true").tell(Plugged(1), ALICE, ALICE)
    play.command("RequestStartTransaction", {"idToken": BOB, "remoteStartId": 1})
    assert "Authorize" not in [sent.action for sent in play.sent]
    events = play.take("TransactionEvent")
    assert [event["idToken"] for event in events] == [TOKEN, TOKEN, BOB]
    assert play.device.evses[1].authorized == BOB


@pytest.mark.parametrize(
    ("token", "asked"),
    [(TOKEN, False), (BOB, True), ({"idToken": "X", "type": "Central"}, False)],
)
def test_remote_starts_without_authorize(token: Json, *, asked: bool) -> None:
    """With AuthorizeRemoteStart, unknown idTokens are authorized, type Central is not (F01.FR.01, C05.FR.01)."""
    play = booted(AuthCtrlr_AuthorizeRemoteStart="true", **LOCAL).tell(Plugged(1))
    listed(play, alice={"status": "Accepted"}).sent.clear()
    assert play.ask("RequestStartTransaction", {"idToken": token, "remoteStartId": 7})["status"] == "Accepted"
    assert play.transcript() == [*(["Authorize"] if asked else []), "Started 0 RemoteStart"]


def test_remote_authorization_that_is_off() -> None:
    """With DisableRemoteAuthorization only known idTokens charge (TC_E_52)."""
    play = listed(booted(AuthCtrlr_DisableRemoteAuthorization="true", **LOCAL), alice={"status": "Accepted"})
    play.tell(Plugged(1), BOBS)
    assert play.transcript() == ["1.1 Occupied"]
    assert is_charging(play.tell(ALICE))


def test_a_station_that_is_not_accepted() -> None:
    """A Pending station does not charge, even with the start button (B02.FR.02)."""
    play = Play(answering(BootNotification={"status": "Pending"})).connect().tell(Plugged(1))
    play.tell(Presented({"idToken": "", "type": "NoAuthorization"}))
    assert not is_charging(play)


@pytest.mark.parametrize("status", ["Blocked", "ConcurrentTx", "Expired", "Invalid", "NoCredit", "Unknown"])
def test_a_refused_token_does_not_charge(status: str) -> None:
    """An idToken with any status other than Accepted does not charge (C01.FR.02; A02)."""
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
    """Offline, list and cache authorize; OfflineTxForUnknownIdEnabled decides on other idTokens (C13, C15.FR.08)."""
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


def test_an_offline_token_is_not_cached() -> None:
    """An unknown idToken that charges offline is not added to the cache (C15.FR.01)."""
    assert booted().lose().tell(Plugged(1), ALICE).device.storage.cache == {}


# Stopping a transaction of another idToken.


def test_a_token_of_the_group_stops() -> None:
    """An idToken of the same group stops after Authorize, and Ended has that idToken (C09.FR.03, .05; E07.FR.02)."""
    play = charging(answering(Authorize=IN_FAMILY))
    play.tell(BOBS)
    assert [sent.action for sent in play.sent] == ["Authorize", "TransactionEvent"]
    (ended,) = play.take("TransactionEvent")
    assert (ended["triggerReason"], ended["idToken"]) == ("StopAuthorized", BOB)
    assert ended["transactionInfo"]["stoppedReason"] == "Local"


@pytest.mark.parametrize("learned", ["Authorize", "TransactionEvent"])
@pytest.mark.parametrize("is_online", [True, False])
def test_a_known_token_of_the_group_stops(learned: str, *, is_online: bool) -> None:
    """A known idToken of the group stops without Authorize (C01.FR.03, C09.FR.07; TC_C_41, TC_E_45)."""
    answers: Any = {"TransactionEvent": {"idTokenInfo": {"status": "Accepted"}}, learned: IN_FAMILY}
    play = listed(charging(answering(**answers)), bob=IN_FAMILY["idTokenInfo"])
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
        {"status": "Accepted", "groupIdToken": {"idToken": "", "type": "Central"}},
        {"status": "Accepted"},
    ],
)
@pytest.mark.parametrize("is_known", [True, False])
def test_tokens_that_may_not_stop(info: Json, *, is_known: bool) -> None:
    """An idToken that is invalid or in no or another group stops nothing (C09.FR.11; TC_C_42 to TC_C_44)."""
    play = charging(answering(Authorize=[IN_FAMILY, {"idTokenInfo": info}]))
    if is_known:
        listed(play, bob=info)
    assert play.tell(BOBS).transcript() == ["Authorize"]
    assert is_charging(play)


def test_a_token_of_the_group_starts_elsewhere() -> None:
    """An idToken of the group starts at a free EVSE, by card or remote start, and stops no transaction."""
    play = charging(answering(Authorize=IN_FAMILY), evses=2).tell(Plugged(2), Presented(BOB, 2))
    assert (is_charging(play, 1), is_charging(play, 2)) == (True, True)
    play = charging(answering(Authorize=IN_FAMILY), evses=2, AuthCtrlr_AuthorizeRemoteStart="true").tell(Plugged(2))
    play.command("RequestStartTransaction", {"idToken": BOB, "remoteStartId": 7, "evseId": 2})
    assert (is_charging(play, 1), is_charging(play, 2)) == (True, True)


def test_a_token_of_the_group_stops_one_transaction() -> None:
    """If two idTokens of the group charge, a third one stops only one of them."""
    play = charging(answering(TransactionEvent=IN_FAMILY), evses=2).tell(Plugged(2), Presented(BOB, 2))
    play.csms = answering(Authorize=IN_FAMILY)
    play.tell(Presented({"idToken": "Carol", "type": "Local"}))
    assert (is_charging(play, 1), is_charging(play, 2)) == (False, True)


def test_a_remote_start_stops_no_transaction() -> None:
    """A transaction that starts during the Authorize of a remote start of the same group continues."""
    play = booted(AuthCtrlr_AuthorizeRemoteStart="true", **LOCAL).tell(Plugged(1))
    listed(play, alice=IN_FAMILY["idTokenInfo"]).csms = answering(Authorize=None)
    play.command("RequestStartTransaction", {"idToken": BOB, "remoteStartId": 7, "evseId": 1})
    assert is_charging(play.tell(ALICE).answer(**IN_FAMILY))


def test_a_stop_before_the_vehicle_came() -> None:
    """A driver who stops before the vehicle came also stops the EVConnectionTimeOut."""
    assert ("vehicle", 1) not in booted().tell(ALICE, ALICE).alarms


@pytest.mark.parametrize(("place", "has_display"), [(None, False), (2, False), (None, True), (2, True)])
@pytest.mark.parametrize("is_known", [True, False])
def test_a_master_pass_stops(place: int | None, *, has_display: bool, is_known: bool) -> None:
    """A master pass stops all transactions (C16.FR.02); on a display its holder may choose one (C16.FR.01)."""
    play = booted(evses=3, AuthCtrlr_MasterPassGroupId="master").tell(Plugged(1), Presented(TOKEN, 1), Plugged(2))
    play.tell(Presented({"idToken": "Carol", "type": "Local"}, 2))
    play.device = replace(play.device, features=frozenset({KNOWS_EVSE, *[HAS_DISPLAY] * has_display}))
    info = {"status": "Accepted", "groupIdToken": MASTER}
    play.csms = answering(Authorize={"idTokenInfo": info})
    if is_known:
        listed(play, bob=info)
    play.sent.clear()
    lines = play.tell(Presented(BOB, place)).transcript()
    is_one = has_display and place is not None
    assert lines == [*([] if is_known else ["Authorize"]), *["Ended 1 StopAuthorized MasterPass"] * (2 - is_one)]
    assert (is_charging(play, 1), is_charging(play, 2)) == (is_one, False)


def test_a_locked_cable() -> None:
    """A station with the feature AQ-2 lets a driver plug in only after the authorization."""
    play = booted()
    play.device = replace(play.device, features=frozenset({LOCKS_CABLE}))
    play.tell(Plugged(1))
    assert play.said == ["the cable of EVSE 1 is locked until a driver is authorized"]
    assert play.device.evses[1].plugged is None
    assert is_charging(play.tell(ALICE, Plugged(1)))


@pytest.mark.parametrize("variables", [{}, LOCAL])
def test_a_master_pass_starts_nothing(variables: Any) -> None:
    """A master pass never starts a transaction, not even by remote start (C12.FR.09, C16.FR.03; A06)."""
    info = {"status": "Accepted", "groupIdToken": MASTER}
    play = booted(answering(Authorize={"idTokenInfo": info}), AuthCtrlr_MasterPassGroupId="Master", **variables)
    play.tell(Plugged(1), BOBS, BOBS)
    given = {"idToken": BOB, "remoteStartId": 7, "evseId": None}
    assert play.ask("RequestStartTransaction", given)["status"] == "Rejected"
    assert play.take("TransactionEvent") == []


# Restrictions to some EVSEs.


@pytest.mark.parametrize("variables", [{}, LOCAL])
def test_evses_that_a_token_may_use(variables: Any) -> None:
    """An idToken starts only at the EVSEs of idTokenInfo.evseId, also when it is cached (C01.FR.21; A04)."""
    play = booted(answering(Authorize={"idTokenInfo": {"evseId": [2]}}), evses=2, **variables)
    for _ in range(2):
        play.tell(Plugged(1), Presented(TOKEN, 1))
        assert play.said.pop() == "Alice may not charge at EVSE 1"
        assert play.tell(ALICE).device.evses[2].authorized == TOKEN
        play.tell(ALICE, Unplugged(1))


def test_a_token_for_other_evses() -> None:
    """An idToken that is Accepted only at other EVSEs is rejected at this one (C01.FR.21)."""
    csms = answering(TransactionEvent={"idTokenInfo": {"status": "Accepted", "evseId": [2]}})
    play = booted(csms, evses=2).tell(Plugged(1), Presented(TOKEN, 1))
    assert play.transcript()[-1] == "Ended 1 Deauthorized DeAuthorized"

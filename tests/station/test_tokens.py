"""The local authorization list and the authorization cache (C10, C11, C13, C14, D01, D02)."""

from typing import Any

import pytest

from mock_csms.behavior.templates import rfc3339
from mock_csms.protocol.actions import Json
from mock_csms.station import cues
from mock_csms.station.cues import CallRequested, Plugged, Presented
from mock_csms.station.v2.model import MOST_LISTED
from tests.station.play import BEGIN, BOB, TOKEN, Play, answering, booted

LOCAL: Any = {"AuthCtrlr_LocalPreAuthorize": "true"}
ALICE = Presented(TOKEN)
OK: Json = {"status": "Accepted"}
BLOCKED: Json = {"status": "Blocked"}


def send_list(play: Play, version: int, kind: str = "Full", **infos: Json | None) -> str:
    """Send a list with an entry for each name, None without idTokenInfo; return the status of the answer."""
    tokens = {name: {"idToken": {"idToken": name, "type": "ISO14443"}} for name in infos}
    items = [tokens[name] | ({} if info is None else {"idTokenInfo": info}) for name, info in infos.items()]
    payload = {"updateType": kind, "versionNumber": version, "localAuthorizationList": items or None}
    status: str = play.ask("SendLocalList", payload)["status"]
    return status


def state(play: Play) -> tuple[int, set[str], str]:
    """Return the version of the list, the idTokens in it, and the value of Entries."""
    name = {"component": {"name": "LocalAuthListCtrlr"}, "variable": {"name": "Entries"}}
    (got,) = play.ask("GetVariables", {"getVariableData": [name]})["getVariableResult"]
    names = {key[0] for key in play.device.storage.local_list.entries}
    return play.ask("GetLocalListVersion")["versionNumber"], names, got["attributeValue"]


def asks(play: Play, token: Json = TOKEN) -> bool:
    """Present an idToken, and return whether the station sends Authorize."""
    play.sent.clear()
    return "Authorize" in play.tell(Presented(token)).actions()


# The list.


def test_full_and_differential_lists() -> None:
    """Full replaces the list; Differential adds, changes and removes entries; both survive a reboot (D01, D02)."""
    play = booted()
    assert state(play) == (0, set(), "0")
    assert (send_list(play, 5, alice=OK, bob=OK), state(play)) == ("Accepted", (5, {"alice", "bob"}, "2"))
    assert send_list(play, 6, "Differential", bob=None, ALICE=BLOCKED, carol=OK, nobody=None) == "Accepted"
    assert state(play.reboot()) == (6, {"alice", "carol"}, "2")
    assert play.device.storage.local_list.entries["alice", "ISO14443"] == BLOCKED
    assert (send_list(play, 8, "Differential"), state(play)) == ("Accepted", (8, {"alice", "carol"}, "2"))  # TC_D_05
    assert (send_list(play, 2, dora=OK), state(play)) == ("Accepted", (2, {"dora"}, "1"))
    assert (send_list(play, 3), state(play)) == ("Accepted", (3, set(), "0"))


@pytest.mark.parametrize(
    ("kind", "version", "infos", "status"),
    [
        ("Differential", 5, {"bob": OK}, "VersionMismatch"),
        ("Differential", 4, {"bob": OK}, "VersionMismatch"),
        ("Differential", 0, {"bob": OK}, "Failed"),
        ("Full", -1, {"bob": OK}, "Failed"),
        ("Full", 6, {"bob": None}, "Failed"),
        ("Full", 6, {"bob": OK, "Bob": OK}, "Failed"),
    ],
)
def test_rejected_lists(kind: str, version: int, infos: Json, status: str) -> None:
    """A list that is too old or invalid changes nothing (D01.FR.06, .18, .19)."""
    play = booted()
    send_list(play, 5, alice=OK)
    assert send_list(play, version, kind, **infos) == status
    assert state(play) == (5, {"alice"}, "1")


def test_the_size_of_the_list_is_bounded() -> None:
    """The list holds MOST_LISTED idTokens; an update with more is Failed and changes nothing."""
    play = booted()
    many: Any = {f"token-{number}": OK for number in range(MOST_LISTED)}
    send_list(play, 1, **many)
    assert send_list(play, 2, "Differential", one_more=OK) == "Failed"
    assert send_list(play, 3, "Differential", alice=OK, **{"token-0": None}) == "Accepted"
    assert state(play)[::2] == (3, str(MOST_LISTED))


def test_a_disabled_list() -> None:
    """If LocalAuthListCtrlr.Enabled is false, the station has no list, and its version is 0 (D02.FR.03)."""
    play = booted(LocalAuthListCtrlr_Enabled="false", **LOCAL)
    assert send_list(play, 5, alice=OK) == "Failed"
    assert play.ask("GetLocalListVersion") == {"versionNumber": 0}
    play = booted(**LOCAL)
    send_list(play, 5, alice=OK)
    name = {"component": {"name": "LocalAuthListCtrlr"}, "variable": {"name": "Enabled"}, "attributeValue": "false"}
    play.command("SetVariables", {"setVariableData": [name]})
    assert play.ask("GetLocalListVersion") == {"versionNumber": 0}
    assert asks(play)


@pytest.mark.parametrize(
    ("info", "variables", "asked", "charges"),
    [
        (OK, LOCAL, False, True),
        (OK, {}, True, True),
        (OK, {"LocalAuthListCtrlr_DisablePostAuthorize": "true"}, True, True),
        (BLOCKED, LOCAL, True, True),
        (BLOCKED, {**LOCAL, "LocalAuthListCtrlr_DisablePostAuthorize": "true"}, False, False),
        (BLOCKED, {**LOCAL, "AuthCacheCtrlr_DisablePostAuthorize": "true"}, True, True),
    ],
)
def test_entries_of_the_list(info: Json, variables: Any, *, asked: bool, charges: bool) -> None:
    """An Accepted entry may charge at once; for others Authorize is sent, unless disabled (C14.FR.02, .03)."""
    play = booted(**variables).tell(Plugged(1))
    send_list(play, 1, alice=info)
    assert (asks(play), play.device.evses[1].is_charging) == (asked, charges)


def test_the_list_overrides_the_cache() -> None:
    """The list decides, whatever is in the cache (C13.FR.01, C14.FR.01)."""
    play = booted(answering(Authorize={"idTokenInfo": BLOCKED}), **LOCAL).tell(Plugged(1), ALICE)
    send_list(play, 1, alice=OK)
    assert not asks(play)
    assert play.device.evses[1].is_charging


# The cache.


@pytest.mark.parametrize("action", ["Authorize", "TransactionEvent"])
def test_answers_are_cached(action: str) -> None:
    """The answers to Authorize and TransactionEvent are cached, also over a reboot (C10.FR.02, .04, .05)."""
    play = booted(answering(TransactionEvent={"idTokenInfo": OK}), **LOCAL).tell(Plugged(1))
    if action == "Authorize":
        play.csms = answering()
        play.tell(ALICE)
    else:
        play.command("RequestStartTransaction", {"idToken": TOKEN, "remoteStartId": 1})
    play.tell(ALICE).reboot()
    assert not asks(play)
    assert play.device.evses[1].is_charging


def test_a_token_cached_as_invalid_is_authorized_again() -> None:
    """For an idToken cached as invalid Authorize is sent again (C10.FR.01, .03; C12.FR.05, .06; TC_C_34)."""
    csms = answering(
        TransactionEvent={"idTokenInfo": BLOCKED}, Authorize=[{"idTokenInfo": OK}, {"idTokenInfo": BLOCKED}]
    )
    play = booted(csms, **LOCAL).tell(Plugged(1))
    assert asks(play)
    assert not play.device.evses[1].is_charging
    assert asks(play)
    assert not play.device.evses[1].is_charging
    play.csms = answering()
    assert asks(play)
    assert play.device.evses[1].is_charging


@pytest.mark.parametrize(("disabled", "asked"), [("false", True), ("true", False)])
def test_a_token_cached_as_invalid_may_be_rejected(disabled: str, *, asked: bool) -> None:
    """With DisablePostAuthorize an invalid cached idToken is rejected without Authorize (TC_C_57)."""
    csms = answering(Authorize=[{"idTokenInfo": BLOCKED}, {}])
    play = booted(csms, **LOCAL, AuthCacheCtrlr_DisablePostAuthorize=disabled).tell(Plugged(1), ALICE)
    assert asks(play) is asked
    assert play.device.evses[1].is_charging is asked


@pytest.mark.parametrize(("expiry", "lasts"), [(None, 100), (rfc3339(BEGIN + 50), 50), (rfc3339(BEGIN + 500), 500)])
def test_cached_tokens_expire(expiry: str | None, lasts: float) -> None:
    """A cached idToken expires at its cacheExpiryDateTime, or after AuthCacheCtrlr.LifeTime (C10.FR.08, .10, .13)."""
    csms = answering(Authorize={"idTokenInfo": {"cacheExpiryDateTime": expiry}})
    play = booted(csms, **LOCAL, AuthCacheCtrlr_LifeTime="100", TxCtrlr_EVConnectionTimeOut="1").tell(ALICE)
    assert not asks(play.wait(lasts - 1))
    assert asks(play.wait(3))


def test_an_expiry_that_does_not_parse() -> None:
    """A cached idToken whose cacheExpiryDateTime does not parse is ignored."""
    csms = answering(Authorize={"idTokenInfo": {"cacheExpiryDateTime": "soon"}})
    assert asks(booted(csms, **LOCAL).tell(ALICE, ALICE))


def test_clearing_the_cache() -> None:
    """After ClearCache Authorize is sent again; a disabled cache cannot be cleared (C11.FR.03, .04)."""
    play = booted(**LOCAL).tell(ALICE, ALICE)
    assert not asks(play)
    assert play.tell(ALICE).ask("ClearCache") == OK
    assert asks(play)
    off = booted(AuthCacheCtrlr_Enabled="false", **LOCAL).tell(ALICE, ALICE)
    assert off.ask("ClearCache") == {"status": "Rejected"}
    assert asks(off)


def test_a_disabled_cache() -> None:
    """A disabled cache is neither read nor written (C10.FR.11)."""
    name = {"component": {"name": "AuthCacheCtrlr"}, "variable": {"name": "Enabled"}}
    play = booted(**LOCAL)
    for token, before, after in ((TOKEN, "true", "false"), (BOB, "false", "true")):
        play.command("SetVariables", {"setVariableData": [name | {"attributeValue": before}]})
        play.tell(Presented(token), Presented(token))
        play.command("SetVariables", {"setVariableData": [name | {"attributeValue": after}]})
        assert asks(play, token)
        play.tell(Presented(token))


def test_tokens_that_are_not_cached() -> None:
    """The start button and idTokens of type Central are not cached (C02.FR.03, C05.FR.02)."""
    csms = answering(TransactionEvent={"idTokenInfo": OK})
    play = booted(csms).tell(Plugged(1), Presented({"idToken": "", "type": "NoAuthorization"}), cues.Unplugged(1))
    play.tell(Plugged(1)).command("RequestStartTransaction", {"idToken": {"idToken": "X", "type": "Central"}})
    assert play.device.evses[1].is_charging
    assert play.device.storage.cache == {}


def test_the_cache_is_bounded() -> None:
    """A new entry replaces the oldest of a full cache (C10.FR.07)."""
    play = booted()
    for number in range(1002):
        play.tell(CallRequested("Authorize", {"idToken": {"idToken": f"T{number}", "type": "Local"}}))
    play.tell(Presented(BOB))
    names = [key[0] for key in play.device.storage.cache]
    assert (len(names), names[0], names[-1]) == (1000, "t3", "bob")


def test_calls_made_by_hand() -> None:
    """An invalid idToken in a call by hand is not cached, and causes no error."""
    play = booted()
    for payload in ({"idToken": None}, {"idToken": {"idToken": 1, "type": None}}, {}, {"idToken": "x"}):
        play.device = booted().device
        for action in ("Authorize", "TransactionEvent"):
            play.tell(cues.Answered(action, payload, {"idTokenInfo": OK}))
    assert play.device.storage.cache == {}

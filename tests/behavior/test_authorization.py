"""The status that the authorization mode gives to an idToken, and the other fields of its idTokenInfo."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.behavior.rules import Answer, Reply, Rule, RuleBook
from mock_csms.behavior.templates import SAMPLE
from mock_csms.behavior.v2.authorization import MODES, info_rules, mode_rules
from mock_csms.protocol.versions import V201
from mock_csms.twin.station import StationModel

WHITE, BLACK = ("Good", "Friend"), ("Bad",)
ACTIONS = ("Authorize", "TransactionEvent")


def payload(token: str | None) -> dict[str, Any]:
    """Return the part of a request that the rules look at: its idToken, if it has one."""
    return {} if token is None else {"idToken": {"idToken": token, "type": "ISO14443"}}


def info_for(book: RuleBook[Answer], action: str, token: str | None) -> Any:
    """Return the idTokenInfo that the rules give; None if no rule matches the message."""
    rule: Rule[Answer] | None = book.use(action, payload(token), StationModel("CS-1"))
    if rule is None:
        return None
    assert isinstance(rule.then, Reply)
    return rule.then.payload(SAMPLE)["idTokenInfo"]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize(
    ("mode", "token", "status"),
    [
        ("normal", "Good", "Accepted"),
        ("normal", "Bad", "Accepted"),
        ("normal", "Other", "Accepted"),
        ("normal", "", "Accepted"),
        ("whitelist", "Good", "Accepted"),
        ("whitelist", "GOOD", "Accepted"),
        ("whitelist", "fRIEND", "Accepted"),
        ("whitelist", "Other", "Blocked"),
        ("whitelist", "Bad", "Blocked"),
        ("whitelist", "Goo", "Blocked"),
        ("whitelist", "", "Blocked"),
        ("blacklist", "Bad", "Blocked"),
        ("blacklist", "bad", "Blocked"),
        ("blacklist", "Good", "Accepted"),
        ("blacklist", "Other", "Accepted"),
        ("rate_limit", "Good", "NotAtThisTime"),
        ("rate_limit", "Other", "NotAtThisTime"),
    ],
)
def test_the_status_of_a_token(action: str, mode: str, token: str, status: str) -> None:
    """The mode sets the status of idTokens on its list and of all others, in Authorize and TransactionEvent."""
    assert info_for(RuleBook(mode_rules(mode, WHITE, BLACK)), action, token) == {"status": status}


@given(st.sampled_from(list(MODES)), st.text("aäßIi0_", max_size=6), st.lists(st.text("aäßIi0_", max_size=6)))
def test_case_never_matters(mode: str, token: str, listed: list[str]) -> None:
    """Letter case of an idToken does not change its status, whatever is on the list (Part 2, IdTokenType)."""
    book = RuleBook(mode_rules(mode, listed, listed))
    spellings = (token, token.lower(), token.upper(), token.casefold())
    assert len({info_for(book, "Authorize", spelling)["status"] for spelling in spellings}) == 1


@pytest.mark.parametrize("mode", MODES)
def test_an_event_without_a_token_matches_no_rule(mode: str) -> None:
    """A TransactionEvent without idToken matches no rule (E01.FR.11): it must not be Blocked."""
    assert info_for(RuleBook(mode_rules(mode, WHITE, BLACK)), "TransactionEvent", None) is None


@pytest.mark.parametrize("mode", MODES)
def test_only_messages_with_tokens_have_rules(mode: str) -> None:
    """No other action has a rule about tokens."""
    book = RuleBook(mode_rules(mode, WHITE, BLACK))
    assert [action for action in V201.actions if action in book] == ["Authorize", "TransactionEvent"]


@pytest.mark.parametrize("mode", MODES)
def test_every_mode_gives_statuses_of_the_specification(mode: str) -> None:
    """Both statuses of a mode are values of AuthorizationStatusEnumType."""
    known = V201.schemas.values("AuthorizeResponse", "idTokenInfo", "status")
    assert {MODES[mode].listed, MODES[mode].others} <= set(known)


@pytest.mark.parametrize("action", ACTIONS)
def test_the_info_of_one_token(action: str) -> None:
    """The info for one idToken is used only for that idToken, in any letter case, with its placeholders filled in."""
    book = RuleBook(info_rules({"status": "Expired", "cacheExpiryDateTime": "{{now+60}}"}, "Old"))
    assert info_for(book, action, "OLD") == {"status": "Expired", "cacheExpiryDateTime": "1970-01-01T00:01:00.000Z"}
    assert info_for(book, action, "New") is None
    assert info_for(book, action, None) is None


@pytest.mark.parametrize("action", ACTIONS)
def test_the_info_of_all_tokens(action: str) -> None:
    """An info that names no idToken is used for every idToken."""
    book = RuleBook(info_rules({"groupIdToken": {"idToken": "G", "type": "Central"}}))
    assert info_for(book, action, "any") == {"groupIdToken": {"idToken": "G", "type": "Central"}}
    assert info_for(book, action, None) is None

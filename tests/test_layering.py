"""After a change of the settings the layers of rules are those of a new mock; unchanged ones are not made again."""

from dataclasses import replace
from typing import Any

import pytest

from mock_csms.behavior.rules import RuleBook
from mock_csms.protocol import records
from mock_csms.protocol.versions import versions
from mock_csms.settings import Config
from mock_csms.settings.layering import Layering
from mock_csms.settings.tables import Rules, rules, tokens

V201, V21 = (next(each for each in versions() if each.name == name) for name in ("2.0.1", "2.1"))
GROUP = {"match": "Authorize", "reply": {"idTokenInfo": {"groupIdToken": {"type": "Central"}}}}
"""Valid only with the idToken that --auth-group-id adds; 2.0.1 has at most 36 characters for it, 2.1 has 255."""
HEARTBEAT = {"match": "Heartbeat", "reply": {"currentTime": "2020-01-01T00:00:00Z"}}
ANYTHING = {"match": "*", "error": "InternalError"}
START = Config(rule=rules([GROUP, HEARTBEAT]), token=tokens([{"id": "A", "status": "Blocked"}]), auth_group_id="G")
CHANGES: dict[str, dict[str, Any]] = {
    "nothing": {},
    "a longer group": {"auth_group_id": "G" * 100},
    "no group": {"auth_group_id": None},
    "another token": {"token": tokens([{"id": "B", "status": "Blocked"}])},
    "no token": {"token": ()},
    "offline": {"offline": True},
    "a sequence of statuses": {"boot_status_sequence": ("Pending", "Accepted")},
    "no rules": {"rule": rules([])},
    "a rule for everything": {"rule": rules([ANYTHING, GROUP])},
    "another order": {"rule": rules([HEARTBEAT, GROUP])},
}


def shown(layering: Layering) -> list[Any]:
    return [[(rule.id, rule.match) for rule in book.rules] for each in (V201, V21) for book in layering.layers(each)]


@pytest.mark.parametrize("second", CHANGES)
@pytest.mark.parametrize("first", CHANGES)
def test_layers_after_a_change_are_those_of_a_new_mock(first: str, second: str) -> None:
    """Each version has the rules that a mock would have if it were started with the later settings."""
    before, after = replace(START, **CHANGES[first]), replace(START, **CHANGES[second])
    layering = Layering(before)
    shown(layering)
    layering.use(after)
    assert shown(layering) == shown(Layering(after))


def test_a_rule_is_dropped_when_a_setting_makes_it_invalid_in_one_version_only() -> None:
    """A rule is validated again when the answers below it change."""
    layering = Layering(START)
    seen = []
    for group in ("G", "G" * 100, "G"):
        layering.use(replace(START, auth_group_id=group))
        names = [[rule.name for book in layering.layers(each) for rule in book.rules] for each in (V201, V21)]
        seen.append([sum(name.startswith("Authorize") for name in each) for each in names])
    assert seen == [[1, 1], [0, 1], [1, 1]]


def test_books_that_did_not_change_are_the_same_objects() -> None:
    """A change of a setting that makes no rules leaves the rule books as they are."""
    named = Rules(tuple(records.replace(rule, id=rule.name) for rule in START.rule.answers))
    start = replace(START, rule=named)
    layering = Layering(start)
    before = layering.layers(V201)
    layering.use(replace(start, boot_interval=7, token=(*START.token,)))
    assert all(old is new for old, new in zip(before, layering.layers(V201), strict=True))


def test_a_check_of_rules_counts_no_use_of_those_below() -> None:
    """The mock checks a rule with a sample answer, which uses up no status of a sequence."""
    counts: dict[Any, int] = {}
    boot = rules([{"match": "BootNotification", "reply": {"interval": 1}}])
    layering = Layering(replace(START, boot_status_sequence=("Pending", "Accepted"), rule=boot), counts)
    layering.layers(V201)
    assert counts == {}


def test_a_book_with_other_rules_finds_them_as_a_new_one_does() -> None:
    """A rule book that reuses the preparation of another one finds only its own rules."""
    tables = [{"match": f"DataTransfer[vendorId=V{number}]", "error": "InternalError"} for number in range(9)]
    made, beat = [*rules(tables).answers], rules([HEARTBEAT]).answers[0]
    station: Any = type("Station", (), {"identity": "CS"})()
    book: RuleBook[Any] = RuleBook([*made, beat])
    assert book.use("DataTransfer", {"vendorId": "V3"}, station) is not None
    assert book.use("Heartbeat", {}, station) is not None
    later = book.followed_by([*made[:3], *made[4:], beat])
    assert later.use("DataTransfer", {"vendorId": "V3"}, station) is None
    assert later.use("DataTransfer", {"vendorId": "V4"}, station) is not None
    assert later.use("Heartbeat", {}, station) is beat
    assert later.followed_by([*made[:3], *made[4:]]).use("Heartbeat", {}, station) is None

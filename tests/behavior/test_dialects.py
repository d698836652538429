"""Dialects: the terms that each version of OCPP has for settings, and versions without a dialect."""

from dataclasses import fields

import orjson
import pytest

from mock_csms.behavior.commands import Step
from mock_csms.behavior.dialect import Dialect, Fill
from mock_csms.behavior.dialects import DIALECTS, dialect_of
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import Answer, Match, Reply, Rule, RuleBook
from mock_csms.behavior.templates import SAMPLE, compile_template
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import Call
from mock_csms.protocol.versions import SUBPROTOCOLS, V201, Version, versions
from mock_csms.settings import Config, assembly, versioned
from mock_csms.settings.calls import command_payload
from mock_csms.settings.flags import Source, read
from mock_csms.settings.layering import Layering
from mock_csms.settings.tables import KEYS
from tests.toy_version import SUBPROTOCOL, TOY

SETTINGS = {setting.name for setting in fields(Config)} | {f"token.{key}" for key in KEYS["token"]}
OVERSIZE = {"rule": [{"match": "*", "fault": "oversize bytes=5000"}]}


@pytest.mark.parametrize("version", versions(), ids=lambda version: version.name)
def test_a_dialect_names_existing_settings_and_paths(version: Version) -> None:
    """Gate: a dialect names only existing settings, and only paths in the schemas of its version."""
    dialect = DIALECTS[version.name]()
    assert {*dialect.fills, *dialect.names, *dialect.short_names} <= SETTINGS
    for place in [place for fill in dialect.fills.values() for place in fill.places]:
        action, *path = place.split(".")
        kind = "Request" if version.actions[action].sent_by(Sender.CSMS) else "Response"
        assert version.schemas.node(f"{action}{kind}", path)
    assert {*dialect.additions, *dialect.completions} <= version.actions.keys()


@pytest.mark.parametrize("version", [V201, TOY], ids=lambda version: version.name)
def test_an_oversized_message_stays_valid(version: Version) -> None:
    """The fault `oversize` violates no schema, even in a version without customData."""
    config = read(Config, [Source(OVERSIZE)])
    faults = RuleBook(config.rule.faults)
    replies = Replies(assembly.defaults(config, version), [], faults, dialect_of(version))
    action = next(action for action, row in version.actions.items() if row.sent_by(Sender.STATION))
    call = Call("7", action, {})
    [act] = replies.answer(call, None, SAMPLE).acts
    text = act.encoded()  # type: ignore[union-attr] # the only act of this fault is to send the message
    assert len(text) > 5000
    assert version.result_violations(call, orjson.loads(text)[2]) == ()


def test_a_version_without_a_dialect() -> None:
    """Without a dialect, settings that need one make no rules and fill nothing; rules of users and boots still work."""
    texts = {"total_cost": "5", "offline": True, "auth_group_id": "G", "boot_status_sequence": "Pending,Accepted"}
    config = read(Config, [Source(texts)])
    rules = [rule.match.action for layer in Layering(config).layers(TOY) for rule in layer.rules]
    assert rules == ["BootNotification"] * 2
    assert len([rule for layer in Layering(config).layers(V201) for rule in layer.rules]) > len(rules)


def test_a_second_dialect(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings accept the terms of any dialect, and each station gets those of its own version."""
    costs: list[Rule[Answer]] = [Rule(Match("Ring"), Reply(compile_template({"heardAt": "dear"})))]
    dialect = Dialect(
        fills={"reset_type": Fill(("Blink.times",), {"Immediate": 1, "Thrice": 3}.get)},
        names={"reset_type": lambda: ["Immediate", "Thrice"]},
        cost_rules=lambda _: costs,
    )
    monkeypatch.setitem(SUBPROTOCOLS, SUBPROTOCOL, TOY)
    monkeypatch.setitem(DIALECTS, TOY.name, lambda: dialect)
    assert versioned.names("reset_type") == ["Immediate", "OnIdle", "ImmediateAndResume", "Hard", "Soft", "Thrice"]
    config = read(Config, [Source({"reset_type": "thrice"})])
    assert command_payload(config, Step("Blink"), TOY)(SAMPLE) == {"times": 3}
    assert [rule for layer in Layering(config).layers(TOY) for rule in layer.rules if rule.then is costs[0].then]
    standard = read(Config, [Source({})])
    assert command_payload(standard, Step("Blink"), TOY)(SAMPLE) == {"times": 1}
    assert command_payload(standard, Step("Reset"), V201)(SAMPLE) == {"type": "Immediate"}

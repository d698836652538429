"""Makes the objects of the mock from the settings: default answers, admission policies, commands and payloads."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from mock_csms.behavior.admission import AdmissionPolicies
from mock_csms.behavior.commands import Script, step_of
from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.matching import Condition
from mock_csms.behavior.presets import network_rules
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import ANY, COMMAND, Answer, Refusal, Reply, Rule, Spoil, Then
from mock_csms.behavior.templates import Template, compile_template, merge, sample_of
from mock_csms.protocol import records
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import Call, ErrorCode, Result
from mock_csms.protocol.versions import Version, versions
from mock_csms.settings import Config
from mock_csms.settings.calls import fills_of, merged
from mock_csms.settings.tables import sample_request

if TYPE_CHECKING:
    from mock_csms.conformance.facts.station import Terms
    from mock_csms.conformance.subject import Check


CODES = frozenset(map(str, ErrorCode))
"""The error codes of 2.0.1; other versions may spell them differently."""


def network(config: Config) -> Sequence[Rule[Spoil]]:
    """Return the rules for every message in both directions: --latency and --loss."""
    return tuple(network_rules(config.latency, config.loss)) if config.latency or config.loss else ()


def slack(config: Config) -> float:
    """Return how many seconds --latency can add to a message and its answer."""
    return 2 * (config.latency.seconds + config.latency.jitter) if config.latency else 0.0


def with_ids(setting: str, rules: Iterable[Rule[Then]]) -> Iterator[Rule[Then]]:
    """Give the rules without an id one: the setting, and the number of the rule."""
    for number, rule in enumerate(rules, start=1):
        yield rule if rule.id else records.replace(rule, id=f"{setting} {number}")


def is_on(value: Any) -> bool:
    """Whether a setting has a value; 0 is one."""
    return not (value is None or value is False or value == ())


def defaults(config: Config, version: Version) -> Mapping[str, Template]:
    """Return the default answer to each action of stations, for when no rule matches."""
    fills = fills_of(config, version)
    templates = {
        action: compile_template(merged(fills, action, row.response))
        for action, row in version.actions.items()
        if row.sent_by(Sender.STATION)
    }
    additions = dialect_of(version).additions.items()
    return templates | {action: add(templates[action]) for action, add in additions if action in templates}


def policies(config: Config) -> AdmissionPolicies:
    """Return the policies that decide which stations may connect."""
    return AdmissionPolicies(
        refusals=config.refuse,
        cuts=config.disconnect_after,
        known=config.known_stations,
        passwords=config.basic_auth,
        profiles=config.security_profile,
        origins=config.allow_origin or (),
        close_on_mismatch=config.on_subprotocol_mismatch == "close",
        keep_old=config.on_duplicate == "old",
    )


def inspection(config: Config) -> "tuple[Sequence[Check], Terms]":
    """Return the checks that the settings select, and the parameters for them."""
    from mock_csms.conformance.selection import select  # noqa: PLC0415 - the start need not wait for the checks

    return select(config.checks), _terms(config)


def _terms(config: Config) -> "Terms":
    """Return the parameters of the checks. They include the delays that the mock itself causes."""
    from mock_csms.conformance.facts.station import Terms  # noqa: PLC0415 - the start need not wait for the checks

    late = slack(config)
    times = (config.tolerance + late, config.call_timeout + late, config.clock_offset)
    return Terms(*times, config.basic_auth, tuple(version.name for version in spoken(config)))


def payloads(config: Config) -> Iterator[Any]:
    """Yield the JSON that users wrote for messages; it may contain secrets."""
    yield from (step.payload for script in scripts(config) for step in script.steps)
    yield from (fills_of(config, version) for version in versions())
    yield [*(rule.name for rule in config.rule.answers), *(rule.name for rule in config.rule.faults)]


def scripts(config: Config) -> Sequence[Script]:
    """Return the scripts of commands: those of flags, then those of files."""
    pairs = config.commands
    if config.command:
        pairs = ((config.command, config.period or config.delay or 0.0),)
    raw = config.payload_raw
    payload = raw.value if raw else config.payload or {}
    steps = tuple(step_of(action, payload, delay, is_raw=raw is not None) for action, delay in pairs)
    own = Script(steps, config.period, None, None, config.rerun_commands, config.station)
    return [own, *config.script] if steps else config.script


# Rules and commands in several versions.


def is_fine_elsewhere(
    config: Config, rule: Rule[Answer], version: Version, below: Callable[[Version], Replies]
) -> bool:
    """Whether a rule concerns another version that the mock speaks, and its reply is valid there."""
    others = [other for other in spoken(config) if other is not version]
    return any(concerns(rule, other) and not broken(below(other), rule, other) for other in others)


def respelt(rule: Rule[Answer], version: Version) -> Rule[Answer]:
    """Return a rule with its error code in the spelling of a version; any other text stays as it is."""
    refusal, framing = rule.then, version.framing
    if not isinstance(refusal, Refusal) or refusal.code not in CODES or refusal.code in framing.codes:
        return rule
    return records.replace(rule, then=records.replace(refusal, code=framing.spelled(ErrorCode(refusal.code))))


def spoken(config: Config) -> Sequence[Version]:
    """Return the versions of OCPP in the settings, the preferred one first.

    The result changes if a version is registered.
    """
    return [version for version in versions() if config.ocpp is None or version.name in config.ocpp]


def concerns(rule: Rule[Any], version: Version) -> bool:
    """Whether stations of a version may send or receive the messages that a rule matches."""
    match = rule.match
    if match.version not in ("", version.name):
        return False
    action = match.action.removesuffix(COMMAND)
    if action.startswith(ANY):
        return True
    return action in version.actions and _has_paths(version, f"{action}Request", match.conditions)


def _has_paths(version: Version, name: str, conditions: Sequence[Condition]) -> bool:
    """Whether the schema `name` of a version has the paths of all conditions."""
    try:
        for each in conditions:
            version.schemas.node(name, each.path)
    except ValueError:
        return False
    return True


def broken(below: Replies, rule: Rule[Answer], version: Version) -> str:
    """Return how the reply of a rule breaks the schema of the answer in a version; empty if it does not.

    below: the answers that the rule lies over, see `Layering.below`.
    """
    if isinstance(rule.then, Refusal) or rule.then.is_raw or not concerns(rule, version):
        return ""
    if rule.match.action != ANY:
        return _broken_answer(below, rule, version)
    rows = version.actions.items()
    actions_ = [action for action, row in rows if row.sent_by(Sender.STATION) and not row.is_send]
    named = [records.replace(rule, match=records.replace(rule.match, action=action)) for action in actions_]
    wrong = list(filter(None, (_broken_answer(below, each, version) for each in named)))
    return f"{wrong[0]} (and so do {len(wrong) - 1} others)" if len(wrong) > 1 else "".join(wrong)


def _broken_answer(below: Replies, rule: Rule[Answer], version: Version) -> str:
    """Return how the reply of a rule breaks the schema of the answer to its action."""
    action, request = rule.match.action, sample_request(rule.match, version)
    context = records.replace(sample_of(version), request=request)
    default = below.answer(Call("id", action, request), None, context).message
    if isinstance(default, Result) and isinstance(rule.then, Reply):
        violations = version.schemas.response_violations(action, merge(default.payload, rule.then.payload(context)))
        if violations:
            return f"the answer breaks the schema of {action}Response: {violations[0]}"
    return ""

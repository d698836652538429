"""Turns the settings into objects of the mock: layers of rules, admission policies, commands and payloads."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from functools import reduce
from typing import TYPE_CHECKING, Any

from mock_csms.behavior.admission import AdmissionPolicies
from mock_csms.behavior.commands import Script, Step
from mock_csms.behavior.dialect import Fill
from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.presets import network_rules
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import ANY, Answer, Counts, Refusal, Reply, Rule, RuleBook, Spoil, Then
from mock_csms.behavior.templates import SAMPLE, Template, compile_template, escape, merge
from mock_csms.protocol import records
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.versions import Version, actions, version_with, versions
from mock_csms.settings import Config
from mock_csms.settings.control import refuse_open_api
from mock_csms.settings.flags import flag_of, option
from mock_csms.settings.tables import Rules, check_payload, nested, sample_request

if TYPE_CHECKING:
    from mock_csms.conformance.facts.station import Terms
    from mock_csms.conformance.subject import Check


def layers(config: Config, version: Version, counts: Counts | None = None) -> Sequence[RuleBook[Answer]]:
    """Return the rules of all settings for a version: a layer for each setting; later ones override earlier ones."""
    dialect = dialect_of(version)
    makers = {
        setting.name: flag_of(setting).rules for setting in fields(config) if _is_on(getattr(config, setting.name))
    }
    return [RuleBook(_with_ids(name, make(config, dialect)), counts) for name, make in makers.items() if make]


def faults(config: Config, counts: Counts | None = None) -> RuleBook[Spoil]:
    """Return the rules that spoil outgoing messages: the faults that users wrote, then the network faults."""
    return RuleBook([*_with_ids("fault", config.rule.faults), *network(config)], counts)


def network(config: Config) -> Sequence[Rule[Spoil]]:
    """Return the rules for every message in both directions: --latency and --loss."""
    return tuple(network_rules(config.latency, config.loss)) if config.latency or config.loss else ()


def slack(config: Config) -> float:
    """Return how many seconds --latency adds at most to a message and its answer."""
    return 2 * (config.latency.seconds + config.latency.jitter) if config.latency else 0.0


def _with_ids(setting: str, rules: Iterable[Rule[Then]]) -> Iterator[Rule[Then]]:
    """Give the rules without an id one: the setting, and the number of the rule."""
    for number, rule in enumerate(rules, start=1):
        yield rule if rule.id else records.replace(rule, id=f"{setting} {number}")


def _is_on(value: Any) -> bool:
    """Whether a setting has a value; 0 is one."""
    return not (value is None or value is False or value == ())


def defaults(config: Config, version: Version) -> Mapping[str, Template]:
    """Return the default answer to each action of stations, for when no rule matches."""
    fills = _fills(config, version)
    templates = {
        action: compile_template(_with_settings(fills, action, row.response))
        for action, row in version.actions.items()
        if row.sent_by(Sender.STATION)
    }
    return templates | {action: add(templates[action]) for action, add in dialect_of(version).additions.items()}


def policies(config: Config) -> AdmissionPolicies:
    """Return the policies that decide which stations are let in."""
    return AdmissionPolicies(
        refusals=config.refuse,
        cuts=config.disconnect_after,
        known=config.known_stations,
        passwords=config.basic_auth,
        origins=config.allow_origin or (),
        close_on_mismatch=config.on_subprotocol_mismatch == "close",
        keep_old=config.on_duplicate == "old",
    )


def inspection(config: Config) -> "tuple[Sequence[Check], Terms]":
    """Return the checks for the stations, and the terms by which they judge."""
    from mock_csms.conformance.selection import select  # noqa: PLC0415 - the start need not wait for the checks

    return select(config.checks), _terms(config)


def _terms(config: Config) -> "Terms":
    """Return the terms of the checks; they allow for the delays that the mock itself causes."""
    from mock_csms.conformance.facts.station import Terms  # noqa: PLC0415 - the start need not wait for the checks

    late = slack(config)
    return Terms(config.tolerance + late, config.call_timeout + late, config.clock_offset, config.basic_auth)


def payloads(config: Config) -> Iterator[Any]:
    """Yield the JSON that users wrote for messages, so that others can look for secrets in it."""
    yield from (step.payload for script in scripts(config) for step in script.steps)
    yield from (_fills(config, version) for version in versions())
    yield [*(rule.name for rule in config.rule.answers), *(rule.name for rule in config.rule.faults)]


def scripts(config: Config) -> Sequence[Script]:
    """Return the scripts of commands: those of flags, then those of files."""
    pairs = config.commands
    if config.command:
        pairs = ((config.command, config.period or config.delay or 0.0),)
    raw = config.payload_raw
    payload = raw.value if raw else config.payload or {}
    steps = tuple(Step(action, payload, delay, raw is not None) for action, delay in pairs)
    own = Script(steps, config.period, None, None, config.rerun_commands, config.station)
    return [own, *config.script] if steps else config.script


def command_payload(config: Config, step: Step, version: Version) -> Template:
    """Return the template of a command's payload in a version: its row, then the settings, then the step's payload.

    A raw payload replaces all of these.
    """
    if step.is_raw:
        return compile_template(step.payload)
    row = version.actions[step.action]
    return compile_template(merge(_with_settings(_fills(config, version), step.action, row.request), step.payload))


def default_requests(config: Config, version: Version) -> Mapping[str, Json]:
    """Return the default payload of each call in a version: its row, then the settings. It may have placeholders."""
    fills = _fills(config, version)
    return {action: _with_settings(fills, action, row.request) for action, row in version.actions.items()}


def _fills(config: Config, version: Version) -> Mapping[str, Sequence[Json]]:
    """Return, by action, the JSON that the settings merge into the default payload in a version."""
    own, found = dialect_of(version).fills, defaultdict[str, list[Json]](list)
    for setting in fields(config):
        flag, value = flag_of(setting), getattr(config, setting.name)
        fill = own.get(setting.name) or Fill(flag.sets)
        for place in fill.places if value is not None else ():
            action, *path = place.split(".")
            template = flag.written(value) if flag.written else escape(fill.written(value))
            found[action].append(nested(path, template))
    return found


def _with_settings(fills: Mapping[str, Sequence[Json]], action: str, payload: Json) -> Json:
    """Return the default payload of an action after the settings for it are merged in."""
    return reduce(merge, fills.get(action, ()), payload)


def check(config: Config) -> Sequence[str]:
    """Return warnings about answers that break OCPP, which the mock must be able to send.

    Raises ValueError for a command whose payload has an unknown placeholder or breaks its schema, and for an API that
    other machines reach without a token.
    """
    refuse_open_api(config)
    for script in scripts(config):
        for step in script.steps:
            given = next((name for name in ("payload", "payload_raw") if getattr(config, name) is not None), "")
            where = option(given) if given else f"the payload of {step.action}"
            try:
                template = command_payload(config, step, version_with(step.action))
                if not step.is_raw:
                    check_payload(step.action, template, script.on)
            except ValueError as error:
                raise ValueError(f"{where}: {error}") from None
    return warnings(config, config.rule)


def warnings(config: Config, rules: Rules) -> Sequence[str]:
    """Return how the answers of rules over these settings break OCPP."""
    if not rules.answers:
        return []
    below = replace(config, rule=Rules(), offline=False, require_boot=False)
    replies = {
        version: Replies(defaults(below, version), layers(below, version), None, dialect_of(version))
        for version in versions()
    }
    return [warning for rule in rules.answers for warning in _warnings(rule, replies)]


def _warnings(rule: Rule[Answer], below: Mapping[Version, Replies]) -> Sequence[str]:
    """Return warnings if the answer of a rule, merged into the answer `below` it, breaks OCPP."""
    if isinstance(rule.then, Refusal):
        code, known = rule.then.code, [code for version in versions() for code in version.framing.codes]
        return (
            []
            if code in known
            else [f"{rule.name}: {code!r} is not an error code of OCPP-J{did_you_mean(code, known)}"]
        )
    if rule.then.is_raw:
        return []
    if rule.match.action != ANY:
        return list(_broken(rule.match.action, rule, below))
    broken = [told for action in actions(Sender.STATION) for told in _broken(action, rule, below)]
    return [f"{broken[0]} (and so do {len(broken) - 1} others)" if len(broken) > 1 else told for told in broken[:1]]


def _broken(action: str, rule: Rule[Answer], below: Mapping[Version, Replies]) -> Iterator[str]:
    """Yield the violations if the reply of a rule breaks the schema of the answer to an action."""
    version, match = version_with(action), records.replace(rule.match, action=action)
    request = sample_request(match)
    context = records.replace(SAMPLE, request=request)
    default = below[version].answer(Call("id", action, request), None, context).message
    if isinstance(default, Result) and isinstance(rule.then, Reply):
        answer = merge(default.payload, rule.then.payload(context))
        violations = version.schemas.response_violations(action, answer)
        if violations:
            yield f"{rule.name}: the answer breaks the schema of {action}Response: {violations[0]}"

"""What the settings amount to: the layers of rules, who is let in, and the commands with their payloads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from mock_csms.behavior.admission import AdmissionPolicies
from mock_csms.behavior.authorization import with_certificate_status
from mock_csms.behavior.commands import Script, Step
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
from mock_csms.settings.flags import flag_of, option
from mock_csms.settings.tables import Rules, check_payload, nested, sample_request

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Terms
    from mock_csms.conformance.subject import Check


def layers(config: Config, counts: Counts | None = None) -> Sequence[RuleBook[Answer]]:
    """Return the rules that the settings stand for: a layer for each, a later setting over an earlier one."""
    makers = {
        setting.name: flag_of(setting).rules for setting in fields(config) if _is_on(getattr(config, setting.name))
    }
    return [RuleBook(_with_ids(name, make(config)), counts) for name, make in makers.items() if make]


def faults(config: Config, counts: Counts | None = None) -> RuleBook[Spoil]:
    """Return what spoils messages on their way out: the faults that users wrote, then the network."""
    return RuleBook([*_with_ids("fault", config.rule.faults), *network(config)], counts)


def network(config: Config) -> Sequence[Rule[Spoil]]:
    """Return what happens to every message, both ways."""
    return tuple(network_rules(config.latency, config.loss)) if config.latency or config.loss else ()


def slack(config: Config) -> float:
    """Return how long a message and its answer take longer because of the network, at most."""
    return 2 * (config.latency.seconds + config.latency.jitter) if config.latency else 0.0


def _with_ids(setting: str, rules: Iterable[Rule[Then]]) -> Iterator[Rule[Then]]:
    """Give ids to the rules that have none: the setting, and the place."""
    for number, rule in enumerate(rules, start=1):
        yield rule if rule.id else records.replace(rule, id=f"{setting} {number}")


def _is_on(value: Any) -> bool:
    """Whether a setting says anything; 0 does."""
    return not (value is None or value is False or value == ())


def defaults(config: Config, version: Version) -> Mapping[str, Template]:
    """Return what is answered to each action of stations where no rule says otherwise."""
    templates = {
        action: compile_template(_with_settings(config, action, row.response))
        for action, row in version.actions.items()
        if row.sent_by(Sender.STATION)
    }
    if "Authorize" in templates:
        templates["Authorize"] = with_certificate_status(templates["Authorize"])
    return templates


def policies(config: Config) -> AdmissionPolicies:
    """Return who is let in."""
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
    """Return which checks look at the stations, and on what terms."""
    from mock_csms.conformance.selection import select  # noqa: PLC0415 - no start waits for the checks

    return select(config.checks), _terms(config)


def _terms(config: Config) -> "Terms":
    """Return the terms of the checks: nobody is late because the mock itself delays messages."""
    from mock_csms.conformance.facts import Terms  # noqa: PLC0415 - no start waits for the checks

    late = slack(config)
    return Terms(config.tolerance + late, config.call_timeout + late, config.clock_offset, config.basic_auth)


def scripts(config: Config) -> Sequence[Script]:
    """Return the commands to send, and when: those of the flags, then those of the files."""
    pairs = config.commands
    if config.command:
        pairs = ((config.command, config.period or config.delay or 0.0),)
    raw = config.payload_raw
    payload = raw.value if raw else config.payload or {}
    steps = tuple(Step(action, payload, delay, raw is not None) for action, delay in pairs)
    own = Script(steps, config.period, None, None, config.rerun_commands, config.station)
    return [own, *config.script] if steps else config.script


def command_payload(config: Config, step: Step, version: Version) -> Template:
    """Return the payload of a command in a version: its row, then the settings for it, then what the step lays over it.

    A raw one is the step's alone.
    """
    if step.is_raw:
        return compile_template(step.payload)
    row = version.actions[step.action]
    return compile_template(merge(_with_settings(config, step.action, row.request), step.payload))


def _with_settings(config: Config, action: str, payload: Json) -> Json:
    """Lay the settings that `sets` names for an action over what the mock sends for it by default."""
    for setting in fields(config):
        value = getattr(config, setting.name)
        for place in flag_of(setting).sets:
            target, *path = place.split(".")
            if target == action and value is not None:
                payload = merge(payload, nested(path, escape(value)))
    return payload


def check(config: Config) -> Sequence[str]:
    """Return what is strange about the settings but can be done: a mock must be able to.

    Raises ValueError for what cannot: a command whose payload has an unknown placeholder or breaks its schema.
    """
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
    if not config.rule.answers:
        return []
    below = replace(config, rule=Rules(), offline=False, require_boot=False)
    replies = {version: Replies(defaults(below, version), layers(below)) for version in versions()}
    return [warning for rule in config.rule.answers for warning in _warnings(rule, replies)]


def _warnings(rule: Rule[Answer], below: Mapping[Version, Replies]) -> Sequence[str]:
    """Tell what a rule would send that is against the book, laid over what is answered `below` it."""
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
    """Tell how the reply of a rule breaks the schema of the answer to an action."""
    version, match = version_with(action), records.replace(rule.match, action=action)
    request = sample_request(match)
    context = records.replace(SAMPLE, request=request)
    default = below[version].answer(Call("id", action, request), None, context).message
    if isinstance(default, Result) and isinstance(rule.then, Reply):
        answer = merge(default.payload, rule.then.payload(context))
        violations = version.schemas.response_violations(action, answer)
        if violations:
            yield f"{rule.name}: the answer breaks the schema of {action}Response: {violations[0]}"

"""Turns the settings into objects of the mock: layers of rules, admission policies, commands and payloads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

from mock_csms.behavior.admission import AdmissionPolicies
from mock_csms.behavior.commands import Script, Step, step_of
from mock_csms.behavior.conditions import has_paths
from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.presets import network_rules
from mock_csms.behavior.replies import Replies
from mock_csms.behavior.rules import ANY, COMMAND, Answer, Counts, Match, Refusal, Reply, Rule, RuleBook, Spoil, Then
from mock_csms.behavior.templates import Template, compile_template, merge, sample_of
from mock_csms.protocol import records
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.messages import Call, ErrorCode, Result
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.versions import Version, versions
from mock_csms.settings import Config
from mock_csms.settings.calls import fills_of, has_calls, merged, problem_of
from mock_csms.settings.encryption import check_tls
from mock_csms.settings.flags import flag_of, option
from mock_csms.settings.tables import Rules, sample_request

if TYPE_CHECKING:
    from mock_csms.conformance.facts.station import Terms
    from mock_csms.conformance.subject import Check


_CODES = frozenset(map(str, ErrorCode))


def layers(config: Config, version: Version, counts: Counts | None = None) -> Sequence[RuleBook[Answer]]:
    """Return the rules of all settings for a version: a layer for each setting; later ones override earlier ones."""
    dialect = dialect_of(version)
    config = replace(config, rule=Rules(tuple(answers_in(config, version)), config.rule.faults))
    makers = {
        setting.name: flag_of(setting).rules for setting in fields(config) if _is_on(getattr(config, setting.name))
    }
    return [RuleBook(_with_ids(name, make(config, dialect)), counts) for name, make in makers.items() if make]


def faults(config: Config, version: Version, counts: Counts | None = None) -> RuleBook[Spoil]:
    """Return the rules that spoil outgoing messages: the faults that users wrote, then the network faults."""
    own = [rule for rule in config.rule.faults if rule.match.version in ("", version.name)]
    return RuleBook([*_with_ids("fault", own), *network(config)], counts)


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
    fills = fills_of(config, version)
    templates = {
        action: compile_template(merged(fills, action, row.response))
        for action, row in version.actions.items()
        if row.sent_by(Sender.STATION)
    }
    additions = dialect_of(version).additions.items()
    return templates | {action: add(templates[action]) for action, add in additions if action in templates}


def policies(config: Config) -> AdmissionPolicies:
    """Return the policies that decide which stations are let in."""
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


def answers_in(config: Config, version: Version) -> Iterator[Rule[Answer]]:
    """Yield the answers of users that are given to stations of a version.

    Those are all that do not name another version, but not one whose payload breaks its schema here and fits in
    another version that the mock speaks. An error code has the spelling of the version, unless the rule names that.
    """
    for rule in config.rule.answers:
        if rule.match.version == version.name:
            yield rule
        elif not rule.match.version and not (_broken(config, rule, version) and _fits_elsewhere(config, rule, version)):
            then = rule.then
            yield records.replace(rule, then=_respelt(then, version)) if isinstance(then, Refusal) else rule


def _respelt(refusal: Refusal, version: Version) -> Refusal:
    """Return a refusal with its error code as a version spells it; another text stays as it is."""
    framing = version.framing
    is_other = refusal.code in _CODES and refusal.code not in framing.codes
    return records.replace(refusal, code=framing.spelled(ErrorCode(refusal.code))) if is_other else refusal


def _is_code(text: str, version: Version) -> bool:
    """Return whether a text is an error code of a version, or of 2.0.1, from which it is respelt."""
    return text in version.framing.codes or text in _CODES


def _fits_elsewhere(config: Config, rule: Rule[Answer], version: Version) -> bool:
    others = [other for other in spoken(config) if other is not version]
    return any(_concerns(rule, other) and not _broken(config, rule, other) for other in others)


def spoken(config: Config) -> Sequence[Version]:
    """Return the versions that the mock speaks by its settings, the preferred one first; others may be added."""
    return [version for version in versions() if config.ocpp is None or version.name in config.ocpp]


def _concerns(rule: Rule[Any], version: Version) -> bool:
    """Return whether stations of a version may send, or may be sent, what a rule matches."""
    match = rule.match
    if match.version not in ("", version.name):
        return False
    action = match.action.removesuffix(COMMAND)
    if action.startswith(ANY):
        return True
    return action in version.actions and has_paths(version, f"{action}Request", match.conditions)


def _broken(config: Config, rule: Rule[Answer], version: Version) -> str:
    """Return how the reply of a rule breaks the schema of the answer in a version; empty if it does not."""
    if isinstance(rule.then, Refusal) or rule.then.is_raw or not _concerns(rule, version):
        return ""
    if rule.match.action != ANY:
        return _broken_answer(config, rule, version)
    rows = version.actions.items()
    actions_ = [action for action, row in rows if row.sent_by(Sender.STATION) and not row.is_send]
    named = [records.replace(rule, match=records.replace(rule.match, action=action)) for action in actions_]
    broken = list(filter(None, (_broken_answer(config, each, version) for each in named)))
    return f"{broken[0]} (and so do {len(broken) - 1} others)" if len(broken) > 1 else "".join(broken)


def _broken_answer(config: Config, rule: Rule[Answer], version: Version) -> str:
    """Return how the reply of a rule breaks the schema of the answer to its action."""
    action, request = rule.match.action, sample_request(rule.match, version)
    context = records.replace(sample_of(version), request=request)
    default = _below(config, version).answer(Call("id", action, request), None, context).message
    if isinstance(default, Result) and isinstance(rule.then, Reply):
        violations = version.schemas.response_violations(action, merge(default.payload, rule.then.payload(context)))
        if violations:
            return f"the answer breaks the schema of {action}Response: {violations[0]}"
    return ""


def _below(config: Config, version: Version) -> Replies:
    """Return the answers without those that users wrote."""
    below = replace(config, rule=Rules(), offline=False, require_boot=False)
    return Replies(defaults(below, version), layers(below, version), None, dialect_of(version))


def check(config: Config) -> Sequence[str]:
    """Return warnings about answers that break OCPP: a mock must be able to send them. And about rules without use.

    Raises ValueError for a command whose payload has an unknown placeholder or breaks its schema, or that none of the
    versions has.
    """
    check_tls(config, signs=bool(config.sign))
    for script in scripts(config):
        for step in script.steps:
            _check_command(config, step, script.on)
    if config.set_variables or config.get_variables:
        _check_keys(config)
    rules: Sequence[Rule[Any]] = [*config.rule.answers, *config.rule.faults]
    return [warning for rule in rules for warning in _warnings(config, rule)]


def _check_command(config: Config, step: Step, on: Match | None) -> None:
    """Raise ValueError for a command that stations of no version can get."""
    given = next((name for name in ("payload", "payload_raw") if getattr(config, name) is not None), "")
    where = option(given) if given else f"the payload of {step.action}"
    try:
        compile_template(step.payload)
        known = [version for version in spoken(config) if has_calls(step, version)]
        if step.is_raw:
            return
        if not known:
            told = next(filter(None, (version.told_elsewhere(step.action) for version in spoken(config))), "")
            names = " or ".join(version.name for version in spoken(config))
            where = step.action
            raise ValueError(told or f"OCPP {names} has no such action (--ocpp)")
        requests = {version: None if on is None else sample_request(on) for version in known}
        problems = [problem_of(config, step, version, requests[version]) for version in known]
        if all(problems):
            raise ValueError(problems[0])
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _check_keys(config: Config) -> None:
    """Raise ValueError for a variable without a component if no station can have such a configuration key."""
    if any(fill.each for version in spoken(config) for fill in dialect_of(version).fills.values()):
        return
    for name in ("set_variables", "get_variables"):
        for component, variable, *_ in getattr(config, name) or ():
            if not component:
                raise ValueError(f"{option(name)}: {variable!r} is not COMPONENT.VARIABLE")


def _warnings(config: Config, rule: Rule[Any]) -> Iterator[str]:
    """Yield what a user should know about a rule: that it has no use, or that its answer breaks OCPP."""
    concerned = [version for version in spoken(config) if _concerns(rule, version)]
    if not concerned:
        names = " or ".join(version.name for version in spoken(config))
        yield f"{rule.name}: no station can match this, because the mock speaks OCPP {names} (--ocpp)"
    elif isinstance(rule.then, Refusal):
        code = rule.then.code
        known = next((version.framing.codes for version in concerned if not _is_code(code, version)), ())
        if known:
            yield f"{rule.name}: {code!r} is not an error code of OCPP-J{did_you_mean(code, known)}"
    elif isinstance(rule.then, Reply):
        broken = {version.name: _broken(config, rule, version) for version in concerned}
        if all(broken.values()):
            yield f"{rule.name}: {broken[concerned[0].name]}"
        else:
            for name, problem in broken.items():
                if problem:
                    yield f"{rule.name}: not used for stations of OCPP {name}: {problem}"

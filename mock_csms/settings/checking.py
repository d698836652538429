"""Checks the settings together before the mock starts, for instance for rules that can never match."""

from collections.abc import Iterator, Sequence
from typing import Any

from mock_csms.behavior.commands import Step
from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.rules import Match, Refusal, Reply, Rule
from mock_csms.behavior.templates import compile_template
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.versions import Version
from mock_csms.settings import Config
from mock_csms.settings.assembly import CODES, broken, concerns, scripts, spoken
from mock_csms.settings.calls import has_calls, problem_of
from mock_csms.settings.control import refuse_open_api
from mock_csms.settings.encryption import check_tls
from mock_csms.settings.flags import option
from mock_csms.settings.layering import Below, Layering
from mock_csms.settings.tables import Rules, sample_request


def check(config: Config) -> Sequence[str]:
    """Return warnings about answers that break OCPP, which a mock may send, and about rules that can never match.

    Raises ValueError for an unknown placeholder or an invalid payload in a command, for a command that no version has,
    and for an API without a token that other machines can reach.
    """
    refuse_open_api(config)
    check_tls(config, signs=bool(config.sign))
    if config.ocpi_peer is not None and config.ocpi_peer_token is None:
        raise ValueError(f"{option('ocpi_peer')} needs {option('ocpi_peer_token')}")
    for script in scripts(config):
        for step in script.steps:
            _check_command(config, step, script.on)
    if config.set_variables or config.get_variables:
        _check_keys(config)
    if config.ocpp is not None:
        _check_names(config, spoken(config))
        _check_tokens(config, spoken(config))
    return [*_lengths(config), *warnings(config, config.rule)]


def warnings(config: Config, rules: Rules, below: Below | None = None) -> Sequence[str]:
    """Return warnings about rules over these settings: rules that can never match, and answers that break OCPP.

    below: what the rules lie over, if it is made already.
    """
    all_rules: Sequence[Rule[Any]] = [*rules.answers, *rules.faults]
    below = below or Layering(config).below
    return [warning for rule in all_rules for warning in _warnings(config, rule, below)]


def _check_command(config: Config, step: Step, on: Match | None) -> None:
    """Raise ValueError for a command that no station can get, in any version."""
    given = next((name for name in ("payload", "payload_raw") if getattr(config, name) is not None), "")
    where = option(given) if given else f"the payload of {step.action}"
    try:
        compile_template(step.payload)
        known = [version for version in spoken(config) if has_calls(step, version)]
        if step.is_raw:
            return
        if not known:
            where = "a command"
            raise ValueError(_lacking(step.action, spoken(config)))
        requests = {version: None if on is None else sample_request(on) for version in known}
        problems = [problem_of(config, step, version, requests[version]) for version in known]
        if all(problems):
            raise ValueError(problems[0])
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from None


def _check_names(config: Config, its: Sequence[Version]) -> None:
    """Raise ValueError for an action in --expect, --forbid or --validation that no version of the mock has."""
    for name in ("expect", "forbid"):
        for each in getattr(config, name):
            if not any(each.is_in(version) for version in its):
                raise ValueError(f"{option(name)}: {_lacking(each.name, its)}")
    for action in config.validate.by_action:
        if not any(action in version.actions for version in its):
            raise ValueError(f"--validate: {_lacking(action, its)}")


def _check_tokens(config: Config, its: Sequence[Version]) -> None:
    """Raise ValueError for a token that is too long in all versions of the mock."""
    longest = max(dialect_of(version).longest_token() for version in its)
    of_tables = [each or "" for token in config.token for each in (token.id, token.group)]
    for name, given in (("auth_group_id", [config.auth_group_id or ""]), ("token", of_tables)):
        if wrong := [each for each in given if len(each) > longest]:
            names = " or ".join(version.name for version in its)
            raise ValueError(f"{option(name)}: {wrong[0]!r} is longer than {longest} characters (OCPP {names})")


def _lengths(config: Config) -> Iterator[str]:
    """Yield a warning for each version in which the group of --auth-group-id is too long, and therefore not used."""
    group = config.auth_group_id or ""
    for version in spoken(config) if group else ():
        limit = dialect_of(version).longest_token()
        if len(group) > limit:
            problem = f"{group!r} is longer than {limit} characters"
            yield f"--auth-group-id: not used for stations of OCPP {version.name}: {problem}"


def _lacking(name: str, its: Sequence[Version]) -> str:
    """Return the sentence that no version of the mock has an action, with a hint what was probably meant."""
    hint = next(filter(None, (version.elsewhere_hint(name.partition(".")[0]) for version in its)), "")
    names = " or ".join(version.name for version in its)
    return hint or f"{name} cannot match anything: the mock speaks OCPP {names} (--ocpp)"


def _check_keys(config: Config) -> None:
    """Raise ValueError for a variable without a component if no station can have such a configuration key."""
    if any(fill.each for version in spoken(config) for fill in dialect_of(version).fills.values()):
        return
    for name in ("set_variables", "get_variables"):
        for component, variable, *_ in getattr(config, name) or ():
            if not component:
                raise ValueError(f"{option(name)}: {variable!r} is not COMPONENT.VARIABLE")


def _warnings(config: Config, rule: Rule[Any], below: Below) -> Iterator[str]:
    """Yield what a user should know about a rule: that it has no use, or that its answer breaks OCPP.

    below: returns the answers of a version that the rules lie over.
    """
    concerned = [version for version in spoken(config) if concerns(rule, version)]
    if not concerned:
        yield f"{rule.name}: {_lacking(rule.match.action, spoken(config))}"
    elif isinstance(rule.then, Refusal):
        code = rule.then.code
        known = next((version.framing.codes for version in concerned if not _is_code(code, version)), ())
        if known:
            yield f"{rule.name}: {code!r} is not an error code of OCPP-J{did_you_mean(code, known)}"
    elif isinstance(rule.then, Reply):
        problems = {version.name: broken(below(version), rule, version) for version in concerned}
        if all(problems.values()):
            yield f"{rule.name}: {problems[concerned[0].name]}"
        else:
            for name, problem in problems.items():
                if problem:
                    yield f"{rule.name}: not used for stations of OCPP {name}: {problem}"


def _is_code(text: str, version: Version) -> bool:
    """Whether a text is an error code of a version, or one of 2.0.1, which is converted to the version's spelling."""
    return text in version.framing.codes or text in CODES

"""The calls that the mock sends for a command in each version of OCPP, with their payloads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import fields
from functools import reduce
from typing import Any

from mock_csms.behavior.commands import Step
from mock_csms.behavior.dialect import Fill
from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.templates import Context, Template, compile_template, escape, merge, sample_of
from mock_csms.protocol import records
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.records import Record
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import Version, versions
from mock_csms.settings import Config
from mock_csms.settings.flags import flag_of
from mock_csms.settings.tables import nested


class Planned(Record):
    """A call for a command in one version."""

    action: str
    payload: Template


def calls(config: Config, step: Step, version: Version, request: Any = None) -> Sequence[Planned]:
    """Return the calls for a command in a version, in order; none if the version has no such call.

    If the payload is invalid in this version but valid in another one, the command is meant for the other one, and
    there are no calls. `request` is the payload that `{{request.…}}` refers to.
    """
    if step.version not in ("", version.name):
        return ()
    if step.is_raw:
        return [Planned(step.action, compile_template(step.payload))]
    context = records.replace(sample_of(version), request=request)
    all_plans = [_plan(config, replacement, version) for replacement in _of_version(step, version)]
    for plan in all_plans:
        if not _violations(plan, version, context):
            return plan
    return () if not all_plans or fits_elsewhere(config, step, version, context) else all_plans[0]


def fits_elsewhere(config: Config, step: Step, version: Version, context: Context) -> bool:
    """Whether the payload of a command is valid in another version than this one."""
    return any(
        not _violations(_plan(config, replacement, other), other, context)
        for other in versions()
        if other is not version
        for replacement in _of_version(step, other)
    )


def problem_of(config: Config, step: Step, version: Version, request: Any = None) -> str:
    """Return how the payload of a command breaks its schema in a version; empty if it is valid."""
    context, problem = records.replace(sample_of(version), request=request), ""
    for replacement in _of_version(step, version):
        plan = _plan(config, replacement, version)
        violations = _violations(plan, version, context)
        if not violations:
            return ""
        problem = problem or f"the payload breaks the schema of {plan[0].action}Request: {violations[0]}"
    return problem


def unfit(config: Config, step: Step, version: Version, identity: str) -> str:
    """Return why a command cannot be sent to a station of that version."""
    if step.version not in ("", version.name):
        return f"it is meant for OCPP {step.version}, and {identity} speaks OCPP {version.name}"
    problem = f"OCPP {version.name}, which {identity} speaks, has no such action"
    return problem_of(config, step, version) if has_calls(step, version) else problem


def has_calls(step: Step, version: Version) -> bool:
    """Return whether a version has an action for a command, under the same or another name."""
    return step.version in ("", version.name) and bool(_of_version(step, version))


def _of_version(step: Step, version: Version) -> Sequence[Step]:
    """Return the actions of a version for a command, the preferred one first.

    It is the action of the command, or actions with other names.
    """
    names = dialect_of(version).commands.get(step.action, (step.action,))
    rows = [(name, version.actions.get(name)) for name in names]
    return [records.replace(step, action=name) for name, row in rows if row and row.sent_by(Sender.CSMS)]


def _plan(config: Config, step: Step, version: Version) -> Sequence[Planned]:
    """Return the calls of one action.

    Their payload is merged from the row, the settings and the payload of the step.
    """
    fills = fills_of(config, version)
    base = merged(fills, step.action, version.actions[step.action].request)
    add = dialect_of(version).additions.get(step.action)
    items = _items(config, step.action, version) or ({},)
    payloads = [merge(merge(base, item), step.payload) for item in items]
    templates = [compile_template(payload) for payload in payloads]
    return [Planned(step.action, _extended(add(template), step.payload) if add else template) for template in templates]


def _extended(template: Template, payload: Any) -> Template:
    """Return a template that merges the payload of a step over the result of another template."""
    given = compile_template(payload)
    return lambda context: merge(template(context), given(context))


def _items(config: Config, action: str, version: Version) -> Sequence[Json]:
    """Return a call for each value of a setting with a list of values; none if no such setting is for the action."""
    for name, fill in dialect_of(version).fills.items():
        value = getattr(config, name)
        if fill.each and action in fill.places and value is not None:
            return [escape(fill.written(item)) for item in value]
    return ()


def _violations(plan: Sequence[Planned], version: Version, context: Context) -> Sequence[Violation]:
    schemas = version.schemas
    found = [schemas.request_violations(planned.action, planned.payload(context)) for planned in plan]
    return next(filter(None, found), ())


def command_payload(config: Config, step: Step, version: Version) -> Template:
    """Return the template for the payload of a command in a version. For several calls it is that of the first one."""
    return compile_template(step.payload) if step.is_raw else _plan(config, step, version)[0].payload


def default_requests(config: Config, version: Version) -> Mapping[str, Json]:
    """Return the default payload of each call in a version, merged from its row and the settings.

    It may have placeholders.
    """
    fills = fills_of(config, version)
    return {action: merged(fills, action, row.request) for action, row in version.actions.items()}


def fills_of(config: Config, version: Version) -> Mapping[str, Sequence[Json]]:
    """By action: the JSON that the settings merge into the default payload in a version."""
    own, found = dialect_of(version).fills, defaultdict[str, list[Json]](list)
    for setting in fields(config):
        flag, value = flag_of(setting), getattr(config, setting.name)
        fill = own.get(setting.name) or Fill(flag.sets)
        for place in fill.places if value is not None and not fill.each else ():
            action, *path = place.split(".")
            template = flag.written(value) if flag.written else escape(fill.written(value))
            found[action].append(nested(path, template))
    return found


def merged(fills: Mapping[str, Sequence[Json]], action: str, payload: Json) -> Json:
    """Return the default payload of an action, with the settings for the action merged in."""
    return reduce(merge, fills.get(action, ()), payload)

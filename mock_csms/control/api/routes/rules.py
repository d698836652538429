"""The endpoints for rules and scripts of commands. Their bodies are tables of configuration files."""

import asyncio
from typing import Any

from mock_csms.behavior.rules import Rule
from mock_csms.control.api.contract.rules import (
    AddQuery,
    OrderBody,
    RuleAdded,
    RuleBody,
    RuleRow,
    ScriptBody,
    ScriptRow,
    ScriptStarted,
)
from mock_csms.control.api.request import ApiRequest
from mock_csms.control.panel import Panel
from mock_csms.control.tuning import refuse_files_in
from mock_csms.protocol.records import UNSET, Record, fields_of
from mock_csms.settings import checking, tables

_SLICE = 50
"""How many rules are described before the loop may do something else."""


def table_of(body: Record) -> dict[str, Any]:
    """Return a body as the table of a configuration file. Raises ValueError if the table names a file."""
    names = {each.encode_name: getattr(body, each.name) for each in fields_of(body)}
    table = {name: value for name, value in names.items() if value is not UNSET}
    refuse_files_in(table)
    return table


def _row(panel: Panel, rule: Rule[Any]) -> RuleRow:
    rulebase, times = panel.csms.rulebase, rule.match.times
    left = {station: max(0, times - uses) for station, uses in rulebase.uses(rule.id).items()} if times else {}
    return RuleRow(
        rule.id,
        "answer" if rulebase.is_answer(rule) else "fault",
        panel.secrets.value(dict(rule.table)),
        rulebase.is_added(rule),
        rulebase.hits(rule.id),
        times,
        left,
    )


async def list_rules(asked: ApiRequest[Any, Any]) -> list[RuleRow]:
    """Return the rules that users wrote."""
    rows = []
    for number, rule in enumerate(asked.panel.csms.rulebase.rules, start=1):
        rows.append(_row(asked.panel, rule))
        if number % _SLICE == 0:
            await asyncio.sleep(0)
    return rows


def add_rule(asked: ApiRequest[AddQuery, RuleBody]) -> RuleAdded:
    """Add a rule."""
    panel, table = asked.panel, table_of(asked.body)
    ids = panel.csms.rulebase.add(table, asked.query.at)
    panel.secrets.learn([" ".join(map(str, table.values())), table])
    return RuleAdded(ids[0], list(ids), [*map(panel.records.mask, _warnings(panel, ids))])


def _warnings(panel: Panel, ids: Any) -> list[str]:
    """Return a warning for each new rule whose answer breaks OCPP."""
    config = panel.csms.config
    fresh = tables.Rules(tuple(rule for rule in config.rule.answers if rule.id in ids))
    return list(checking.warnings(config, fresh, panel.csms.rulebase.below))


async def order_rules(asked: ApiRequest[None, OrderBody]) -> list[RuleRow]:
    """Change the order of the rules."""
    asked.panel.csms.rulebase.order(asked.body.order)
    return await list_rules(asked)


def read_rule(asked: ApiRequest[None, None]) -> RuleRow:
    """Return one rule."""
    return _row(asked.panel, asked.panel.csms.rulebase.find(asked.place["rule"]))


def change_rule(asked: ApiRequest[None, RuleBody]) -> RuleRow:
    """Replace a rule."""
    rulebase, id_, table = asked.panel.csms.rulebase, asked.place["rule"], table_of(asked.body)
    rulebase.change(id_, table)
    asked.panel.secrets.learn([" ".join(map(str, table.values())), table])
    return _row(asked.panel, rulebase.find(id_))


def remove_rule(asked: ApiRequest[None, None]) -> None:
    """Remove a rule."""
    asked.panel.csms.rulebase.remove(asked.place["rule"])


def list_scripts(asked: ApiRequest[None, None]) -> list[ScriptRow]:
    """Return the scripts that run."""
    return [
        ScriptRow(id_, [step.action for step in each.steps], each.stations, each.period, each.repeat)
        for id_, each in asked.panel.schedule.scripts.items()
    ]


def start_script(asked: ApiRequest[None, ScriptBody]) -> ScriptStarted:
    """Start a script."""
    table = table_of(asked.body)
    [script] = tables.scripts([table])
    asked.panel.secrets.learn([step.payload for step in script.steps])
    return ScriptStarted(asked.panel.schedule.start(script))


def stop_script(asked: ApiRequest[None, None]) -> None:
    """Stop a script."""
    asked.panel.schedule.stop(asked.place["script"])

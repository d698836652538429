"""The endpoints for transactions, findings, checks, expectations and verdicts."""

import asyncio
from collections.abc import Sequence
from operator import itemgetter
from typing import Any

from mock_csms.behavior.templates import rfc3339
from mock_csms.control.api.contract.judging import (
    CaseRow,
    CheckRow,
    ExpectationBody,
    ExpectationRow,
    FindingRow,
    FindingsQuery,
    SessionRow,
    SessionsQuery,
    VerdictNow,
    VerdictQuery,
)
from mock_csms.control.api.request import ApiRequest, Content
from mock_csms.control.panel import Panel
from mock_csms.protocol.identifiers import matches
from mock_csms.protocol.records import replace
from mock_csms.runtime import clock
from mock_csms.twin.events import Severity
from mock_csms.twin.transactions import Transaction
from mock_csms.twin.v2.energy import TOKEN_PATH, energy_of, token_of
from mock_csms.watch.expecting import ExpectationSet
from mock_csms.watch.findings import FindingCount
from mock_csms.watch.junit import JUnitCase, junit

_SLICE = 100
"""How many rows are made before other tasks may run."""


async def list_sessions(asked: ApiRequest[SessionsQuery, None]) -> list[SessionRow]:
    """Return the transactions of all stations."""
    panel, query, rows = asked.panel, asked.query, list[SessionRow]()
    for number, identity in enumerate([each for each in panel.csms.stations if matches(each, query.station)], start=1):
        if number % _SLICE == 0:
            await asyncio.sleep(0)
        station = panel.csms.stations.get(identity)
        if station is None or station.twin is None:
            continue
        for transaction in [*station.twin.transactions.by_id.values()]:
            if query.active in (None, transaction.is_open):
                rows.append(_session(panel, identity, transaction))
                if len(rows) % _SLICE == 0:
                    await asyncio.sleep(0)
    rows.sort(key=lambda row: row.updated)
    return rows[-query.limit :]


def _session(panel: Panel, identity: str, transaction: Transaction) -> SessionRow:
    token = token_of(transaction)
    return SessionRow(
        identity,
        panel.records.mask(transaction.id),
        transaction.is_open,
        transaction.evse,
        transaction.connector,
        token and panel.secrets.at(TOKEN_PATH, token),
        transaction.charging_state,
        energy_of(transaction),
        transaction.cost,
        transaction.started,
        transaction.ended,
        transaction.stamp,
        transaction.reason,
        [*transaction.gaps],
    )


async def list_findings(asked: ApiRequest[FindingsQuery, None]) -> list[FindingRow]:
    """Return the findings by station and check."""
    query, findings, rows = asked.query, asked.panel.findings, list[FindingRow]()
    least = Severity(query.severity).rank
    for number, ((station, check), count) in enumerate(sorted(findings.counts.items(), key=itemgetter(0)), start=1):
        if matches(station, query.station) and count.severity.rank >= least and query.check in ("", check):
            rows.append(_finding(station, check, count, is_expected=findings.is_expected(station, check)))
        if number % _SLICE == 0:
            await asyncio.sleep(0)
    return rows


def _finding(station: str, check: str, count: FindingCount, *, is_expected: bool) -> FindingRow:
    severity, messages = str(count.severity), list(count.messages)
    return FindingRow(station, check, count.requirement, severity, is_expected, count.problem, count.times, messages)


async def list_checks(asked: ApiRequest[None, None]) -> list[CheckRow]:
    """Return the conformance checks."""
    return await asyncio.to_thread(_checks, asked.panel)  # the first call loads the table of checks


def _checks(panel: Panel) -> list[CheckRow]:
    from mock_csms.conformance.catalogue import CHECKS  # noqa: PLC0415 - no start waits for it
    from mock_csms.conformance.selection import select  # noqa: PLC0415 - as above

    config, times = panel.csms.config, dict[str, int]()
    for (_, check), count in [*panel.findings.counts.items()]:
        times[check] = times.get(check, 0) + count.times
    selected, exercised = {check.id for check in select(config.checks)}, panel.csms.exercised
    return [
        CheckRow(
            check.id,
            check.title,
            check.requirement,
            str(check.severity),
            check.subject,
            check.id in selected,
            check.id in exercised if config.fail_on_findings else None,
            times.get(check.id, 0),
        )
        for check in CHECKS.values()
    ]


# Expectations.


def _row(those: ExpectationSet) -> ExpectationRow:
    expect, forbid = ([each.text for each in part] for part in (those.judge.expected, those.judge.forbidden))
    return ExpectationRow(
        those.id, expect, forbid, those.in_order, those.stations, those.judge.has_seen_any and those.judge.is_satisfied
    )


def list_expectations(asked: ApiRequest[None, None]) -> list[ExpectationRow]:
    """Return the expectations that were added at run time."""
    return [*map(_row, asked.panel.expectations.sets.values())]


def expect(asked: ApiRequest[None, ExpectationBody]) -> ExpectationRow:
    """Add expectations for events from now on."""
    body, panel = asked.body, asked.panel
    connected = {identity: session.version for identity, session in panel.csms.sessions.items()}
    made = panel.expectations.add(body.expect, body.forbid, connected, in_order=body.in_order, stations=body.stations)
    return _row(made)


def remove_expectation(asked: ApiRequest[None, None]) -> None:
    """Remove expectations."""
    asked.panel.expectations.remove(asked.place["expectation"])


# The verdict.


async def read_verdict(asked: ApiRequest[VerdictQuery, None]) -> VerdictNow | Content:
    """Judge the run so far."""
    panel, query = asked.panel, asked.query
    makers, status = panel.judgement.makers(), panel.judgement.status
    if query.id:
        those = panel.expectations.find(query.id)
        makers, status = {those.name: those.cases}, those.status
    masked: dict[str, list[JUnitCase]] = {name: [] for name in makers}
    for suite, make in makers.items():
        await asyncio.sleep(0)
        for number, case in enumerate(make(), start=1):
            masked[suite].append(await _masked(panel, case))
            if number % _SLICE == 0:
                await asyncio.sleep(0)
    if query.format == "junit":
        times = rfc3339(panel.since), clock.now() - panel.since
        return Content(await asyncio.to_thread(junit, masked, *times), "application/xml")
    rows = [_case(suite, case) for suite, those in masked.items() for case in those]
    return VerdictNow(int(status) == 0, int(status), rows)


async def _masked(panel: Panel, case: JUnitCase) -> JUnitCase:
    """Return a case as people may see it; the details have a line for each station."""
    lines, details = case.details.splitlines(keepends=True), ""
    for begin in range(0, len(lines), _SLICE):
        details += panel.records.mask("".join(lines[begin : begin + _SLICE]))
        await asyncio.sleep(0)
    others = [name for name in case.__struct_fields__ if name != "details"]
    return replace(case, details=details, **{name: panel.records.mask(getattr(case, name)) for name in others})


def _case(suite: str, case: JUnitCase) -> CaseRow:
    outcomes: Sequence[tuple[Any, str]] = (
        ("failed", case.failure),
        ("error", case.error),
        ("skipped", case.skipped),
        ("passed", ""),
    )
    outcome, text = next(pair for pair in outcomes if pair[1] or pair[0] == "passed")
    return CaseRow(suite, case.name, outcome, text, case.details)

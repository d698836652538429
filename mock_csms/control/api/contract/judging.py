"""The endpoints for transactions, findings, checks, expectations, verdicts and actions."""

from typing import Annotated, Any, Literal

from mock_csms.control.api.operation import PREFIX, Fields, Operation, about
from mock_csms.protocol.records import Record

_EXPECTATIONS, _ACTIONS = f"{PREFIX}/expectations", f"{PREFIX}/actions"
_NO_EXPECTATION = "there is no such expectation"


class SessionsQuery(Fields):
    """Selects transactions."""

    active: Annotated[bool | None, about("true: only running ones; false: only ended ones")] = None
    station: Annotated[str, about("a pattern for the identity; * and ? are wildcards")] = "*"
    limit: Annotated[int, about("the most transactions to return, the latest ones", ge=1, le=10_000)] = 1000


class SessionRow(Record):
    """A transaction, as the station reported it."""

    station: str
    transaction: str
    active: bool
    evse: int | None
    connector: int | None
    token: str | None
    charging_state: str | None
    energy: Annotated[float | None, about("Wh from its first to its last register; null if it reported none")]
    cost: Annotated[float | None, about("the last cost that the mock has sent")]
    started: Annotated[str | None, about("the timestamp of its start; null if no start was reported")]
    ended: Annotated[str | None, about("the timestamp of its end")]
    updated: Annotated[str, about("the timestamp of its last event")]
    reason: Annotated[str | None, about("why it ended")]
    missing: Annotated[list[tuple[int, int]], about("the first and the last number of events that did not come")]


class FindingsQuery(Fields):
    """Selects findings."""

    station: Annotated[str, about("a pattern for the identity; * and ? are wildcards")] = "*"
    severity: Annotated[Literal["info", "warning", "error"], about("only those with at least this severity")] = "info"
    check: Annotated[str, about("only those of this check")] = ""


class FindingRow(Record):
    """The findings of one check about one station."""

    station: str
    check: str
    requirement: str
    severity: Annotated[str, about("the highest severity of them")]
    expected: Annotated[bool, about("whether --expected-findings lists it")]
    problem: Annotated[str, about("the text of the first finding")]
    times: int
    messages: Annotated[list[str], about("the ids of the first messages concerned")]


class CheckRow(Record):
    """A conformance check."""

    id: str
    title: str
    requirement: str
    severity: str
    subject: str
    selected: Annotated[bool, about("whether --checks selects it")]
    exercised: Annotated[bool | None, about("whether it has judged anything; null without --fail-on-findings")]
    findings: int


class ExpectationBody(Fields):
    """Events that must happen from now on, and events that must not."""

    expect: Annotated[tuple[str, ...], about("as after --expect: NAME[path=value]@GLOB*COUNT")] = ()
    forbid: Annotated[tuple[str, ...], about("as after --forbid")] = ()
    in_order: Annotated[bool, about("the expectations must be met in the order given")] = False
    stations: Annotated[int, about("how many stations must each meet all of them", ge=1)] = 1


class ExpectationRow(Record):
    """Expectations that were added together."""

    id: str
    expect: list[str]
    forbid: list[str]
    in_order: bool
    stations: int
    met: Annotated[bool, about("whether all are met, and nothing forbidden has happened so far")]


class VerdictQuery(Fields):
    """Selects expectations, and sets the format of the verdict."""

    id: Annotated[str, about("only the expectations with this id; else all, those of the start, and findings")] = ""
    format: Annotated[Literal["json", "junit"], about("one JSON object, or JUnit XML")] = "json"


class CaseRow(Record):
    """One case of a verdict."""

    suite: str
    name: str
    outcome: Literal["passed", "failed", "error", "skipped"]
    text: Annotated[str, about("the reason why it did not pass")]
    details: str


class VerdictNow(Record):
    """What the verdict would be if the mock ended now."""

    passed: bool
    status: Annotated[int, about("the exit status: 0 passed, 1 failed, 4 nothing was judged")]
    cases: list[CaseRow]


class ActionsQuery(Fields):
    """Selects actions."""

    sender: Annotated[Literal["csms", "station"], about("who sends the call")] = "csms"
    version: Annotated[str, about("the version of OCPP; the preferred one that has the action if left out")] = ""


class ActionRow(Record):
    """One action."""

    action: str
    versions: list[str]
    payload: Annotated[dict[str, Any], about("the default payload of the call, with the settings and placeholders")]
    response: Annotated[dict[str, Any], about("the default payload of the answer, with placeholders")]


class ActionWhole(Record):
    """One action, with its JSON schemas."""

    row: ActionRow
    request_schema: Annotated[dict[str, Any], about("the JSON Schema of the call")]
    response_schema: Annotated[dict[str, Any], about("the JSON Schema of the answer")]


ENDPOINTS = (
    Operation(
        method="GET",
        path=f"{PREFIX}/sessions",
        name="list_sessions",
        help="the transactions of all stations, running and ended",
        query=SessionsQuery,
        answer=list[SessionRow],
    ),
    Operation(
        method="GET",
        path=f"{PREFIX}/findings",
        name="list_findings",
        help="the findings of the conformance checks, counted by station and check",
        query=FindingsQuery,
        answer=list[FindingRow],
    ),
    Operation(
        method="GET",
        path=f"{PREFIX}/checks",
        name="list_checks",
        help="the conformance checks",
        answer=list[CheckRow],
    ),
    Operation(
        method="GET",
        path=_EXPECTATIONS,
        name="list_expectations",
        help="the expectations that were given while the mock runs",
        answer=list[ExpectationRow],
    ),
    Operation(
        method="POST",
        path=_EXPECTATIONS,
        name="expect",
        help="expect something from now on; the verdict says whether it came, and the mock goes on",
        body=ExpectationBody,
        is_body_needed=True,
        answer=ExpectationRow,
        status=201,
    ),
    Operation(
        method="DELETE",
        path=f"{_EXPECTATIONS}/{{expectation}}",
        name="remove_expectation",
        help="forget expectations",
        status=204,
        problems={404: _NO_EXPECTATION},
    ),
    Operation(
        method="GET",
        path=f"{PREFIX}/verdict",
        name="read_verdict",
        help="judge what was seen so far",
        query=VerdictQuery,
        answer=VerdictNow,
        answers_media=("application/json", "application/xml"),
        problems={404: _NO_EXPECTATION},
    ),
    Operation(
        method="GET",
        path=_ACTIONS,
        name="list_actions",
        help="the actions, with their default payloads",
        query=ActionsQuery,
        answer=list[ActionRow],
    ),
    Operation(
        method="GET",
        path=f"{_ACTIONS}/{{action}}",
        name="read_action",
        help="one action, with its JSON schemas",
        query=ActionsQuery,
        answer=ActionWhole,
        problems={404: "no version has such an action"},
    ),
)
"""The rows for transactions, findings, checks, expectations, verdicts and actions."""

"""The subcommand `verdict`: joins the verdicts of all replicas to one exit status, one table, and one JUnit report."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mock_csms.commands.remote.asking import Asked
from mock_csms.commands.remote.client import ApiClient, CannotDo, reason_of
from mock_csms.commands.remote.replicas import ask_all, checked, notes_of, outcomes, status_of, tell_apart
from mock_csms.commands.remote.shown import Report
from mock_csms.protocol.records import Record
from mock_csms.watch.statuses import Status

_REPLICAS = "replicas"
"""The suite of the cases about replicas that have not judged."""
_IDLE = "it judges nothing, unlike other replicas: it has neither expectations nor --fail-on-findings"
_TEXTS: Mapping[str, str] = {"failed": "failure", "error": "error", "skipped": "skipped"}
"""By outcome: the field of a JUnit case for the text."""
_HEAD = ("outcome", "suite", "case", "why")


class JudgedCase(Record):
    """A case of a verdict, with the replica that has judged it, or has not."""

    client: ApiClient
    row: Mapping[str, Any]
    """The case in the form of the API."""


def verdict(clients: Sequence[ApiClient], asked: Asked) -> Report:
    """Judge the run so far. It has passed only if each replica answers, has judged something, and has passed."""
    query = {key: value for key, value in asked.query.items() if key != "format"}
    answers, failures = tell_apart(
        clients, dict(outcomes(clients, lambda client: client.ask("read_verdict", query=query).value))
    )
    cases = [JudgedCase(client, row) for client, answer in answers.items() for row in answer["cases"]]
    idle = [client for client, answer in answers.items() if cases and not answer["cases"]]
    cases += [_not_judged(client, _IDLE) for client in idle]
    cases += [_not_judged(client, str(failure)) for client, failure in failures.items()]
    statuses = [answer["status"] for answer in answers.values()] + [int(Status.NOTHING_JUDGED) for _ in idle]
    status, is_junit = status_of(statuses, failures), asked.query.get("format") == "junit"
    junit = _junit([*answers], cases, are_many=len(clients) > 1) if is_junit or asked.words["junit"] else b""
    _write(asked.words["junit"], junit)
    checked(answers, failures)
    if is_junit:
        return Report(status, lines=junit.decode().splitlines(), notes=notes_of(failures))
    return _report(cases, status, notes_of(failures), are_many=len(clients) > 1)


def _not_judged(client: ApiClient, why: str) -> JudgedCase:
    row = {"suite": _REPLICAS, "name": client.url, "outcome": "error", "text": why, "details": ""}
    return JudgedCase(client, row)


def _report(cases: Sequence[JudgedCase], status: int, notes: Sequence[str], *, are_many: bool) -> Report:
    is_passed, values, rows = status == Status.FINE, list[Mapping[str, Any]](), list[tuple[str, ...]]()
    for case in cases:
        row = case.row
        values.append({"replica": case.client.url, **row} if are_many else row)
        cells = (row["outcome"], row["suite"], row["name"], row["text"])
        rows.append((case.client.name, *cells) if are_many else cells)
    head = ("replica", *_HEAD) if are_many else _HEAD
    value = {"passed": is_passed, "status": status, "cases": values}
    line = f"{'passed' if is_passed else 'failed'}: the exit status would be {status}"
    return Report(status, [value], head if rows else (), rows, [line], notes)


def _junit(clients: Sequence[ApiClient], cases: Sequence[JudgedCase], *, are_many: bool) -> bytes:
    """Return the JUnit report. `clients` are those that answer: the run began when the first of them was started."""
    from mock_csms.runtime import clock  # noqa: PLC0415 - most subcommands need no report
    from mock_csms.watch.junit import JUnitCase, junit  # noqa: PLC0415 - as above

    now, suites = datetime.fromtimestamp(clock.now(), UTC), dict[str, list[JUnitCase]]()
    abouts = ask_all(clients, lambda client: client.ask("read_about").value)[0].values() if clients else ()
    since = min([now, *(datetime.fromisoformat(about["since"]) for about in abouts)])
    for case in cases:
        row = case.row
        suite = f"{row['suite']} at {case.client.name}" if are_many and row["suite"] != _REPLICAS else row["suite"]
        texts = {_TEXTS[row["outcome"]]: row["text"]} if row["outcome"] in _TEXTS else {}
        suites.setdefault(suite, []).append(JUnitCase(row["name"], details=row["details"], **texts))
    return junit(suites, since.isoformat(), (now - since).total_seconds())


def _write(path: str | None, report: bytes) -> None:
    """Write the JUnit report into the file of --junit. Raises CannotDo."""
    if path:
        try:
            Path(path).write_bytes(report)
        except (OSError, ValueError) as error:
            raise CannotDo(Status.NOT_WRITTEN, f"--junit: {path}: {reason_of(error)}") from None

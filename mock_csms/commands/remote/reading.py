"""The subcommands that list what a mock has: stations, rules and tokens; and those that only call an endpoint."""

from collections.abc import Mapping, Sequence
from typing import Any

from mock_csms.commands.remote.asking import Asked
from mock_csms.commands.remote.client import ApiClient
from mock_csms.commands.remote.replicas import ask_all, notes_of, status_of
from mock_csms.commands.remote.shown import Report, compact
from mock_csms.control.api.contract.stations import StationsQuery

_STATIONS = ("station", "connected", "boot", "connectors", "running", "findings", "model")
"""The columns of the list of stations."""


def list_stations(clients: Sequence[ApiClient], asked: Asked) -> Report:
    """List the stations of all replicas, by identity. A station that has moved is a row of each replica it was at."""
    answers, failures = ask_all(clients, lambda client: client.ask("list_stations", query=asked.query))
    found = [(client, row) for client, answer in answers.items() for row in answer.value]
    total = sum(int(answer.headers["x-total-count"]) for answer in answers.values())
    found = sorted(found, key=lambda pair: pair[1]["station"])[: asked.query.get("limit", StationsQuery().limit)]
    more = f"{len(found)} of {total} that match; --limit and --after show others"
    notes = [more] * (total > len(found)) + notes_of(failures)
    if len(clients) == 1:
        return Report(0, [[row for _, row in found]], _STATIONS, [_station(row) for _, row in found], notes=notes)
    values = [{"replica": client.url, **row} for client, row in found]
    rows = [(client.name, *_station(row)) for client, row in found]
    return Report(status_of([], failures), [values], ("replica", *_STATIONS), rows, notes=notes)


def _station(row: Mapping[str, Any]) -> tuple[Any, ...]:
    model = " ".join(filter(None, [row["vendor"], row["model"]]))
    findings = [f"{count} {severity}" for severity, count in row["findings"].items() if count]
    connected = row["version"] or ("no" if not row["connected"] else "yes")
    return row["station"], connected, row["boot_status"], _connectors(row), row["transactions"], findings, model


def _connectors(row: Mapping[str, Any]) -> list[str]:
    return [f"{each['evse']}.{each['connector']}:{each['status']}" for each in row["connectors"]]


def show_station(client: ApiClient, asked: Asked) -> Report:
    """Report everything that is known about a station."""
    answer = client.ask("read_station", asked.place).value
    row = {**answer["row"], "firmware": answer["firmware"], "boot": answer["boot"], **answer["connection"]}
    row["connectors"] = _connectors(answer["row"])
    variables = [(_variable(each), each["value"]) for each in answer["variables"]]
    return Report(values=[answer], head=("what", "value"), rows=[*row.items(), *variables])


def _variable(row: Mapping[str, Any]) -> str:
    place = "".join(f"/{row[key]}" for key in ("evse", "connector") if row[key])
    return f"{row['component']}{place}.{row['variable']}"


def list_rules(client: ApiClient, _: Asked) -> Report:
    """List the rules, in their order."""
    rules = client.ask("list_rules").value
    rows = [(row["id"], row["kind"], row["hits"], row["times"], _rule(row["table"])) for row in rules]
    return Report(values=[rules], head=("id", "kind", "hits", "of", "rule"), rows=rows)


def _rule(table: Mapping[str, Any]) -> str:
    parts = (
        f"--{key} {value if isinstance(value, str) else compact(value)}"
        for key, value in table.items()
        if key != "match"
    )
    return f"{table.get('match', '')} {' '.join(parts)}"


def list_tokens(client: ApiClient, _: Asked) -> Report:
    """List the tokens."""
    tokens = client.ask("list_tokens").value
    head = ("id", "status", "group", "expiry", "evse", "type", "certificate")
    return Report(values=[tokens], head=head, rows=[[row.get(name) for name in head] for row in tokens])


def do_it(client: ApiClient, asked: Asked, name: str) -> Report:
    """Call an endpoint. Its answer is printed only with --json."""
    answer = client.ask(name, asked.place, asked.query, asked.body)
    return Report(values=[answer.value] if answer.data else [])

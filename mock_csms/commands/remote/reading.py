"""The subcommands that only read: stations, rules, tokens, the log, events and the verdict."""

from collections.abc import Mapping
from typing import Any

from mock_csms.commands.remote.asking import Asked
from mock_csms.commands.remote.client import NO_MOCK, REFUSED, WRONG, Answer, ApiClient, CannotDo
from mock_csms.commands.remote.shown import compact
from mock_csms.watch.statuses import to_stderr

LAST = "last"
_TURN = 20.0
"""How many seconds each request of `log -f` waits for new events."""


# Lists.


def list_stations(client: ApiClient, asked: Asked) -> int:
    """List the stations."""
    answer = client.ask("list_stations", query=asked.query)
    rows, total = answer.value, int(answer.headers["x-total-count"])
    head = ("station", "connected", "boot", "connectors", "running", "findings", "model")
    asked.printer.table(rows, head, map(_station, rows))
    if total > len(rows):
        to_stderr(f"mock-csms stations: {len(rows)} of {total} that match; --limit and --after show others\n")
    return 0


def _station(row: Mapping[str, Any]) -> tuple[Any, ...]:
    model = " ".join(filter(None, [row["vendor"], row["model"]]))
    findings = [f"{count} {severity}" for severity, count in row["findings"].items() if count]
    connected = row["version"] or ("no" if not row["connected"] else "yes")
    return row["station"], connected, row["boot_status"], _connectors(row), row["transactions"], findings, model


def _connectors(row: Mapping[str, Any]) -> list[str]:
    return [f"{each['evse']}.{each['connector']}:{each['status']}" for each in row["connectors"]]


def show_station(client: ApiClient, asked: Asked) -> int:
    """Print everything that is known about a station."""
    answer = client.ask("read_station", asked.place).value
    row = {**answer["row"], "firmware": answer["firmware"], "boot": answer["boot"], **answer["connection"]}
    row["connectors"] = _connectors(answer["row"])
    variables = [(_variable(each), each["value"]) for each in answer["variables"]]
    asked.printer.table(answer, ("what", "value"), [*row.items(), *variables])
    return 0


def _variable(row: Mapping[str, Any]) -> str:
    place = "".join(f"/{row[key]}" for key in ("evse", "connector") if row[key])
    return f"{row['component']}{place}.{row['variable']}"


def list_rules(client: ApiClient, asked: Asked) -> int:
    """List the rules, in their order."""
    rows = client.ask("list_rules").value
    asked.printer.table(
        rows,
        ("id", "kind", "hits", "of", "rule"),
        ((row["id"], row["kind"], row["hits"], row["times"], _rule(row["table"])) for row in rows),
    )
    return 0


def _rule(table: Mapping[str, Any]) -> str:
    parts = (
        f"--{key} {value if isinstance(value, str) else compact(value)}"
        for key, value in table.items()
        if key != "match"
    )
    return f"{table.get('match', '')} {' '.join(parts)}"


def list_tokens(client: ApiClient, asked: Asked) -> int:
    """List the tokens."""
    rows = client.ask("list_tokens").value
    head = ("id", "status", "group", "expiry", "evse", "type", "certificate")
    asked.printer.table(rows, head, ([row.get(name) for name in head] for row in rows))
    return 0


def verdict(client: ApiClient, asked: Asked) -> int:
    """Judge the run so far, and return the exit status of the verdict."""
    if asked.query.get("format") == "junit":
        answer = client.ask("read_verdict", query=asked.query)
        asked.printer.lines(answer.data.decode().splitlines())
        return 0
    answer = client.ask("read_verdict", query=asked.query).value
    rows = [(case["outcome"], case["suite"], case["name"], case["text"]) for case in answer["cases"]]
    if rows or asked.printer.is_json:
        asked.printer.table(answer, ("outcome", "suite", "case", "why"), rows)
    if not asked.printer.is_json:
        asked.printer.lines(
            [f"{'passed' if answer['passed'] else 'failed'}: the exit status would be {answer['status']}"]
        )
    return int(answer["status"])


def do_it(client: ApiClient, asked: Asked, name: str) -> int:
    """Call an endpoint. Its answer is printed only with --json."""
    answer = client.ask(name, asked.place, asked.query, asked.body)
    if asked.printer.is_json and answer.data:
        asked.printer.value(answer.value)
    return 0


# Events.


def _after(client: ApiClient, words: Mapping[str, Any]) -> Mapping[str, int]:
    """Return the number of the event after which to read, from the flag --after; `last` is the newest event."""
    after = words["after"]
    if after is None:
        return {}
    if after != LAST and not (after.isascii() and after.isdigit()):
        raise CannotDo(WRONG, f"--after: {after!r} is neither the number of an event nor `{LAST}`")
    return {"after": client.ask("read_about").value["cursor"] if after == LAST else int(after)}


def wait(client: ApiClient, asked: Asked) -> int:
    """Wait for events and print them. If they do not come, print why, and return 1."""
    *station, match = asked.words["what"]
    if len(station) > 1:
        raise CannotDo(WRONG, f"{match!r} is one word too many: give a station, and what it must do")
    body = {**asked.body, "match": match, **_after(client, asked.words)}
    body |= {"station": station[0]} if station else {}
    answer = client.ask("wait_for", body=body, within=body.get("within", 0.0)).value
    if asked.printer.is_json:
        asked.printer.value(answer)
    elif answer["met"]:
        for event in answer["events"]:
            _print_events(client, asked, {"after": event["seq"] - 1, "before": event["seq"] + 1})
    else:
        asked.printer.lines(answer["explain"].splitlines())
    return 0 if answer["met"] else REFUSED


def log(client: ApiClient, asked: Asked) -> int:
    """Print the journal, page by page; with --follow also new events, until the mock ends."""
    form = "jsonl" if asked.printer.is_json else "trace" if asked.words["trace"] else "text"
    query = {**asked.query, "format": form, **_after(client, asked.words)}
    limit = query.pop("limit", None)
    if limit is not None or query.get("latest"):
        query["after"] = int(_print_events(client, asked, {**query, "limit": limit or 1000}).headers["x-cursor"])
        query.pop("latest", None)
    else:
        query["after"] = _print_all(client, asked, query)
    while asked.words["follow"] and asked.printer.out.is_read:
        try:
            query["after"] = _print_more(client, asked, query)
        except CannotDo as failure:
            if failure.status != NO_MOCK and "mock stops" not in str(failure):
                raise
            break
    return asked.printer.out.status


def _print_all(client: ApiClient, asked: Asked, query: Mapping[str, Any]) -> int:
    """Print all pages, and return the number of the last event."""
    cursor, is_more = query.get("after", 0), True
    while is_more and asked.printer.out.is_read:
        headers = _print_events(client, asked, {**query, "after": cursor}).headers
        cursor, is_more = int(headers["x-cursor"]), headers["x-more"] == "true"
    return int(cursor)


def _print_more(client: ApiClient, asked: Asked, query: Mapping[str, Any]) -> int:
    """Wait for new events, print them, and return the number of the last one."""
    what = {key: value for key, value in query.items() if key not in ("format", "before")}
    waited = client.ask("wait_for", body={**what, "within": _TURN}, within=_TURN).value
    return _print_all(client, asked, query) if waited["met"] else int(waited["cursor"])


def _print_events(client: ApiClient, asked: Asked, query: Mapping[str, Any]) -> Answer:
    """Print a page of the journal, and return it."""
    page = client.ask("read_events", query={"format": "text", **query})
    if int(page.headers["x-lost"]):
        to_stderr(f"mock-csms log: {page.headers['x-lost']} events are gone: the journal was full\n")
    asked.printer.out.write(page.data)
    return page

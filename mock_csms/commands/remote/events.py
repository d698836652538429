"""The subcommands that read events: `wait` and `log`."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from heapq import merge
from operator import itemgetter
from typing import Any

from mock_csms.commands.remote.asking import Asked
from mock_csms.commands.remote.client import NO_MOCK, REFUSED, WRONG, Answer, ApiClient, CannotDo
from mock_csms.commands.remote.replicas import ask_all, first, notes_of, status_of
from mock_csms.commands.remote.shown import Report
from mock_csms.commands.stdout import Stdout
from mock_csms.protocol.records import json_value
from mock_csms.watch.statuses import to_stderr

LAST = "last"
_TURN = 20.0
"""How many seconds each request of `log -f` waits for new events."""


def _check_after(clients: Sequence[ApiClient], after: str | None) -> None:
    """Check the flag --after. Raises CannotDo."""
    if after in (None, LAST):
        return
    if not (after.isascii() and after.isdigit()):
        raise CannotDo(WRONG, f"--after: {after!r} is neither the number of an event nor `{LAST}`")
    if len(clients) > 1:
        raise CannotDo(WRONG, f"--after: each replica counts its own events: give `{LAST}`, or one URL to --api")


def _after(client: ApiClient, after: str | None) -> Mapping[str, int]:
    """Return the number of the event after which to read; that of the newest event for `last`."""
    if after is None:
        return {}
    return {"after": client.ask("read_about").value["cursor"] if after == LAST else int(after)}


def wait(clients: Sequence[ApiClient], asked: Asked) -> Report:
    """Wait until events came at one of the replicas, and report them. If they do not come, report why."""
    *station, match = asked.words["what"]
    if len(station) > 1:
        raise CannotDo(WRONG, f"{match!r} is one word too many: give a station, and what it must do")
    after = asked.words["after"]
    _check_after(clients, after)
    body = {**asked.body, "match": match} | ({"station": station[0]} if station else {})
    return first(lambda client, asked: _wait(client, {**body, **_after(client, after)}, asked))(clients, asked)


def _wait(client: ApiClient, body: Mapping[str, Any], asked: Asked) -> Report:
    answer = client.ask("wait_for", body=body, within=body.get("within", 0.0)).value
    lines = [] if answer["met"] else answer["explain"].splitlines()
    if answer["met"] and not asked.printer.is_json:
        for event in answer["events"]:
            query = {"after": event["seq"] - 1, "before": event["seq"] + 1, "format": "text"}
            lines += client.ask("read_events", query=query).data.decode(errors="replace").splitlines()
    return Report(0 if answer["met"] else REFUSED, [answer], lines=lines)


# The log.


class Log:
    """The log of one replica, which is read page by page."""

    def __init__(self, client: ApiClient, asked: Asked, out: Stdout) -> None:
        self.client = client
        self.failure: CannotDo | None = None
        """Why it could not be read to the end."""
        self._out = out
        form = "jsonl" if asked.printer.is_json else "trace" if asked.words["trace"] else "text"
        self._query = {**asked.query, "format": form, **_after(client, asked.words["after"])}

    def pages(self) -> Iterator[tuple[Answer, Mapping[str, Any]]]:
        """Yield the pages of what is there, each with its query; the next call goes on after them."""
        query = self._query
        has_limit, is_more = "limit" in query or bool(query.get("latest")), True
        while is_more and self._out.is_read:
            page = self.client.ask("read_events", query=query)
            if int(page.headers["x-lost"]):
                to_stderr(f"mock-csms log: {page.headers['x-lost']} events are gone: the journal was full\n")
            yield page, dict(query)
            query["after"], is_more = int(page.headers["x-cursor"]), page.headers["x-more"] == "true" and not has_limit
        query.pop("limit", None)
        query.pop("latest", None)

    def dated(self) -> Iterator[tuple[str, bytes]]:
        """Yield the lines of what is there, each with its time. A failure ends it."""
        try:
            for page, query in self.pages():
                lines = records = page.data.splitlines(keepends=True)
                if query["format"] == "text":  # its lines have no date
                    exact = {**query, "format": "jsonl", "before": int(page.headers["x-cursor"]) + 1}
                    records = self.client.ask("read_events", query=exact).data.splitlines()
                key = "timestamp" if query["format"] == "trace" else "at"
                dates = [json_value(record)[key] for record in records]
                gone = [""] * (len(lines) - len(dates))  # the journal was full, and dropped the oldest ones
                yield from zip(gone + dates, lines, strict=True)
        except CannotDo as failure:
            self.failure = failure

    def follow(self) -> None:
        """Print new events until the mock ends."""
        try:
            while self._out.is_read:
                what = {key: value for key, value in self._query.items() if key not in ("format", "before")}
                waited = self.client.ask("wait_for", body={**what, "within": _TURN}, within=_TURN).value
                if waited["met"]:
                    self.print()
                else:
                    self._query["after"] = int(waited["cursor"])
        except CannotDo as failure:
            if failure.status != NO_MOCK and "mock stops" not in str(failure):
                self.failure = failure

    def print(self) -> None:
        """Print what is there."""
        for page, _ in self.pages():
            self._out.write(page.data)


def log(clients: Sequence[ApiClient], asked: Asked) -> Report:
    """Print the journals of all replicas, in the order of time; with --follow also new events, until the mocks end."""
    out, after = asked.printer.out, asked.words["after"]
    _check_after(clients, after)
    logs, failures = ask_all(clients, lambda client: Log(client, asked, out))
    if len(clients) == 1:
        logs[clients[0]].print()
    else:
        for _, line in merge(*(each.dated() for each in logs.values()), key=itemgetter(0)):
            out.write(line)
    if asked.words["follow"]:
        _follow([each for each in logs.values() if each.failure is None])
    failures = {**failures, **{client: each.failure for client, each in logs.items() if each.failure is not None}}
    return Report(status_of([out.status], failures), notes=notes_of(failures))


def _follow(logs: Sequence[Log]) -> None:
    """Follow several logs at the same time. Each page of a replica is written as a whole."""
    threads = [threading.Thread(target=each.follow, daemon=True) for each in logs[1:]]
    for thread in threads:
        thread.start()
    for each in logs[:1]:
        each.follow()
    for thread in threads:
        thread.join()

"""The tables of limits in docs/security.md; their numbers come from the code."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Any, TypeAlias

from mock_csms.settings import Config

Bound: TypeAlias = tuple[str, str, str]
"""What is limited, the limit, and what happens beyond the limit.

`{module.NAME:unit}` is replaced by the value of a constant, `{--flag}` by the default of a flag.
"""

_NUMBER = re.compile(r"\{(--(?P<flag>[a-z-]+)|(?P<module>[a-z0-9_.]+)\.(?P<name>[A-Z_]+))(:(?P<unit>\w+))?\}")

TURNS: Sequence[Bound] = (
    (
        "work for one connection in one turn",
        "{runtime.transport.turns.MESSAGES} frames, {runtime.transport.turns.BYTES:size} or "
        "{runtime.transport.turns.SECONDS:time}, whichever is first",
        "all other connections get their turn first; until then the connection is not read",
    ),
    (
        "work for all waiting connections together",
        "{runtime.transport.turns._SECONDS_OF_ALL:time}",
        "the mock checks for new messages, signals and `/healthz`, then continues with the others",
    ),
    (
        "a turn with one message that takes very long",
        "{runtime.transport.turns._LONG:time}",
        "waiting connections get no turn for {runtime.transport.turns._LEFT_OUT} rounds of the event loop",
    ),
    (
        "new connections accepted in one turn",
        "{runtime.transport.acceptor._AT_ONCE}",
        "the kernel keeps up to {runtime.transport.acceptor._BACKLOG} waiting, if its configuration allows that",
    ),
    (
        "new connections while the process is out of file descriptors",
        "none",
        "the mock prints one line, and tries again every {runtime.transport.acceptor._RETRY:time}",
    ),
)

MESSAGES: Sequence[Bound] = (
    (
        "time for a whole HTTP request",
        "{runtime.transport.endpoint.HANDSHAKE_TIMEOUT:time}",
        "408",
    ),
    (
        "first line, and whole head, of an HTTP request",
        "{runtime.transport.heads.LONGEST_LINE:size}, {runtime.transport.heads.LONGEST:size}",
        "414, 431",
    ),
    (
        "time for a TLS handshake, and its ClientHello",
        "{runtime.transport.endpoint.HANDSHAKE_TIMEOUT:time}, {protocol.tls._LONGEST:size} in "
        "{protocol.tls._MOST_RECORDS} records",
        "the connection ends, and the log says why",
    ),
    (
        "a message",
        "{--max-message-size:size} (`--max-message-size`)",
        "closed with 1009, finding T28",
    ),
    (
        "a compressed message",
        "{--max-compression-ratio} times its size on the wire (`--max-compression-ratio`), but at least "
        "{runtime.transport.limits.ALWAYS_ALLOWED:size}",
        "closed with 1009, finding T28",
    ),
    (
        "empty frames in one message",
        "{runtime.transport.connection._MOST_EMPTY}",
        "closed with 1009, finding T28",
    ),
    (
        "nesting of JSON",
        "{protocol.json_text.DEEPEST} levels",
        "the message is malformed",
    ),
    (
        "search for empty fields (R11), and for repeated keys (R20)",
        "{conformance.common.payloads._MOST_STEPS} values, {conformance.common.keys._MOST_TOKENS} tokens",
        "the finding says where the search ended",
    ),
    (
        "with `--api`: body, and head, of a request",
        "{control.api.application._MOST_BODY:size}, {control.api.server._MOST_HEAD:size}",
        "413, 400",
    ),
    (
        "with `--api`: connections, and open streams of events",
        "{control.api.server._MOST_CONNECTIONS}, {control.api.routes.stream._MOST_STREAMS}",
        "503",
    ),
    (
        "with `--files`: an upload, all uploads of a run, and their number",
        "{control.files.shelf.MOST_OF_ONE:size}, {control.files.shelf.MOST_OF_ALL:size}, "
        "{control.files.shelf.MOST_UPLOADS}",
        "refused (HTTP 413, FTP 550), and the log says why",
    ),
    (
        "with `--files`: connections over HTTP, and over FTP; time without a byte of an upload",
        "{control.api.server._MOST_CONNECTIONS}, {control.files.transfers.MOST_FTP_CLIENTS}; "
        "{control.files.http._PATIENCE:time}",
        "refused; the upload is dropped",
    ),
    (
        "with `--api`: time for the next request of a connection, and for its body",
        "{control.api.server._IDLE:time}, {control.api.application._PATIENCE:time}",
        "closed, 408",
    ),
)

WAITING: Sequence[Bound] = (
    (
        "bytes for a station that reads nothing",
        "{runtime.transport.flow.MOST_UNREAD:size} for {runtime.transport.flow.PATIENCE:time}",
        "closed with 1011, finding T29; until then its messages are not read",
    ),
    (
        "messages that `--latency` or a fault delays, for each station",
        "{runtime.delays._MOST:size}; each counts at least {runtime.delays._LEAST_COST:size}",
        "the station is not read meanwhile",
    ),
    (
        "commands for one station",
        "{runtime.session._MOST_CALLS}",
        "the next one fails at once, with a line that says so",
    ),
    (
        "unread lines for people (a pipe without a reader at stderr or stdout)",
        "{runtime.sink._MOST_KEPT:size}",
        'dropped and counted ("1,204 lines dropped")',
    ),
    (
        "unread records in a pipe (`--trace`, `--events`)",
        "{runtime.sink._MOST_KEPT:size}",
        "stations are not read. With `--trace`, an answer waits as long as its record waits",
    ),
    (
        "the same for records that stations do not cause, such as those of refused visitors",
        "{runtime.sink._GIVEN_UP:size}",
        "the mock stops writing the file, and the run ends with status 3",
    ),
    (
        "the end of a run, for a reader",
        "{runtime.sink._LAST:time} if nothing is read, {runtime.sink._LONGEST:time} in all",
        "the run ends, with status 3 if a record is incomplete",
    ),
    (
        "the end of a run, for stations that do not close",
        "{runtime.transport.pool.STOP_TIMEOUT:time}",
        "their connections are dropped",
    ),
    (
        "waiting calls that commands request from mock-station, such as reports",
        "{station.decisions._MOST_ASKED_FOR}",
        "it answers InternalError or Rejected",
    ),
)

REMEMBERED: Sequence[Bound] = (
    (
        "disconnected stations, with all that they have reported",
        "{--remember} (`--remember`)",
        "only the facts for rules and commands are kept; if the station returns, it is new to the checks",
    ),
    (
        "layouts of messages that the console cuts lines out of",
        "{watch.layouts._MOST_LAYOUTS} for the calls of each action and as many for their results, of "
        "{watch.layouts._MOST_KINDS} actions; {watch.layouts._MOST_OUTLINES} outlines of the calls of each action",
        "lines about others are made from the parsed payload",
    ),
    ("visitors that were refused and never let in", "{twin.station.MOST_VISITORS}", "forgotten"),
    (
        "stations whose refusals and cuts are counted (`--refuse`, `--disconnect-after`)",
        "{behavior.admission._MOST_RECORDS}",
        "the count of the oldest starts again at 0",
    ),
    (
        "message ids of each station, for the check that they are unique",
        "{conformance.facts.message_ids.MOST_IDS}",
        "older ones are forgotten",
    ),
    (
        "pairs of station and check whose findings are counted",
        "{watch.findings._MOST_COUNTS}",
        'further stations are counted together, as "(other stations)"; the summary has '
        "{watch.findings._MOST_LINES} lines",
    ),
    (
        "lines kept for the report of a failed run",
        "the first {watch.history.MOST_AT_FIRST:size}, the last {watch.history.MOST_AT_LAST:size}",
        "lines between them are left out; `--trace` has everything",
    ),
    (
        "with `--api`, and in Python: events of all stations",
        "{--journal-size:size} (`--journal-size`)",
        "the oldest are dropped; a stream whose reader was too slow for them gets a `gap`",
    ),
    (
        "with `--api`: stations whose last message is dated, and calls without an answer that metrics time",
        "{watch.journal._MOST_SEEN}, {watch.metrics._MOST_OPEN}",
        "the oldest are forgotten",
    ),
    (
        "in Python: messages of `csms.messages`, and calls of a station for `csms.receive`",
        "{watch.passed.MOST}, {watch.inbox.MOST_CALLS}",
        "the oldest are dropped",
    ),
    (
        "in `--state-dir`: ids of each kind and station",
        "{runtime.memory._MOST}",
        "the oldest are deleted",
    ),
    (
        "objects of a module that `mock-csms emsp` keeps",
        "{ocpi.emsp.keeping.MOST_OBJECTS}",
        "a new one is answered with the code 3000",
    ),
    (
        "commands, authorizations, ids of requests, and exchanges to show of `mock-csms emsp`",
        "{ocpi.emsp.world._MOST} each, {ocpi.emsp.world._MOST_SHOWN} exchanges",
        "the oldest are forgotten",
    ),
)


def table_of(bounds: Iterable[Bound], what: str) -> Iterable[tuple[str, ...]]:
    """Return the rows of a table, with the numbers from the code; `what` is the title of the first column."""
    yield what, "at most", "beyond that"
    for row in bounds:
        yield tuple(_NUMBER.sub(_shown, cell) for cell in row)


def _shown(found: "re.Match[str]") -> str:
    return _UNITS[found["unit"] or ""](_value(found))


def _value(found: "re.Match[str]") -> Any:
    if found["flag"]:
        return getattr(Config(), found["flag"].replace("-", "_"))
    return getattr(import_module(f"mock_csms.{found['module']}"), found["name"])


def _size(number: int) -> str:
    unit = next(unit for unit in (1 << 20, 1 << 10, 1) if number >= unit)
    return f"{number / unit:g} {_SIZES[unit]}"


def _time(seconds: float) -> str:
    return f"{seconds:g} s" if seconds >= 0.1 else f"{seconds * 1000:g} ms"


_SIZES = {1 << 20: "MiB", 1 << 10: "KiB", 1: "bytes"}
_UNITS: Mapping[str, Callable[[Any], str]] = {"": lambda number: f"{number:,}", "size": _size, "time": _time}

"""The subcommand `mock-csms ocpi`: lets a running mock eMSP do something, over its endpoints for this machine."""

import http.client
import os
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from mock_csms.commands.parser import Parser, add_help, bare_parser, listed
from mock_csms.commands.remote.asking import flags_of
from mock_csms.commands.remote.client import NO_MOCK, NO_STATION, REFUSED, WRONG, CannotDo
from mock_csms.commands.remote.shown import Printer, Report, compact
from mock_csms.ocpi.emsp.hand import HAND_ROWS, PREFIX, HandRow
from mock_csms.ocpi.emsp.sending import ACCEPTED
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import DecodeError, fields_of, json_text, json_value
from mock_csms.watch.statuses import to_stderr

DESCRIPTION = (
    "Lets a mock eMSP (mock-csms emsp) do something. The exit status is 0 if the outcome is ACCEPTED, 1 if not, 2 for "
    "a wrong command line, 3 if no eMSP answers, and 4 if the station or the session is unknown."
)
URL = "MOCK_CSMS_EMSP_URL"
USUAL = "http://127.0.0.1:8000"
_PATIENCE = 30.0
_LONGEST = 600.0
"""The longest time that a CPO may take for the result of a command, in seconds."""
_STATUSES = {404: NO_STATION, 409: REFUSED, 500: REFUSED, 502: REFUSED}
"""The exit status for each HTTP status that is no error of the user."""


def ocpi(arguments: Sequence[str]) -> int:
    """Send one request to the eMSP, print the outcome, and return the exit status."""
    words = [*arguments]
    given = _take_url(words)
    if not words or words[0].startswith("-"):
        parser = _overview()
        parser.parse_args(words)
        parser.error("a command is missing; --help lists them")
    name = words[0]
    if name not in HAND_ROWS:
        _overview().error(f"{name!r} is not a command{did_you_mean(name, HAND_ROWS)}")
    row = HAND_ROWS[name]
    parser = _parser(row)
    parsed = vars(parser.parse_args(words[1:]))
    body = {key.partition(":")[2]: value for key, value in parsed.items() if ":" in key and value is not None}
    try:
        outcome = _ask(given or parsed["emsp"] or os.environ.get(URL) or USUAL, row, body)
    except CannotDo as failure:
        to_stderr(f"{parser.prog}: error: {failure}\n")
        return failure.status
    report = _report(outcome)
    Printer(is_json=parsed["json"]).print(report, parser.prog)
    return report.status


def _take_url(words: list[str]) -> str:
    """Remove --emsp in front of the command, and return its value; empty if it is not there."""
    if words[:1] == ["--emsp"] and len(words) > 1:
        url = words[1]
        del words[:2]
        return url
    if words and words[0].startswith("--emsp="):
        return words.pop(0).partition("=")[2]
    return ""


def _overview() -> Parser:
    parser = bare_parser("mock-csms ocpi", DESCRIPTION, "mock-csms ocpi [--emsp URL] COMMAND [FLAG …]")
    parser.epilog = listed({"Commands": {row.name: row.help for row in HAND_ROWS.values()}})
    add_help(parser, Parser.format_help, Parser.format_help, "print this help, and exit")
    return parser


def _parser(row: HandRow) -> Parser:
    prog = f"mock-csms ocpi {row.name}"
    word = row.word.upper() if row.needs_word else f"[{row.word.upper()}]" if row.word else ""
    usage = " ".join(filter(None, [prog, word, "[FLAG …]"]))
    parser = bare_parser(prog, f"{row.help[0].upper()}{row.help[1:]}.", usage)
    about = dict(flags_of(row.fields, ()))
    if row.word:
        nargs: dict[str, Any] = {} if row.needs_word else {"nargs": "?"}
        parser.add_argument(f"body:{row.word}", metavar=row.word.upper(), help=about[row.word]["help"], **nargs)
    add_help(parser, Parser.format_help, Parser.format_help, "print this help, and exit")
    flags = parser.add_argument_group("flags")
    needed = {each.encode_name for each in fields_of(row.fields) if each.required}
    for name, how in about.items():
        if name != row.word:
            more: dict[str, Any] = {"required": True} if name in needed else {}
            flags.add_argument(f"--{name.replace('_', '-')}", dest=f"body:{name}", **how, **more)
    flags.add_argument("--json", action="store_true", help="print JSON, for programs")
    flags.add_argument("--emsp", metavar="URL", help=f"the URL of the eMSP [{URL}] (default: {USUAL})")
    return parser


def _ask(url: str, row: HandRow, body: Mapping[str, Any]) -> Mapping[str, Any]:
    """Send a request to an endpoint of the eMSP, and return its outcome. Raises CannotDo."""
    full = url if "://" in url else f"http://{url if ':' in url else f'127.0.0.1:{url}'}"
    try:
        parts = urlsplit(full)
        is_right = parts.scheme == "http" and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is not a number
        is_right = False
    if not is_right:
        raise CannotDo(WRONG, f"--emsp: {url!r} is not http://HOST:PORT")
    within = _PATIENCE + float(body.get("wait", _LONGEST))
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port or 80, timeout=within)
    headers = {"Content-Type": "application/json"}
    try:
        connection.request("POST", f"{PREFIX}/{row.name}", json_text(dict(body)), headers)
        response = connection.getresponse()
        status, data = response.status, response.read()
    except (http.client.HTTPException, OSError, ValueError) as error:
        raise CannotDo(NO_MOCK, f"no eMSP answers at {full}: {error or type(error).__name__}") from None
    finally:
        connection.close()
    try:
        value: Any = json_value(data)
        outcome: Mapping[str, Any] = value if status == 200 and "result" in value else {}
        detail = "" if outcome else str(value["detail"])
    except (DecodeError, LookupError, TypeError):
        raise CannotDo(NO_MOCK, f"no eMSP answers at {full}: what is there answers {status}") from None
    if detail:
        raise CannotDo(_STATUSES.get(status, WRONG), detail)
    return outcome


def _report(outcome: Mapping[str, Any]) -> Report:
    """Return what is printed of an outcome: the result, why, and what came."""
    rest = {key: value for key, value in outcome.items() if key not in ("result", "objects", "reason") and value}
    reason = f": {outcome['reason']}" if outcome.get("reason") else ""
    objects = outcome.get("objects")
    count = "" if objects is None else f", {len(objects)} object{'s' * (len(objects) != 1)}"
    first = f"{outcome['result']}{reason}{count}{f' {compact(rest)}' if rest else ''}"
    status = 0 if outcome["result"] == ACCEPTED else REFUSED
    return Report(status=status, values=[outcome], lines=[first, *(compact(each) for each in objects or ())])

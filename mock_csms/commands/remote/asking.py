"""The command line of a subcommand over the API, made from its row of the table of endpoints."""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import UnionType
from typing import Any, Literal, TypeAlias, Union, get_args, get_origin

from mock_csms.commands.parser import Parser, add_help, bare_parser
from mock_csms.commands.remote.client import ROWS, ApiClient
from mock_csms.commands.remote.shown import Printer, Report
from mock_csms.control.api.operation import Fields
from mock_csms.protocol.records import DecodeError, Meta, Record, UnsetType, field, fields_of, json_value

_PLACES = {
    "station": "the identity of the station",
    "rule": "the id of the rule",
    "token": "the id of the token",
    "action": "the command",
}
_TIMES = {None: "{}", "?": "[{}]", "*": "[{} …]", "+": "{} …"}
"""How the usage shows an argument, by argparse's `nargs`."""


class Asked(Record):
    """The parsed command line of a subcommand."""

    place: Mapping[str, str]
    """The values for the variable parts of the path, by name."""
    query: Mapping[str, Any]
    """The fields of the query that were given."""
    body: Mapping[str, Any]
    """The fields of the body that were given."""
    words: Mapping[str, Any]
    """All other arguments and flags of the subcommand."""
    printer: Printer


Run: TypeAlias = Callable[[Sequence[ApiClient], Asked], Report]
"""Executes a subcommand at the replicas of a mock, usually one."""


class RemoteCommand(Record, kw_only=True):
    """One subcommand over the API."""

    operation: str
    """The name of the endpoint whose parameters become its flags and help."""
    run: Run
    help: str = ""
    """Its help; empty to use the help of the endpoint."""
    usage: str = ""
    """Its arguments in the usage line; empty to derive them from `words`."""
    leaves_out: Sequence[str] = ()
    """The parts of the path, and the fields of query and body, that get no argument and no flag."""
    words: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """Arguments and flags of its own, with the keywords for argparse."""
    examples: Sequence[tuple[str, str]] = ()
    """Examples: the command line after its name, and its effect."""

    @property
    def meaning(self) -> str:
        """Its help: its own, or that of the endpoint."""
        return self.help or ROWS[self.operation].help

    @property
    def shown_words(self) -> str:
        """Its arguments in the usage line."""
        if self.usage:
            return self.usage
        places = [name.upper() for name in ROWS[self.operation].places if name not in self.leaves_out]
        own = [(how, name) for name, how in self.words.items() if not name.startswith("-")]
        words = [_TIMES[how.get("nargs")].format(how.get("metavar", name.upper())) for how, name in own]
        return " ".join([*places, *words])


def parser_of(name: str, command: RemoteCommand, more: str) -> Parser:
    """Return the parser of a subcommand; `more` is the text at the end of its help."""
    prog = f"mock-csms {name}"
    meaning = command.meaning
    parser = bare_parser(
        prog, f"{meaning[0].upper()}{meaning[1:]}.", f"{prog} {command.shown_words} [FLAG …]".replace("  ", " ")
    )
    examples = "\n".join(f"  {prog} {line}\n      {effect}" for line, effect in command.examples)
    parser.epilog = "\n\n".join(filter(None, [f"Examples:\n{examples}" if examples else "", more])) or None
    row = ROWS[command.operation]
    for place in row.places:
        if place not in command.leaves_out:
            parser.add_argument(f"place:{place}", metavar=place.upper(), help=_PLACES[place])
    for word, how in command.words.items():
        if not word.startswith("-"):
            parser.add_argument(f"words:{word}", **{"metavar": word.upper(), **how})
    add_help(parser, Parser.format_help, Parser.format_help, "print this help, and exit")
    flags = parser.add_argument_group("flags")
    for word, how in command.words.items():
        if word.startswith("-"):
            *short, long = word.split(", ")
            flags.add_argument(*short, long, **{"dest": f"words:{long.removeprefix('--')}", **how})
    for part, fields in (("query", row.query), ("body", row.body)):
        for option, how in flags_of(fields, command.leaves_out) if fields else ():
            flags.add_argument(f"--{option.replace('_', '-')}", dest=f"{part}:{option}", **how)
    flags.add_argument("--json", action="store_true", help="print JSON, for programs")
    _add_server(parser)
    return parser


def _add_server(parser: Parser) -> None:
    group = parser.add_argument_group("the mock")
    group.add_argument(
        "--api",
        metavar="URL[,URL…]",
        help="its URL, or those of all replicas behind a load balancer; else MOCK_CSMS_API_URL, else the second line "
        "of MOCK_CSMS_READY_FILE, else port 9001 here",
    )
    group.add_argument(
        "--api-token", metavar="TEXT|@FILE", help="the token of its API, if it asks for one [MOCK_CSMS_API_TOKEN]"
    )


def flags_of(fields: type[Fields], without: Sequence[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield a flag for each field of a query or a body, with the keywords for argparse."""
    for each in fields_of(fields):
        if each.encode_name not in without:
            kind, about = _kind_of(each.type)
            how = {"action": "store_true"} if each.default is False else _how(kind)
            text = f"{about}{_default(each.default)}".replace("%", "%%")
            yield each.encode_name, {**how, "help": text, "default": argparse.SUPPRESS}


def _default(value: Any) -> str:
    """Return the default of a field, for the help."""
    shown = value not in ("", None) and isinstance(value, str | int | float) and value is not False
    text = f"{value:g}" if isinstance(value, float) else value
    return f" (default: {text})" if shown else ""


def _kind_of(hint: Any) -> tuple[Any, str]:
    """Return the type in an annotation, without `None`, and its description."""
    about = ""
    while True:
        if hasattr(hint, "__metadata__"):
            about = about or next((each.description or "" for each in hint.__metadata__ if isinstance(each, Meta)), "")
            hint = hint.__origin__
        elif get_origin(hint) in (Union, UnionType):
            hint = next(each for each in get_args(hint) if each not in (type(None), UnsetType))
        else:
            return hint, about


def _how(kind: Any) -> dict[str, Any]:
    """Return the keywords with which argparse reads a value of that type."""
    if get_origin(kind) is Literal:
        return {"choices": get_args(kind)}
    if kind is bool:
        return {"type": _boolean, "metavar": "true|false"}
    numbers = {int: (_whole, "N"), float: (_number, "NUMBER")}
    if kind in numbers:
        reads, metavar = numbers[kind]
        return {"type": reads, "metavar": metavar}
    if kind is str:
        return {"metavar": "TEXT"}
    return {"type": read_json, "metavar": "JSON"}


# Values.


class InOrder(argparse.Action):
    """Collects the values of several flags in the order of the command line, each with the name of its flag."""

    def __call__(self, _: Any, namespace: argparse.Namespace, words: Any, flag: str | None = None) -> None:
        uses = getattr(namespace, self.dest, None) or []
        setattr(namespace, self.dest, [*uses, (str(flag).removeprefix("--"), words)])


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number") from None


def _boolean(text: str) -> bool:
    if text.lower() not in ("true", "false"):
        raise argparse.ArgumentTypeError(f"{text!r} is neither true nor false")
    return text.lower() == "true"


def read_json(text: str) -> Any:
    """Return the value of JSON text, or of the file in `@FILE`. Raises ArgumentTypeError for wrong JSON."""
    try:
        return json_value(Path(text[1:]).read_bytes() if text.startswith("@") else text.encode())
    except DecodeError as error:
        raise argparse.ArgumentTypeError(f"the JSON is wrong: {error}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise argparse.ArgumentTypeError(f"{text[1:]}: {reason}") from None


def as_kind(fields: type[Fields], name: str, text: str) -> Any:
    """Return a text as the value of a field. Raises ValueError if the text does not have the type of the field."""
    hints = {each.encode_name: each.type for each in fields_of(fields)}
    kind, _ = _kind_of(hints[name])
    if get_origin(kind) is list:
        return [get_args(kind)[0](part) for part in text.split("+")]
    return kind(text) if kind in (int, float) else text

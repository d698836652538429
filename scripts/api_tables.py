"""The tables of docs about the HTTP API and the sub-commands."""

from collections.abc import Iterable

from mock_csms.commands.cli import SUBCOMMANDS
from mock_csms.commands.remote.table import COMMANDS as REMOTE_COMMANDS
from mock_csms.control.api.operation import Fields, Operation
from mock_csms.control.api.table import ENDPOINTS
from mock_csms.ocpi.api.contract import OCPI_ENDPOINTS
from mock_csms.protocol.records import fields_of


def endpoints() -> Iterable[tuple[str, ...]]:
    """Return a row for every endpoint of the HTTP API."""
    yield from _endpoints(ENDPOINTS)


def ocpi_endpoints() -> Iterable[tuple[str, ...]]:
    """Return a row for every endpoint that the HTTP API has with --ocpi."""
    yield from _endpoints(OCPI_ENDPOINTS)


def _endpoints(rows: Iterable[Operation]) -> Iterable[tuple[str, ...]]:
    yield "request", "what it does", "query, body"
    for row in rows:
        query = "".join(f" `?{each.encode_name}=`" for each in fields_of(row.query or Fields)).strip()
        body = ", ".join(f"`{each.encode_name}`" for each in fields_of(row.body or Fields))
        asked = "; ".join(filter(None, [query, body or ("settings" if row.body else "")]))
        yield f"`{row.method} {row.path}`", row.help, asked


def sub_commands() -> Iterable[tuple[str, ...]]:
    """Return a row for every sub-command that needs no API."""
    yield "sub-command", "what it does"
    for name, meaning in SUBCOMMANDS.items():
        does, _, example = meaning.partition(": ")
        yield f"`mock-csms {name}`", does + (f": `{example}`" if example else "")


def remote_commands() -> Iterable[tuple[str, ...]]:
    """Return a row for every sub-command that drives a running mock."""
    yield "sub-command", "what it does"
    for name, command in REMOTE_COMMANDS.items():
        yield f"`mock-csms {name} {command.shown_words}".rstrip() + "`", command.meaning

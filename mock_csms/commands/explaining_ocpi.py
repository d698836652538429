"""`mock-csms checks` and `mock-csms explain` for the checks of OCPI, which the mock eMSP runs."""

import textwrap
from collections.abc import Iterator, Sequence

from mock_csms.commands.arguments import parser_for
from mock_csms.commands.explaining import ExplainSettings, print_lines
from mock_csms.commands.stdout import output_width
from mock_csms.ocpi.emsp.checks.catalogue import OCPI_CHECKS, PREFIX, meant_by
from mock_csms.ocpi.emsp.checks.table import OcpiCheck
from mock_csms.watch.findings import table

ALL = PREFIX.rstrip("-")
"""The word for all checks of OCPI."""
_HEAD = ("check", "requirement", "severity", "subject", "title")
_WIDEST = 80


def checks_of_ocpi(arguments: Sequence[str]) -> int:
    """Print the table of checks."""
    rows = [
        (each.id, each.requirement, str(each.severity), each.subject, each.title)
        for each in _meant("checks", arguments)
    ]
    return print_lines(table(_HEAD, rows, output_width()))


def explain_ocpi(arguments: Sequence[str]) -> int:
    """Print everything about some checks."""
    blocks = [[*_lines_about(check)] for check in _meant("explain", arguments)]
    return print_lines(line for number, block in enumerate(blocks) for line in ([""] * bool(number) + block))


def _meant(name: str, arguments: Sequence[str]) -> Sequence[OcpiCheck]:
    """Return the checks that the words of the command line name."""
    parser = parser_for(f"mock-csms {name}", "About the checks of the mock eMSP.", ExplainSettings)
    parser.add_argument("check", metavar="CHECK", nargs="+", help="OCPI for all, ids, or OCPI- and a letter: OCPI-S")
    words = vars(parser.parse_args(arguments))["check"]
    try:
        ids = {id_ for word in words for id_ in (OCPI_CHECKS if word.upper() == ALL else meant_by(word))}
    except ValueError as error:
        parser.error(str(error))
    return [check for id_, check in OCPI_CHECKS.items() if id_ in ids]


def _lines_about(check: OcpiCheck) -> Iterator[str]:
    width = min(output_width() or _WIDEST, _WIDEST)
    yield from textwrap.wrap(f"{check.id}: {check.title}", width, subsequent_indent=" " * 10)
    about = f"OCPI 2.2.1; clause {check.requirement}; severity {check.severity}; subject {check.subject}"
    yield from textwrap.wrap(about, width, initial_indent=" " * 10, subsequent_indent=" " * 10)
    parts = {
        "Hint": textwrap.wrap(check.hint, width - 2, break_on_hyphens=False),
        "Switch it off": [f"mock-csms emsp --checks all,-{check.id}"],
        "Accept it": [f"mock-csms emsp --expected-findings FILE, with the line {check.id} or {check.id}@PARTY"],
    }
    for heading, lines in parts.items():
        yield from ["", f"{heading}:", *(f"  {line}" for line in lines)]

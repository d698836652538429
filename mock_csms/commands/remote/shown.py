"""The output of subcommands over the API: tables that fit the terminal, JSON, and lines from the mock."""

import textwrap
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from typing import Any

from mock_csms.commands.stdout import Stdout, output_width
from mock_csms.protocol.printable import printable
from mock_csms.protocol.records import Record, json_text
from mock_csms.watch.statuses import to_stderr


class Report(Record):
    """The result of a subcommand."""

    status: int = 0
    """The exit status."""
    values: Sequence[Any] = ()
    """For programs: JSON values, each printed on a line."""
    head: Sequence[str] = ()
    """For people: the titles of the columns of a table; empty without a table."""
    rows: Sequence[Sequence[Any]] = ()
    lines: Sequence[str] = ()
    """For people: the lines after the table."""
    notes: Sequence[str] = ()
    """Lines for stderr, for people and programs; those of errors begin with `error: `."""


_GAP = "  "
_LEAST = 8
"""The least width of a column, in characters."""


class Printer:
    """Prints on stdout, for people or as JSON."""

    def __init__(self, *, is_json: bool) -> None:
        self.is_json = is_json
        self.out = Stdout()

    def print(self, report: Report, prog: str) -> None:
        """Print a report; `prog` is the name of the program and the subcommand, for stderr."""
        if self.is_json:
            self.out.write(b"".join(json_text(value) + b"\n" for value in report.values))
        else:
            if report.head:
                cells = [[printable(cell_of(cell)) for cell in row] for row in report.rows]
                self._lines(table(report.head, cells, output_width()))
            self._lines(report.lines)
        for note in report.notes:
            to_stderr(f"{prog}: {note}\n")

    def _lines(self, lines: Iterable[str]) -> None:
        """Print lines; terminal controls that came over the wire are made visible."""
        self.out.write("".join(f"{printable(line)}\n" for line in lines).encode(errors="replace"))


def cell_of(value: Any) -> str:
    """Return a value as a cell of a table."""
    if value in (None, "", [], {}):
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return " ".join(map(cell_of, value))
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, dict):
        return compact(value)
    return str(value)


def compact(value: Any) -> str:
    """Return a value as JSON text without spaces."""
    return json_text(value).decode(errors="replace")


def table(head: Sequence[str], rows: Sequence[Sequence[str]], most: int | None) -> Iterable[str]:
    """Yield the lines of a table with aligned columns. If it is wider than `most` columns, long cells are wrapped."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    while most and sum(widths) + len(_GAP) * (len(widths) - 1) > most and max(widths) > _LEAST:
        widths[widths.index(max(widths))] -= 1
    for row in (head, *rows):
        cells = [_wrapped(cell, width) for cell, width in zip(row, widths, strict=True)]
        for parts in zip_longest(*cells, fillvalue=""):
            yield _GAP.join(part.ljust(width) for part, width in zip(parts, widths, strict=True)).rstrip()


def _wrapped(cell: str, width: int) -> Sequence[str]:
    """Return the lines of a cell."""
    return [cell] if len(cell) <= width else textwrap.wrap(cell, width, break_on_hyphens=False)

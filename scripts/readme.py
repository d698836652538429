"""Writes the tables of README.md from the code; with `--check` it only tells whether they are as the code says."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from mock_csms.config import Config
from mock_csms.flags import flag_of, option
from mock_csms.frontends.arguments import shown_default
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.versions import V201

README = Path(__file__).parent.parent / "README.md"


def flags() -> Iterable[tuple[str, ...]]:
    """Return a row for every flag."""
    yield "flag", "default", "meaning"
    for setting in fields(Config):
        declared = flag_of(setting)
        names = ", ".join(filter(None, [declared.short, option(setting.name)]))
        metavar = f" {declared.metavar}{'…' if declared.several else ''}".rstrip()
        yield f"`{names}{metavar}`", _code(shown_default(declared, setting.default)), declared.help


def commands() -> Iterable[tuple[str, ...]]:
    """Return a row for every command of the CSMS."""
    yield "command", "default payload"
    for action, row in sorted(V201.actions.items()):
        if row.sent_by(Sender.CSMS):
            yield f"`{action}`", _code(_json(row.request))


def answers() -> Iterable[tuple[str, ...]]:
    """Return a row for every action of stations."""
    yield "action", "default answer"
    for action, row in sorted(V201.actions.items()):
        if row.sent_by(Sender.STATION):
            yield f"`{action}`", _code(_json(row.response))


TABLES: Mapping[str, Callable[[], Iterable[tuple[str, ...]]]] = {
    "flags": flags,
    "commands": commands,
    "answers": answers,
}


def _json(payload: Any) -> str:
    import orjson

    text = orjson.dumps(payload).decode()
    return text if len(text) <= 160 else text[:159] + "…"


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


def _markdown(rows: Iterable[tuple[str, ...]]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    columns = lines[0].count(" | ") + 1
    return "\n".join([lines[0], "|" + " --- |" * columns, *lines[1:]])


def with_tables(text: str) -> str:
    """Return `text` with every table between its two markers made anew."""
    for name, rows in TABLES.items():
        pattern = re.compile(rf"(<!-- table: {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        table = _markdown(rows())
        text, found = pattern.subn(lambda match, table=table: f"{match[1]}{table}\n{match[2]}", text)  # type: ignore[misc] # the loop variable is bound
        if not found:
            raise ValueError(f"README.md has no place for the table of {name}")
    return text


if __name__ == "__main__":
    current = README.read_text(encoding="utf-8")
    wanted = with_tables(current)
    if "--check" in sys.argv:
        raise SystemExit(wanted != current)
    README.write_text(wanted, encoding="utf-8")

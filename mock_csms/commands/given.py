"""The settings of a run together with the texts that they were read from, to find out later what has changed."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import fields
from typing import Any

from mock_csms.protocol.records import Record
from mock_csms.settings import Config
from mock_csms.settings.flags import Source, flag_of
from mock_csms.settings.texts import read_text


class Given(Record):
    """Settings, and their texts. (Parsed rules cannot be compared, so their tables are compared.)"""

    config: Config
    sources: Sequence[Source]
    tables: Mapping[str, Sequence[str]]
    """The tables of each setting that has tables, as texts, with the content of the files that they name."""


def given(config: Config, sources: Sequence[Source]) -> Given:
    """Return settings together with their texts."""
    names = [setting.name for setting in fields(Config) if flag_of(setting).forms is not None]
    tables = {name: [_text(table) for source in sources for table in source.values.get(name, ())] for name in names}
    return Given(config, sources, tables)


def _text(table: Mapping[str, Any]) -> str:
    return " ".join(_content(str(value)) for value in table.values())


def _content(value: str) -> str:
    """Return a value, or the content of the file that it names."""
    if value.startswith("@"):
        with suppress(ValueError):
            return f"{value} {read_text(value[1:])}"
    return value

"""Tables of the documentation about flags and the configuration file."""

from collections.abc import Iterable
from dataclasses import Field, fields
from typing import TYPE_CHECKING, Any

from mock_csms.commands.arguments import shown_default, titles_of
from mock_csms.commands.cli import OTHER_OPTIONS
from mock_csms.settings.flags import Flag, flag_of, option
from scripts.cells import code

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


def flags_of_group(settings: "type[DataclassInstance]", title: str) -> Iterable[tuple[str, ...]]:
    """Return a row for every flag of the group with that title."""
    titles = titles_of(settings)
    yield "flag", "default", "meaning"
    for setting in fields(settings):
        if titles[setting.name] == title:
            yield from _rows_of(setting)


def all_flags(settings: "type[DataclassInstance]") -> Iterable[tuple[str, ...]]:
    yield "flag", "default", "meaning"
    for setting in fields(settings):
        yield from _rows_of(setting)


def _rows_of(setting: Field[Any]) -> Iterable[tuple[str, ...]]:
    """Return the row of a setting; if it is a list of tables, a row for each flag that adds one."""
    declared = flag_of(setting)
    for name, form in (declared.forms or {}).items():
        yield f"`{option(name)} {' '.join(form.metavar)}`", "", form.help
    if declared.forms is None:
        names = ", ".join(filter(None, [declared.short, option(setting.name)]))
        metavar = f" {declared.metavar}{'…' if declared.several else ''}".rstrip()
        yield f"`{names}{metavar}`", code(shown_default(declared, setting.default)), _meaning(declared)


def _meaning(declared: Flag) -> str:
    """Return the meaning of a flag, with its other names."""
    others = ", ".join(f"`{alias}`" for alias in declared.aliases)
    return f"{declared.help}; also {others}" if others else declared.help


def configuration() -> Iterable[tuple[str, ...]]:
    """Return a row for every flag about the configuration itself, such as `--config`."""
    yield "flag", "default", "meaning"
    for name, how in OTHER_OPTIONS.items():
        yield f"`{name} {how.get('metavar', '')}".rstrip() + "`", "", str(how["help"])

"""The command line: a parser built from the settings, and its help."""

import argparse
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import Field, fields, is_dataclass
from typing import Any

from mock_csms.commands.parser import INDENT, Parser, add_help, bare_parser, columns, listed, row
from mock_csms.protocol.records import Record
from mock_csms.settings.flags import Flag, Form, Settings, Source, flag_of, option
from mock_csms.settings.values import reason_of


class Guide(Record):
    """The content of `--help` on one screen: usage, most used flags, examples, and hints to everything else."""

    usage: Sequence[str]
    common: Sequence[str]
    """Names of settings, or of flags that write tables, in the order of the help."""
    examples: Sequence[tuple[str, str]]
    """Command lines, each with its effect."""
    lists: Mapping[str, Mapping[str, str]] = {}
    """Further lists by their titles; each has words with their meanings."""
    tables: Mapping[str, Mapping[str, str]] = {}
    """Lists of `--help-all`."""


def parser_for(
    prog: str, description: str, settings: type[Settings], guide: Guide | None = None, environment: str = ""
) -> Parser:
    """Return a parser with an option for each of the `settings`; values stay texts until `flags.read`.

    `--help` shows the `guide`, and `--help-all` every flag by subject; without a guide both show every flag.
    `environment` is the prefix of environment variables; empty if settings are not read from these.
    """
    parser = bare_parser(prog, description, "\n       ".join(guide.usage) if guide else None)
    add_help(parser, lambda parser: _short(parser, guide, settings), lambda parser: _long(parser, guide), _first(guide))
    groups = {"": parser.add_argument_group("flags")} if guide is None else {}
    titles = titles_of(settings) if guide else {}
    for setting in fields(settings):
        title = titles.get(setting.name, "")
        group = groups[title] if title in groups else groups.setdefault(title, parser.add_argument_group(title))
        _add(group, setting, environment)
    return parser


def parser_of(prog: str, settings: type[Settings], names: Collection[str]) -> Parser | None:
    """Return a parser that knows only the settings with one of these option `names`; None if a name is unknown.

    It parses a command line without other options as the parser of all settings does, and takes 2 ms less to make.
    """
    parser, unknown = bare_parser(prog, ""), set(names)
    for setting in fields(settings) if unknown else ():
        options = _options(setting)
        if not unknown.isdisjoint(options):
            unknown.difference_update(options)
            _add(parser, setting, "")
    return None if unknown else parser


def _options(setting: Field[Any]) -> Sequence[str]:
    """Return the option names of a setting."""
    declared = flag_of(setting)
    if declared.forms is not None:
        return [option(name) for name in declared.forms]
    return [*filter(None, [declared.short]), option(setting.name), *declared.aliases]


def _add(group: Any, setting: Field[Any], environment: str) -> None:
    """Add the options of a setting to a parser, or to a group of it."""
    declared = flag_of(setting)
    for name, form in (declared.forms or {}).items():
        how = _form(setting.name, form, declared)
        group.add_argument(option(name), help=_help(form.help, environment, name), **how)
    if declared.forms is None:
        names = [*filter(None, [declared.short]), option(setting.name)]
        meaning = _help(_meaning(declared, setting.default), environment, setting.name)
        group.add_argument(*names, dest=setting.name, help=meaning, **_how(declared))
        for alias in declared.aliases:
            group.add_argument(alias, dest=setting.name, help=argparse.SUPPRESS, **_how(declared))


def titles_of(settings: type[Settings]) -> Mapping[str, str]:
    """Return the title of each setting's group: the title of the class that declares the setting."""
    titles: dict[str, str] = {}
    for home in filter(is_dataclass, reversed(settings.__mro__)):
        title: str = getattr(home, "title", "flags")
        titles = {setting.name: title for setting in fields(home)} | titles
    return titles


def command_line_source(settings: type[Settings], parsed: Mapping[str, Any]) -> Source:
    """Return the settings on the command line, from the result of argparse."""
    names = {setting.name for setting in fields(settings)}
    return Source({name: value for name, value in parsed.items() if name in names})


def shown_default(declared: Flag, default: Any) -> str:
    """Return a setting's default as people write it; empty if there is none to show."""
    if declared.shown or default in (None, (), {}) or default is False:
        return declared.shown
    return (
        " ".join(default)
        if isinstance(default, tuple)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )


# The help.


def _first(guide: Guide | None) -> str:
    """Return the help text of the flag `--help`."""
    return "print the most used flags, and exit" if guide else "print this help, and exit"


def _short(parser: Parser, guide: Guide | None, settings: type[Settings]) -> str:
    """Return the help that fits on one screen, or all of it if there is no shorter one."""
    return _screen(parser, guide, settings) if guide else parser.format_help()


def _long(parser: Parser, guide: Guide | None) -> str:
    """Return the help with every flag."""
    parser.epilog = listed({**guide.lists, **guide.tables}) if guide else None
    return parser.format_help()


def _screen(parser: Parser, guide: Guide, settings: type[Settings]) -> str:
    """Return the help that fits on one screen."""
    import textwrap  # noqa: PLC0415 - serving does not need it

    parts = ["usage: " + "\n       ".join(guide.usage), textwrap.fill(str(parser.description), columns())]
    parts.append("The most used flags:\n" + "\n".join(row(*_meaning_of(name, settings)) for name in guide.common))
    examples = (f"  {parser.prog} {line}\n{'':6}{what}" if line else f"  {what}" for line, what in guide.examples)
    parts.append("Examples:\n" + "\n".join(examples))
    return "\n\n".join([*parts, listed(guide.lists), "More: --help-all"]) + "\n"


def _meaning_of(name: str, settings: type[Settings]) -> tuple[str, str]:
    """Return a flag with its value as the help shows them, and its meaning."""
    for setting in fields(settings):
        declared = flag_of(setting)
        for form_name, form in (declared.forms or {}).items():
            if form_name == name:
                return _written(option(name), " ".join(form.metavar)), _brief(form.help)
        if setting.name == name:
            names = ", ".join(filter(None, [declared.short, option(name)]))
            return _written(names, declared.metavar), _brief(declared.help)
    raise LookupError(name)


def _written(names: str, metavar: str) -> str:
    """Return a flag with the short name of its value."""
    shown = metavar if len(metavar) < INDENT - 3 - len(names) else re.split(r"[\[|,]", metavar)[0] + "…"
    return f"{names} {shown}".rstrip()


def _brief(text: str) -> str:
    """Return the first clause of an explanation."""
    return _plain(re.split(r"[;:] ", text)[0])


def _meaning(declared: Flag, default: Any) -> str:
    """Return the meaning of a flag, with its default."""
    shown, others = shown_default(declared, default), ", ".join(declared.aliases)
    also = f"; also {others}" if others else ""
    return declared.help + also + (f" (default: {shown})" if shown else "")


def _how(declared: Flag) -> dict[str, Any]:
    """Return the arguments for argparse about a flag."""
    if declared.parse is None:
        return {"action": "store_true", "default": argparse.SUPPRESS}
    how: dict[str, Any] = {"default": argparse.SUPPRESS, "metavar": declared.metavar}
    if declared.repeated:
        how["action"] = "append"
    return how | ({"nargs": "+"} if declared.several else {})


def _form(name: str, form: Form, declared: Flag) -> dict[str, Any]:
    """Return the arguments for argparse about an option that writes a table of the setting `name`."""

    class Append(argparse.Action):
        """Appends a table to those of the setting, in the order of the command line. A wrong table is an error."""

        def __call__(self, _: Any, namespace: argparse.Namespace, words: Any, __: str | None = None) -> None:
            try:
                table = form.table(words)
                if declared.parse:
                    declared.parse([table])
            except (ValueError, OSError) as error:
                raise argparse.ArgumentError(self, reason_of(error)) from None
            setattr(namespace, name, [*getattr(namespace, name, []), table])

    return {
        "action": Append,
        "nargs": len(form.metavar),
        "metavar": form.metavar,
        "default": argparse.SUPPRESS,
        "dest": name,
    }


def _help(text: str, environment: str, name: str) -> str:
    """Return the help of argparse for a flag: its meaning, and the name of its environment variable."""
    variable = f" [{environment}{name.upper()}]" if environment else ""
    return (_plain(text) + variable).replace("%", "%%")


def _plain(text: str) -> str:
    return text.replace("`", "")

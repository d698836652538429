"""The command line: argparse built from the settings, help on one screen, and one line for bad input."""

import argparse
import os
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any, NoReturn

from mock_csms import __version__
from mock_csms.commands.stdout import Stdout
from mock_csms.protocol.names import did_you_mean
from mock_csms.protocol.records import Record
from mock_csms.settings.flags import Flag, Form, Settings, Source, flag_of, option
from mock_csms.settings.values import reason_of
from mock_csms.watch.statuses import to_stderr

USAGE_ERROR = 2

_WIDEST = 80
"""The greatest width of the help, in columns."""
_INDENT = 28
"""The column where the explanations of flags begin."""


class Guide(Record):
    """The content of `--help` on one screen: the usage, the flags used most, examples, and hints to everything else."""

    usage: Sequence[str]
    common: Sequence[str]
    """Names of settings, or of flags that write tables, in the order for the help."""
    examples: Sequence[tuple[str, str]]
    """Command lines, each with its effect."""
    lists: Mapping[str, Mapping[str, str]] = {}
    """Further lists by their titles: words, each with its meaning."""
    tables: Mapping[str, Mapping[str, str]] = {}
    """Lists of `--help-all`."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line that names the flag once, with a hint to what was probably meant."""

    def error(self, message: str) -> NoReturn:
        """Print what is wrong, without secrets, and exit with status 2."""
        from mock_csms.behavior.secrets import Secrets  # noqa: PLC0415 - only errors wait for it

        message = Secrets().words(message)
        named = re.sub(r"^argument (?:-\w/)?(\S+): ", r"\1: ", " ".join(message.split()))
        to_stderr(f"{self.prog}: error: {named}\n")
        raise SystemExit(USAGE_ERROR)

    def parse_args(self, args: Sequence[str] | None = None, namespace: Any = None) -> Any:  # type: ignore[override] # argparse has overloads
        """Parse the command line; the error for an unknown flag names the nearest one."""
        parsed, rest = self.parse_known_args(args, namespace)
        if rest:
            word = next((word for word in rest if word.startswith("-")), rest[0]).partition("=")[0]
            flags = [name for name in self._option_string_actions if name.startswith("--")]
            self.error(f"{word!r} is not a flag{did_you_mean(word, flags)}")
        return parsed


class ShowVersion(argparse.Action):
    """Prints the version."""

    def __call__(self, parser: argparse.ArgumentParser, *_: Any) -> NoReturn:
        _print(f"{parser.prog} {__version__}\n")


def parser_for(
    prog: str, description: str, settings: type[Settings], guide: Guide | None = None, environment: str = ""
) -> Parser:
    """Return a parser with an option for each of the `settings`; values stay texts until `flags.read`.

    `--help` shows the `guide`, and `--help-all` every flag by subject; without a guide both show every flag.
    `environment` is the prefix of environment variables; empty if settings are not read from these.
    """
    usage = "\n       ".join(guide.usage) if guide else None
    parser = Parser(
        prog=prog,
        usage=usage,
        description=description,
        allow_abbrev=False,
        formatter_class=_formatter,
        add_help=False,
    )
    about = parser.add_argument_group("help")
    _add_help(about, guide, settings)
    about.add_argument("--version", action=ShowVersion, nargs=0, help="print the version")
    groups = {"": parser.add_argument_group("flags")} if guide is None else {}
    titles = titles_of(settings) if guide else {}
    for setting in fields(settings):
        declared, title = flag_of(setting), titles.get(setting.name, "")
        group = groups[title] if title in groups else groups.setdefault(title, parser.add_argument_group(title))
        for name, form in (declared.forms or {}).items():
            how = _form(setting.name, form, declared)
            group.add_argument(option(name), help=_help(form.help, environment, name), **how)
        if declared.forms is None:
            names = [*filter(None, [declared.short]), option(setting.name)]
            meaning = _help(_meaning(declared, setting.default), environment, setting.name)
            group.add_argument(*names, dest=setting.name, help=meaning, **_how(declared))
            for alias in declared.aliases:
                group.add_argument(alias, dest=setting.name, help=argparse.SUPPRESS, **_how(declared))
    return parser


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


def _add_help(group: Any, guide: Guide | None, settings: type[Settings]) -> None:
    """Add the flags that print the help and end the process."""

    class Long(argparse.Action):
        """Prints the help with every flag."""

        def __call__(self, parser: Any, *_: Any) -> NoReturn:
            parser.epilog = _listed({**guide.lists, **guide.tables}) if guide else None
            _print(parser.format_help())

    class Short(argparse.Action):
        """Prints the help that fits on one screen, or all of it if there is no shorter one."""

        def __call__(self, parser: Any, *_: Any) -> NoReturn:
            _print(_screen(parser, guide, settings) if guide else parser.format_help())

    class Completion(argparse.Action):
        """Prints a script that completes the flags in a shell."""

        def __call__(self, parser: Any, _: Any, shell: Any, __: Any = None) -> NoReturn:
            import shtab  # noqa: PLC0415 - seldom used

            _print(shtab.complete(parser, shell) + "\n")

    first = "print the most used flags, and exit" if guide else "print this help, and exit"
    group.add_argument("-h", "--help", action=Short, nargs=0, help=first)
    group.add_argument("--help-all", action=Long, nargs=0, help="print every flag, and exit")
    meaning = "print a completion script for this shell, and exit"
    group.add_argument("--completion", action=Completion, choices=("bash", "zsh", "tcsh"), help=meaning)


def _print(text: str) -> NoReturn:
    """Print a text on stdout and exit with status 0, even if the reader of a pipe has left."""
    out = Stdout()
    out.write(text.encode(sys.stdout.encoding, "replace"))
    raise SystemExit(int(out.status))


def _screen(parser: Parser, guide: Guide, settings: type[Settings]) -> str:
    """Return the help that fits on one screen."""
    import textwrap  # noqa: PLC0415 - serving does not need it

    parts = ["usage: " + "\n       ".join(guide.usage), textwrap.fill(str(parser.description), _columns())]
    parts.append("The most used flags:\n" + "\n".join(_row(*_meaning_of(name, settings)) for name in guide.common))
    examples = (f"  {parser.prog} {line}\n{'':6}{what}" if line else f"  {what}" for line, what in guide.examples)
    parts.append("Examples:\n" + "\n".join(examples))
    return "\n\n".join([*parts, _listed(guide.lists), "More: --help-all"]) + "\n"


def _listed(lists: Mapping[str, Mapping[str, str]]) -> str:
    """Return lists of words, each with its meaning."""
    return "\n\n".join(
        f"{title}:\n" + "\n".join(_row(word, meaning) for word, meaning in words.items())
        for title, words in lists.items()
    )


def _meaning_of(name: str, settings: type[Settings]) -> tuple[str, str]:
    """Return the notation of a flag, and its meaning."""
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
    """Return the notation of a flag, without the details of its value."""
    shown = metavar if len(metavar) < _INDENT - 3 - len(names) else re.split(r"[\[|,]", metavar)[0] + "…"
    return f"{names} {shown}".rstrip()


def _brief(text: str) -> str:
    """Return the first clause of an explanation."""
    return _plain(re.split(r"[;:] ", text)[0])


def _row(word: str, meaning: str) -> str:
    """Return a word with its meaning beside it, or below it if the word is long."""
    import textwrap  # noqa: PLC0415 - as above

    lines = textwrap.wrap(meaning, _columns() - _INDENT)
    head = f"  {word}".ljust(_INDENT)
    if len(head) > _INDENT:
        return "\n".join([head.rstrip(), *(" " * _INDENT + line for line in lines)])
    return "\n".join([head + lines[0], *(" " * _INDENT + line for line in lines[1:])])


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
        """Appends the table to those of the setting, in the order of the command line; a wrong one is an error."""

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


class _Formatter(argparse.HelpFormatter):
    """Leaves the lists at the end as they are: their lines already have the right layout."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)


def _formatter(prog: str) -> argparse.HelpFormatter:
    return _Formatter(prog, max_help_position=_INDENT, width=_columns())


def _columns() -> int:
    """Return the width for the help, in columns. (argparse would load a slow module to find it out.)"""
    columns = os.environ.get("COLUMNS", "")
    return min(int(columns), _WIDEST) if columns.isdecimal() and int(columns) > _INDENT + 20 else _WIDEST

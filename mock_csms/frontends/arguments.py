"""The command line: argparse made from the settings, and bad input told in one line."""

import argparse
import os
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, NoReturn

from mock_csms import __version__
from mock_csms.flags import Flag, Form, Settings, Source, flag_of, option
from mock_csms.values import reason_of

USAGE_ERROR = 2


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and exit with status 2."""
        self.exit(USAGE_ERROR, f"{self.prog}: error: {' '.join(message.split())} (--help lists all flags)\n")


def parser_for(prog: str, description: str, settings: type[Settings]) -> Parser:
    """Return a parser with an option for every one of the `settings`; values stay texts until `flags.read`."""
    parser = Parser(prog=prog, description=description, allow_abbrev=False, formatter_class=_formatter)
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}", help="print the version")
    for setting in fields(settings):
        declared = flag_of(setting)
        for name, form in (declared.forms or {}).items():
            parser.add_argument(option(name), **_form(setting.name, form, declared))
        if declared.forms is None:
            names = [*filter(None, [declared.short]), option(setting.name)]
            parser.add_argument(*names, dest=setting.name, **_how(declared, setting.default))
    return parser


def command_line_source(settings: type[Settings], parsed: Mapping[str, Any]) -> Source:
    """Return what the command line says, out of what argparse made of it."""
    names = {setting.name for setting in fields(settings)}
    return Source({name: value for name, value in parsed.items() if name in names})


def shown_default(declared: Flag, default: Any) -> str:
    """Return a setting's default as people write it; empty where there is none to tell."""
    if declared.shown or default in (None, (), {}) or default is False:
        return declared.shown
    return (
        " ".join(default)
        if isinstance(default, tuple)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )


def _how(declared: Flag, default: Any) -> dict[str, Any]:
    """Return what argparse is to know of a flag."""
    shown = shown_default(declared, default)
    help_ = _help(declared.help + (f" (default: {shown})" if shown else ""))
    if declared.parse is None:
        return {"action": "store_true", "default": argparse.SUPPRESS, "help": help_}
    how: dict[str, Any] = {"default": argparse.SUPPRESS, "metavar": declared.metavar, "help": help_}
    if declared.repeated:
        how["action"] = "append"
    return how | ({"nargs": "+"} if declared.several else {})


def _form(name: str, form: Form, declared: Flag) -> dict[str, Any]:
    """Return what argparse is to know of an option that writes a table of the setting `name`."""

    class Append(argparse.Action):
        """Appends the table to those of the setting, in the order of the command line; a wrong one is refused here."""

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
        "help": _help(form.help),
    }


def _help(text: str) -> str:
    return text.replace("%", "%%").replace("`", "")


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, max_help_position=32, width=_columns())


def _columns() -> int:
    """Return how wide the help may be. (argparse would load a slow module for each option to find it out.)"""
    columns = os.environ.get("COLUMNS", "")
    return int(columns) if columns.isdecimal() else 110

"""The command line: argparse made from the settings, and bad input told in one line."""

import argparse
from collections.abc import Sequence
from dataclasses import fields
from typing import Any, NoReturn

from mock_csms import __version__
from mock_csms.flags import Flag, Settings, flag_of, option, read

USAGE_ERROR = 2


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and exit with status 2."""
        self.exit(USAGE_ERROR, f"{self.prog}: error: {message} (--help lists all flags)\n")


def parse(prog: str, description: str, settings: type[Settings], arguments: Sequence[str] | None) -> Settings:
    """Return `settings` as the command line says; exits with status 2 and one line where it is wrong."""
    parser = Parser(prog=prog, description=description, allow_abbrev=False, formatter_class=_formatter)
    parser.add_argument(
        "--version", action="version", version=f"%(prog)s {__version__}", help="print the version and exit"
    )
    for setting in fields(settings):
        declared = flag_of(setting)
        names = [*filter(None, [declared.short]), option(setting.name)]
        parser.add_argument(*names, dest=setting.name, **_how(declared, setting.default))
    try:
        return read(settings, vars(parser.parse_args(arguments)))
    except ValueError as error:
        parser.error(str(error))


def shown_default(declared: Flag, default: Any) -> str:
    """Return a setting's default as people write it; empty where there is none to tell."""
    if declared.shown or default in (None, (), False):
        return declared.shown
    return (
        " ".join(default)
        if isinstance(default, tuple)
        else f"{default:g}"
        if isinstance(default, float)
        else str(default)
    )


def _how(declared: Flag, default: Any) -> dict[str, Any]:
    """Return what argparse is to know of a flag. Values stay texts here; `flags.read` parses them."""
    shown = shown_default(declared, default)
    help_ = (declared.help + (f" (default: {shown})" if shown else "")).replace("%", "%%").replace("`", "")
    if declared.parse is None:
        return {"action": "store_true", "default": argparse.SUPPRESS, "help": help_}
    how: dict[str, Any] = {"default": argparse.SUPPRESS, "metavar": declared.metavar, "help": help_}
    return how | ({"nargs": "+"} if declared.several else {})


def _formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.HelpFormatter(prog, max_help_position=32)

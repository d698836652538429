"""The parser of all command lines: help, completion and errors of one line. It does not know the settings."""

import argparse
import os
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn

from mock_csms import __version__
from mock_csms.commands.stdout import Stdout
from mock_csms.protocol.names import did_you_mean
from mock_csms.watch.statuses import to_stderr

USAGE_ERROR = 2

INDENT = 28
"""The column where the explanations of flags begin."""
_WIDEST = 80
"""The greatest width of the help, in columns."""


class Parser(argparse.ArgumentParser):
    """An ArgumentParser whose errors are one line that names the flag once, with a hint to what was probably meant."""

    add_subcommands: Callable[[Any], None] | None = None
    """Adds the parsers of the sub-commands to what `add_subparsers` returns; only the completion needs them."""

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
        print_and_exit(f"{parser.prog} {__version__}\n")


def bare_parser(prog: str, description: str, usage: str | None = None) -> Parser:
    """Return a parser without any flag."""
    return Parser(
        prog=prog,
        usage=usage,
        description=description,
        allow_abbrev=False,
        formatter_class=_formatter,
        add_help=False,
    )


def add_help(parser: Parser, short: Callable[[Parser], str], long: Callable[[Parser], str], first: str) -> None:
    """Add the flags that print the help and exit; `first` is the help text of `--help`."""

    def printing(text: Callable[[Parser], str]) -> type[argparse.Action]:
        class Print(argparse.Action):
            """Prints a help text and exits."""

            def __call__(self, parser: Any, *_: Any) -> NoReturn:
                print_and_exit(text(parser))

        return Print

    class Completion(argparse.Action):
        """Prints a script that completes the flags and the sub-commands in a shell."""

        def __call__(self, parser: Any, _: Any, shell: Any, __: Any = None) -> NoReturn:
            import shtab  # noqa: PLC0415 - seldom used

            if parser.add_subcommands is not None:
                parser.add_subcommands(parser.add_subparsers())
            print_and_exit(shtab.complete(parser, shell) + "\n")

    group = parser.add_argument_group("help")
    group.add_argument("-h", "--help", action=printing(short), nargs=0, help=first)
    group.add_argument("--help-all", action=printing(long), nargs=0, help="print every flag, and exit")
    meaning = "print a completion script for this shell, and exit"
    group.add_argument("--completion", action=Completion, choices=("bash", "zsh", "tcsh"), help=meaning)
    group.add_argument("--version", action=ShowVersion, nargs=0, help="print the version")


def print_and_exit(text: str) -> NoReturn:
    """Print a text on stdout and exit with status 0, even if the reader has closed the pipe."""
    out = Stdout()
    out.write(text.encode(sys.stdout.encoding, "replace"))
    raise SystemExit(int(out.status))


def listed(lists: Mapping[str, Mapping[str, str]]) -> str:
    """Return lists of words, each with its meaning."""
    return "\n\n".join(
        f"{title}:\n" + "\n".join(row(word, meaning) for word, meaning in words.items())
        for title, words in lists.items()
    )


def row(word: str, meaning: str) -> str:
    """Return a word with its meaning beside it, or below it if the word is long."""
    import textwrap  # noqa: PLC0415 - serving does not need it

    lines = textwrap.wrap(meaning, columns() - INDENT)
    head = f"  {word}".ljust(INDENT)
    if len(head) > INDENT:
        return "\n".join([head.rstrip(), *(" " * INDENT + line for line in lines)])
    return "\n".join([head + lines[0], *(" " * INDENT + line for line in lines[1:])])


class _Formatter(argparse.HelpFormatter):
    """Keeps the lists at the end as they are, because their lines already have the right layout."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        return text if "\n" in text else super()._fill_text(text, width, indent)


def _formatter(prog: str) -> argparse.HelpFormatter:
    return _Formatter(prog, max_help_position=INDENT, width=columns())


def columns() -> int:
    """Return the width for the help, in columns. (argparse would load a slow module to find it out.)"""
    given = os.environ.get("COLUMNS", "")
    return min(int(given), _WIDEST) if given.isdecimal() and int(given) > INDENT + 20 else _WIDEST

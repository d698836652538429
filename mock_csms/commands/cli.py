"""The command `mock-csms`: reads the settings, serves until a signal, and returns the outcome as exit status."""

import os
import sys
from collections.abc import Sequence
from typing import Any

from mock_csms.commands.arguments import Guide, parser_for, parser_of
from mock_csms.commands.clashes import refuse_clashes
from mock_csms.commands.parser import Parser
from mock_csms.commands.remote_words import REMOTE_WORDS
from mock_csms.commands.settings import gather, read_config
from mock_csms.commands.stdout import Stdout
from mock_csms.protocol.names import did_you_mean
from mock_csms.settings import Config
from mock_csms.settings.checking import check
from mock_csms.settings.sources import ENVIRONMENT, read_long_way, unknown_variables
from mock_csms.watch.statuses import cannot_start, to_stderr

DESCRIPTION = (
    "A mock CSMS for OCPP 1.6, 2.0.1 and 2.1: answers a charging station as you configure it, sends commands, injects "
    "faults, checks conformance and returns an exit status for CI."
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command with these arguments, or those of the process, and return its exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    read_long_way()
    if words and words[0] in ALL_SUBCOMMANDS:
        return _subcommand(*words)
    parser = _parser_for(words)
    if words and not words[0].startswith("-"):
        parser.error(f"{words[0]!r} is neither a flag nor a subcommand{did_you_mean(words[0], ALL_SUBCOMMANDS)}")
    parsed = vars(parser.parse_args(arguments))
    if parsed["config_schema"]:
        from mock_csms.commands.config_schema import config_schema  # noqa: PLC0415 - seldom used

        return _print(config_schema())
    try:
        sources = gather(parsed)
        config = read_config(sources)
        warnings = [*unknown_variables(Config), *check(config)]
        refuse_clashes(config, parsed["config"], words, sources)
    except ValueError as error:
        parser.error(str(error))
    if parsed["print_config"]:
        from mock_csms.settings.written import as_toml  # noqa: PLC0415 - seldom used

        return _print(as_toml(config, sources))
    for warning in _masked(warnings, is_redacted=config.redact):
        to_stderr(f"mock-csms: warning: {warning}\n")
    import asyncio  # noqa: PLC0415 - --help and a usage error need not wait for it

    from mock_csms.commands.ready import remove_old  # noqa: PLC0415 - as above

    try:
        remove_old(config.ready_file)
    except OSError as error:
        return cannot_start(str(config.ready_file), error)
    from mock_csms.commands.serve import serve  # noqa: PLC0415 - as above

    command = _shown(words, parsed) if config.diagram and not config.redact else ""
    status = asyncio.Runner().run(serve(config, sources, lambda: gather(parsed), command))
    os._exit(status)  # everything is closed and written; Python's own exit would take longer


def _shown(words: Sequence[str], parsed: dict[str, Any]) -> str:
    """Return the command line as the diagram shows it."""
    from mock_csms.commands.commandline import secrets_in, shown  # noqa: PLC0415 - only the diagram needs it

    return shown("mock-csms", words, secrets_in(Config, parsed))


def _subcommand(name: str, *arguments: str) -> int:
    """Run a subcommand."""
    if name in REMOTE_WORDS:
        from mock_csms.commands.remote import table  # noqa: PLC0415 - as below

        return table.main((name, *arguments))
    if name == "profile":
        from mock_csms.commands import profile  # noqa: PLC0415 - as below

        return profile.profile(arguments)
    if name == "emsp":
        from mock_csms.commands import emsp  # noqa: PLC0415 - as below

        return emsp.emsp(arguments)
    if name == "ocpi":
        from mock_csms.commands import ocpi  # noqa: PLC0415 - as below

        return ocpi.ocpi(arguments)
    if name == "ready":
        from mock_csms.commands import readiness  # noqa: PLC0415 - as below

        return readiness.ready(arguments)
    if name == "pki":
        from mock_csms.commands import pki  # noqa: PLC0415 - as below

        return pki.pki(arguments)
    if name in ("checks", "explain") and any(word[:4].upper() == "OCPI" for word in arguments):
        from mock_csms.commands import explaining_ocpi  # noqa: PLC0415 - as below

        return {"checks": explaining_ocpi.checks_of_ocpi, "explain": explaining_ocpi.explain_ocpi}[name](arguments)
    from mock_csms.commands import checking, explaining  # noqa: PLC0415 - serving does not need it

    return {"check": checking.check, "checks": explaining.checks, "explain": explaining.explain}[name](arguments)


def _print(text: str) -> int:
    """Print a text, and return the exit status."""
    out = Stdout()
    out.write(text.encode())
    return out.status


def _masked(lines: Sequence[str], *, is_redacted: bool) -> Sequence[str]:
    if not lines:
        return lines
    from mock_csms.behavior.redaction import Redactor  # noqa: PLC0415 - most runs begin without a warning
    from mock_csms.behavior.secrets import Secrets  # noqa: PLC0415 - as above

    return [Secrets(Redactor() if is_redacted else None).words(line) for line in lines]


def _parser_for(words: Sequence[str]) -> Parser:
    """Return the parser for a command line: with only the options in it, or with all if one of them may be unknown."""
    names = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
    parser = parser_of("mock-csms", Config, names - OTHER_OPTIONS.keys())
    if parser is None:
        return _whole_parser()
    _add_others(parser)
    return parser


def _whole_parser() -> Parser:
    """Return the parser with all options, which the help and the error for an unknown option name."""
    parser = parser_for("mock-csms", DESCRIPTION, Config, GUIDE, ENVIRONMENT)
    _add_others(parser.add_argument_group("configuration"))
    parser.add_subcommands = _add_subcommands
    return parser


def _add_others(group: Any) -> None:
    for name, how in OTHER_OPTIONS.items():
        group.add_argument(name, **how)


def _add_subcommands(parsers: Any) -> None:
    from mock_csms.commands.remote.table import add_parsers  # noqa: PLC0415 - only the completion needs all of them

    for name, meaning in SUBCOMMANDS.items():
        parsers.add_parser(name, help=meaning, add_help=False)
    add_parsers(parsers)


SUBCOMMANDS = {
    "check": "check recorded traces: mock-csms check TRACE.jsonl",
    "checks": "list the checks: mock-csms checks --subject security",
    "emsp": "a mock eMSP for a CPO; mock-csms ocpi lets it act",
    "explain": "explain a conformance check: mock-csms explain R10",
    "ocpi": "let a mock eMSP act: mock-csms ocpi start CS-1",
    "pki": "write a test authority: mock-csms pki DIR",
    "profile": "print a profile for the test plans",
    "ready": "ask a mock if it answers: mock-csms ready [URL]",
}
"""The subcommands; without one of them, the command serves."""
ALL_SUBCOMMANDS = SUBCOMMANDS | REMOTE_WORDS
"""All subcommands, including those that drive a running mock."""

GUIDE = Guide(
    ("mock-csms [FLAG …]", "mock-csms SUBCOMMAND [FLAG …]", "python server.py is the same as mock-csms"),
    (
        "port",
        "host",
        "boot_status_sequence",
        "auth_mode",
        "token",
        "reply",
        "fault",
        "command",
        "expect",
        "fail_on_findings",
    ),
    (
        ("--boot-status-sequence Pending,Accepted", "answers the first BootNotification Pending, then Accepted"),
        ("--command Reset --delay 5", "sends a Reset 5 seconds after the station connects"),
        ("--fault 'Heartbeat*2' drop", "does not answer the first two Heartbeats"),
        (
            "--expect 'TransactionEvent[eventType=Ended]'",
            "exits with status 0 once a transaction has ended, with 1 after 60 s",
        ),
    ),
    {
        "Sub-commands": {word: SUBCOMMANDS[word] for word in SUBCOMMANDS if word != "ocpi"}
        | {"send, log, rules, …": "drive a running mock (--api); --help-all lists them"}
    },
    {
        "Sub-commands that drive a running mock (--api)": REMOTE_WORDS,
        "Sub-command that drives a mock eMSP": {"ocpi": SUBCOMMANDS["ocpi"]},
    },
)

OTHER_OPTIONS: dict[str, dict[str, Any]] = {
    "--config": {
        "action": "append",
        "default": [],
        "metavar": "FILE",
        "help": "read settings from this TOML file; repeatable: a later file wins; SIGHUP reads the files again",
    },
    "--print-config": {"action": "store_true", "help": "print the effective settings as TOML, and exit"},
    "--config-schema": {"action": "store_true", "help": "print the JSON Schema of configuration files, and exit"},
}
"""The options that are about settings themselves."""

"""The help: one screen, every flag by subject, completion, and suggestions in errors."""

import os
import re
import subprocess
import sys
from dataclasses import fields
from typing import Any

import pytest

from mock_csms.commands.arguments import command_line_source, parser_for, parser_of
from mock_csms.commands.checking import TraceSettings
from mock_csms.commands.profile import ProfileSettings
from mock_csms.commands.remote.table import COMMANDS as REMOTE_COMMANDS
from mock_csms.ocpi.emsp.settings import EmspSettings
from mock_csms.settings import Config
from mock_csms.settings.flags import flag_of, option
from mock_csms.station.settings import StationSettings
from tests import warm
from tests.raw import refused, run
from tests.wire import PATIENCE, SERVER

MOCK_STATION = [sys.executable, "-m", "mock_csms.station"]
COMMANDS = {
    "mock-csms": SERVER,
    "mock-station": MOCK_STATION,
    "check": [*SERVER, "check"],
    "checks": [*SERVER, "checks"],
    "emsp": [*SERVER, "emsp"],
    "explain": [*SERVER, "explain"],
    "ocpi": [*SERVER, "ocpi"],
    "ocpi reserve": [*SERVER, "ocpi", "reserve"],
    "pki": [*SERVER, "pki"],
    "profile": [*SERVER, "profile"],
    "ready": [*SERVER, "ready"],
    **{name: [*SERVER, *name.split()] for name in REMOTE_COMMANDS},
}
SUBJECTS = [
    "listening",
    "TLS",
    "answers",
    "certificates",
    "authorization",
    "rules and faults",
    "commands",
    "policies",
    "verdict",
    "conformance",
    "records",
    "configuration",
]
EVERY_COMMAND = pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)


def printed(command: list[str], *flags: str, columns: str = "80") -> str:
    """Return the stdout of a command, which must print nothing else and end with status 0."""
    environment = {**os.environ, "COLUMNS": columns}
    ended = warm.run([*command, *flags], env=environment, timeout=PATIENCE)
    assert (ended.returncode, ended.stderr) == (0, "")
    return ended.stdout


@EVERY_COMMAND
@pytest.mark.parametrize("flag", ["--help", "-h", "--help-all"])
def test_help_fits_the_terminal(command: list[str], flag: str) -> None:
    """Help has at most 80 columns on any terminal, and `--help` fits on one screen."""
    for columns in ("80", "200"):
        lines = printed(command, flag, columns=columns).splitlines()
        assert [line for line in lines if len(line) > 80] == []
        assert flag == "--help-all" or len(lines) <= 45


@pytest.mark.parametrize("command", [SERVER, MOCK_STATION], ids=["mock-csms", "mock-station"])
def test_the_short_help(command: list[str]) -> None:
    """The short help has the usage in three lines, ten flags, four examples, and refers to --help-all."""
    text = printed(command, "--help")
    usage, flags, examples = (
        text.split("\n\n")[0],
        re.search(r"The most used flags:\n((?:  .*\n)+)", text),
        re.search(r"Examples:\n((?:  .*\n)+)", text),
    )
    assert len(usage.splitlines()) == 3
    assert flags is not None
    assert examples is not None
    assert len(re.findall(r"^  -", flags[1], re.MULTILINE)) == 10
    assert len(re.findall(r"^  \w", examples[1], re.MULTILINE)) == 4
    assert text.endswith("\nMore: --help-all\n")


def test_the_long_help_has_every_flag_by_subject() -> None:
    """The long help has each flag once, with its environment variable, under the title of its group."""
    text = printed(SERVER, "--help-all")
    titles = re.findall(r"^(\w[\w -]*):$", text, re.MULTILINE)
    assert [title for title in titles if title in SUBJECTS] == SUBJECTS
    for setting in fields(Config):
        for name in flag_of(setting).forms or ([] if flag_of(setting).forms == {} else [setting.name]):
            assert len(re.findall(rf"^  (-\w( \S+)?, )?{option(name)}\b(?!-)", text, re.MULTILINE)) == 1, name
            assert f"[MOCK_CSMS_{name.upper()}]" in re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("settings", [Config, EmspSettings, StationSettings, TraceSettings, ProfileSettings])
def test_every_explanation_begins_with_a_short_clause(settings: Any) -> None:
    """The text before the first `;` or `:`, which the short help shows alone, is short and has balanced brackets."""
    result = [flag_of(setting) for setting in fields(settings)]
    helps = [flag.help for flag in result] + [form.help for flag in result for form in (flag.forms or {}).values()]
    first = [re.split("[;:] ", text)[0] for text in helps]
    assert [clause for clause in first if not 5 <= len(clause) <= 80 or clause.count("(") != clause.count(")")] == []


def test_the_lines_of_mock_station() -> None:
    """`mock-station --help-all` lists the control lines."""
    assert "  card <ID[:TYPE]> [EVSE]   present" in printed(MOCK_STATION, "--help-all")


@pytest.mark.parametrize(
    "command", [SERVER, MOCK_STATION, [*SERVER, "rules", "add"]], ids=["mock-csms", "mock-station", "rules add"]
)
def test_completion(command: list[str]) -> None:
    """The completion script has every flag, and is valid bash."""
    script = printed(command, "--completion", "bash")
    assert "--help-all" in script
    assert subprocess.run(["bash", "-n"], input=script, text=True, check=False).returncode == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_offers_subcommands(shell: str) -> None:
    """The completion script has every sub-command with its second words, and its flags, for bash and zsh."""
    script = printed(SERVER, "--completion", shell)
    for word in ("explain", "stations", "disconnect", "verdict", *(["--within"] if shell != "tcsh" else [])):
        assert word in script


def test_bash_completes_subcommands() -> None:
    """After `mock-csms sta` and the tab key, bash completes `stations`, and then offers its second words."""
    script = printed(SERVER, "--completion", "bash")
    ask = (
        f"{script}\n"
        'try() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); '
        '$(complete -p mock-csms | sed "s/.* -F \\([^ ]*\\).*/\\1/") mock-csms "${@: -1}"; echo "${COMPREPLY[@]}"; }\n'
        "try mock-csms sta\ntry mock-csms stations dis\ntry mock-csms rules add --rep\n"
    )
    told = subprocess.run(["bash"], input=ask, text=True, capture_output=True, check=True).stdout.splitlines()
    assert [line.split()[0] for line in told] == ["stations", "disconnect", "--reply"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--boot-staus", "Accepted"], ["'--boot-staus'", "'--boot-status'"]),
        (["--boot-staus=Accepted"], ["'--boot-staus'", "'--boot-status'"]),
        (["--nonsense-xyz"], ["'--nonsense-xyz' is not a flag\n"]),
        (["--port"], ["error: --port: expected one argument\n"]),
        (["--boot-status", "Acepted"], ["error: --boot-status: 'Acepted'", "'Accepted'"]),
    ],
)
def test_an_error_names_the_flag_once(flags: list[str], words: list[str]) -> None:
    """One line says which flag is wrong, and what was probably meant."""
    refused(flags, *words)


@pytest.mark.parametrize(
    ("name", "near"), [("MOCK_CSMS_BOOT_INTERVL", "MOCK_CSMS_BOOT_INTERVAL"), ("MOCK_CSMS_REPLIES", "MOCK_CSMS_REPLY")]
)
def test_an_unknown_environment_variable(name: str, near: str) -> None:
    """An unknown variable MOCK_CSMS_… is ignored with a warning on stderr, which has the nearest name."""
    ended = run("--port=0", "--duration=0.01", "--quiet", **{name: "5"})
    assert ended.returncode == 0
    assert re.fullmatch(rf"mock-csms: warning: [^\n]*{name}[^\n]*ignored[^\n]*'{near}'\?\n", ended.stderr)


@pytest.mark.parametrize(
    "words",
    [
        ["--port", "1", "--host=::1", "-c", "Reset", "-v"],
        ["--whitelist", "A", "B", "--token", "A=Accepted", "--token=B=Blocked"],
        ["--fault", "Heartbeat*2", "drop", "--fault", "*", "drop", "--trace", "-"],
        [],
    ],
    ids=" ".join,
)
def test_a_parser_of_few_options(words: list[str]) -> None:
    """A parser of only the given options gives the same result as the whole parser; it is not made for other words."""
    names = {word.partition("=")[0] for word in words if word.startswith("-") and word != "-"}
    few = parser_of("mock-csms", Config, names)
    assert few is not None
    read, expected = (parser.parse_args(words) for parser in (few, parser_for("mock-csms", "", Config)))
    assert command_line_source(Config, vars(read)) == command_line_source(Config, vars(expected))
    assert [parser_of("mock-csms", Config, [*names, name]) for name in ("--help", "--prot", "-x")] == [None] * 3

"""Bad input of every kind: one line with the position or the nearest valid word, status 2, before the port opens."""

import os
from pathlib import Path

import pytest

from mock_csms.commands.cli import main
from tests.raw import refused


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the developer's own settings from the environment."""
    for name in [name for name in os.environ if name.startswith("MOCK_CSMS_")]:
        monkeypatch.delenv(name)


def error(capsys: pytest.CaptureFixture[str], *flags: str) -> str:
    """Return the error line for these flags; the program must print nothing else, and end with status 2."""
    with pytest.raises(SystemExit) as end:
        main([*flags, "--print-config"])
    printed = capsys.readouterr()
    assert (end.value.code, printed.out, printed.err.count("\n")) == (2, "", 1), printed.err
    return printed.err


BAD_FILES = [
    ("boot-intervall = 5", "boot-interval"),
    ("boot-interval = 'x'", "boot-interval"),
    ("boot-interval = true", "boot-interval"),
    ("boot-interval = [[1]]", "boot-interval"),
    ("boot-interval = 2026-01-01", "boot-interval"),
    ("port = 70000", "port"),
    ("offline = 'yes'", "offline"),
    ("offline = 1", "offline"),
    ("boot-status = 5", "boot-status"),
    ("boot-status = 'Acepted'", "Accepted"),
    ("boot-status = 'Pending'\nboot-status-sequence = ['Pending']", "cannot be used together"),
    ("command = 'Reset'\ndelay = 1\nperiod = 1", "cannot be used together"),
    ("period = 5", "needs"),
    ("commands = 'Reste:1'", "Reset"),
    ("rule = 5", "[[rule]]"),
    ("[rule]\nmatch = 'Heartbeat'", "[[rule]]"),
    ("[command]\naction = 'Reset'", "[[command]]"),
    ("[[commands]]\naction = 'Reset'", "[[command]]"),
    ("[[rules]]\nmatch = 'Heartbeat'", "'rule'"),
    ("fault = 'drop'", "[[rule]]"),
    ("reply_raw = 'x'", "[[rule]]"),
    ("fautl = 'drop'", "'fault'"),
    ("[[rule]]\nmatch = 'Heartbeat'\nnonsense = 1", "reply-raw"),
    ("[[command]]\naction = 'Reset'\nevery = 1", "period"),
    ("[[token]]\nid = 'a'\nexpires = 1", "'expiry'"),
    ("rule = ['Reset']", "rule"),
    ("[[rule]]\nmatch = 'Heartbeat'", "rule"),
    ("[[rule]]\nmatch = 'Heartbeat'\nreply = {}\nerror = 'x'", "rule"),
    ("[[rule]]\nreply = {}", "match"),
    ("[[rule]]\nmach = 'Heartbeat'", "match"),
    ("[[rule]]\nmatch = 5\nreply = {}", "match"),
    ("[[rule]]\nmatch = 'Hartbeat'\nreply = {}", "Heartbeat"),
    ("[[rule]]\nmatch = 'Heartbeat'\nreply = 5", "reply"),
    ("[[rule]]\nmatch = 'Heartbeat'\nreply = [1]", "reply"),
    ("[[rule]]\nmatch = 'Heartbeat'\nreply = {a = '{{noww}}'}", "now"),
    ("[[rule]]\nmatch = 'Heartbeat'\nerror = 5", "error"),
    ("[[rule]]\nmatch = 'Heartbeat'\nfault = 5", "fault"),
    ("[[rule]]\nmatch = 'Heartbeat'\nfault = 'dorp'", "drop"),
    ("[[rule]]\nmatch = 'Heartbeat'\nerror = 'x'\n[[rule]]\nmatch = 'Hartbeat'\nerror = 'x'", "number 2"),
    ("[[token]]\nid = 'a'", "status"),
    ("[[token]]\nid = 5\nstatus = 'Expired'", "id"),
    ("[[token]]\nid = 'a'\nstatus = 5", "status"),
    ("[[token]]\nid = 'a'\nstatus = 'Expird'", "Expired"),
    ("[[token]]\nid = 'a'\nstatus = 'Expired'\ngruop = 'x'", "group"),
    ("[[token]]\nid = 'a'\nstatus = 'Expired'\ngroup = 5", "group"),
    ("[[token]]\nid = 'a'\nstatus = 'Expired'\ntype = 5", "type"),
    ("[[token]]\nid = 'a'\nstatus = 'Expired'\nexpiry = 'x'", "expiry"),
    ("[[token]]\nid = 'a'\nstatus = 'Expired'\nexpiry = nan", "expiry"),
    ("[[token]]\nid = 'a'\nstatus = 'Expired'\nevse = 1", "evse"),
    ("[[token]]\nid = 'a'\nstatus = 'Expired'\nevse = ['x']", "evse"),
    ("[[command]]\ndelay = 1", "action"),
    ("[[command]]\naction = 5", "action"),
    ("[[command]]\naction = 'Reste'", "Reset"),
    ("[[command]]\naction = 'Heartbeat'", "Heartbeat"),
    ("[[command]]\naction = 'Reset'\ndelay = 1\nperiod = 1", "delay"),
    ("[[command]]\naction = 'Reset'\non = 5", "on"),
    ("[[command]]\naction = 'Reset'\non = 'Hartbeat'", "Heartbeat"),
    ("[[command]]\naction = 'Reset'\nstation = 5", "station"),
    ("[[command]]\naction = 'Reset'\nrepeat = 0", "repeat"),
    ("[[command]]\naction = 'Reset'\npayload = 5", "payload"),
    ("[[command]]\naction = 'Reset'\npayload = {tpye = 'OnIdle'}", "tpye"),
    ("[[command]]\naction = 'Reset'\npayload = {type = '{{noww}}'}", "now"),
    ("this is not TOML", "TOML"),
]


@pytest.mark.parametrize(("text", "hint"), BAD_FILES, ids=[text for text, _ in BAD_FILES])
def test_bad_file(tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, hint: str) -> None:
    """An invalid file is refused in one line with the position or the nearest valid word, and status 2."""
    (tmp_path / "mock.toml").write_text(text)
    result = error(capsys, "--config", str(tmp_path / "mock.toml"))
    assert (hint in result, str(tmp_path) in result) == (True, True), result


@pytest.mark.parametrize(
    ("name", "value", "hint"),
    [
        ("PORT", "x", ""),
        ("OFFLINE", "maybe", ""),
        ("WHITELIST", '"', ""),
        ("TOKEN", "a", ""),
        ("TOKEN", "a=Expird", "Expired"),
        ("REPLY", "Heartbeat", ""),
        ("FAULT", "Heartbeat dorp", "drop"),
    ],
)
def test_bad_environment(name: str, value: str, hint: str) -> None:
    """The error about an invalid environment variable names it."""
    refused([], f"MOCK_CSMS_{name}", hint, **{f"MOCK_CSMS_{name}": value})


def test_unreadable_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The error about a file that is missing, a folder, or not UTF-8 names it."""
    (tmp_path / "latin").write_bytes(b"host = '\xe4'")
    for path in (tmp_path / "none", tmp_path, tmp_path / "latin"):
        assert str(path) in error(capsys, "--config", str(path))
    assert str(tmp_path / "none") in error(capsys, "--reply", "Heartbeat", f"@{tmp_path / 'none'}")


BAD_FLAGS = [
    (["--reply", "Heartbeat"], "--reply"),
    (["--reply", "Hartbeat", "{}"], "Heartbeat"),
    (["--reply", "Reset", "{}"], "--reply"),
    (["--reply", "Heartbeat", "{"], "--reply"),
    (["--reply", "Heartbeat", "[]"], "--reply"),
    (["--error", "Authorize[idTokn.idToken=a]", "x"], "idToken"),
    (["--error", "Heartbeat", ""], "--error"),
    (["--fault", "Heartbeat", "dorp"], "drop"),
    (["--fault", "Heartbeat", "delay second=1"], "seconds"),
    (["--token", "A"], "--token"),
    (["--token", "A=Expird"], "Expired"),
    (["--token", "A=Expired,gruop=x"], "group"),
    (["--token", "A=Expired,evse=0"], "evse"),
    (["--token", "=Expired"], "--token"),
    (["--refuse", "200"], "--refuse"),
    (["--refuse", "503*x"], "--refuse"),
    (["--refuse", "rest for=5"], "--refuse"),
    (["--refuse", "reset for=0"], "--refuse"),
    (["--disconnect-after", "0"], "--disconnect-after"),
    (["--on-duplicate", "nwe"], "new"),
    (["--on-subprotocol-mismatch", "404"], "--on-subprotocol-mismatch"),
    (["--validate", "stict"], "strict"),
    (["--validate", "off:Hartbeat"], "Heartbeat"),
    (["--timestamp-format", "UTC"], "--timestamp-format"),
    (["--clock-offset", "nan"], "--clock-offset"),
    (["--clock-offset", "1e300"], "--clock-offset"),
    (["--seed", "-1"], "--seed"),
    (["--seed", "9" * 5000], "is not between"),
    (["--remember", "-1"], "--remember"),
    (["--max-compression-ratio", "1.5"], "whole number"),
    (["--allow-origin", "localhost:3000"], "http://localhost:3000"),
    (["--allow-origin", "http://localhost:3000/page"], "is not an origin"),
    (["--sed", "1"], "'--seed'"),
    (["--alow-origin", "*"], "'--allow-origin'"),
]


@pytest.mark.parametrize(("flags", "hint"), BAD_FLAGS, ids=[" ".join(flags)[:60] for flags, _ in BAD_FLAGS])
def test_bad_flag(capsys: pytest.CaptureFixture[str], flags: list[str], hint: str) -> None:
    """An invalid flag is refused in one line with the position or the nearest valid word, and status 2."""
    assert hint in error(capsys, *flags)


def test_hints_ignore_the_dashes_of_flags(capsys: pytest.CaptureFixture[str]) -> None:
    """An unknown flag that resembles no other gets no hint, as the leading dashes are not compared."""
    assert error(capsys, "--nonsense").endswith("'--nonsense' is not a flag\n")


def test_bad_input_is_refused_before_the_port_is_opened(tmp_path: Path) -> None:
    """The program refuses a bad flag or a bad file before it opens its port."""
    (tmp_path / "mock.toml").write_text("[[rule]]\nmatch = 'Heartbeat'")
    for flags in (BAD_FLAGS[0][0], BAD_FLAGS[7][0], ["--config", str(tmp_path / "mock.toml")]):
        refused(flags)

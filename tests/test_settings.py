"""Settings from files, environment and flags: precedence, --print-config, and what SIGHUP reads again."""

import os
import re
import signal
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import jsonschema_rs
import orjson
import pytest

from mock_csms.commands.cli import main
from tests.raw import TOKEN, until
from tests.wire import BOOT, Mock, Station, transaction

Write = Callable[..., list[str]]


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes texts into files and returns the flags for them; the environment is empty."""
    for name in [name for name in os.environ if name.startswith("MOCK_CSMS_")]:
        monkeypatch.delenv(name)

    def write(*texts: str) -> list[str]:
        flags = []
        for number, text in enumerate(texts, start=1):
            (tmp_path / f"{number}.toml").write_text(text, encoding="utf-8")
            flags += ["--config", str(tmp_path / f"{number}.toml")]
        return flags

    return write


def effective(capsys: pytest.CaptureFixture[str], *flags: str) -> dict[str, Any]:
    """Return the effective settings as --print-config prints them."""
    assert main([*flags, "--print-config"]) == 0
    return tomllib.loads(capsys.readouterr().out)


# Which source wins.

A = 'boot-interval = 1\nboot-status = "pending"\nwhitelist = ["A"]\noffline = true'
B = 'boot-interval = 2\nauth-mode = "whitelist"'


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (([], {}, []), {"boot-interval": 60, "port": 9000, "auth-mode": "normal", "offline": False}),
        (([A], {}, []), {"boot-interval": 1, "boot-status": "Pending", "whitelist": ["A"], "offline": True}),
        (([A, B], {}, []), {"boot-interval": 2, "boot-status": "Pending", "auth-mode": "whitelist"}),
        (([B, A], {}, []), {"boot-interval": 1, "auth-mode": "whitelist"}),
        (([A, B], {"BOOT_INTERVAL": "3"}, []), {"boot-interval": 3, "boot-status": "Pending"}),
        (([A, B], {"BOOT_INTERVAL": "3"}, ["--boot-interval", "4"]), {"boot-interval": 4}),
        (([A], {"WHITELIST": "x 'y z'", "OFFLINE": "no"}, []), {"whitelist": ["x", "y z"], "offline": False}),
        (([A], {"WHITELIST": "x"}, ["--whitelist", "v", "w"]), {"whitelist": ["v", "w"]}),
        (([A], {}, ["--boot-status", "Rejected"]), {"boot-status": "Rejected"}),
        ((["boot-interval = '7'"], {"OTHER": "x"}, []), {"boot-interval": 7}),
        # A rival from a lower source is removed.
        (([A], {}, ["--boot-status-sequence", "Pending,Accepted"]), {"boot-status-sequence": ["Pending", "Accepted"]}),
        (([A], {}, ["--boot-status-sequence", "Pending"]), {"boot-status": None}),
        ((["boot-status-sequence = ['Pending']"], {}, ["--boot-status", "Rejected"]), {"boot-status-sequence": None}),
        ((["boot-status-sequence = ['Pending']", A], {}, []), {"boot-status-sequence": None, "boot-status": "Pending"}),
        ((["command = 'Reset'\nperiod = 5"], {}, ["--commands", "ClearCache:1"]), {"command": None, "period": None}),
        ((["commands = 'Reset:1'"], {}, ["-c", "ClearCache", "-d", "1"]), {"commands": None, "command": "ClearCache"}),
        ((["command = 'Reset'\nperiod = 5"], {}, ["-d", "1"]), {"command": "Reset", "delay": 1, "period": None}),
        ((["command = 'Reset'\ndelay = 5"], {}, ["-p", "1"]), {"command": "Reset", "delay": None, "period": 1}),
        ((["command = 'Reset'\ndelay = 5"], {"COMMAND": "ClearCache"}, []), {"command": "ClearCache", "delay": 5}),
    ],
)
def test_the_precedence_of_sources(
    files: Write,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    given: tuple[list[str], Mapping[str, str], list[str]],
    wanted: dict[str, Any],
) -> None:
    """Flags override the environment, which overrides files, the last file first; lower rivals are removed."""
    texts, environment, flags = given
    for name, value in environment.items():
        monkeypatch.setenv(f"MOCK_CSMS_{name}", value)
    found = effective(capsys, *files(*texts), *flags)
    assert {name: found.get(name) for name in wanted} == wanted


async def authorize(station: Station) -> str:
    """Return the status of the token BAD."""
    answer = await station.call("Authorize", TOKEN)
    return str(answer[2]["idTokenInfo"]["status"]) if answer[0] == 3 else str(answer[2])


async def test_rules_and_tokens_of_all_sources(files: Write) -> None:
    """The order is: rules of flags, of a later file, of an earlier file; then tokens in the same order of sources."""
    rule = '[[rule]]\nmatch = "Authorize*1"\nreply.idTokenInfo.status = "{}"\n'
    token = '[[token]]\nid = "bad"\nstatus = "{}"\nevse = [1, 2]\n'
    config = files(rule.format("NoCredit") + token.format("Invalid"), rule.format("Blocked") + token.format("Expired"))
    async with Mock(*config, "--error", "Authorize*1", "GenericError") as mock, mock.station() as station:
        seen = [await authorize(station) for _ in range(4)]
        assert seen == ["GenericError", "Blocked", "NoCredit", "Expired"]
        assert (await station.ask("Authorize", TOKEN))["idTokenInfo"]["evseId"] == [1, 2]


async def test_a_rule_with_an_error_and_a_fault(files: Write) -> None:
    """One [[rule]] may have an answer and a fault; its payload may be a table with placeholders."""
    text = '[[rule]]\nmatch = "Heartbeat*1"\nerror = "GenericError:no"\nfault = "duplicate times=3"\n'
    text += '[[rule]]\nmatch = "DataTransfer[vendorId=12]"\n[rule.reply]\ndata = ["{{request.vendorId}}", {a = 1}]'
    async with Mock(*files(text)) as mock, mock.station() as station:
        await station.send([2, "1", "Heartbeat", {}])
        for _ in range(3):
            await station.expect(4, "1", "GenericError", "no")
        await station.ask("Heartbeat")
        assert (await station.ask("DataTransfer", {"vendorId": "12"}))["data"] == ["12", {"a": 1}]


COMMANDS = """
[[command]]
action = "ClearCache"
delay = 0.1
station = "delay*"
[[command]]
action = "Reset"
period = 0.1
repeat = 2
station = "period"
payload = {type = "OnIdle"}
[[command]]
action = "RequestStopTransaction"
on = "TransactionEvent[eventType=Started]*2"
delay = 0.1
station = "on*"
[[command]]
action = "GetLocalListVersion"
on = "Heartbeat@on-1"
repeat = 1
"""


async def test_commands_from_a_file(files: Write) -> None:
    """[[command]]: once after a delay, repeated with a period, or after a call, for the stations that match."""
    async with Mock(*files(COMMANDS)) as mock:
        async with mock.station("delay-1") as station:
            await station.obey("ClearCache")
            await station.nothing(0.3)
        async with mock.station("period") as station:
            assert [await station.obey("Reset") for _ in range(2)] == [{"type": "OnIdle"}] * 2
            await station.ask("Heartbeat")
            await station.nothing(0.3)
        async with mock.station("on-1") as station:
            await station.ask("TransactionEvent", transaction("Updated", "T-0"))  # no match, as it is not Started
            for id_ in ("T-1", "T-2"):
                await station.ask("TransactionEvent", transaction("Started", id_))
                assert await station.obey("RequestStopTransaction") == {"transactionId": "T-0"}
            await station.ask("TransactionEvent", transaction("Started", "T-3"))
            await station.ask("Heartbeat")
            await station.obey("GetLocalListVersion")
            await station.ask("Heartbeat")
            await station.nothing(0.3)
        async with mock.station("other") as station:
            await station.ask("TransactionEvent", transaction("Started"))
            await station.nothing(0.3)


async def test_placeholders_of_the_triggering_call(files: Write) -> None:
    """{{request.PATH}} in a [[command]] with `on` is a value of the call that triggered it, with its type."""
    text = '[[command]]\naction = "RequestStopTransaction"\non = "TransactionEvent[eventType=Started]"\n'
    text += 'payload.transactionId = "{{request.transactionInfo.transactionId}}"\n'
    text += '[[command]]\naction = "Reset"\non = "StatusNotification"\npayload.evseId = "{{request.evseId}}"\n'
    status = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available", "evseId": 7, "connectorId": 1}
    async with Mock(*files(text)) as mock, mock.station() as station:
        for id_ in ("T-1", "T-2"):
            await station.ask("TransactionEvent", transaction("Started", id_))
            assert await station.obey("RequestStopTransaction") == {"transactionId": id_}
        await station.ask("StatusNotification", status)
        assert await station.obey("Reset") == {"type": "Immediate", "evseId": 7}


# --print-config and --config-schema

EXAMPLE = """
port = 0
boot-status-sequence = ["Pending", "Accepted"]
boot-interval = 5
total-cost = 1.5
whitelist = ["A", "b c"]
command = "SetVariables"
delay = 1
payload = {customData = {vendorId = "V"}}
set-variables = "A.B=1,2"
get-variables = ["A.B", "C.D"]
refuse = "reset for=5"
disconnect-after = 30
known-stations = ["CS-1"]
basic-auth = ["CS-1:secret"]
validate = ["report", "off:Heartbeat"]
timestamp-format = "Z"
clock-offset = -3600.5
seed = 9223372036854775807
no-compression = true
[[rule]]
match = "Authorize[idToken.idToken=BAD]*2@CS-*"
reply = {idTokenInfo = {status = "Expired"}}
fault = "delay seconds=3"
[[rule]]
match = "Heartbeat"
error = "GenericError:{{{{"
[[token]]
id = "T,=1"
status = "NoCredit"
group = "G"
expiry = 60
type = "eMAID"
evse = [1]
"""

FLAGS: list[list[str]] = [
    [],
    ["--boot-status", "pending"],
    ["--boot-status-sequence", "Pending,Accepted"],
    ["--commands", "Reset:1, ClearCache:0.5", "--station", "CS-*", "--after", "boot"],
    ["-c", "Reset"],
    ["-c", "Reset", "-p", "2", "--payload", '{"type":"OnIdle"}', "--rerun-commands"],
    ["--set-variables", "A.B=1,2,C.D=x", "--local-list-tokens", "a", "b", "--trigger-message", "signcertificate"],
    ["--refuse", "503*2", "--disconnect-after", "0.5*3", "--validate", "off:Heartbeat", "--seed", "0"],
    ["--reply", "Heartbeat*1@[a]", '{"currentTime":"\\"ä\\n"}', "--fault", "Reset", "drop", "--token", "A=B=Expired"],
    ["--final-cost", "0", "--auth-cache-expiry", "0", "--auth-group-id", "{{G", "--known-stations", "a", "b"],
]


@pytest.mark.parametrize("flags", FLAGS, ids=lambda flags: " ".join(flags)[:40])
def test_print_config_can_be_fed_back(files: Write, capsys: pytest.CaptureFixture[str], flags: list[str]) -> None:
    """The output of --print-config for flags is a file with the same settings."""
    first = effective(capsys, *flags)
    assert main([*flags, "--print-config"]) == 0
    assert effective(capsys, *files(capsys.readouterr().out)) == first


@pytest.mark.parametrize(
    "texts", [[EXAMPLE], [COMMANDS], [EXAMPLE, 'boot-interval = 6\n[[token]]\nid="a"\nstatus="Blocked"']]
)
def test_print_config_of_files_can_be_fed_back(
    files: Write, capsys: pytest.CaptureFixture[str], texts: list[str]
) -> None:
    """The output of --print-config for files has the same settings (except secrets), with tables in order."""
    first = effective(capsys, *files(*texts), "--log-level", "ERROR")
    assert "secret" not in str(first)
    assert main([*files(*texts), "--log-level", "ERROR", "--print-config"]) == 0
    assert effective(capsys, *files(capsys.readouterr().out)) == first


def test_print_config_with_a_command_of_flags_and_one_of_a_file(
    files: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    """--command and [[command]] together are printed as a file that can be read, with a time and without."""
    config = files(COMMANDS)
    for timing in (["-d", "1"], ["-p", "1"], []):
        first = effective(capsys, *config, "-c", "Reset", *timing)
        assert "Reset" in str(first)


def test_config_schema(capsys: pytest.CaptureFixture[str]) -> None:
    """--config-schema is a JSON Schema with every setting; it accepts good files and refuses unknown keys."""
    assert main(["--config-schema"]) == 0
    schema: dict[str, Any] = orjson.loads(capsys.readouterr().out)
    jsonschema_rs.meta.validate(schema)
    for text in (EXAMPLE, COMMANDS, ""):
        jsonschema_rs.validate(schema, tomllib.loads(text))
    for text in (
        "boot-intervall = 5",
        "[[rule]]\nmach = 'Reset'",
        "[[token]]\nid = 'a'\nstatus = 'Nope'",
        "offline = 1",
    ):
        assert not jsonschema_rs.is_valid(schema, tomllib.loads(text)), text
    assert set(effective(capsys)) <= set(schema["properties"])


# SIGHUP


async def test_sighup_rereads_the_files(tmp_path: Path) -> None:
    """SIGHUP applies the current files without dropping connections; a broken file changes nothing."""
    path = tmp_path / "mock.toml"
    rule = '[[rule]]\nmatch = "Authorize"\nreply.idTokenInfo.status = "{}"'
    path.write_text("boot-interval = 7\n" + rule.format("Blocked"))
    flags = ["--config", str(path), "--boot-status", "Pending"]

    async def hang_up(pattern: str) -> None:
        read = len(mock.log)
        mock.process.send_signal(signal.SIGHUP)
        try:
            await until(lambda: re.search(pattern, mock.log[read:]) is not None)
        except TimeoutError:
            raise AssertionError(f"{pattern} is not in {mock.log!r} from {read}") from None

    async with Mock(*flags) as mock, mock.station() as station:
        boot = await station.ask("BootNotification", BOOT)
        assert (boot["interval"], boot["status"], await authorize(station)) == (7, "Pending", "Blocked")
        path.write_text("boot-interval = 8\nboot-status = 'Rejected'\n" + rule.format("Expired"))
        await hang_up("read again")
        boot = await station.ask("BootNotification", BOOT)
        assert (boot["interval"], boot["status"], await authorize(station)) == (8, "Pending", "Expired")
        broken = {
            "boot-interval = 'x'": "boot-interval",
            "= not": "not TOML",
            "nonsense = 1": "nonsense",
            "": "cannot read",
        }
        for text, expected in (broken | {rule.format("x") + "\nfault = 'dorp'": "drop"}).items():
            path.write_text(text) if text else path.unlink()
            await hang_up(f"were not changed.*{expected}")
            assert await authorize(station) == "Expired"
        path.write_text("boot-interval = 9")
        await hang_up("read again")
        assert (await station.ask("BootNotification", BOOT))["interval"] == 9
        assert await authorize(station) == "Accepted"

"""Files of users and values of flags are read correctly, or refused in one line."""

import codecs
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mock_csms.plans.profile import read_profile
from mock_csms.settings.texts import as_json_text, read_json, read_text
from tests.raw import refused, run, with_basic_auth
from tests.wire import BOOT, HANDSHAKE, PATIENCE, Mock

STATION = [sys.executable, "-m", "mock_csms.station"]

MARKED: Sequence[Callable[[str], bytes]] = (
    lambda text: text.encode(),
    lambda text: codecs.BOM_UTF8 + text.encode(),
    lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    lambda text: codecs.BOM_UTF32_LE + text.encode("utf-32-le"),
    lambda text: codecs.BOM_UTF8 + text.replace("\n", "\r\n").encode(),
)
"""The encodings in which an editor may save a text."""


@pytest.mark.parametrize("written", MARKED)
def test_texts_with_byte_order_marks(tmp_path: Path, written: Callable[[str], bytes]) -> None:
    """A byte-order mark selects the encoding and is skipped; line ends of any system are read."""
    (tmp_path / "file").write_bytes(written("ä\nb\n"))
    assert read_text(str(tmp_path / "file")) == "ä\nb\n"


@pytest.mark.parametrize(
    ("data", "place"),
    [
        (b"a\nb\xff", "line 2: not UTF-8"),
        (b"\xef\xbb\xbfa\xe4", "line 1: not UTF-8"),
        ("a\nb".encode("utf-16-le"), "line 1: contains a NUL"),
        (codecs.BOM_UTF16_LE + b"a", "not UTF-16-LE"),
    ],
)
def test_errors_about_files_that_are_not_text(tmp_path: Path, data: bytes, place: str) -> None:
    """The error about a file that is not text names the file and the line."""
    (tmp_path / "file").write_bytes(data)
    with pytest.raises(ValueError, match=f"cannot read '{tmp_path / 'file'}': .*{place}"):
        read_text(str(tmp_path / "file"))


DEEP = "[" * 100_000 + "]" * 100_000
TOML = {
    "nested": (f"a = {DEEP}", "nested deeper than 250 levels"),
    "in a table": (
        '[[reply]]\nto = "Heartbeat"\nresponse = ' + "{a = " * 5000 + "1" + "}" * 5000,
        "nested deeper than 250",
    ),
    "just too deep": ("a = " + "[" * 300 + "]" * 300, "nested deeper than 250 levels"),
    "dotted": ("a" + ".a" * 5000 + " = 1", "a key has more than 250 parts"),
    "number": (f"port = {'9' * 10_000}", "a number has too many digits"),
    "surrogate": ('host = "\\ud800"', "not TOML"),
    "NUL": ('host = "\0"', "line 1: contains a NUL"),
}
"""TOML that is too large or too deep for its parser or for us, and the error about it."""


@pytest.mark.parametrize("kind", TOML)
def test_toml_that_is_too_much(kind: str, tmp_path: Path) -> None:
    """Too large or too deep settings, device files and profiles are refused in one line that names the file."""
    text, result = TOML[kind]
    file = tmp_path / "file.toml"
    file.write_text(text)
    refused(["--config", str(file)], str(file), result)
    done = subprocess.run(
        [*STATION, "ws://127.0.0.1:1/CS-1", "--device", str(file)], timeout=PATIENCE, check=False, capture_output=True
    )
    error = done.stderr.decode()
    assert (done.returncode, error.count("\n"), str(file) in error, result in error) == (2, 1, True, True), error
    with pytest.raises(ValueError, match=re.escape(result)) as raised:
        read_profile(str(file))
    assert str(file) in str(raised.value)


JSON = {"nested": DEEP, "number": f'{{"a":{"9" * 10_000}}}', "surrogate": '{"a":"\\ud800"}', "NUL": '{"a":"\0"}'}


@pytest.mark.parametrize("kind", JSON)
def test_json_that_is_too_much(kind: str, tmp_path: Path) -> None:
    """Too large or too deep payloads and traces are refused in one line that names the file."""
    file = tmp_path / "file.json"
    file.write_text(JSON[kind])
    refused(["--command", "DataTransfer", "--payload", f"@{file}"], str(file))
    refused(["--reply", "Heartbeat", f"@{file}"], str(file))
    checked = run("check", str(file))
    assert (checked.returncode, checked.stderr.count("\n"), str(file) in checked.stderr) == (2, 1, True), checked


@pytest.mark.parametrize("written", MARKED[1:3])
async def test_every_file_of_the_mock_may_have_a_mark(tmp_path: Path, written: Callable[[str], bytes]) -> None:
    """The mock reads settings, payloads, passwords and expected findings with a byte-order mark."""
    texts = {
        "mock.toml": "boot-interval = 7",
        "payload.json": '{"type": "OnIdle"}',
        "reply.json": '{"interval": 8}',
        "passwords": "CS-1:secret\nCS-2:other",
        "expected": "B01 # as ever\nT01@CS-9",
    }
    for name, text in texts.items():
        (tmp_path / name).write_bytes(written(text))
    files = {name: str(tmp_path / name) for name in texts}
    flags = ["--config", files["mock.toml"], "--expected-findings", files["expected"]]
    flags += ["--command=Reset", "--delay=0", "--payload", f"@{files['payload.json']}", "--after=boot"]
    flags += ["--reply", "BootNotification", f"@{files['reply.json']}"]
    async with Mock(*flags) as mock, mock.station() as station:
        assert (await station.ask("BootNotification", BOOT))["interval"] == 8
        assert (await station.obey("Reset"))["type"] == "OnIdle"
    async with Mock("--basic-auth", f"@{files['passwords']}") as mock, mock.tcp() as raw:
        head = with_basic_auth(HANDSHAKE, "CS-1:secret")
        assert (await raw.get("/CS-1", head))[0] == 101


@pytest.mark.parametrize("written", MARKED[1:3])
async def test_every_file_of_the_station_may_have_a_mark(tmp_path: Path, written: Callable[[str], bytes]) -> None:
    """mock-station reads its device file, lines (also from a pipe), password and payloads with a byte-order mark."""
    texts = {
        "device.toml": '[identity]\nmodel = "marked"',
        "lines": "send Heartbeat",
        "password": "secret\n",
        "call.json": "{}",
    }
    for name, text in texts.items():
        (tmp_path / name).write_bytes(written(text))
    files = {name: str(tmp_path / name) for name in texts}
    ways = (
        ["--script", files["lines"]],
        ["--send", f"Heartbeat @{files['call.json']}"],
        ["--device", files["device.toml"]],
    )
    async with Mock("--basic-auth", "CS-1:secret", "--fail-on-findings=error") as mock:
        for way in ways:
            flags = [f"{mock.url}/CS-1", "--password-file", files["password"], *way]
            done = subprocess.run(
                [*STATION, *flags],
                input=b"\xef\xbb\xbfsend Heartbeat\nquit\n",
                timeout=PATIENCE,
                check=True,
                capture_output=True,
            )
            assert b"nothing that can be typed" not in done.stdout


@pytest.mark.parametrize("written", MARKED[1:3])
def test_a_profile_may_have_a_mark(tmp_path: Path, written: Callable[[str], bytes]) -> None:
    """The profile of a station under test is read with a byte-order mark."""
    (tmp_path / "profile.toml").write_bytes(written('identity = "CS-1"'))
    assert read_profile(str(tmp_path / "profile.toml")).identity == "CS-1"


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("payload = {a = nan}\ncommand = 'Reset'\ndelay = 0", "a = nan"),
        ("payload-raw = [inf]\ncommand = 'Reset'\ndelay = 0", "0 = inf"),
        ("payload = {a = 2026-01-01T00:00:00Z}\ncommand = 'Reset'\ndelay = 0", "JSON has no such value"),
        ("payload = {a = 99999999999999999999}\ncommand = 'Reset'\ndelay = 0", "payload"),
        ("[[command]]\naction = 'Reset'\npayload = {a = [{b = -inf}]}", "a.0.b = -inf"),
        ("[[command]]\naction = 'Reset'\npayload-raw = nan", "payload-raw"),
        ("[[command]]\naction = 'Reset'\npayload = {}\npayload-raw = {}", "payload-raw"),
        ("[[rule]]\nmatch = 'Heartbeat'\nreply = {x = nan}", "x = nan"),
        ("[[rule]]\nmatch = 'Heartbeat'\nreply-raw = {x = 2026-01-01}", "x = 2026-01-01"),
        ("[[rule]]\nmatch = 'Heartbeat'\nreply-raw = '['", "not JSON"),
        ("[[rule]]\nmatch = 'Heartbeat'\nreply-raw = {}\nreply = {}", "reply-raw"),
        ("[[rule]]\nmatch = 'Heartbeat'\nreply = '{\"a\":1,\"a\":2}'", "'a' is given twice"),
        ("boot-interval = 5\nboot_interval = 6", "given twice"),
        ("host = ['127.0.0.1', '::1']", "not a list"),
        ("auth-group-id = ['a', 'b']", "not a list"),
        ("total-cost = nan", "total-cost"),
    ],
)
def test_invalid_json_in_a_file(tmp_path: Path, text: str, hint: str) -> None:
    """Invalid JSON and duplicate keys are refused in one line that names them; status 2."""
    (tmp_path / "mock.toml").write_text(text)
    refused(["--config", str(tmp_path / "mock.toml")], hint, str(tmp_path))


@pytest.mark.parametrize(
    ("flags", "hint"),
    [
        (["--command=SetVariables", "--delay=0", "--set-variables", "A.B=1,"], "ends with a comma"),
        (["--command=SetVariables", "--delay=0", "--set-variables", "A.B=1,,C.D=2"], "ends with a comma"),
        (["--command=SetVariables", "--delay=0", "--set-variables", ",A.B=1"], "--set-variables"),
        (["--command=GetVariables", "--delay=0", "--get-variables", "A.B,"], "--get-variables"),
        (["--boot-status-sequence", "Pending,"], "--boot-status-sequence"),
        (["--commands", "Reset:1,"], "--commands"),
        (["--checks", "T,"], "--checks"),
        (["--validate", "off:"], "--validate"),
        (["--validate", "off:Heartbeat,"], "--validate"),
        (["--token", "A=Expired,group=a,group=b"], "given twice"),
        (["--token", "A=Expired,"], "--token"),
        (["--token", "A=Expired,certificate=Revoked"], "CertificateRevoked"),
        (["--token", "=Blocked"], "NoAuthorization"),
        (["--fault", "Heartbeat", "delay seconds=1 seconds=2"], "given twice"),
        (["--reply", "Authorize[idToken.idToken=A,idToken.idToken=B]", "{}"], "is given twice"),
        (["--reply", "Heartbeat", '{"a":1,"a":2}'], "'a' is given twice"),
        (["--reply", "Heartbeat", '{"a":99999999999999999999}'], "64-bit"),
        (["--reply", "Heartbeat", '{"a":1.5e-400}'], "too small"),
        (["--reply", "Heartbeat", '{"a":NaN}'], "not JSON"),
        (["--reply", "Heartbeat", '{"a":1e400}'], "--reply"),
        (["--reply-raw", "Heartbeat", "[1,]"], "not JSON"),
        (["--reply-raw", "Heartbeat", '{"a":"{{noww}}"}'], "now"),
        (["--reply-raw", "Reset", "{}"], "Reset"),
        (["--payload-raw", "{}"], "--command"),
        (["--command=Reset", "--delay=0", "--payload={}", "--payload-raw={}"], "cannot be used together"),
        (["--error", "Heartbeat", "GenericError:" + "x" * 256], "255"),
        (["--basic-auth", "CS-1:secret "], "space"),
        (["--basic-auth", "CS-1:a", "--basic-auth", "CS-1:b"], "two different passwords"),
    ],
)
def test_empty_and_duplicate_items_of_flags(flags: list[str], hint: str) -> None:
    """Empty items, extra separators and duplicates are refused in one line that names them; status 2."""
    refused(flags, hint)


def test_an_error_in_a_file_of_json_names_the_file(tmp_path: Path) -> None:
    """An error in a JSON file names the file and the position."""
    (tmp_path / "reply.json").write_text('{"a":\n}')
    refused(["--reply", "Heartbeat", f"@{tmp_path / 'reply.json'}"], str(tmp_path / "reply.json"), "line 2")


def test_a_value_may_be_a_list_with_commas() -> None:
    """A comma within a value is part of the value."""
    flags = ["--command=SetVariables", "--delay=0", "--set-variables", "A.B=x,y,C.D=,z", "--print-config"]
    assert run(*flags).returncode == 0


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
)


@given(values.filter(lambda value: not isinstance(value, str)))
def test_all_json_values_are_read(value: object) -> None:
    """All JSON values are read from a file unchanged."""
    assert read_json(as_json_text(value)) == value == read_json(orjson.dumps(value).decode())

"""The records of a run: events, JUnit and the console; masking, and files that cannot be written."""

import asyncio
import base64
import os
import pty
import re
import signal
import struct
import subprocess
import termios
from contextlib import suppress
from fcntl import ioctl
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.typing import Subprotocol

from tests.pace import turns
from tests.raw import logged, run, until, with_basic_auth
from tests.wire import BOOT, HANDSHAKE, PATIENCE, SERVER, Mock, Station, transaction

SECRET = "S3cr3t"
TOKEN = {"idToken": f"{SECRET}-tok", "type": "Central"}


class Run(Mock):
    """A run that may end with any verdict."""

    statuses = (0, 1, 3, 4)

    async def ended(self, *, stop: bool = True) -> str:
        """Stop the run, or wait until it ends; return its stdout after the first line."""
        if stop:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout
        report = await asyncio.wait_for(asyncio.to_thread(self.process.stdout.read), PATIENCE)
        await asyncio.to_thread(self.process.wait, PATIENCE)
        return report.decode()


def read(path: Path) -> list[Any]:
    """Return the values in a file of JSON Lines."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


# Events.

TOLD = ["Connected CS-1 .*ocpp2.0.1.*ocpp1.6", "Refused stranger .*404", "Refused CS-2 .*ocpp1.5.*soap"]
TOLD += [r"Received CS-1 .*ju\\+tnk", "Received CS-1 (?=.*nope).*FormatViolation", "Spoiled CS-1 .*malformed"]
TOLD += [r'Sent CS-1 .*\{3,"h"', "Unanswered CS-1 (?=.*Reset).*0.2 s", "Disconnected CS-1 .*1000"]


async def test_every_kind_of_event(tmp_path: Path) -> None:
    """Every kind of event has a line: connections, refusals, frames, faults, time-outs, and new settings."""
    file, settings = tmp_path / "events.jsonl", tmp_path / "settings.toml"
    settings.write_text("boot-interval = 5\n")
    flags = ["--config", str(settings), "--known-stations", "CS-1", "CS-2", "--commands", "Reset:0,ClearCache:0"]
    flags += ["--call-timeout", "0.2", "--fault", "Heartbeat*1", "malformed", "--station", "CS-1"]
    async with Mock("--events", str(file), *flags) as mock:
        async with mock.tcp() as stranger:
            assert (await stranger.get("/stranger", HANDSHAKE))[0] == 404
        async with mock.station("CS-2", "ocpp1.5", "soap") as old:
            await old.closed()
        async with mock.station("CS-1", "ocpp2.0.1", "ocpp1.6") as station:
            await station.expect(2, ..., "Reset")
            id_ = (await station.expect(2, ..., "ClearCache"))[1]
            await station.send([3, id_, {"status": "Accepted"}])
            await station.send("ju\tnk")
            await station.expect(4)
            await station.send([2, "h", "Heartbeat", {}])
            assert str(await station.socket.recv())[0] == "{"
            await station.call("Heartbeat", {"nope": 1})
        mock.process.send_signal(signal.SIGHUP)
        await until(logged(mock, "configured"))
        settings.write_text("boot-interval = [")
        mock.process.send_signal(signal.SIGHUP)
        await until(logged(mock, "ERROR"))
    events = read(file)
    kinds = {event["event"] for event in events}
    assert {"Started", "Connected", "Refused", "Disconnected", "Received", "Sent"} <= kinds
    assert {"Spoiled", "Unanswered", "Failed", "Reconfigured"} <= kinds
    assert [re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", event["at"]) is None for event in events] == [False] * len(events)
    lines = [f"{event['event']} {event['station']} {event}" for event in events]
    assert [pattern for pattern in TOLD if not any(re.match(pattern, line) for line in lines)] == [], lines


async def test_expectations_are_events(tmp_path: Path) -> None:
    """The event log has the met expectation and the forbidden message."""
    file = tmp_path / "events.jsonl"
    flags = ["--expect", "Heartbeat*1..7", "--forbid", "Authorize@CS-?"]
    async with Run("--events", str(file), *flags) as mock, mock.station() as station:
        await station.ask("Heartbeat")
        await station.send([2, "a", "Authorize", {"idToken": TOKEN}])
        await mock.ended(stop=False)
    told = [line for line in file.read_text().splitlines() if "Heartbeat*1..7" in line or "Authorize@CS-?" in line]
    assert len(told) >= 2, file.read_text()


async def test_events_on_stdout() -> None:
    """With `--events -` stdout has only events; the address and the verdict go to stderr."""
    process = subprocess.Popen(
        [*SERVER, "--port=0", "--events", "-", "--expect", "Heartbeat", "--wait-for-station", "0.3"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
    )
    stdout, stderr = await asyncio.to_thread(process.communicate, timeout=PATIENCE)
    assert process.returncode == 4
    assert {orjson.loads(line)["event"] for line in stdout.splitlines()} >= {"Started"}
    assert re.search(r"^Listening on ws://", stderr, re.MULTILINE)
    assert re.search(r"^FAILED +Heartbeat", stderr, re.MULTILINE)


async def test_stations_with_odd_names_and_messages(tmp_path: Path) -> None:
    """Records contain messages and identities with invalid UTF-8, control characters, deep nesting and large sizes."""
    events, trace = tmp_path / "events", tmp_path / "trace"
    async with Run("--events", str(events), "--trace", str(trace), "-v") as mock:
        for path in ("%FF%FE", "%ED%A0%80", "a%0Ab%1B[31m", "%F0%9F%9A%97"):
            async with mock.station(path) as station:
                await station.socket.send(b'[2,"\xff","Heartbeat",{}]')
                await station.socket.send(b"\xff\x00\xfe")
                data = "[" * 245 + '"\\u0000\\u001b[2J\\ud83d"' + "]" * 245
                await station.send(f'[2,"x","DataTransfer",{{"vendorId":"v","data":{data}}}]')
                await station.send([2, "y", "DataTransfer", {"vendorId": "v", "data": "x" * 500_000}])
                while (await station.expect())[1] != "y":
                    pass
        await mock.ended()
        assert "\x1b" not in mock.log
    assert [event["event"] for event in read(events)].count("Disconnected") == 4
    assert [len(record["raw"]) > 500_000 for record in read(trace)].count(True) == 4


# JUnit.

COUNTS = ("tests", "failures", "errors", "skipped")
ATTRIBUTES = {
    "testsuites": "name time tests failures errors",
    "testsuite": "name tests failures errors group time skipped timestamp hostname id package file log url",
    "testcase": "name time classname group",
    "failure": "type message",
    "error": "type message",
    "skipped": "type message",
}
"""The attributes of each element that the strictest common schema allows, `junit-10.xsd` of Jenkins' xUnit plugin."""


def junit(path: Path) -> ElementTree.Element:
    """Return the suite in a JUnit file, which must match the schema of CI systems."""
    root = ElementTree.parse(path).getroot()
    assert (root.tag, [child.tag for child in root]) == ("testsuites", ["testsuite"])
    for element in root.iter():
        assert set(element.attrib) <= set(ATTRIBUTES[element.tag].split()), element.tag
    suite = root[0]
    assert set(suite.attrib) >= {"name", "tests", "failures", "errors", "time", "timestamp"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.attrib["timestamp"])
    for element in (root, suite):
        assert [element.attrib[name] for name in COUNTS if not element.attrib.get(name, "0").isdigit()] == []
        assert float(element.attrib["time"]) >= 0
        failed = [case for case in suite if len(case)]
        counted = (int(element.attrib["tests"]), int(element.attrib["failures"]) + int(element.attrib["errors"]))
        assert counted == (len(suite), len(failed))
    for case in suite:
        assert (case.tag, set(case.attrib) >= {"name", "classname", "time"}) == ("testcase", True)
        told = [(child.tag, set(child.attrib) >= {"message", "type"}) for child in case]
        assert told in ([], [("failure", True)], [("error", True)])
    return suite


@pytest.mark.parametrize("how", ["at once", "signal", "deadline", "no station", "forbidden"])
async def test_junit(tmp_path: Path, how: str) -> None:
    """However the run ends, JUnit has a case for each expectation and each forbidden message, and failures say why."""
    for turn in turns():
        with turn as pace:
            await ends_with_junit(tmp_path / "report.xml", how, 0.6 * pace)


async def ends_with_junit(file: Path, how: str, within: float) -> None:
    """Let a run end in this way, with this deadline if it needs one."""
    flags = ["--expect", "Heartbeat", "--expect", "TransactionEvent[eventType=Ended]", "--forbid", "Authorize"]
    if how == "deadline":
        flags += ["--within", f"{within}"]
    else:
        flags += ["--wait-for-station", "0.2" if how == "no station" else f"{PATIENCE}"]
    async with Run("--junit", str(file), *flags[: 4 if how == "at once" else 6], *flags[6:]) as mock:
        if how == "no station":
            await mock.ended(stop=False)
        else:
            async with mock.station() as station:
                await station.ask("Heartbeat")
                event = transaction("Ended" if how == "at once" else "Updated")
                await station.send([2, "u", "TransactionEvent", event])
                await station.expect(3)
                if how == "forbidden":
                    await station.send([2, "a", "Authorize", {"idToken": TOKEN}])
                await mock.ended(stop=how == "signal")
    cases = {case.attrib["name"]: [failure.attrib["message"] for failure in case] for case in junit(file)}
    heartbeat, ended, *forbidden = cases.values()
    assert (len(heartbeat), len(ended)) == {"at once": (0, 0), "no station": (1, 1)}.get(how, (0, 1))
    is_wrong = how in ("forbidden", "no station")  # without a station nothing was judged
    assert [len(failure) for failure in forbidden] == ([] if how == "at once" else [is_wrong])
    assert [name for name in ("Heartbeat", "TransactionEvent[eventType=Ended]") if name not in cases] == []
    if how in ("signal", "deadline", "forbidden"):
        assert "eventType: expected Ended, got Updated" in ended[0]


async def test_hostile_characters_in_junit(tmp_path: Path) -> None:
    """JUnit is valid XML, also if messages or flags have characters that XML forbids or reserves."""
    file = tmp_path / "report.xml"
    expectation = 'DataTransfer[data="<&>]]>\\u0000\\u001b\\ud7ff\\ufffe\\"é🚗"]'
    flags = ["--expect", expectation, "--forbid", "DataTransfer[vendorId=<x>]"]
    async with Run("--junit", str(file), *flags) as mock, mock.station("%00%1B%3C%26]]%3E%FF") as station:
        await station.ask("DataTransfer", {"vendorId": "v", "data": "\0\x1b\ufffe]]></failure><!--&"})
        await mock.ended()
    (first, second) = junit(file)
    assert "]]></failure><!--&" in first[0].attrib["message"]
    assert ("é🚗" in first.attrib["name"], "DataTransfer[vendorId=<x>]" in second.attrib["name"]) == (True, True)


# Masking.


TOKENS = [f"{SECRET}-tok"] * 2 + [text + SECRET for text in ('a"', "a\\", "é ", "a;", "a, got ", "x" * 34)]


async def test_redact(tmp_path: Path) -> None:
    """With --redact no record and no console line has an idToken; the station still gets the real ones."""
    files = [tmp_path / name for name in ("trace", "events", "junit")]
    trace, events, report = map(str, files)
    flags = ["--redact", "-v", "--trace", trace, "--events", events, "--junit", report, "--diagram", f"{trace}.html"]
    info = {"idTokenInfo": {"groupIdToken": TOKEN, "status": "Blocked"}}
    flags += ["--reply", f"Authorize[idToken.idToken={SECRET}-tok]", orjson.dumps(info).decode()]
    flags += ["--fault", f"Authorize[idToken.idToken={SECRET}-tok]*1", "truncate"]
    flags += ["--token", f"{SECRET}=Expired", "--auth-group-id", SECRET, "--reserve-id-token", SECRET]
    flags += ["--commands", "ReserveNow:0,SendLocalList:0", "--local-list-tokens", SECRET]
    flags += ["--forbid", f"Authorize[idToken.idToken={SECRET}]"]
    for expectation in (f"Authorize[idToken.idToken={SECRET}]*7", f'Authorize[idToken.idToken="{SECRET}"]'):
        flags += ["--expect", expectation]
    async with Run(*flags) as mock, mock.station() as station:
        for command in ("ReserveNow", "SendLocalList"):
            id_, payload = (await station.expect(2, ..., command))[1::2]
            assert SECRET in str(payload)
            await station.send([4, id_, "GenericError", "", {"idToken": SECRET}])
        for number, token in enumerate(TOKENS):
            await station.send([2, str(number), "Authorize", {"idToken": {**TOKEN, "idToken": token}}])
            answer = await asyncio.wait_for(station.socket.recv(), PATIENCE)
            assert number != 1 or SECRET in str(answer)
        await station.call("TransactionEvent", transaction("Started", idToken={"idToken": SECRET, "type": 5}))
        await station.send(f'[2,"c","Authorize",{{"idToken":{{ "idToken" :\t"{SECRET}')
        await station.expect(4)
        await station.call("MeterValues", {"idToken": SECRET})
        hidden = orjson.dumps({"idToken": {"idToken": f"h-{SECRET}"}}).decode()
        for data in (hidden, {"text": orjson.dumps(hidden).decode()}, f"{SECRET}-tok was {hidden}", [f"{SECRET}-TOK."]):
            await station.call("DataTransfer", {"vendorId": "Authorize", "data": data})
        await station.send(f'[2,"e","Authorize",{{"idToken":{{"idT\\u006fken":"{SECRET}-e","type":"Central"}}}}]')
        await station.expect(3)
        await station.send(f'[4,"stray","GenericError","{SECRET}-tok is unknown",{{"why":"{SECRET}-tok"}}]')
        await station.send(f'[3,"{SECRET}-tok')
        texts = {"stdout": await mock.ended(), "stderr": mock.log}
        texts |= {file.name: file.read_text() for file in tmp_path.iterdir()}
    leaks = {name: re.findall(f"(?i).{{,60}}{SECRET}.{{,20}}", text) for name, text in texts.items()}
    assert {name: leak for name, leak in leaks.items() if leak} == {}
    assert [name for name, text in texts.items() if "Authorize" not in text or "***" not in text] == []
    assert len(junit(files[2])) == 3
    assert {record["messageType"] for record in read(files[0])} == {"CALL", "CALLRESULT", "CALLERROR"}


def test_redact_before_the_start() -> None:
    """A warning about a rule at the start does not contain its token."""
    rule = f"Authorize[idToken.idToken={SECRET}]"
    ended = run("--redact", "--port", "0", "--reply", rule, '{"nope":1}', "--duration", "0.1")
    assert (ended.returncode, SECRET in ended.stderr, "warning: " in ended.stderr) == (0, False, True)


async def test_passwords_are_never_written(tmp_path: Path) -> None:
    """No record has a right or wrong password, in any encoding, at any log level."""
    names = ("trace", "events", "junit", "diagram")
    flags = [word for name in names for word in (f"--{name}", str(tmp_path / name))]
    flags += ["--log-level", "DEBUG", "--basic-auth", f"CS-1:{SECRET}", "--forbid", "Heartbeat"]
    async with Run(*flags) as mock:
        for password, status in [(SECRET, 101), (f"{SECRET}-wrong", 401)]:
            async with mock.tcp() as raw:
                assert (await raw.get("/CS-1", with_basic_auth(HANDSHAKE, f"CS-1:{password}")))[0] == status
        texts = [await mock.ended(), mock.log, *(file.read_text() for file in tmp_path.iterdir())]
    encoded = base64.b64encode(f"CS-1:{SECRET}".encode()).decode()[:-4]
    assert [text for text in texts if SECRET in text or encoded in text] == []
    assert run("--basic-auth", f"CS-1:{SECRET}", "--print-config").stdout.count(SECRET) == 0


# Files that cannot be written.

FILES = ["--trace", "--events", "--diagram", "--junit"]


@pytest.mark.parametrize("flag", FILES)
def test_unwritable_at_start(flag: str, tmp_path: Path) -> None:
    """If a file cannot be opened, one line names it, and the status is 3."""
    for path in (tmp_path / "no" / "such" / "folder", tmp_path):
        ended = run("--port", "0", "--expect", "Heartbeat", flag, str(path))
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (3, "", 1), ended
        assert str(path) in ended.stderr


@pytest.mark.parametrize("flag", FILES)
async def test_unwritable_while_running(flag: str) -> None:
    """If a file cannot be written any more, there is one warning, traffic continues, and the status is 3."""
    async with Run(flag, "/dev/full", "--expect", "Heartbeat*40..") as mock, mock.station() as station:
        for number in range(40):
            await station.send([2, str(number), "Heartbeat", {}])
            await station.expect(3, str(number))
            await asyncio.sleep(0.005)
        report = await mock.ended(stop=False)
        assert (mock.process.returncode, report.splitlines()[-1]) == (
            3,
            "failed: /dev/full is incomplete: No space left on device",
        )
        warnings = [line for line in mock.log.splitlines() if "/dev/full" in line]
        assert ([("No space" in line) for line in warnings], mock.log.count("Heartbeat.response")) == ([True], 40)


async def test_a_reader_of_events_that_ends() -> None:
    """If the process that reads the events ends, the mock continues."""
    async with Mock("--events", "-") as mock:
        mock.url = orjson.loads(mock.first_line)["url"]
        assert mock.process.stdout
        mock.process.stdout.close()
        mock.process.stdout = None
        async with mock.station() as station:
            for _ in range(3):
                await station.ask("Heartbeat")
                await asyncio.sleep(0.05)


# The console.

ANSI = re.compile(r"\x1b\[[\d;]*m")
LONG = {"vendorId": "v", "data": "long " * 100}


async def shown(columns: int, *flags: str, **environment: str) -> list[str]:
    """Return the lines that the program writes to a terminal of this width while a station sends some messages."""
    ours, its = pty.openpty()
    ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "NO_COLOR", "FORCE_COLOR")}
    process = subprocess.Popen(
        [*SERVER, "--port=0", "--checks=none", *flags],
        stdout=subprocess.PIPE,
        stderr=its,
        encoding="utf-8",
        env=kept | environment,
    )
    os.close(its)
    reading = asyncio.create_task(asyncio.to_thread(drain, ours))
    try:
        assert process.stdout
        url = process.stdout.readline().split()[-1]
        async with connect(f"{url}/CS-1", subprotocols=[Subprotocol("ocpp2.0.1")], proxy=None) as socket:
            station = Station(socket)
            await station.ask("BootNotification", BOOT)
            await station.ask("DataTransfer", LONG)
            await station.call("Heartbeat", {"nope": 1})
            await station.send("\x01\x1b[31m" * 100)
            await station.expect(4)
    finally:
        process.terminate()
        process.communicate(timeout=PATIENCE)
    return (await reading).decode().splitlines()


def drain(descriptor: int) -> bytes:
    """Return everything that is written to a terminal, until it is closed."""
    data = b""
    with suppress(OSError):  # Linux raises this when the other end is closed
        while piece := os.read(descriptor, 65536):
            data += piece
    os.close(descriptor)
    return data


@pytest.mark.parametrize("columns", [60, 100, 140])
async def test_lines_fit_the_terminal(columns: int) -> None:
    """Lines are shortened to the width of the terminal, whatever they contain."""
    lines = [ANSI.sub("", line) for line in await shown(columns)]
    assert [line for line in lines if len(line) > columns] == []
    long = [line for line in lines if "long long" in line or "DataTransfer " in line]
    assert (len(long[0]), long[0][-1]) == (columns, "…")


async def test_verbose_lines_are_whole() -> None:
    """With -v or at DEBUG, lines have the whole payload."""
    for flags in (["-v"], ["--verbose"], ["--log-level", "DEBUG"]):
        assert orjson.dumps(LONG).decode() in "\n".join(await shown(60, *flags))


async def test_colour_on_a_terminal_only() -> None:
    """Colors are used only on terminals, and not with NO_COLOR (no-color.org)."""
    assert "\x1b[" in "\n".join(await shown(100))
    assert "\x1b[" in "\n".join(await shown(100, NO_COLOR=""))
    assert "\x1b" not in "\n".join(await shown(100, NO_COLOR="1"))
    async with Mock() as mock, mock.station() as station:
        await station.call("Heartbeat", {"nope": 1})
        await until(logged(mock, "Heartbeat.error"))
        assert "\x1b" not in mock.log


async def test_columns_are_aligned() -> None:
    """Time, station, direction, subject and payload are aligned; findings are whole sentences."""
    async with Mock("--commands", "Reset:0", "--station", "A") as mock:
        for name in ("A", "CS-23456", "X"):
            async with mock.station(name) as station:
                await station.send([2, "1", "Heartbeat", {}])
                await station.send([2, "2", "BootNotification", BOOT])
                while (await station.expect())[1] != "2":
                    pass
        await until(lambda: mock.log.count(" disconnected ") == 3)
        lines = [line for line in mock.log.splitlines() if re.search(r" (A|CS-23456|X) (?! +finding )", line)]
    shape = r"(\d\d:\d\d:\d\d\.\d{3}) (\S+) +(->|<-)? +(\S+) +(\S.*)"
    found = [re.fullmatch(shape, line) for line in lines]
    assert [line for line, match in zip(lines, found, strict=True) if not match] == []
    places = [{match.start(group) for match in found if match} - {-1} for group in range(1, 6)]
    assert (len(lines) >= 18, [len(each) for each in places]) == (True, [1] * 5), lines


async def test_quiet_and_levels() -> None:
    """--quiet only prints the address and the verdict; --log-level only lines of at least that severity."""
    async with Run("--quiet", "--expect", "Heartbeat*2..") as mock, mock.station() as station:
        await station.call("Heartbeat", {"nope": 1})
        assert (mock.first_line[:9], mock.log) == ("Listening", "")
        assert ("FAILED" in await mock.ended(), mock.log) == (True, "")
    for level, wanted in [("WARNING", 1), ("ERROR", 0)]:
        async with Mock("--log-level", level, "--checks=none") as levelled, levelled.station() as station:
            await station.ask("Heartbeat")
            await station.call("Heartbeat", {"nope": 1})
            levelled.stop()
            assert (len(levelled.log.splitlines()), levelled.log.count("WARNING")) == (wanted, wanted)

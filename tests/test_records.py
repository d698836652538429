"""The records of a run: events and JUnit; masking."""

import asyncio
import base64
import re
import signal
import subprocess
from pathlib import Path
from xml.etree import ElementTree

import orjson
import pytest

from tests.pace import turns
from tests.raw import logged, run, until, with_basic_auth
from tests.records import SECRET, TOKEN, Run, read
from tests.wire import HANDSHAKE, PATIENCE, SERVER, Mock, transaction

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
    result = [line for line in file.read_text().splitlines() if "Heartbeat*1..7" in line or "Authorize@CS-?" in line]
    assert len(result) >= 2, file.read_text()


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
        result = [(child.tag, set(child.attrib) >= {"message", "type"}) for child in case]
        assert result in ([], [("failure", True)], [("error", True)])
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

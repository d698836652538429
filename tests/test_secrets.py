"""No output of the mock and mock-station contains secrets, while stations, rules and Python get the real ones."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import orjson
import pytest
import tomli_w

from mock_csms.control.python import Csms
from mock_csms.runtime.open_call import CallFailed
from mock_csms.settings import Config
from tests.control.in_process import failure_of, station_of
from tests.raw import logged, refused, run, until, with_basic_auth
from tests.records import Run
from tests.reference_station import run as run_station
from tests.secret_run import NOW, OLD, PASSWORD, Outputs, outputs_of_a_run, profile, variable
from tests.wire import HANDSHAKE, Mock

SENT = [PASSWORD, "pw-Dd44", "pin-Ee55", "apn-Cc33", "48159", "vpn-Ff66", "key-Gg77", "url-Hh88", "url-Ii99", "p@ss@"]
SENT += ["sig-Jj10", "url-Kk11", "url-Ll12", "keyMm13", "key-Nn14", "keyOo15", "sent-Ai34"]
CAME = ["pw-Qq17", "pin-Rr18", "pw-Ss19", "url-Tt20", "pw-Uu21", "pw-Vv22", "pw-Ww23", "pw-Xx24", "pw-Yy25", "pw-Zz26"]
CAME += [PASSWORD[:15], "keyAb27", "pw-Ac28", "told-Ad29", "head-Ae30", "path-Af31", "user-Ag32", OLD]
SET = ["pw-Pp16", "rule-Ah33", "hup-Aj35", "want-Ak36"]


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory) -> Outputs:
    """The outputs of a run that gets all secrets in all places, with every output on."""
    return asyncio.run(outputs_of_a_run(tmp_path_factory.mktemp("secrets")))


@pytest.mark.parametrize("secret", [*SENT, *CAME, *SET])
def test_no_output_has_a_secret(outputs: Outputs, secret: str) -> None:
    """No file, stdout, stderr or state directory has a secret, whether it was sent, received or set."""
    assert {"trace", "events", "junit", "diagram", "stdout", "stderr", "stations.sqlite"} <= outputs.written.keys()
    assert outputs.holding(secret) == []


@pytest.mark.parametrize("secret", [secret for secret in SENT if secret not in ("pin-Ee55", "sent-Ai34")])
def test_the_station_gets_the_secret(outputs: Outputs, secret: str) -> None:
    """The station gets the real values of secrets that are masked in the records."""
    assert secret in "\n".join(outputs.received)


def test_masks_keep_the_length(outputs: Outputs) -> None:
    """A mask has the length of the password, and the payload and the frame of a record have the same mask."""
    sent = [
        record for record in map(orjson.loads, outputs.written["trace"].splitlines()) if _sets(record, "SecurityCtrlr")
    ]
    values = [record["payload"]["setVariableData"][0]["attributeValue"] for record in sent]
    assert "*" * len(PASSWORD) in values
    whole = [record for record in sent if "fault" not in record.get("meta", {})]
    assert [orjson.loads(record["raw"])[3] == record["payload"] for record in whole] == [True] * len(whole)


def _sets(record: dict[str, Any], component: str) -> bool:
    is_one = record["direction"] == "csms-to-cp" and record.get("action") == "SetVariables"
    return is_one and record["payload"]["setVariableData"][0]["component"]["name"] == component


def test_findings_in_a_masked_trace(outputs: Outputs, tmp_path: Path) -> None:
    """In a masked trace the check of the length of a password reports the same, and no check reports more."""
    trace = tmp_path / "trace.jsonl"
    trace.write_bytes(outputs.written["trace"])
    output = run("check", str(trace)).stdout
    assert f"BasicAuthPassword accepted '{'*' * len(PASSWORD)}', although its maxLimit is 5" in output
    live = {event["check"] for event in map(orjson.loads, outputs.written["events"].splitlines()) if "check" in event}
    found = {line.split()[1] for line in output.splitlines() if line.startswith("CS-1 ")}
    assert found <= live


PLAIN = {"dataType": "integer", "maxLimit": 9999.0, "supportsMonitoring": False}


@pytest.mark.parametrize("more", [{}, {"dataType": "OptionList", "valuesList": "a,b"}, {"dataType": "dateTime"}])
def test_a_mask_is_not_checked(more: Any, tmp_path: Path) -> None:
    """The V checks do not check type and range of a masked value."""
    item = variable("*****", "Pin", "Vendor")
    names = {key: item[key] for key in ("component", "variable")}
    result = {**names, "variableAttribute": [{"mutability": "WriteOnly"}], "variableCharacteristics": PLAIN | more}
    report = {"requestId": 1, "generatedAt": NOW, "seqNo": 0, "reportData": [result]}
    taken = {**names, "attributeType": "Actual", "attributeStatus": "Accepted"}
    records = [
        _record("csms-to-cp", [2, "1", "GetBaseReport", {"requestId": 1, "reportBase": "ConfigurationInventory"}]),
        _record("cp-to-csms", [3, "1", {"status": "Accepted"}]),
        _record("cp-to-csms", [2, "2", "NotifyReport", report]),
        _record("csms-to-cp", [3, "2", {}]),
        _record("csms-to-cp", [2, "3", "SetVariables", {"setVariableData": [item]}]),
        _record("cp-to-csms", [3, "3", {"setVariableResult": [taken]}]),
    ]
    trace = tmp_path / "trace.jsonl"
    trace.write_text("".join(records), encoding="utf-8")
    assert "accepted" not in run("check", str(trace)).stdout


def _record(direction: str, message: list[Any]) -> str:
    kind = {2: "CALL", 3: "CALLRESULT"}[message[0]]
    record = {
        "schemaVersion": "1.1",
        "timestamp": NOW,
        "ocppVersion": "2.0.1",
        "transport": "json",
        "messageType": kind,
    }
    record |= {"direction": direction, "chargePointId": "CS-1", "messageId": message[1], "raw": json.dumps(message)}
    return json.dumps(record) + "\n"


def test_a_trace_with_secrets(tmp_path: Path) -> None:
    """`mock-csms check` prints no secret of a trace that another tool has written without masks."""
    names = {key: item for key, item in variable("").items() if key != "attributeValue"}
    got = {**names, "attributeStatus": "Accepted", "attributeType": "Actual", "attributeValue": OLD}
    taken = {**names, "attributeStatus": "Accepted", "attributeType": "Actual"}
    event = {"type": f"password is {PASSWORD}", "timestamp": NOW}
    records = [
        _record("csms-to-cp", [2, "1", "SetVariables", {"setVariableData": [variable(PASSWORD)]}]),
        _record("cp-to-csms", [3, "1", {"setVariableResult": [taken]}]),
        _record("csms-to-cp", [2, "2", "GetVariables", {"getVariableData": [names]}]),
        _record("cp-to-csms", [3, "2", {"getVariableResult": [got]}]),
        _record("cp-to-csms", [2, "3", "SecurityEventNotification", event]),
        _record("csms-to-cp", [3, "3", {}]),
        json.dumps({"timestamp": f"password={OLD}"}),
    ]
    trace, report = tmp_path / "trace.jsonl", tmp_path / "report.xml"
    trace.write_text("".join(records), encoding="utf-8")
    ended = run("check", str(trace), "--junit", str(report), "--fail-on-findings", "warning")
    assert [check for check in ("V06", "V07", "S01") if check not in ended.stdout] == []
    texts = (ended.stdout, ended.stderr, report.read_text())
    assert [text for text in texts if PASSWORD in text or OLD in text] == []


async def test_a_password_in_place_of_the_user() -> None:
    """A finding about the user in the credentials does not quote it if it is the password."""
    async with Mock("--basic-auth", f"CS-1:{PASSWORD}") as mock:
        async with mock.tcp() as raw:
            assert (await raw.get("/CS-1", with_basic_auth(HANDSHAKE, f"{PASSWORD}:x")))[0] == 401
        await until(logged(mock, "T06"))
        assert PASSWORD not in mock.log


async def test_a_long_report_stays_readable() -> None:
    """The report of a failed run has all of many messages; only the secrets in them are masked."""
    async with Run("--expect", "Reset.response", "--within", "60") as mock, mock.station() as station:
        for number in range(300):
            await station.ask("DataTransfer", {"vendorId": f"v{number}", "data": {"password": PASSWORD}})
        report = await mock.ended()
    assert [number for number in range(300) if f'"vendorId":"v{number}"' not in report] == []
    assert (PASSWORD in report, report.splitlines()[-1]) == (False, "failed: 0 of 1 expectations met")


# Settings.

SETTINGS = [
    ("payload", {"setVariableData": [variable("{}")]}),
    ("payload", json.dumps({"setVariableData": [variable("{}")]})),
    ("set-variables", "SecurityCtrlr.BasicAuthPassword={}"),
    ("expect", ["NotifyEvent[eventData.0.variable.name=BasicAuthPassword,eventData.0.actualValue={}]"]),
    ("reply", [{"match": "DataTransfer", "reply": {"data": {"password": "{}"}}}]),
    ("script", [{"action": "SetVariables", "payload": {"setVariableData": [variable("{}")]}}]),
    ("script", [{"action": "GetLog", "payload": {"log": {"remoteLocation": "ftp://me:{}@host/x"}}}]),
    ("basic-auth", ["CS-1:{}"]),
]


def settings_with(folder: Path, key: str, value: Any, secret: str) -> Path:
    """Write a configuration file with a secret in one setting."""
    path = folder / "settings.toml"
    filled = json.loads(json.dumps(value).replace("{}", secret))
    name = {"script": "command", "reply": "rule"}.get(key, key)
    head = {"command": "SetVariables"} if key == "payload" else {}
    path.write_text(tomli_w.dumps({**head, name: filled}), encoding="utf-8")
    return path


@pytest.mark.parametrize(("key", "value"), SETTINGS)
def test_a_setting_with_a_secret_is_a_comment(key: str, value: Any, tmp_path: Path) -> None:
    """--print-config prints a comment in place of a setting or table with a secret; the output is a valid file."""
    ended = run("--config", str(settings_with(tmp_path, key, value, "S3cr3t-0123456789")), "--print-config")
    assert (ended.returncode, "S3cr3t" in ended.stdout + ended.stderr) == (0, False)
    assert re.search(r"^# .*(\(not printed\)|is not printed)$", ended.stdout, re.MULTILINE)
    again = tmp_path / "again.toml"
    again.write_text(ended.stdout, encoding="utf-8")
    assert run("--config", str(again), "--print-config").returncode == 0


@pytest.mark.parametrize("mask", ["***", "*****************"])
@pytest.mark.parametrize(("key", "value"), SETTINGS)
def test_a_mask_in_a_file_is_refused(key: str, value: Any, mask: str, tmp_path: Path) -> None:
    """A configuration file with a mask in place of a secret is refused in one line, with status 2."""
    path = settings_with(tmp_path, key, value, mask)
    refused(["--config", str(path)], f"{path}: ", "mask (***)", "write the")


@pytest.mark.parametrize(
    "flags",
    [
        ["--set-variables", "SecurityCtrlr.BasicAuthPassword=S3cr3t, x,"],
        ["--command", "SetVariables", "--payload", json.dumps({"setVariableData": [{**variable("S3cr3t"), "x": 1}]})],
        ["--command", "SetNetworkProfile", "--payload", json.dumps(profile("S3cr3t" * 90, "k", "u"))],
        ["--reply", "DataTransfer", '{"data":{"password":"S3cr3t"},}'],
        ["--fault", "SetNetworkProfile.command[connectionData.vpn.password=S3cr3t]", "explode"],
        ["--basic-auth", "S3cr3t"],
        ["--host", "http://me:S3cr3t@host", "--port", "x"],
        ["--password=S3cr3t"],
    ],
)
def test_errors_about_settings(flags: list[str]) -> None:
    """An error about a wrong setting does not repeat the secret in it."""
    ended = run(*flags)
    assert (ended.returncode, ended.stderr.count("\n"), "S3cr3t" in ended.stderr) == (2, 1, False), ended.stderr


# Python.


async def test_secrets_in_python() -> None:
    """`receive` returns the real value; `messages`, `lines`, errors and the repr of objects are masked."""
    event = {"type": "x", "timestamp": NOW, "techInfo": f"it is {PASSWORD}"}
    data = {"vendorId": "v", "data": {"password": OLD}}
    async with Csms() as csms, station_of(csms) as station:
        command = asyncio.create_task(csms.call("CS-1", "SetVariables", {"setVariableData": [variable(PASSWORD)]}))
        id_, payload = (await station.expect(2, ..., "SetVariables"))[1::2]
        assert payload == {"setVariableData": [variable(PASSWORD)]}
        await station.send([4, id_, "GenericError", f"{PASSWORD} is wrong", {}])
        with pytest.raises(CallFailed) as failed:
            await command
        await station.ask("DataTransfer", data)
        await station.ask("SecurityEventNotification", event)
        missing = await failure_of(csms, "DataTransfer", {"data": {"password": "S3cr3t-wanted"}})
        assert await csms.receive("CS-1", "SecurityEventNotification") == event
        assert await csms.receive("CS-1", "DataTransfer", {"data": {"password": OLD}}) == data
        with pytest.raises(ValueError, match="payload") as wrong:
            csms.start_script("SetVariables", payload={"setVariableData": [{**variable(PASSWORD), "x": 1}]})
        texts = [str(csms.messages), *csms.lines(), str(failed.value), missing, str(wrong.value)]
        texts.append(repr(Config(basic_auth={"CS-2": PASSWORD})))
        texts += [repr(csms.stations["CS-1"]), repr(csms.follow("CS-1")), repr(csms.follow("CS-1").variables)]
    assert [text for text in texts if PASSWORD in text or OLD in text or "S3cr3t" in text] == []
    assert "*" * len(PASSWORD) in "\n".join(texts)


async def test_rules_match_the_real_value() -> None:
    """A rule with a password in its condition matches the real value."""
    reply = ("--reply", f"DataTransfer[data.password={PASSWORD}]", '{"status":"Rejected"}')
    async with Mock(*reply) as mock, mock.station() as station:
        for password, status in [(PASSWORD, "Rejected"), (OLD, "Accepted")]:
            answer = await station.ask("DataTransfer", {"vendorId": "v", "data": {"password": password}})
            assert answer["status"] == status
        assert PASSWORD not in mock.log


# mock-station.


@pytest.mark.parametrize(
    "arguments",
    [
        ("ws://me:S3cr3t@127.0.0.1:1/CS-1",),
        ("ws://127.0.0.1:1/CS-1?password=S3cr3t",),
        ("http://me:S3cr3t@127.0.0.1:1/CS-1",),
        ("ws://127.0.0.1:1/CS-1", "--variable", "SecurityCtrlr.BasicAuthPassword=S3cr3t"),
        ("ws://127.0.0.1:1/CS-1", "--send", 'DataTransfer {"vendorId":"v","password":"S3cr3t"},'),
        ("ws://127.0.0.1:1/CS-1", "--password", "S3cr3t"),
        ("ws://me:S3cr3t@127.0.0.1:1", "--count", "1", "--duration", "1"),
    ],
)
def test_errors_of_a_station(arguments: tuple[str, ...]) -> None:
    """Errors of mock-station show no user or password of a URL, and no other secret."""
    ended = run_station(*arguments)
    assert (ended.status != 0, "S3cr3t" in ended.out + ended.err) == (True, False), ended.err


async def test_lines_of_a_station(tmp_path: Path) -> None:
    """Lines of mock-station show no secret of its commands and calls."""
    flags = ["--commands", "SetVariables:0", "--set-variables", "SecurityCtrlr.BasicAuthPassword=S3cr3t-0123456789"]
    lines = 'send DataTransfer {"vendorId":"v","data":{"password":"S3cr3t-x"}}\nwait 1\nsend {"password":"S3cr3t"}\n'
    async with Mock(*flags, "--trace", str(tmp_path / "trace")) as mock:
        ended = await asyncio.to_thread(run_station, f"{mock.url}/CS-1", "--verbose", lines=lines)
        texts = [ended.out, ended.err, mock.log, (tmp_path / "trace").read_text()]
    assert "SetVariables" in ended.out
    assert "DataTransfer" in ended.out
    assert [text for text in texts if "S3cr3t" in text] == []

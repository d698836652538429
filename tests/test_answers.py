"""Answers of the mock, over a real WebSocket: to broken answers, odd numbers, tokens, actions of other versions."""

from base64 import b64decode
from pathlib import Path
from typing import Any

import orjson
import pytest

from mock_csms.protocol.v2.v201 import ACTIONS
from tests.raw import refused, run
from tests.wire import BOOT, Mock, Station, example, transaction

FRAMES = Path(__file__).parent / "cases" / "frames"


def frames(name: str) -> list[str]:
    """Return the frames of a file of cases."""
    lines = (FRAMES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


# Broken answers to a command (Part 4, 4.2.3).


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ('[3,"ID",{"status":"Acc', "not JSON"),
        ('[3,"ID', "not JSON"),
        ('[3,"ID",{"status":"Accepted"}]\0', "not JSON"),
        ('[3,"ID",{"status":"\\ud800"}]', "not JSON"),
        ('["3","ID",{"status":"Accepted"}]', "not the number of a message type"),
        (' [3.0,"ID",{"status":"Accepted"}]', "not the number of a message type"),
        ('\ufeff[3,"ID",{"status":"Accepted"}]', "not JSON"),
        ('[4,"ID","GenericError","",{"a":NaN}]', "not JSON"),
        ('[3,"ID",' + "[" * 3000, "nested deeper"),
        (
            '[3,"ID",{"status":"Accepted","customData":{"vendorId":"v","x":1e400}}]',
            "beyond the range of a 64-bit float",
        ),
    ],
)
async def test_a_broken_answer_ends_its_command(tmp_path: Path, answer: str, expected: str) -> None:
    """After a broken answer the mock sends the next command at once, before the time-out, and nothing in between."""
    events = tmp_path / "events.jsonl"
    commands = "--commands=ClearCache:0,GetLocalListVersion:0"
    async with Mock(commands, "--call-timeout=600", "--events", str(events)) as mock, mock.station() as station:
        _, id_, *_ = await station.expect(2, ..., "ClearCache")
        await station.send(answer.replace("ID", id_))
        await station.obey("GetLocalListVersion")
        await station.ask("Heartbeat")
    received = [line for line in map(orjson.loads, events.read_bytes().splitlines()) if line["event"] == "Received"]
    assert expected in f"{received[0].get('problem')} {received[0].get('violations')}"


@pytest.mark.parametrize("answer", ["[3", "[4", '["3"', "[3.0", '[3,"unkn', '[4,"unknown","GenericError"', " \n[3,"])
async def test_broken_answers_are_never_answered(station: Station, answer: str) -> None:
    """The mock never answers a frame that begins like an answer, even without an open command or a readable id."""
    await station.send(answer)
    await station.ask("Heartbeat")


@pytest.mark.parametrize("frame", [*frames("c12-broken-json.txt"), '[30,"1",{}', "[", "[2", "3", '{"3":'])
async def test_texts_that_only_resemble_an_answer(station: Station, frame: str) -> None:
    """A broken CALL, or a frame that only resembles an answer, gets a CALLERROR; with the id `-1`."""
    await station.send(frame)
    await station.expect(4, "-1", "RpcFrameworkError")


# Numbers.


async def test_a_number_too_large_for_a_double(station: Station) -> None:
    """A message with 1e400 gets a CALLERROR with its message id and the path of the number; -0 and 1e-400 are valid."""
    first, *others = frames("c14-1e400.txt")
    await station.send(first)
    *_, description, details = await station.expect(4, "x1", "PropertyConstraintViolation")
    assert "meterValue.0.sampledValue.0.value" in description
    assert details["violations"][0]["path"] == "meterValue.0.sampledValue.0.value"
    for frame, id_ in zip(others, ("x2", "x3"), strict=True):
        await station.send(frame)
        await station.expect(3, id_)


async def test_a_huge_number_may_stand_anywhere(station: Station) -> None:
    """1e400 may be anywhere in a message, and the first violation decides the code; a CALLERROR with it is accepted."""
    await station.send('[2,"a","StartTransaction",{"x":1e400}]')
    await station.expect(4, "a", "NotImplemented")
    await station.send('[2,"b","DataTransfer",{"vendorId":"v","data":[-1e400]}]')
    await station.expect(
        4, "b", "PropertyConstraintViolation", "DataTransfer: data.0: is beyond the range of a 64-bit float"
    )
    await station.send('[2,"c","Heartbeat",' + "9" * 6000 + "]")
    await station.expect(4, "c", "TypeConstraintViolation")
    await station.send('[2,"d","Heartbeat",{"x":' + "[" * 3000 + "]" * 3000 + "}]")
    await station.expect(4, "d", "RpcFrameworkError")
    await station.send('[4,"e","GenericError","",{"x":1e400}]')
    await station.ask("Heartbeat")


@pytest.mark.parametrize("strictness", ["strict", "report", "off"])
async def test_a_whole_float_is_an_integer(strictness: str) -> None:
    """`1.0` and `1E0` count as 1 in requests, answers, rules and templates, with every setting of --validate."""
    rule = '{"idTokenInfo":{"status":"Accepted","evseId":["{{request.evse.id}}"]}}'
    flags = ["--reply", "TransactionEvent[evse.id=1.0]", rule, "--commands=GetLocalListVersion:0,ClearCache:0"]
    async with Mock(*flags, "--validate", strictness, "--fail-on-findings=error") as mock, mock.station() as station:
        _, id_, *_ = await station.expect(2, ..., "GetLocalListVersion")
        await station.send(f'[3,"{id_}",{{"versionNumber":0.0}}]')
        await station.obey("ClearCache")
        await station.ask("BootNotification", BOOT)
        info = {"transactionId": "TX-1", "chargingState": "EVConnected"}
        event = {**transaction("Started"), "transactionInfo": info, "evse": {"id": 1, "connectorId": 1}}
        event["timestamp"] = (await station.ask("Heartbeat"))["currentTime"]
        text = orjson.dumps([2, "t", "TransactionEvent", event]).decode()
        await station.send(text.replace('"seqNo":0', '"seqNo":0.0').replace('"id":1', '"id":1E0'))
        *_, answer = await station.expect(3, "t")
        assert answer["idTokenInfo"]["evseId"] == [1]


@pytest.mark.parametrize("more", [[], ["--redact"]])
async def test_records_keep_numbers_as_they_were_written(tmp_path: Path, more: list[str]) -> None:
    """Trace and event log have `-0`, `1.0` and `1E+2` as they were received, in one line per message."""
    trace, events = tmp_path / "trace.jsonl", tmp_path / "events.jsonl"
    data = "[-0,1.0,1E+2,10000000000000000000001]"
    flags = ["--trace", str(trace), "--events", str(events), *more]
    async with Mock(*flags) as mock, mock.station() as station:
        await station.send(f'[2,"1","DataTransfer",{{"vendorId":"v",\n"data":{data}}}]')
        await station.expect(3)
        await station.send('[2,"2","DataTransfer",{"vendorId":"v","data":1e400}]')
        await station.expect(4)
    written = trace.read_text(encoding="utf-8")
    assert f'"payload":{{"vendorId":"v", "data":{data}}}' in written
    assert '1e400}]"' in written
    assert data in events.read_text(encoding="utf-8")
    assert len([orjson.loads(line) for line in written.splitlines()]) == 4
    assert "data: is beyond the range of a 64-bit float" in run("check", str(trace)).stdout


# Times and customData.


@pytest.mark.parametrize("frame", frames("c18-timestamps.txt"))
async def test_a_timestamp_of_any_kind_is_answered(station: Station, frame: str) -> None:
    """A message with any string as a timestamp is answered: only the checks look at its format."""
    await station.send(frame)
    await station.expect(3, orjson.loads(frame)[1], {})


async def test_custom_data_needs_a_vendor_id(station: Station) -> None:
    """customData must be an object with a vendorId, and may have any other fields."""
    answers = [(4, "OccurrenceConstraintViolation"), (4, "TypeConstraintViolation"), (3, ...)]
    for frame, (kind, code) in zip(frames("c19-customdata.txt"), answers, strict=True):
        await station.send(frame)
        await station.expect(kind, orjson.loads(frame)[1], code)


# Actions of other versions.


@pytest.mark.parametrize(
    ("action", "expected"),
    [
        ("StartTransaction", "StartTransaction is an action of OCPP 1.6; in OCPP 2.0.1 use TransactionEvent"),
        (
            "DiagnosticsStatusNotification",
            "DiagnosticsStatusNotification is an action of OCPP 1.6; in OCPP 2.0.1 use LogStatusNotification",
        ),
        ("NotifyPriorityCharging", "NotifyPriorityCharging is an action of OCPP 2.1; OCPP 2.0.1 has no such action"),
    ],
)
async def test_an_action_of_another_version_is_named_as_such(station: Station, action: str, expected: str) -> None:
    """The CALLERROR says which version has the action, and what replaces it here."""
    assert (await station.expect_error(action, {}, "NotImplemented"))[3] == expected


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (["--command", "SetDERControl", "--delay=0"], "SetDERControl is an action of OCPP 2.1"),
        (
            ["--expect", "StopTransaction"],
            "StopTransaction is an action of OCPP 1.6; in OCPP 2.0.1 use TransactionEvent",
        ),
        (["--forbid", "GetDiagnostics.response"], "GetDiagnostics is an action of OCPP 1.6; in OCPP 2.0.1 use GetLog"),
        (
            ["--validate", "off:SignedUpdateFirmware"],
            "SignedUpdateFirmware is an action of OCPP 1.6; in OCPP 2.0.1 use UpdateFirmware",
        ),
        (["--expect", "Heartbeat~1.6"], "the mock speaks OCPP 2.0.1"),
    ],
)
def test_errors_of_flags_with_actions_of_other_versions(flags: list[str], expected: str) -> None:
    """If the mock speaks only one version, the error of each flag that takes an action says which version has it."""
    refused([*flags, "--ocpp=2.0.1"], expected)


@pytest.mark.parametrize(
    ("flags", "expected"),
    [
        (
            ["--reply", "StartTransaction", "{}"],
            "StartTransaction is an action of OCPP 1.6; in OCPP 2.0.1 use TransactionEvent",
        ),
        (
            ["--fault", "ChangeConfiguration", "drop"],
            "ChangeConfiguration is an action of OCPP 1.6; in OCPP 2.0.1 use SetVariables",
        ),
    ],
)
def test_warnings_of_rules_with_actions_of_other_versions(flags: list[str], expected: str) -> None:
    """If the mock speaks only one version, a rule for an action of another one gets a warning that says so."""
    ended = run(*flags, "--ocpp=2.0.1", "--port=0", "--duration=0.1")
    assert (ended.returncode, expected in ended.stderr) == (0, True), ended.stderr


# Tokens (C02, C07).

ANYBODY = {"idToken": "", "type": "NoAuthorization"}
HASH = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "a",
    "issuerKeyHash": "b",
    "serialNumber": "1",
    "responderURL": "r",
}


async def statuses(station: Station, token: Any) -> list[str]:
    """Return the status of a token in the answers to Authorize and TransactionEvent."""
    calls = [("Authorize", {"idToken": token}), ("TransactionEvent", {**transaction("Started"), "idToken": token})]
    return [(await station.ask(action, payload))["idTokenInfo"]["status"] for action, payload in calls]


@pytest.mark.parametrize("mode", ["normal", "whitelist", "blacklist", "rate_limit"])
async def test_no_authorization_is_accepted(mode: str) -> None:
    """A token of type NoAuthorization is Accepted in every mode (C02.FR.02), also if its id is on the list."""
    async with Mock("--auth-mode", mode) as mock, mock.station() as station:
        for text in ("", "blocked_token", "other"):
            assert await statuses(station, {**ANYBODY, "idToken": text}) == ["Accepted", "Accepted"]
        for frame in frames("c20-no-authorization.txt"):
            await station.send(frame)
            await station.expect(3)


@pytest.mark.parametrize("mode", ["normal", "whitelist", "rate_limit"])
async def test_a_token_can_be_empty(mode: str) -> None:
    """`--token '=Blocked,type=NoAuthorization'` applies to the empty token of that type, in every mode."""
    flags = ["--auth-mode", mode, "--token", "=Blocked,type=NoAuthorization"]
    async with Mock(*flags) as mock, mock.station() as station:
        assert await statuses(station, ANYBODY) == ["Blocked", "Blocked"]
        assert await statuses(station, {**ANYBODY, "idToken": "x"}) == ["Accepted", "Accepted"]


async def test_a_rule_for_no_authorization() -> None:
    """A rule overrides the mode for NoAuthorization too."""
    flags = ["--reply", "Authorize[idToken.type=NoAuthorization]", '{"idTokenInfo":{"status":"NoCredit"}}']
    async with Mock("--auth-mode=whitelist", *flags) as mock, mock.station() as station:
        assert await statuses(station, ANYBODY) == ["NoCredit", "Accepted"]


@pytest.mark.parametrize(
    ("flags", "token", "answer"),
    [
        ([], "T", ("Accepted", "Accepted")),
        (["--auth-mode=whitelist"], "T", ("Blocked", "ContractCancelled")),
        (["--auth-mode=whitelist"], "test_token", ("Accepted", "Accepted")),
        (["--auth-mode=rate_limit"], "T", ("NotAtThisTime", "Accepted")),
        *(
            (["--token", f"T={status}"], "t", (status, "ContractCancelled"))
            for status in ("Expired", "Invalid", "Unknown")
        ),
        *((["--token", f"T={status}"], "T", (status, "Accepted")) for status in ("ConcurrentTx", "NoCredit")),
        (["--token", "T=Invalid,certificate=certificaterevoked"], "T", ("Invalid", "CertificateRevoked")),
        (["--token", "T=Invalid,certificate=CertChainError"], "U", ("Accepted", "Accepted")),
        (["--reply", "Authorize", '{"idTokenInfo":{"status":"Unknown"}}'], "T", ("Unknown", "ContractCancelled")),
        (["--reply", "Authorize", '{"certificateStatus":"SignatureError"}'], "T", ("Accepted", "SignatureError")),
        (["--reply", "Authorize", '{"certificateStatus":null}'], "T", ("Accepted", None)),
    ],
)
async def test_the_certificate_status_of_an_authorize(
    flags: list[str], token: str, answer: tuple[str, str | None]
) -> None:
    """An Authorize with a certificate or hashes gets a certificateStatus (C07.FR.13, 14), which flags can change."""
    async with Mock(*flags) as mock, mock.station() as station:
        for more in ({"iso15118CertificateHashData": [HASH]}, {"certificate": "PEM"}):
            payload = {"idToken": {"idToken": token, "type": "eMAID"}, **more}
            result = await station.ask("Authorize", payload)
            assert (result["idTokenInfo"]["status"], result.get("certificateStatus")) == answer
        if not any("certificateStatus" in flag for flag in flags):
            result = await station.ask("Authorize", {"idToken": {"idToken": token, "type": "eMAID"}})
            assert "certificateStatus" not in result


async def test_exi_messages_are_base64(station: Station) -> None:
    """The default exiResponse of the mock and the exiRequest of mock-station are base64."""
    request = example(ACTIONS["Get15118EVCertificate"].request)
    answer = await station.ask("Get15118EVCertificate", request)
    assert all(b64decode(text, validate=True) for text in (request["exiRequest"], answer["exiResponse"]))


# Raw payloads.


@pytest.mark.parametrize("raw", ["null", "[]", '"text"', "7", "{}", '{"currentTime":null}', '{"x":[1.5,{"y":null}]}'])
async def test_a_raw_reply_is_sent_as_it_is(tmp_path: Path, raw: str) -> None:
    """--reply-raw sends exactly this payload, even if it violates the schema, without a warning at the start."""
    config = tmp_path / "mock.toml"
    config.write_text(f"[[rule]]\nmatch = 'DataTransfer'\nreply-raw = '{raw}'\n")
    async with Mock("--reply-raw", "Heartbeat", raw, "--config", str(config)) as mock, mock.station() as station:
        assert (await station.call("Heartbeat"))[2] == orjson.loads(raw)
        assert (await station.call("DataTransfer", {"vendorId": "v"}))[2] == orjson.loads(raw)
        assert "warning" not in mock.log


async def test_raw_payloads_in_a_file(tmp_path: Path) -> None:
    """In a file reply-raw and payload-raw may be any TOML value, which is sent as JSON with placeholders filled in."""
    config = tmp_path / "mock.toml"
    config.write_text(
        "[[rule]]\nmatch = 'Heartbeat'\nreply-raw = {currentTime = '{{station}}', x = [1, {y = true}]}\n"
        "[[rule]]\nmatch = 'DataTransfer'\nreply-raw = [1]\n"
        "[[command]]\naction = 'Reset'\ndelay = 0\npayload-raw = {type = 7}\n"
        "[[command]]\naction = 'Reset'\ndelay = 0\npayload-raw = '[null]'\n"
    )
    async with Mock("--config", str(config)) as mock, mock.station() as station:
        for payload in ({"type": 7}, [None]):
            _, id_, *_ = await station.expect(2, ..., "Reset", payload)
            await station.send([4, id_, "FormatViolation", "", {}])
        assert (await station.call("Heartbeat"))[2] == {"currentTime": "CS-1", "x": [1, {"y": True}]}
        assert (await station.call("DataTransfer", {"vendorId": "v"}))[2] == [1]


async def test_a_raw_answer_to_a_boot_causes_no_finding(tmp_path: Path) -> None:
    """After an answer to a boot that violates its schema, no check reports the station, live or in the trace."""
    for raw in ("null", "[]", "{}", '{"currentTime":null,"interval":60,"status":"Rejected"}'):
        trace = tmp_path / "trace.jsonl"
        flags = ["--reply-raw", "BootNotification", raw, "--fail-on-findings=warning", "--trace", str(trace)]
        async with Mock(*flags) as mock, mock.station() as station:
            await station.call("BootNotification", BOOT)
            await station.ask("Heartbeat")
        assert run("check", str(trace), "--fail-on-findings=warning").returncode == 0


@pytest.mark.parametrize("raw", ["null", "[]", '"x"', "{}", '{"type":null}', '{"type":"Immediate","evseId":"1"}'])
@pytest.mark.parametrize("flag", ["--payload-raw", "--config"])
async def test_a_raw_command_is_sent_as_it_is(tmp_path: Path, raw: str, flag: str) -> None:
    """A station that rejects a raw command has no finding, live or in the trace."""
    config, trace = tmp_path / "mock.toml", tmp_path / "trace.jsonl"
    config.write_text(f"[[command]]\naction = 'Reset'\ndelay = 0\npayload-raw = '{raw}'\n")
    given = ["--config", str(config)] if flag == "--config" else ["--command=Reset", "--delay=0", flag, raw]
    flags = [*given, "--after=boot", "--fail-on-findings=warning", "--trace", str(trace)]
    async with Mock(*flags) as mock, mock.station() as station:
        await station.ask("BootNotification", BOOT)
        _, id_, *_ = await station.expect(2, ..., "Reset", orjson.loads(raw))
        await station.send([4, id_, "FormatViolation", "no", {}])
        await station.ask("Heartbeat")
    assert run("check", str(trace), "--fail-on-findings=warning").returncode == 0

"""Answers by the book, over a real WebSocket: broken answers, numbers, tokens, and actions of other versions."""

from pathlib import Path

import orjson
import pytest

from tests.wire import BOOT, Mock, Station, transaction

FRAMES = Path(__file__).parent / "cases" / "frames"


def frames(name: str) -> list[str]:
    """Return the frames of a file of cases."""
    lines = (FRAMES / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


# Broken answers to a command (Part 4, 4.2.3).


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ('[3,"ID",{"status":"Acc', "not JSON"),
        ('[3,"ID",{"status":"Accepted"}]\0', "not JSON"),
        ('[3,"ID",{"status":"\\ud800"}]', "not JSON"),
        ('["3","ID",{"status":"Accepted"}]', "not the number of a message type"),
        (' [3.0,"ID",{"status":"Accepted"}]', "not the number of a message type"),
        ('\ufeff[3,"ID",{"status":"Accepted"}]', "not JSON"),
        ('[4,"ID","GenericError","",{"a":NaN}]', "not JSON"),
        ('[3,"ID",' + "[" * 3000, "nested deeper"),
        ('[3,"ID",{"status":"Accepted","customData":{"vendorId":"v","x":1e400}}]', "beyond the range of a double"),
    ],
)
async def test_a_broken_answer_ends_its_command_and_is_not_answered(tmp_path: Path, answer: str, told: str) -> None:
    """The next command goes out at once, long before the time-out, and nothing goes out between."""
    events = tmp_path / "events.jsonl"
    commands = "--commands=ClearCache:0,GetLocalListVersion:0"
    async with Mock(commands, "--call-timeout=600", "--events", str(events)) as mock, mock.station() as station:
        _, id_, *_ = await station.expect(2, ..., "ClearCache")
        await station.send(answer.replace("ID", id_))
        await station.obey("GetLocalListVersion")
        await station.ask("Heartbeat")
    received = [line for line in map(orjson.loads, events.read_bytes().splitlines()) if line["event"] == "Received"]
    assert told in f"{received[0].get('problem')} {received[0].get('violations')}"


@pytest.mark.parametrize("answer", ["[3", "[4", '["3"', "[3.0", '[3,"unkn', '[4,"unknown","GenericError"', " \n[3,"])
async def test_what_begins_like_an_answer_is_never_answered(station: Station, answer: str) -> None:
    """Also where no command is open, or its id cannot be found."""
    await station.send(answer)
    await station.ask("Heartbeat")


@pytest.mark.parametrize("frame", [*frames("c12-broken-json.txt"), '[30,"1",{}', "[", "[2", "3", '{"3":'])
async def test_what_is_no_answer_is_refused_as_before(station: Station, frame: str) -> None:
    """A broken CALL, or what only resembles an answer, gets a CALLERROR; its id counts as unreadable."""
    await station.send(frame)
    await station.expect(4, "-1", "RpcFrameworkError")


# Numbers.


async def test_numbers_that_no_double_holds_are_json(station: Station) -> None:
    """1e400 is refused under its own message id, as a wrong value at its path; -0 and 1e-400 are accepted."""
    first, *others = frames("c14-1e400.txt")
    await station.send(first)
    *_, description, details = await station.expect(4, "x1", "PropertyConstraintViolation")
    assert "meterValue.0.sampledValue.0.value" in description
    assert details["violations"][0]["path"] == "meterValue.0.sampledValue.0.value"
    for frame, id_ in zip(others, ("x2", "x3"), strict=True):
        await station.send(frame)
        await station.expect(3, id_)


async def test_a_huge_number_may_stand_anywhere(station: Station) -> None:
    """The first violation decides the code, whatever the number is in; a CALLERROR with one is taken silently."""
    await station.send('[2,"a","StartTransaction",{"x":1e400}]')
    await station.expect(4, "a", "NotImplemented")
    await station.send('[2,"b","DataTransfer",{"vendorId":"v","data":[-1e400]}]')
    await station.expect(4, "b", "PropertyConstraintViolation", "DataTransfer: data.0: is beyond the range of a double")
    await station.send('[2,"c","Heartbeat",' + "9" * 6000 + "]")
    await station.expect(4, "c", "TypeConstraintViolation")
    await station.send('[2,"d","Heartbeat",{"x":' + "[" * 3000 + "]" * 3000 + "}]")
    await station.expect(4, "d", "RpcFrameworkError")
    await station.send('[4,"e","GenericError","",{"x":1e400}]')
    await station.ask("Heartbeat")


@pytest.mark.parametrize("strictness", ["strict", "report", "off"])
async def test_a_whole_float_is_an_integer(strictness: str) -> None:
    """`1.0` and `1E0` are taken as 1 in requests and answers, by rules and templates too, however strictly checked."""
    rule = '{"idTokenInfo":{"status":"Accepted","evseId":["{{request.evse.id}}"]}}'
    flags = ["--reply", "TransactionEvent[evse.id=1]", rule, "--commands=GetLocalListVersion:0,ClearCache:0"]
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


async def test_records_keep_numbers_as_they_were_written(tmp_path: Path) -> None:
    """Trace and event log have `-0`, `1.0` and `1E+2` as they came, in one line for each message."""
    trace, events = tmp_path / "trace.jsonl", tmp_path / "events.jsonl"
    async with Mock("--trace", str(trace), "--events", str(events)) as mock, mock.station() as station:
        await station.send(
            '[2,"1","DataTransfer",{"vendorId":"v",\n"data":[-0,1.0,1E+2,1e400,10000000000000000000001]}]'
        )
        await station.expect(4)
    assert f'"payload":{{"vendorId":"v", "data":{data}}}' in trace.read_text()
    assert data in events.read_text()
    assert len(trace.read_bytes().splitlines()) == 2


# Actions of other versions.


@pytest.mark.parametrize(
    ("action", "told"),
    [
        ("StartTransaction", "StartTransaction is OCPP 1.6; here TransactionEvent"),
        ("DiagnosticsStatusNotification", "DiagnosticsStatusNotification is OCPP 1.6; here LogStatusNotification"),
        ("NotifyPriorityCharging", "NotifyPriorityCharging is OCPP 2.1; OCPP 2.0.1 has no such action"),
    ],
)
async def test_an_action_of_another_version_is_named_as_such(station: Station, action: str, told: str) -> None:
    """The CALLERROR says whose action it is, and what is here in its place."""
    assert (await station.expect_error(action, {}, "NotImplemented"))[3] == told

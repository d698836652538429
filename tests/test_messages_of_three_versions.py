"""Messages that only one version of OCPP has, and the version in the records of a run."""

import signal
from pathlib import Path
from typing import Any

import orjson

from mock_csms.protocol.versions import V16, V21, V201
from tests.raw import run, until
from tests.three_versions import STREAM, ask, obey, three
from tests.wire import Mock

# Types of messages.


async def test_a_refused_answer_to_a_heartbeat() -> None:
    """A station of 2.1 may refuse the answer to any call, also to a frequent one such as a heartbeat."""
    async with Mock() as mock, mock.station("CS-1", "ocpp2.1") as station:
        await ask(station, V21, "BootNotification")
        for id_ in ("h1", "h2", "h3"):
            await station.send([2, id_, "Heartbeat", {}])
            await station.expect(3, id_)
        await station.send([5, "h3", "FormatViolation", "no", {}])
        await until(lambda: "Heartbeat.refused" in mock.log)
        assert "R07" not in mock.log


async def test_sends_and_refused_answers_of_21() -> None:
    """A SEND and a CALLRESULTERROR get no answer but are logged; an invalid CALLRESULT gets a CALLRESULTERROR."""
    async with Mock("--command=ClearCache", "--delay=0") as mock, mock.station("CS-1", "ocpp2.1") as station:
        await station.send([6, "s1", "NotifyPeriodicEventStream", STREAM])
        _, id_, _, _ = await station.expect(2, ..., "ClearCache")
        await station.send([6, "s2", "NotifyPeriodicEventStream", {}])
        await station.send([3, id_, {"status": "Never"}])
        error = await station.expect(5, id_, "PropertyConstraintViolation")
        assert len(error) == 5
        answer = await ask(station, V21, "Heartbeat")
        await station.send([5, "call-Heartbeat", "FormatViolation", "I do not like it", {}])
        await station.send([5, "other", "FormatViolation", "what", {}])
        for text in ('[6,"1","NotifyPeriodicEventStream",', '[5,"1"]', "[6", '[7,"1","A",{}]'):
            await station.send(text)
        assert answer.keys() == {"currentTime"}
        await ask(station, V21, "Heartbeat")
        await until(lambda: "Heartbeat.refused" in mock.log and "I do not like it" in mock.log)
        assert mock.log.count("NotifyPeriodicEventStream") == 2


async def test_messages_without_an_answer_in_16() -> None:
    """In 1.6 messages of unknown types and without a readable id get no answer; the others do."""
    async with Mock() as mock, mock.station("CS-1", "ocpp1.6") as old:
        for text in ("{", "[5", '[6,"1","A",{}]', '[2,1,"Heartbeat",{}]', '[9,"1"]', '[2,"1","Heartbeat",{}'):
            await old.send(text)
        await old.send([2, "n", "Heartbeat", None])
        await old.expect(3, "n")
        await old.expect_error("Authorize", {}, "OccurenceConstraintViolation")
        await old.expect_error("Authorize", {"idTag": "T", "x": 1}, "FormationViolation")
        await old.expect_error("TransactionEvent", {}, "NotImplemented")
        await old.send([2, "m", "Heartbeat"])
        await old.expect(4, "m", "FormationViolation")


# 2.1.


async def test_dynamic_profiles_streams_and_certificates_of_21(tmp_path: Path) -> None:
    """In 2.1 the mock's answers depend on the profiles and monitors that it has sent; a requestId is repeated."""
    profile = {"id": 9, "stackLevel": 0, "chargingProfilePurpose": "TxDefaultProfile", "chargingProfileKind": "Dynamic"}
    schedule = {"id": 1, "chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 11}]}
    profile |= {"chargingSchedule": [schedule]}
    monitor = {
        **{"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}, "value": 1, "severity": 5},
        **{"type": "Periodic", "periodicEventStream": {"interval": 1}},
    }
    result = {key: monitor[key] for key in ("component", "variable", "type", "severity")} | {
        "id": 7,
        "status": "Accepted",
    }
    config: list[dict[str, Any]] = [
        {"action": "SetChargingProfile", "payload": {"chargingProfile": profile}, "on": "Heartbeat*1"},
        {
            "action": "SetVariableMonitoring",
            "payload": {"setMonitoringData": [monitor]},
            "on": "Heartbeat*1",
            "delay": 0.1,
        },
        {"action": "CertificateSigned", "on": "SignCertificate"},
    ]
    text = "\n".join(
        f"[[command]]\naction = {orjson.dumps(row['action']).decode()}\non = {orjson.dumps(row['on']).decode()}\n"
        + (f"delay = {row['delay']}\n" if "delay" in row else "")
        + (f"payload = '''{orjson.dumps(row['payload']).decode()}'''\n" if "payload" in row else "")
        for row in config
    )
    path = tmp_path / "mock.toml"
    path.write_text(text, encoding="utf-8")
    async with Mock(f"--config={path}") as mock, mock.station("CS-1", "ocpp2.1") as station:
        assert await ask(station, V21, "PullDynamicScheduleUpdate", {"chargingProfileId": 9}) == {"status": "Rejected"}
        stream = {"constantStreamData": {"id": 1, "variableMonitoringId": 7, "params": {"interval": 1}}}
        assert await ask(station, V21, "OpenPeriodicEventStream", stream) == {"status": "Rejected"}
        await ask(station, V21, "Heartbeat")
        await obey(station, V21, "SetChargingProfile")
        await obey(station, V21, "SetVariableMonitoring", {"setMonitoringResult": [result]})
        pulled = await ask(station, V21, "PullDynamicScheduleUpdate", {"chargingProfileId": 9})
        assert pulled == {"status": "Accepted", "scheduleUpdate": {"limit": 11}}
        assert await ask(station, V21, "OpenPeriodicEventStream", stream) == {"status": "Accepted"}
        csr = V21.actions["SignCertificate"].request
        await station.call("SignCertificate", {**csr, "requestId": 5})
        assert (await obey(station, V21, "CertificateSigned"))["requestId"] == 5
        vat = await ask(station, V21, "VatNumberValidation", {"vatNumber": "X1", "evseId": 2})
        assert (vat["vatNumber"], vat["evseId"], vat["status"]) == ("X1", 2, "Accepted")
        status = V21.actions["GetCertificateChainStatus"].request["certificateStatusRequests"][0]
        reported = await ask(station, V21, "GetCertificateChainStatus", {"certificateStatusRequests": [status] * 3})
        assert len(reported["certificateStatus"]) == 3


# Records.


async def test_records_say_the_version(tmp_path: Path) -> None:
    """Trace and event log have the message types of 2.1 and the version of each station."""
    trace, log = tmp_path / "trace.jsonl", tmp_path / "events.jsonl"
    async with Mock(f"--trace={trace}", f"--events={log}", f"--diagram={tmp_path / 'page.html'}") as mock:
        async with three(mock) as (old, middle, new):
            await ask(old, V16, "Heartbeat")
            await ask(middle, V201, "Heartbeat")
            await new.send([6, "s", "NotifyPeriodicEventStream", STREAM])
            await ask(new, V21, "Heartbeat")
            await new.send([5, "call-Heartbeat", "FormatViolation", "", {}])
            await new.send('[6,"1","NotifyPeriodicEventStream"')
            await ask(new, V21, "Heartbeat")
        mock.stop(signal.SIGTERM)
    records = [orjson.loads(line) for line in trace.read_bytes().splitlines()]
    result = [(each["ocppVersion"], each["messageType"], each.get("action")) for each in records]
    beat = [("2.1", "CALL", "Heartbeat"), ("2.1", "CALLRESULT", "Heartbeat")]
    assert result == [
        *(("1.6", "CALL", "Heartbeat"), ("1.6", "CALLRESULT", "Heartbeat")),
        *(("2.0.1", "CALL", "Heartbeat"), ("2.0.1", "CALLRESULT", "Heartbeat")),
        *(("2.1", "SEND", "NotifyPeriodicEventStream"), *beat, ("2.1", "CALLRESULTERROR", "Heartbeat")),
        *(("2.1", "SEND", "NotifyPeriodicEventStream"), *beat),
    ]
    events = [orjson.loads(line) for line in log.read_bytes().splitlines()]
    kinds = [each["messageType"] for each in events if each["event"] == "Received"]
    assert kinds == ["Call", "Call", "Send", "Call", "ResultError", "Malformed", "Call"]
    judged = run("check", str(trace))
    assert (judged.returncode, "not a record" in judged.stderr) == (0, False), judged.stderr


async def test_secrets_of_16_are_masked(tmp_path: Path) -> None:
    """The value of AuthorizationKey is neither in the event log nor in the log lines."""
    log, secret = tmp_path / "events.jsonl", "0123456789abcdef0123456789abcdef"
    flags = (f"--set-variables=AuthorizationKey={secret}", "--command=SetVariables", "--delay=0")
    async with Mock(*flags, f"--events={log}") as mock, mock.station("CS-1", "ocpp1.6") as old:
        assert (await obey(old, V16, "ChangeConfiguration"))["value"] == secret
        await ask(old, V16, "Heartbeat")
        assert secret not in mock.log
    assert secret.encode() not in log.read_bytes()

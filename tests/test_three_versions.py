"""Stations of OCPP 1.6, 2.0.1 and 2.1 at the same mock: the same settings, each in its own words."""

import asyncio
import base64
import re
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from mock_csms.behavior.templates import compile_template, sample_of
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.versions import V16, V21, V201, Version
from tests.raw import run, until
from tests.test_verdict import Run
from tests.wire import BOOT, Mock, Station, transaction

OF = {"ocpp1.6": V16, "ocpp2.0.1": V201, "ocpp2.1": V21}
AT = "2026-01-01T00:00:00Z"
START = {"connectorId": 1, "idTag": "TAG", "meterStart": 0, "timestamp": AT}
STOP = {"meterStop": 1, "timestamp": AT}
STREAM = {"id": 1, "pending": 0, "basetime": AT, "data": [{"t": 0, "v": "1"}]}


@asynccontextmanager
async def three(mock: Mock) -> AsyncIterator[tuple[Station, Station, Station]]:
    """Connect a station of each version: 1.6, 2.0.1 and 2.1."""
    async with AsyncExitStack() as stack:
        names = [f"CS{name.removeprefix('ocpp')}" for name in OF]
        came = [await stack.enter_async_context(mock.station(*pair)) for pair in zip(names, OF, strict=True)]
        yield came[0], came[1], came[2]


async def obey(station: Station, version: Version, action: str, answer: Any = None) -> Any:
    """Expect that command next, with a valid payload; answer it, and return the payload."""
    _, id_, _, payload = await station.expect(2, ..., action)
    assert version.schemas.request_violations(action, payload) == ()
    default = compile_template(version.actions[action].response)(sample_of(version))
    await station.send([3, id_, default if answer is None else answer])
    return payload


async def ask(station: Station, version: Version, action: str, payload: Any = None) -> Any:
    """Send a call and return the payload of its result, which must fit its schema."""
    default = compile_template(version.actions[action].request)(sample_of(version))
    kind, _, answer, *_ = await station.call(action, default if payload is None else payload)
    assert (kind, list(version.schemas.response_violations(action, answer))) == (3, [])
    return answer


# Every row, both ways.


@pytest.mark.parametrize("subprotocol", OF)
async def test_every_call_of_a_station_is_answered(subprotocol: str) -> None:
    """Each action that stations send gets a valid answer with its default payload; a SEND gets none."""
    version = OF[subprotocol]
    async with Mock("--validate=strict") as mock, mock.station("CS-1", subprotocol) as station:
        assert station.socket.subprotocol == subprotocol
        for action, row in version.actions.items():
            if not row.sent_by(Sender.STATION):
                continue
            if row.is_send:
                await station.send([6, "s", action, compile_template(row.request)(sample_of(version))])
            else:
                await ask(station, version, action)


@pytest.mark.parametrize("subprotocol", OF)
async def test_every_command_reaches_its_station(subprotocol: str) -> None:
    """Each action that a CSMS sends is sent with its valid default payload."""
    version = OF[subprotocol]
    commands = [action for action, row in version.actions.items() if row.sent_by(Sender.CSMS)]
    flags = f"--commands={','.join(f'{action}~{version.name}:0' for action in commands)}"
    async with Mock(flags) as mock, mock.station("CS-1", subprotocol) as station:
        for action in commands:
            await obey(station, version, action)


# Choosing.


@pytest.mark.parametrize(
    ("flags", "offered", "chosen"),
    [
        ([], ["ocpp1.6", "ocpp2.0.1"], "ocpp1.6"),
        ([], ["ocpp1.5", "ocpp2.1", "ocpp1.6"], "ocpp2.1"),
        (["--subprotocol-order=csms"], ["ocpp1.6", "ocpp2.0", "ocpp2.0.1"], "ocpp2.0.1"),
        (["--subprotocol-order=csms", "--ocpp=1.6,2.1"], ["ocpp2.1", "ocpp1.6"], "ocpp1.6"),
        (["--ocpp=2.0.1"], ["ocpp2.1", "ocpp2.0"], "ocpp2.0"),
        (["--ocpp", "OCPP 1.6, ocpp2.1"], ["ocpp2.0.1", "ocpp2.1", "ocpp1.6"], "ocpp2.1"),
    ],
)
async def test_the_version_is_chosen(flags: list[str], offered: list[str], chosen: str) -> None:
    """It is the first that the station offers and the mock speaks, or with a flag the mock's own first one."""
    async with Mock(*flags) as mock, mock.station("CS-1", *offered) as station:
        assert station.socket.subprotocol == chosen


async def test_a_version_that_is_not_spoken_is_refused() -> None:
    """A station that offers only versions that --ocpp leaves out has no common subprotocol."""
    async with Mock("--ocpp=2.0.1,2.1", "--on-subprotocol-mismatch=400") as mock:
        with pytest.raises(InvalidStatus):
            await connect(f"{mock.url}/CS-1", subprotocols=[Subprotocol("ocpp1.6")], proxy=None)
        async with mock.station("CS-1", "ocpp1.6", "ocpp2.1") as station:
            assert station.socket.subprotocol == "ocpp2.1"


# Answers.


async def test_tokens_are_judged_in_each_version() -> None:
    """A whitelist, a group and one token's answer mean the same in every version."""
    flags = ["--auth-mode=whitelist", "--whitelist", "GOOD", "--token=LATE=NotAtThisTime,group=G2", "--auth-group-id=G"]
    async with Mock(*flags) as mock, three(mock) as (old, middle, new):
        for tag, status, group in (("good", "Accepted", "G"), ("BAD", "Blocked", "G"), ("LATE", "Blocked", "G2")):
            info = {"status": status, "parentIdTag": group}
            assert await ask(old, V16, "Authorize", {"idTag": tag}) == {"idTagInfo": info}
            started = await ask(old, V16, "StartTransaction", {**START, "idTag": tag})
            assert started["idTagInfo"] == info
            stop = {**STOP, "transactionId": started["transactionId"]}
            assert await ask(old, V16, "StopTransaction", {**stop, "idTag": tag}) == {"idTagInfo": info}
            assert await ask(old, V16, "StopTransaction", stop) == {}
            later = "NotAtThisTime" if tag == "LATE" else status
            for station, version in ((middle, V201), (new, V21)):
                answer = await ask(station, version, "Authorize", {"idToken": {"idToken": tag, "type": "ISO14443"}})
                assert answer["idTokenInfo"]["status"] == later
                assert answer["idTokenInfo"]["groupIdToken"] == {"idToken": group, "type": "Central"}


async def test_an_info_has_only_what_was_set() -> None:
    """Without flags an idTagInfo says only that the idTag is accepted; --offline refuses in each version."""
    async with Mock() as mock, mock.station("CS-1", "ocpp1.6") as old:
        assert await ask(old, V16, "Authorize") == {"idTagInfo": {"status": "Accepted"}}
    async with Mock("--offline") as mock, three(mock) as stations:
        for station, version in zip(stations, OF.values(), strict=True):
            default = compile_template(version.actions["Authorize"].request)(sample_of(version))
            await station.expect_error("Authorize", default, "InternalError")


async def test_boots_and_require_boot_hold_in_each_version() -> None:
    """The statuses of a sequence are answered in turn; until one is Accepted other calls get SecurityError."""
    flags = ("--boot-status-sequence=Rejected,Accepted", "--boot-interval=7", "--require-boot")
    async with Mock(*flags) as mock, three(mock) as stations:
        for station, version in zip(stations, OF.values(), strict=True):
            await station.expect_error("Heartbeat", {}, "SecurityError")
            for status in ("Rejected", "Accepted"):
                answer = await ask(station, version, "BootNotification")
                assert (answer["status"], answer["interval"]) == (status, 7)
            await ask(station, version, "Heartbeat")


# Transactions of 1.6.


async def test_transaction_ids_are_given_once(tmp_path: Path) -> None:
    """Each StartTransaction gets its own id, also in a later run; a repeated one gets the same id again."""
    given: list[int] = []
    for _ in range(2):
        async with Mock(f"--state-dir={tmp_path}") as mock, mock.station("CS-1", "ocpp1.6") as station:
            for meter in (0, 1, 1, 2):
                answer = await ask(station, V16, "StartTransaction", {**START, "meterStart": meter, "idTag": "tag"})
                given.append(answer["transactionId"])
                again = await ask(station, V16, "StartTransaction", {**START, "meterStart": meter, "idTag": "TAG"})
                assert again["transactionId"] == given[-1]
    assert len(set(given)) == 6
    assert all(0 < id_ < 2**31 for id_ in given)


async def test_another_station_gets_another_id() -> None:
    """The same StartTransaction of two stations has two ids, without --state-dir too."""
    async with Mock() as mock, mock.station("A", "ocpp1.6") as one, mock.station("B", "ocpp1.6") as two:
        first, second = await ask(one, V16, "StartTransaction"), await ask(two, V16, "StartTransaction")
        assert first["transactionId"] != second["transactionId"]


async def test_the_running_transaction_is_stopped() -> None:
    """`--command RequestStopTransaction` names the transaction that runs, in 1.6 by its integer."""
    flags = ("--commands=RequestStopTransaction:0", "--after=boot")
    async with Mock(*flags) as mock, three(mock) as (old, middle, _):
        id_ = (await ask(old, V16, "StartTransaction"))["transactionId"]
        await ask(old, V16, "BootNotification")
        assert await obey(old, V16, "RemoteStopTransaction") == {"transactionId": id_}
        await middle.ask("TransactionEvent", transaction("Started", "TX"))
        await middle.ask("BootNotification", BOOT)
        assert await obey(middle, V201, "RequestStopTransaction") == {"transactionId": "TX"}


# Commands.


async def test_one_command_line_commands_three_versions() -> None:
    """The same flags give each station its own commands: other names, other words, the same meaning."""
    flags = [
        *("--reset-type=OnIdle", "--availability-type=Inoperative", "--connector-id=2", "--reserve-id-tag=RES"),
        *("--reserve-connector-id=3", "--reservation-id=4", "--local-list-tokens", "L1"),
        "--set-variables=OCPPCommCtrlr.HeartbeatInterval=30,MyCtrlr.Mine=a,b",
        "--commands=RemoteStartTransaction:0,Reset:0,ChangeAvailability:0,ReserveNow:0,SendLocalList:0,SetVariables:0",
    ]
    async with Mock(*flags) as mock, three(mock) as (old, middle, new):
        start = await obey(old, V16, "RemoteStartTransaction")
        assert (start["connectorId"], start["idTag"]) == (2, "test_token")
        assert await obey(old, V16, "Reset") == {"type": "Soft"}
        assert await obey(old, V16, "ChangeAvailability") == {"connectorId": 2, "type": "Inoperative"}
        reserve = await obey(old, V16, "ReserveNow")
        assert [reserve[key] for key in ("connectorId", "idTag", "reservationId")] == [3, "RES", 4]
        listed = (await obey(old, V16, "SendLocalList"))["localAuthorizationList"]
        assert listed == [{"idTag": "L1", "idTagInfo": {"status": "Accepted"}}]
        assert await obey(old, V16, "ChangeConfiguration") == {"key": "HeartbeatInterval", "value": "30"}
        assert await obey(old, V16, "ChangeConfiguration") == {"key": "Mine", "value": "a,b"}
        for station, version in ((middle, V201), (new, V21)):
            assert (await obey(station, version, "RequestStartTransaction"))["evseId"] == 2
            assert await obey(station, version, "Reset") == {"type": "OnIdle"}
            available = {"operationalStatus": "Inoperative", "evse": {"id": 2}}
            assert await obey(station, version, "ChangeAvailability") == available
            reserve = await obey(station, version, "ReserveNow")
            assert [reserve[key] for key in ("evseId", "id")] == [3, 4]
            assert (await obey(station, version, "SendLocalList"))["localAuthorizationList"][0]["idToken"][
                "idToken"
            ] == "L1"
            items = (await obey(station, version, "SetVariables"))["setVariableData"]
            assert [item["attributeValue"] for item in items] == ["30", "a,b"]


async def test_keys_of_16_are_variables_elsewhere() -> None:
    """A configuration key is set under its own name in 1.6, and as the variable of the same meaning elsewhere."""
    flags = ("--set-variables=HeartbeatInterval=30,MeterValuesSampledData=Voltage,Current.Import,Odd=1",)
    more = ("--get-variables=HeartbeatInterval,Odd", "--commands=SetVariables:0,GetConfiguration:0")
    async with Mock(*flags, *more) as mock, three(mock) as (old, middle, _):
        sent = [await obey(old, V16, "ChangeConfiguration") for _ in range(3)]
        assert [(each["key"], each["value"]) for each in sent] == [
            ("HeartbeatInterval", "30"),
            ("MeterValuesSampledData", "Voltage,Current.Import"),
            ("Odd", "1"),
        ]
        asked = [await obey(old, V16, "GetConfiguration") for _ in range(2)]
        assert asked == [{"key": ["HeartbeatInterval"]}, {"key": ["Odd"]}]
        items = (await obey(middle, V201, "SetVariables"))["setVariableData"]
        names = [(item["component"]["name"], item["variable"]["name"]) for item in items]
        assert names == [("OCPPCommCtrlr", "HeartbeatInterval"), ("SampledDataCtrlr", "TxUpdatedMeasurands")]
        assert len((await obey(middle, V201, "GetVariables"))["getVariableData"]) == 1


@pytest.mark.parametrize(("word", "old", "later"), [("Hard", "Hard", "Immediate"), ("Immediate", "Hard", "Immediate")])
async def test_both_spellings_of_a_reset_are_taken(word: str, old: str, later: str) -> None:
    """Hard and Immediate are the same, in each version by its own name."""
    async with Mock(f"--reset-type={word}", "--command=Reset", "--delay=0") as mock, three(mock) as (first, *others):
        assert await obey(first, V16, "Reset") == {"type": old}
        for station, version in zip(others, (V201, V21), strict=True):
            assert await obey(station, version, "Reset") == {"type": later}


async def test_a_trigger_has_the_name_of_the_version() -> None:
    """A message that 1.6 triggers by the whitepaper's command alone is triggered by that."""
    flags = ("--trigger-message=SignCertificate", "--command=TriggerMessage", "--delay=0")
    async with Mock(*flags) as mock, three(mock) as (old, middle, _):
        assert await obey(old, V16, "ExtendedTriggerMessage") == {"requestedMessage": "SignChargePointCertificate"}
        asked = await obey(middle, V201, "TriggerMessage")
        assert asked == {"requestedMessage": "SignChargingStationCertificate"}


async def test_a_command_that_a_version_lacks_is_noted_once() -> None:
    """Stations of other versions get it; those of this one do not, and one note says so."""
    async with Mock("--command=GetBaseReport", "--period=0.05", "--call-timeout=5") as mock, three(mock) as (old, *_):
        told = "GetBaseReport was not sent: OCPP 1.6, which CS1.6 speaks, has no such action"
        await until(lambda: told in mock.log)
        await asyncio.sleep(0.3)
        await ask(old, V16, "Heartbeat")
        assert mock.log.count(told) == 1
        assert "ERROR" not in mock.log


async def test_a_payload_is_for_the_versions_that_it_fits() -> None:
    """A payload in the terms of 1.6 is sent to stations of 1.6 alone; so is a command that names the version."""
    flags = ("--command=Reset", "--delay=0", '--payload={"type":"Hard"}')
    async with Mock(*flags) as mock, three(mock) as (old, middle, _):
        assert await obey(old, V16, "Reset") == {"type": "Hard"}
        await until(lambda: "Reset was not sent: the payload breaks the schema of ResetRequest" in mock.log)
        await middle.ask("Heartbeat")
    async with Mock("--commands=Reset~1.6:0,ClearCache~2.0.1:0") as mock, three(mock) as (old, middle, new):
        await obey(old, V16, "Reset")
        await obey(middle, V201, "ClearCache")
        await ask(old, V16, "Heartbeat")
        await ask(new, V21, "Heartbeat")


@pytest.mark.parametrize(
    ("flags", "told"),
    [
        (["--command=RemoteStartTransation"], "did you mean 'RemoteStartTransaction'?"),
        (["--command=Reset~1.7"], "'1.7' is not a version of OCPP"),
        (["--command=GetVariables~1.6"], "is not an action that a CSMS may send in OCPP 1.6"),
        (
            ["--command=GetBaseReport", "--ocpp=1.6"],
            "GetBaseReport is an action of OCPP 2.0.1; in OCPP 1.6 use GetConfiguration",
        ),
        (["--command=Reset", '--payload={"type":"Never"}'], "--payload: the payload breaks the schema of ResetRequest"),
        (["--ocpp=1.6,3.0"], "--ocpp: '3.0' is not one of 2.0.1, 2.1, 1.6"),
        (["--set-variables=HeartbeatInterval=30", "--ocpp=2.0.1,2.1"], "'HeartbeatInterval' is not COMPONENT.VARIABLE"),
        (["--get-variables=HeartbeatInterval", "--ocpp=2.1"], "'HeartbeatInterval' is not COMPONENT.VARIABLE"),
        (["--expect=Authorize~1.6[idToken.idToken=T]"], "AuthorizeRequest has no 'idToken'"),
        (["--expect=TransactionEvent~1.6"], "TransactionEvent is an action of OCPP 2.0.1"),
        (["--reply", "StartTransaction~2.1", "{}"], "StartTransaction is an action of OCPP 1.6; in OCPP 2.1 use"),
        (["--reply", "Authorize~1", "{}"], "'1' is not a version of OCPP"),
        (["--error", "NotifyPeriodicEventStream~2.1", "InternalError"], "is sent as a SEND, which has no answer"),
    ],
)
def test_what_no_version_has_is_refused(flags: list[str], told: str) -> None:
    """A wrong name or version is a usage error that says what is wrong, and what was probably meant."""
    ended = run(*flags)
    assert (ended.returncode, told in ended.stderr) == (2, True), ended.stderr


# Rules and expectations.


async def test_a_rule_may_name_a_version() -> None:
    """It is used for stations of that version alone, its error code as it is written."""
    flags = [
        "--error",
        "Heartbeat~1.6",
        "FormatViolation",
        "--reply",
        "Authorize~2.1",
        '{"idTokenInfo":{"status":"Invalid"}}',
    ]
    flags += ["--fault", "DataTransfer~2.0.1", "drop"]
    async with Mock(*flags) as mock, three(mock) as (old, middle, new):
        await old.expect_error("Heartbeat", {}, "FormatViolation")
        await ask(middle, V201, "Heartbeat")
        assert (await ask(middle, V201, "Authorize"))["idTokenInfo"]["status"] == "Accepted"
        assert (await ask(new, V21, "Authorize"))["idTokenInfo"]["status"] == "Invalid"
        await ask(new, V21, "DataTransfer")
        await ask(old, V16, "DataTransfer")
        await middle.send([2, "d", "DataTransfer", {"vendorId": "v"}])
        await ask(middle, V201, "Heartbeat")
        assert "warning" not in mock.log


async def test_a_reply_is_used_where_it_fits_and_the_start_says_so() -> None:
    """A reply that breaks the schema of one version is not used there, and a warning says so at the start."""
    reply = ["--reply", "Authorize", '{"idTokenInfo":{"status":"Expired"}}', "--error", "Heartbeat", "FormatViolation"]
    async with Mock(*reply) as mock, three(mock) as (old, middle, new):
        assert re.search("warning: Authorize .*: not used for stations of OCPP 1.6: ", mock.log)
        assert await ask(old, V16, "Authorize") == {"idTagInfo": {"status": "Accepted"}}
        assert (await ask(middle, V201, "Authorize"))["idTokenInfo"]["status"] == "Expired"
        assert (await ask(new, V21, "Authorize"))["idTokenInfo"]["status"] == "Expired"
        await old.expect_error("Heartbeat", {}, "FormationViolation")
        await new.expect_error("Heartbeat", {}, "FormatViolation")


async def test_a_group_that_is_too_long_for_a_version() -> None:
    """A group that a version cannot hold is not used there, and a warning says so at the start."""
    async with Mock("--auth-group-id", "g" * 30) as mock, three(mock) as (old, middle, _):
        assert f"--auth-group-id: not used for stations of OCPP 1.6: '{'g' * 30}' is longer than 20" in mock.log
        assert await ask(old, V16, "Authorize") == {"idTagInfo": {"status": "Accepted"}}
        assert (await ask(middle, V201, "Authorize"))["idTokenInfo"]["groupIdToken"]["idToken"] == "g" * 30


async def test_a_rule_without_use_is_told() -> None:
    """A rule for a version, or for an action, that the mock does not speak gets a warning at the start."""
    flags = ("--ocpp=2.0.1", "--error", "Heartbeat~1.6", "InternalError", "--fault", "StopTransaction", "drop")
    async with Mock(*flags) as mock, mock.station():
        assert mock.log.count("warning: ") == 2


async def test_expectations_know_the_version() -> None:
    """Each is about the stations of its version; one about an action, about those whose version has it."""
    flags = [
        "--expect=StartTransaction[connectorId=1]",
        "--expect=Heartbeat~2.0.1",
        "--expect=TransactionEvent",
    ]
    flags += ["--expect=connect~1.6", "--linger=0"]
    async with Run(*flags) as mock, three(mock) as (old, middle, _):
        await ask(old, V16, "Heartbeat")
        await ask(old, V16, "StartTransaction")
        await middle.ask("TransactionEvent", transaction("Started"))
        await middle.ask("Heartbeat")
        assert (await mock.ended())[0] == 0


# Framing.


async def test_sends_and_refused_answers_of_21() -> None:
    """A SEND and a CALLRESULTERROR get no answer and are shown; a wrong CALLRESULT gets a CALLRESULTERROR."""
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


async def test_what_16_does_not_answer() -> None:
    """Messages of unknown types, and those without an id that can be read, get no answer in 1.6."""
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
    """What the mock answers depends on what it has sent: profiles, monitors, and the number of a request."""
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
        told = await ask(station, V21, "GetCertificateChainStatus", {"certificateStatusRequests": [status] * 3})
        assert len(told["certificateStatus"]) == 3


# Records.


async def test_records_say_the_version(tmp_path: Path) -> None:
    """Trace and event log have the types of 2.1, and the version of each record is that of its station."""
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
    told = [(each["ocppVersion"], each["messageType"], each.get("action")) for each in records]
    beat = [("2.1", "CALL", "Heartbeat"), ("2.1", "CALLRESULT", "Heartbeat")]
    assert told == [
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
    """The value of the key with the password is in no record and in no line."""
    log, secret = tmp_path / "events.jsonl", "0123456789abcdef0123456789abcdef"
    flags = (f"--set-variables=AuthorizationKey={secret}", "--command=SetVariables", "--delay=0")
    async with Mock(*flags, f"--events={log}") as mock, mock.station("CS-1", "ocpp1.6") as old:
        assert (await obey(old, V16, "ChangeConfiguration"))["value"] == secret
        await ask(old, V16, "Heartbeat")
        assert secret not in mock.log
    assert secret.encode() not in log.read_bytes()


# Authorization of the connection.


@pytest.mark.parametrize(
    ("subprotocol", "password", "is_let_in"),
    [
        ("ocpp1.6", bytes.fromhex("ff" * 16), True),
        ("ocpp1.6", b"ff" * 16, True),
        ("ocpp1.6", b"fe" * 16, False),
        ("ocpp1.6", bytes.fromhex("fe" * 16), False),
        ("ocpp2.0.1", b"ff" * 16, True),
        ("ocpp2.0.1", bytes.fromhex("ff" * 16), False),
    ],
)
async def test_a_key_of_16_is_bytes(subprotocol: str, password: bytes, is_let_in: bool) -> None:
    """A station of 1.6 may send the bytes of its AuthorizationKey, or their hex text; later ones only the text."""
    header = base64.b64encode(b"CS-1:" + password).decode()
    async with Mock(f"--basic-auth=CS-1:{'ff' * 16}") as mock:
        opening = connect(
            f"{mock.url}/CS-1",
            subprotocols=[Subprotocol(subprotocol)],
            additional_headers={"Authorization": f"Basic {header}"},
            proxy=None,
        )
        if is_let_in:
            async with opening as socket:
                assert socket.subprotocol == subprotocol
        else:
            with pytest.raises(InvalidStatus):
                await opening

"""Commands to stations of OCPP 1.6, 2.0.1 and 2.1: the same flags, with the names and fields of each version."""

import asyncio

import pytest

from mock_csms.protocol.versions import V16, V21, V201
from tests.raw import run, until
from tests.three_versions import ask, obey, three
from tests.wire import Mock


async def test_one_command_line_commands_three_versions() -> None:
    """The same flags send each station the commands, names and values of its version, with the same meaning."""
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


async def test_keys_of_16_become_variables_in_2x() -> None:
    """A configuration key is set by its name in 1.6, and as the variable with the same meaning in 2.0.1."""
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
async def test_both_names_of_a_reset_type(word: str, old: str, later: str) -> None:
    """`Hard` and `Immediate` mean the same, and each version gets its own name."""
    async with Mock(f"--reset-type={word}", "--command=Reset", "--delay=0") as mock, three(mock) as (first, *others):
        assert await obey(first, V16, "Reset") == {"type": old}
        for station, version in zip(others, (V201, V21), strict=True):
            assert await obey(station, version, "Reset") == {"type": later}


async def test_a_trigger_has_the_name_of_the_version() -> None:
    """In 1.6, messages that only ExtendedTriggerMessage (security whitepaper) can trigger use that command."""
    flags = ("--trigger-message=SignCertificate", "--command=TriggerMessage", "--delay=0")
    async with Mock(*flags) as mock, three(mock) as (old, middle, _):
        assert await obey(old, V16, "ExtendedTriggerMessage") == {"requestedMessage": "SignChargePointCertificate"}
        asked = await obey(middle, V201, "TriggerMessage")
        assert asked == {"requestedMessage": "SignChargingStationCertificate"}


async def test_a_command_that_a_version_lacks_is_noted_once() -> None:
    """Only stations whose version has the command get it; the log has one note about the others."""
    async with Mock("--command=GetBaseReport", "--period=0.05", "--call-timeout=5") as mock, three(mock) as (old, *_):
        result = "GetBaseReport was not sent: OCPP 1.6, which CS1.6 speaks, has no such action"
        await until(lambda: result in mock.log)
        await asyncio.sleep(0.3)
        await ask(old, V16, "Heartbeat")
        assert mock.log.count(result) == 1
        assert "ERROR" not in mock.log


async def test_a_payload_is_sent_to_versions_that_it_fits() -> None:
    """A payload that fits only 1.6, and a command with `~1.6`, are sent only to stations of 1.6."""
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
    ("flags", "expected"),
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
def test_unknown_names_and_versions(flags: list[str], expected: str) -> None:
    """An unknown name or version is a usage error with the mistake and what was probably meant."""
    ended = run(*flags)
    assert (ended.returncode, expected in ended.stderr) == (2, True), ended.stderr

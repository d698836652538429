"""Stations of OCPP 1.6, 2.0.1 and 2.1 at the same mock: calls, answers, transactions and connections."""

import base64
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from mock_csms.behavior.templates import compile_template, sample_of
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.versions import V16, V21, V201
from tests.three_versions import START, STOP, VERSIONS, ask, obey, three
from tests.wire import BOOT, Mock, transaction

# All actions.


@pytest.mark.parametrize("subprotocol", VERSIONS)
async def test_every_call_of_a_station_is_answered(subprotocol: str) -> None:
    """Each call of a station with its default payload gets a valid answer; a SEND gets none."""
    version = VERSIONS[subprotocol]
    async with Mock("--validate=strict") as mock, mock.station("CS-1", subprotocol) as station:
        assert station.socket.subprotocol == subprotocol
        for action, row in version.actions.items():
            if not row.sent_by(Sender.STATION):
                continue
            if row.is_send:
                await station.send([6, "s", action, compile_template(row.request)(sample_of(version))])
            else:
                await ask(station, version, action)


@pytest.mark.parametrize("subprotocol", VERSIONS)
async def test_every_command_reaches_its_station(subprotocol: str) -> None:
    """Each action that a CSMS sends is sent with its valid default payload."""
    version = VERSIONS[subprotocol]
    commands = [action for action, row in version.actions.items() if row.sent_by(Sender.CSMS)]
    flags = f"--commands={','.join(f'{action}~{version.name}:0' for action in commands)}"
    async with Mock(flags) as mock, mock.station("CS-1", subprotocol) as station:
        for action in commands:
            await obey(station, version, action)


# The chosen version.


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
    """The mock chooses the first offered version that it speaks, or with --subprotocol-order=csms its own first one."""
    async with Mock(*flags) as mock, mock.station("CS-1", *offered) as station:
        assert station.socket.subprotocol == chosen


async def test_a_version_excluded_by_a_flag_is_refused() -> None:
    """A station that offers only versions excluded by --ocpp is refused."""
    async with Mock("--ocpp=2.0.1,2.1", "--on-subprotocol-mismatch=400") as mock:
        with pytest.raises(InvalidStatus):
            await connect(f"{mock.url}/CS-1", subprotocols=[Subprotocol("ocpp1.6")], proxy=None)
        async with mock.station("CS-1", "ocpp1.6", "ocpp2.1") as station:
            assert station.socket.subprotocol == "ocpp2.1"


# Answers.


async def test_the_status_of_a_token_in_each_version() -> None:
    """Whitelist, group and --token have the same effect in every version."""
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


async def test_the_default_info_and_offline() -> None:
    """Without flags an idTagInfo has only the status Accepted; --offline answers InternalError in every version."""
    async with Mock() as mock, mock.station("CS-1", "ocpp1.6") as old:
        assert await ask(old, V16, "Authorize") == {"idTagInfo": {"status": "Accepted"}}
    async with Mock("--offline") as mock, three(mock) as stations:
        for station, version in zip(stations, VERSIONS.values(), strict=True):
            default = compile_template(version.actions["Authorize"].request)(sample_of(version))
            await station.expect_error("Authorize", default, "InternalError")


async def test_boots_in_each_version() -> None:
    """The statuses of a sequence are used in order; until Accepted other calls get SecurityError."""
    flags = ("--boot-status-sequence=Rejected,Accepted", "--boot-interval=7", "--require-boot")
    async with Mock(*flags) as mock, three(mock) as stations:
        for station, version in zip(stations, VERSIONS.values(), strict=True):
            await station.expect_error("Heartbeat", {}, "SecurityError")
            for status in ("Rejected", "Accepted"):
                answer = await ask(station, version, "BootNotification")
                assert (answer["status"], answer["interval"]) == (status, 7)
            await ask(station, version, "Heartbeat")


# Transactions of 1.6.


async def test_transaction_ids_are_unique(tmp_path: Path) -> None:
    """Each StartTransaction gets a new id, also in the next run; a repeated one gets the same id."""
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


async def test_two_stations_get_different_ids() -> None:
    """Equal StartTransactions of two stations get different ids, also without --state-dir."""
    async with Mock() as mock, mock.station("A", "ocpp1.6") as one, mock.station("B", "ocpp1.6") as two:
        first, second = await ask(one, V16, "StartTransaction"), await ask(two, V16, "StartTransaction")
        assert first["transactionId"] != second["transactionId"]


async def test_the_running_transaction_is_stopped() -> None:
    """`--command RequestStopTransaction` has the id of the running transaction, in 1.6 as an integer."""
    flags = ("--commands=RequestStopTransaction:0", "--after=boot")
    async with Mock(*flags) as mock, three(mock) as (old, middle, _):
        id_ = (await ask(old, V16, "StartTransaction"))["transactionId"]
        await ask(old, V16, "BootNotification")
        assert await obey(old, V16, "RemoteStopTransaction") == {"transactionId": id_}
        await middle.ask("TransactionEvent", transaction("Started", "TX"))
        await middle.ask("BootNotification", BOOT)
        assert await obey(middle, V201, "RequestStopTransaction") == {"transactionId": "TX"}


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
async def test_a_key_of_16_may_be_bytes(subprotocol: str, password: bytes, is_let_in: bool) -> None:
    """The password of 1.6 may be the bytes of the AuthorizationKey or their hex text; in 2.0.1 only the text."""
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

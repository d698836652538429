"""Policies: calls before a boot, validation of payloads, and the clock."""

import re
from datetime import datetime
from typing import Any

import pytest

from tests.pace import turns
from tests.raw import TOKEN, logged, until, without
from tests.wire import BOOT, Mock, Station, transaction

# --require-boot


async def code(station: Station, action: str, payload: Any) -> str:
    """Send a call and return the code of its CALLERROR, or "" for a CALLRESULT."""
    answer = await station.call(action, payload)
    return str(answer[2]) if answer[0] == 4 else ""


STATUS = {"timestamp": "2026-01-01T00:00:00Z", "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
REPORT = {"requestId": 1, "generatedAt": "2026-01-01T00:00:00Z", "seqNo": 0}


async def test_require_boot() -> None:
    """All calls get SecurityError until a boot was Accepted; later connections need no new boot."""
    async with Mock("--require-boot", "--boot-status-sequence", "Rejected,Pending,Accepted") as mock:
        async with mock.station() as station:
            for status in ("Rejected", "Pending", "Accepted"):
                assert await code(station, "Heartbeat", {}) == "SecurityError"
                assert await code(station, "StatusNotification", STATUS) == "SecurityError"
                assert (await station.ask("BootNotification", BOOT))["status"] == status
            await station.ask("Heartbeat")
        async with mock.station() as station:
            await station.ask("Heartbeat")
        async with mock.station("CS-2") as station:
            assert await code(station, "Heartbeat", {}) == "SecurityError"


@pytest.mark.parametrize(
    ("command", "action", "payload"),
    [("TriggerMessage", "StatusNotification", STATUS), ("GetBaseReport", "NotifyReport", REPORT)],
)
@pytest.mark.parametrize("status", ["Pending", "Rejected"])
async def test_requested_messages_while_pending(command: str, action: str, payload: Any, status: str) -> None:
    """A Pending station may only send messages that a command requested, a Rejected station none."""
    for turn in turns():
        with turn as pace:
            flags = ["--require-boot", "--boot-status", status, "--command", command, "--delay", f"{0.2 * pace}"]
            async with Mock(*flags) as mock, mock.station() as station:
                assert (await station.ask("BootNotification", BOOT))["status"] == status
                assert await code(station, action, payload) == "SecurityError"
                await station.obey(command)
                assert await code(station, action, payload) == ("" if status == "Pending" else "SecurityError")
                assert await code(station, "Heartbeat", {}) == "SecurityError"


async def test_require_boot_before_all() -> None:
    """A call before the boot gets SecurityError even if a --reply or --token matches."""
    flags = ["--reply", "Authorize", '{"idTokenInfo":{"status":"Expired"}}', "--token", "BAD=Blocked"]
    async with Mock("--require-boot", *flags) as mock, mock.station() as station:
        assert await code(station, "Authorize", TOKEN) == "SecurityError"
        await station.ask("BootNotification", BOOT)
        assert (await station.ask("Authorize", TOKEN))["idTokenInfo"] == {"status": "Expired"}


# --validate

BROKEN = without(BOOT, "reason")
WRONG = "OccurrenceConstraintViolation"


@pytest.mark.parametrize(
    ("flags", "boot", "heartbeat", "expected"),
    [
        ([], WRONG, "FormatViolation", True),
        (["strict"], WRONG, "FormatViolation", True),
        (["report"], "", "", True),
        (["off"], "", "", False),
        (["off:BootNotification,Heartbeat"], "", "", False),
        (["report:BootNotification"], "", "FormatViolation", True),
        (["off", "strict:Heartbeat"], "", "FormatViolation", False),
        (["strict:Heartbeat", "OFF"], "", "FormatViolation", False),
        (["report", "off:BootNotification"], "", "", False),
    ],
)
async def test_validate(flags: list[str], boot: str, heartbeat: str, expected: bool) -> None:
    """Payloads that violate their schema are refused, only reported, or not validated, as set for the action."""
    async with Mock(*(word for value in flags for word in ("--validate", value))) as mock, mock.station() as station:
        assert await code(station, "BootNotification", BROKEN) == boot
        assert await code(station, "Heartbeat", {"nope": 1}) == heartbeat
        assert await code(station, "Nope", {}) == "NotImplemented"
        assert await code(station, "Reset", {}) == "NotSupported"
        await until(logged(mock, "NotSupported"))
        assert logged(mock, "BootNotification .*invalid.*reason")() is expected


SHAPES: list[Any] = [None, True, 0, -1.5, "", "x", [], [[]], {}, {"a": 1}, {"idToken": 5}, {"idToken": {"idToken": {}}}]
SHAPES += [
    {"eventType": [], "transactionInfo": "x"},
    {"eventType": "Started", "transactionInfo": {"transactionId": {}}},
]
SHAPES += [{"customData": {"x": [1, {"y": None}]}}, {"requestedMessage": []}, {"status": 1}, ["idToken"] * 3]


@pytest.mark.parametrize("strictness", ["off", "report"])
async def test_payloads_of_any_shape(strictness: str) -> None:
    """Rules, tokens, placeholders, events and transactions work with any payload that is not refused."""
    flags = ["--validate", strictness, "--token", "BAD=Expired", "--offline", "--auth-group-id", "G", "--require-boot"]
    for action in ("Authorize", "TransactionEvent", "DataTransfer", "BootNotification"):
        flags += ["--fault", f"{action}[customData.x=1]", "drop"]
        flags += ["--reply", f"{action}[customData.x.1.y=1]", '{"customData":{"vendorId":"{{request.idToken.0.a}}"}}']
    flags += ["--reply", "DataTransfer", '{"data":"{{request}}"}']
    flags += ["--reply", "TransactionEvent[transactionInfo.transactionId=1]", "{}"]
    async with Mock(*flags) as mock, mock.station() as station:
        await station.ask("BootNotification", BOOT)
        for action in ("Authorize", "TransactionEvent", "DataTransfer", "Heartbeat"):
            for shape in SHAPES:
                await station.send([2, "1", action, shape])
                answer = await station.expect(..., "1")
                if action == "DataTransfer" and isinstance(shape, dict | list) and shape:
                    assert answer[2]["data"] == shape
        assert (await station.ask("TransactionEvent", transaction("Updated")))["totalCost"] == 10.0


async def test_deep_payloads() -> None:
    """Rules with conditions work with a very deeply nested payload."""
    async with Mock("--fault", "Heartbeat[customData.x=1]", "drop") as mock, mock.station() as station:
        for depth in (100, 300, 1000):
            nested = "[" * depth + "1" + "]" * depth
            await station.send(f'[2,"1","Heartbeat",{{"customData":{{"vendorId":"V","x":{nested}}}}}]')
            await station.expect(..., "1" if depth < 1000 else ...)
            await station.ask("Heartbeat")


# --timestamp-format, --clock-offset

SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"


@pytest.mark.parametrize(
    ("form", "pattern"),
    [
        (".000Z", rf"{SECONDS}\.\d{{3}}Z"),
        ("Z", rf"{SECONDS}Z"),
        ("+00:00", rf"{SECONDS}\+00:00"),
        (".000+00:00", rf"{SECONDS}\.\d{{3}}\+00:00"),
    ],
)
async def test_timestamp_format(form: str, pattern: str) -> None:
    """All timestamps in defaults and placeholders have the set format."""
    flags = ["--auth-cache-expiry", "60", "--reply", "DataTransfer", '{"data":["{{now-60}}"]}']
    async with Mock("--timestamp-format", form, *flags) as mock, mock.station() as station:
        times = [
            (await station.ask("Heartbeat"))["currentTime"],
            (await station.ask("BootNotification", BOOT))["currentTime"],
            (await station.ask("Authorize", TOKEN))["idTokenInfo"]["cacheExpiryDateTime"],
            (await station.ask("DataTransfer", {"vendorId": "V"}))["data"][0],
        ]
    assert [time for time in times if not re.fullmatch(pattern, time)] == []


@pytest.mark.parametrize("offset", [0, 86400, -3600.5])
async def test_clock_offset(offset: float) -> None:
    """The mock's clock is ahead by the offset, in all timestamps that it sends, also expiry times."""
    flags = [f"--clock-offset={offset}", "--auth-cache-expiry", "60"]
    async with Mock() as right, Mock(*flags) as wrong, right.station() as honest, wrong.station() as liar:
        before, shown, after = [
            datetime.fromisoformat((await station.ask("Heartbeat"))["currentTime"]).timestamp()
            for station in (honest, liar, honest)
        ]
        expiry = (await liar.ask("Authorize", TOKEN))["idTokenInfo"]["cacheExpiryDateTime"]
        last = datetime.fromisoformat((await honest.ask("Heartbeat"))["currentTime"]).timestamp()
    assert before - 0.01 <= shown - offset <= after + 0.01
    assert before - 0.01 <= datetime.fromisoformat(expiry).timestamp() - offset - 60 <= last + 0.01

"""`*` for every action, `*=3` for the third message, `*N` for N uses of a rule, in every flag with a match."""

import asyncio
from typing import Any

import orjson
import pytest

from tests.raw import naked, refused
from tests.test_rules import info, outcome, outcomes, reply, token
from tests.verdicts import Run
from tests.wire import BOOT, Mock, transaction

HEARTBEAT: tuple[str, Any] = ("Heartbeat", {})
TRANSFER: tuple[str, Any] = ("DataTransfer", {"vendorId": "V"})
UNKNOWN: tuple[str, Any] = ("Nonsense", {})


async def answered(*flags: str, calls: list[tuple[str, Any]]) -> list[int]:
    """Send calls and then a ping; return the numbers of the calls that were answered before the pong."""
    async with Mock(*flags) as mock, naked(mock, "CS-1") as station:
        for number, (action, payload) in enumerate(calls):
            await station.say(2, str(number), action, payload)
        await station.ping()
        seen = []
        while (frame := (await station.frame()).data) != b"?":
            seen.append(int(orjson.loads(frame)[1]))
    return seen


THREE = [HEARTBEAT, TRANSFER, HEARTBEAT, UNKNOWN, HEARTBEAT]


@pytest.mark.parametrize(
    ("match", "lost"),
    [
        ("*@CS-1", [0, 1, 2, 3, 4]),
        ("**2@CS-1", [0, 1]),
        ("**=2@CS-1", [1]),
        ("**=4@CS-1", [3]),
        ("*.response*=3@CS-1", [2]),
        ("*.command@CS-1", []),
        ("*[vendorId=V]@CS-1", [1]),
        ("Heartbeat*=3@CS-1", [4]),
        ("Heartbeat*1@CS-1", [0]),
        ("Nothing", []),
    ],
)
async def test_faults_of_any_action(match: str, lost: list[int]) -> None:
    """`*` matches the answer to every call, also a CALLERROR; `**2` matches the first two, `**=2` only the second."""
    flags = ["--fault", match, "drop"] if match != "Nothing" else []
    found = await answered(*flags, calls=THREE)
    assert found == [number for number in range(len(THREE)) if number not in lost]


async def test_a_sequence_of_faults() -> None:
    """`*=1` and `*=2` make a sequence; three rules with `*1` would all apply to the first message."""
    flags = ["--fault", "Heartbeat*=1", "drop", "--fault", "Heartbeat*=2", "binary", "--fault", "Heartbeat*=3", "drop"]
    async with Mock(*flags) as mock, naked(mock, "CS-1") as station:
        for number in range(5):
            await station.say(2, str(number), "Heartbeat", {})
        frames = [await station.frame() for _ in range(3)]
        assert [(orjson.loads(frame.data)[1], frame.opcode.name) for frame in frames] == [
            ("1", "BINARY"),
            ("3", "TEXT"),
            ("4", "TEXT"),
        ]


async def test_a_turn_counts_calls_answered_by_other_rules() -> None:
    """`*=3` answers the third Authorize of each station, even if another rule answered the first two."""
    flags = [
        *["--error", "Authorize*2", "InternalError"],
        *reply("Authorize*=3", info(status="Blocked")),
        *reply("Authorize*=2", info(status="Expired")),
    ]
    expected = ["InternalError", "InternalError", "Blocked", "Accepted"]
    assert await outcomes(flags, "AAAA", "Authorize", token("T")) == expected
    assert await outcomes(flags, "ABABAB", "Authorize", token("T")) == [each for each in expected[:3] for _ in "AB"]


async def test_a_turn_counts_calls_before_the_boot() -> None:
    """`*=N` also counts calls that --require-boot refuses."""
    flags = ["--require-boot", "--error", "Heartbeat*=2", "GenericError", "--error", "Heartbeat*1", "FormatViolation"]
    async with Mock(*flags) as mock, mock.station() as station:
        assert await outcome(station, *HEARTBEAT) == "SecurityError"
        await station.ask("BootNotification", BOOT)
        assert [await outcome(station, *HEARTBEAT) for _ in range(3)] == [
            "GenericError",
            "FormatViolation",
            "no status",
        ]


async def test_replies_and_errors_of_any_action() -> None:
    """`*` matches every call of the station; a reply is merged into the default of each action."""
    custom = {"customData": {"vendorId": "V"}}
    async with Mock(*reply("*@A", custom), "--error", "**=2@B", "GenericError") as mock:
        async with mock.station("A") as station:
            assert (await station.ask("Heartbeat"))["customData"] == custom["customData"]
            assert await station.ask("TransactionEvent", transaction("Started")) == custom
        async with mock.station("B") as station:
            assert [await outcome(station, *call) for call in (HEARTBEAT, TRANSFER, TRANSFER)] == [
                "no status",
                "GenericError",
                "Accepted",
            ]


async def test_faults_of_every_command() -> None:
    """`*.command` matches only commands of the mock, `*.response` only its answers."""
    commands = ["--commands", "Reset:0,ClearCache:0"]
    first = ["--fault", "*.command*=1", "drop", "--call-timeout", "0.1"]
    async with Mock(*commands, *first) as mock, mock.station() as station:
        await station.ask("Heartbeat")
        await station.obey("ClearCache")
    async with Mock(*commands, "--fault", "*.response", "drop") as mock, mock.station() as station:
        await station.obey("Reset")
        await station.obey("ClearCache")
        await station.send([2, "1", "Heartbeat", {}])
        await station.nothing(0.1)


async def test_a_command_after_any_call(tmp_path: Any) -> None:
    """`on = "**=2"` sends a command after the second call of a station, of any action."""
    file = tmp_path / "settings.toml"
    file.write_text('[[command]]\non = "**=2"\naction = "ClearCache"\n')
    async with Mock("--config", str(file)) as mock, mock.station() as station:
        for action, payload in (HEARTBEAT, TRANSFER, HEARTBEAT):
            await station.send([2, action, action, payload])
        assert [(await station.expect())[0] for _ in range(4)].count(2) == 1


@pytest.mark.parametrize(
    ("flags", "status"),
    [
        (["--expect", "*"], 0),
        (["--expect", "**2"], 0),
        (["--expect", "**3.."], 1),
        (["--expect", "*[idToken.idToken=TAG]"], 1),
        (["--expect", "*.response"], 1),
        (["--forbid", "*"], 1),
        (["--forbid", "*@other"], 0),
        (["--forbid", "*.error"], 0),
    ],
)
async def test_any_action_in_a_verdict(flags: list[str], status: int) -> None:
    """In an expectation `*` counts every call of a station, but no connections or answers."""
    async with await asyncio.to_thread(Run, *flags, "--duration", "1") as mock, mock.station() as station:
        for action, payload in (HEARTBEAT, TRANSFER):
            await station.send([2, action, action, payload])
        assert (await mock.ended())[0] == status


@pytest.mark.parametrize(
    ("flag", "match", "hint"),
    [
        ("--fault", "*3", "'**3'"),
        ("--fault", "*=3", "'**=3'"),
        ("--fault", "**=0", "*=0"),
        ("--fault", "*.error", "*.command"),
        ("--error", "*.command", "*"),
        ("--error", "Authorize[idToken=TAG1]", "idToken is an object; did you mean idToken.idToken=TAG1?"),
        ("--error", "TransactionEvent[evse=1]", "did you mean evse.id=1?"),
        ("--error", "TransactionEvent[transactionInfo=T1]", "did you mean transactionInfo.transactionId=T1?"),
        ("--error", "BootNotification[chargingStation=X]", "chargingStation.model=X, chargingStation.vendorName=X"),
        ("--error", "*[idToken=TAG1]", "did you mean idToken.idToken=TAG1?"),
        ("--error", "Authorize[idToken.idToken==TAG1]", "write one ="),
        ("--error", "Authorize[idToken.idTok=TAG1]", "possible: customData, additionalInfo, idToken, type"),
        ("--error", "*[idTok.x=TAG1]", "idTok.x"),
    ],
)
def test_an_invalid_match(flag: str, match: str, hint: str) -> None:
    """An invalid match is refused, with what was probably meant."""
    refused([flag, match, "drop" if flag == "--fault" else "GenericError"], flag, hint)


@pytest.mark.parametrize(
    ("fault", "hint"),
    [
        (
            "delay second=1",
            "delay has no attribute 'second'; did you mean 'seconds'? (possible: seconds, jitter, probability)",
        ),
        ("drop chance=1", "possible: probability"),
        ("delay seconds==1", "seconds==1"),
    ],
)
def test_an_unknown_attribute_of_a_fault(fault: str, hint: str) -> None:
    """An unknown attribute of a fault is refused with the list of valid ones."""
    refused(["--fault", "*", fault], "--fault", hint)

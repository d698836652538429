"""A new version of OCPP needs only a table and a row: the mock speaks, validates and records it beside 2.0.1."""

import signal
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from tests.raw import until
from tests.toy_version import NAME, SUBPROTOCOL
from tests.wire import BOOT, Mock

TOY = ("TOY", SUBPROTOCOL)


class Speaker(Mock):
    """The mock with a made-up version of OCPP in addition."""

    program = (sys.executable, "-m", "tests.toy_version")


class Unlucky(Speaker):
    """The same, for a test with an internal error."""

    accidents = ("Traceback",)


async def test_its_actions_are_answered() -> None:
    """The mock answers actions of the new version by its table; to a 2.0.1 station they are NotImplemented."""
    async with Speaker() as mock, mock.station(*TOY) as toy, mock.station() as station:
        assert toy.socket.subprotocol == SUBPROTOCOL
        kind, _, payload = await toy.call("Ring", {"tone": "low"})
        assert (kind, list(payload)) == (3, ["heardAt"])
        await station.ask("BootNotification", BOOT)
        await station.expect_error("Ring", {"tone": "low"}, "NotImplemented")


@pytest.mark.parametrize(
    ("action", "payload", "code", "expected"),
    [
        ("Ring", {"tone": "low", "x": 1}, "FormationViolation", "Ring: x: is not a property of the schema"),
        ("Ring", {}, "OccurrenceConstraintViolation", "Ring: tone: is missing"),
        ("Ring", {"tone": "loud"}, "PropertyConstraintViolation", 'Ring: tone: "loud" is not one of "high" or "low"'),
        ("Blink", {"times": 1}, "NotSupported", "Blink: a station may not send this action"),
        ("Bring", {}, "Weary", "Bring: no action of OCPP 0.9 has this name; did you mean 'Ring'?"),
        ("StartTransaction", {}, "Weary", "StartTransaction: no action of OCPP 0.9 has this name"),
    ],
)
async def test_it_is_validated(action: str, payload: object, code: str, expected: str) -> None:
    """Calls that violate schemas of the new version get its error codes, in the details too."""
    async with Speaker() as mock, mock.station(*TOY) as toy, mock.station() as station:
        error = await toy.expect_error(action, payload, code)
        assert error[3].startswith(expected)
        assert error[4]["violations"][0]["code"] == code
        await station.expect_error("Heartbeat", {"x": 1}, "FormatViolation")


async def test_its_framing_applies() -> None:
    """Unknown message types and messages without an id are ignored, as the new framing says; 2.0.1 refuses them."""
    async with Speaker() as mock, mock.station(*TOY) as toy, mock.station() as station:
        for odd in ([7, "1", {}], [2, 1, "Ring", {}], "{"):
            await toy.send(odd)
        await toy.send([2, "2", "Ring", {"tone": "low"}])
        await toy.expect(3, "2")
        await station.send([7, "1", {}])
        await station.expect(4, "1", "MessageTypeNotSupported")
        await station.send("{")
        await station.expect(4, "-1", "RpcFrameworkError")


async def test_its_commands_are_sent() -> None:
    """Flags accept commands of the new version; payload and answer are validated with its schemas."""
    flags = ("--command=Blink", "--delay=0", "--station=T*")
    async with Speaker(*flags) as mock, mock.station(*TOY) as toy:
        _, id_, _, payload = await toy.expect(2, ..., "Blink")
        assert payload == {"times": 3}
        await toy.send([3, id_, {"done": "yes"}])
        await until(lambda: "done: " in mock.log)


async def test_a_command_of_another_version_is_not_sent() -> None:
    """A command that the station's version does not have is not sent, and the log says why."""
    async with Speaker("--command=Blink", "--delay=0") as mock, mock.station() as station:
        result = "Blink was not sent: OCPP 2.0.1, which CS-1 speaks, has no such action"
        await until(lambda: result in mock.log)
        await station.ask("Heartbeat")


async def test_settings_accept_its_names() -> None:
    """Expectations, rules and conditions accept actions and fields of the new version."""
    flags = ("--expect=Ring[tone=low]", "--validate=off:Nap", "--validate=strict")
    async with Speaker(*flags) as mock, mock.station(*TOY) as toy:
        await toy.call("Ring", {"tone": "low"})
        assert mock.process.wait(60) == 0


async def test_its_trace_records(tmp_path: Path) -> None:
    """Each trace record has the version of its station; the event log does not change."""
    trace, log = tmp_path / "trace.jsonl", tmp_path / "events.jsonl"
    async with Speaker(f"--trace={trace}", f"--events={log}") as mock:
        async with mock.station(*TOY) as toy, mock.station() as station:
            await toy.call("Ring", {"tone": "low"})
            await station.ask("Heartbeat")
        mock.stop(signal.SIGTERM)
    records = [orjson.loads(line) for line in trace.read_bytes().splitlines()]
    result = [(each["chargePointId"], each["ocppVersion"], each["action"]) for each in records]
    assert result == [("TOY", NAME, "Ring")] * 2 + [("CS-1", "2.0.1", "Heartbeat")] * 2
    judged = subprocess.run([*Speaker.program, "check", str(trace)], capture_output=True, check=False)
    assert b"2 records" in judged.stderr
    assert b"OCPP 0.9" in judged.stderr
    assert all("version" not in orjson.loads(line) for line in log.read_bytes().splitlines())


async def test_its_checks() -> None:
    """Checks of 2.0.1 do not report a station of the new version; checks of the WebSocket protocol do."""
    async with Speaker() as mock, mock.station(*TOY) as toy, mock.station() as station:
        await toy.call("Ring", {})
        await toy.send("{")
        await toy.call("Ring", {"tone": "low"})
        await station.call("Heartbeat")
        await until(lambda: "CS-1" in mock.log and " B01 " in mock.log)
        toy.socket.transport.write(b"\x81\x01x")
        await until(lambda: "T23" in mock.log)
        assert [line for line in mock.log.splitlines() if "TOY" in line and "ERROR" in line and "T23" not in line] == []


async def test_an_internal_error_is_reported() -> None:
    """After an internal error the log has its cause, the connection ends with 1011, and other stations continue."""
    async with Unlucky() as mock, mock.station() as station:
        async with mock.station(*TOY) as toy:
            await toy.send([2, "1", "Nap", {}])
            assert await toy.closed() == 1011
        await station.ask("Heartbeat")
        async with mock.station(*TOY) as toy:
            await toy.call("Ring", {"tone": "low"})
        result = "internal error: a message could not be taken: FileNotFoundError(2, 'there is no such schema')"
        await until(lambda: result in mock.log)

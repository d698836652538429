"""`mock_csms.Csms` in a program: commands and expectations over a real WebSocket."""

import asyncio
import json
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from mock_csms.control.python import Csms
from mock_csms.runtime.open_call import CallFailed
from mock_csms.settings import Config
from tests.control.in_process import failure_of, station_of
from tests.wire import BOOT, PATIENCE, masked, transaction

# Listening.


async def test_it_listens_on_a_free_port() -> None:
    """Without a port the mock uses a free one, see `url` and `port`; it closes connections with 1001 at its end."""
    async with Csms() as csms, Csms(Config(port=0)) as other:
        assert csms.port != other.port
        assert csms.url == f"ws://127.0.0.1:{csms.port}"
        async with station_of(csms) as station:
            await station.ask("Heartbeat")
            await csms.__aexit__(None, None, None)
            assert await station.closed() == 1001


async def test_a_taken_port_is_an_error() -> None:
    """A port in use raises OSError, and nothing is left open."""
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(OSError, match="in use"):
        await Csms(port=taken.getsockname()[1]).__aenter__()


# What stations send.


async def test_calls_are_returned_once_and_in_order() -> None:
    """`receive` returns the first call not returned before, also one that came before `receive` was called."""
    async with Csms() as csms, station_of(csms) as station:
        for number in (1, 2, 3):
            await station.ask("TransactionEvent", transaction("Updated", f"TX-{number}"))
        await station.ask("Heartbeat")
        assert await csms.receive("CS-1", "Heartbeat") == {}
        second = await csms.receive("CS-1", "TransactionEvent", {"transactionInfo": {"transactionId": "TX-2"}})
        assert second == transaction("Updated", "TX-2")
        rest = [await csms.receive("CS-1", "TransactionEvent") for _ in range(2)]
        assert [event["transactionInfo"]["transactionId"] for event in rest] == ["TX-1", "TX-3"]


async def test_receive_waits_for_a_call() -> None:
    """Several tasks may wait; each call goes to the first task that it matches."""
    async with Csms() as csms, station_of(csms) as station:
        ended = asyncio.create_task(csms.receive("CS-1", "TransactionEvent", {"eventType": "Ended"}))
        first, second = (asyncio.create_task(csms.receive("CS-1", "TransactionEvent")) for _ in range(2))
        await asyncio.sleep(0)
        for event in ("Started", "Ended", "Updated"):
            await station.ask("TransactionEvent", transaction(event))
        assert [(await task)["eventType"] for task in (first, ended, second)] == ["Started", "Ended", "Updated"]


async def test_calls_may_come_at_once() -> None:
    """Of two calls that arrive together, one goes to the waiting task, the other one to the next `receive`."""
    async with Csms() as csms, station_of(csms) as station:
        first = asyncio.create_task(csms.receive("CS-1", "Heartbeat"))
        await asyncio.sleep(0)
        station.socket.transport.write(masked('[2,"1","Heartbeat",{}]') + masked('[2,"2","Heartbeat",{}]'))
        assert [await first, await csms.receive("CS-1", "Heartbeat")] == [{}, {}]


async def test_stations_are_kept_apart() -> None:
    """`receive` ignores the calls of other stations."""
    async with Csms() as csms, station_of(csms, "CS-1"), station_of(csms, "CS-2") as other:
        await other.ask("Heartbeat")
        assert "sent no Heartbeat" in await failure_of(csms, "Heartbeat")
        assert await csms.receive("CS-2", "Heartbeat", within=0) == {}


# Commands.


async def test_a_command_is_sent_and_its_result_returned() -> None:
    """The payload is merged into the default one: objects are merged, null removes, placeholders are filled in."""
    async with Csms() as csms, station_of(csms) as station:
        patch = {"idToken": {"idToken": "{{station}}"}, "evseId": 2, "groupIdToken": None}
        result = asyncio.create_task(csms.call("CS-1", "RequestStartTransaction", patch))
        _, id_, action, payload = await station.expect(2)
        await station.send([3, id_, {"status": "Accepted"}])
        assert (action, payload["idToken"]["idToken"], payload["evseId"]) == ("RequestStartTransaction", "CS-1", 2)
        assert "type" in payload["idToken"]
        assert await result == {"status": "Accepted"}


async def test_a_command_that_fails_says_why() -> None:
    """The error of a failed command names the command, the station and the reason."""
    for answer, call_timeout, reason in [
        ([4, ..., "NotSupported", "no", {}], PATIENCE, "NotSupported: no"),
        ([3, ..., {"status": "Perhaps"}], PATIENCE, "breaks its schema: status"),
        (None, 0.05, "no answer within 0.05 s"),
    ]:
        async with Csms(call_timeout=call_timeout) as csms:
            with pytest.raises(CallFailed, match=r"^Reset to CS-1: .*CS-1 is not connected$"):
                await csms.call("CS-1", "Reset", within=0.05)
            async with station_of(csms) as station:
                result = asyncio.create_task(csms.call("CS-1", "Reset"))
                _, id_, *_ = await station.expect(2)
                if answer:
                    await station.send([answer[0], id_, *answer[2:]])
                with pytest.raises(CallFailed, match=f"^Reset to CS-1: .*{reason}"):
                    await result


async def test_scripted_commands_run() -> None:
    """Commands in the settings are sent as those of the command line."""
    async with Csms(command=[{"action": "ClearCache", "on": "Heartbeat"}]) as csms, station_of(csms) as station:
        await station.ask("Heartbeat")
        await station.obey("ClearCache")


async def test_names_are_checked_at_once() -> None:
    """An unknown action is a ValueError at once, not a time-out."""
    async with Csms() as csms:
        with pytest.raises(
            ValueError, match="'BootNotificaton' is not an action that a station may send; did you mean 'BootNotif"
        ):
            await csms.receive("CS-1", "BootNotificaton")
        with pytest.raises(ValueError, match="'Resett' is not an action that a CSMS may send; did you mean 'Reset'"):
            await csms.call("CS-1", "Resett")


async def test_settings_change_while_it_runs() -> None:
    """`configure` merges settings into the current ones or takes a Config; a wrong setting changes nothing."""
    async with Csms(boot_status="Pending", boot_interval=7) as csms, station_of(csms) as station:
        csms.configure(boot_status_sequence="Rejected,Accepted")
        with pytest.raises(ValueError, match="boot_status"):
            csms.configure(boot_status="Maybe", boot_interval=1)
        answers = [await station.ask("BootNotification", BOOT) for _ in range(2)]
        assert [(answer["status"], answer["interval"]) for answer in answers] == [("Rejected", 7), ("Accepted", 7)]
        assert csms.stations["CS-1"].is_accepted
        csms.configure(Config(boot_interval=9))
        assert csms.config.boot_interval == 9
        assert (await station.ask("BootNotification", BOOT))["interval"] == 9
        with pytest.raises(TypeError, match="replace"):
            csms.configure(boot_interval=1)


STATUS = {
    "timestamp": "2026-01-01T12:00:00Z",
    "connectorStatus": "Occupied",
    "evseId": 1,
    "connectorId": 1,
}


@pytest.mark.parametrize("checks", ["all", "none"])
async def test_a_station_can_be_followed(checks: str) -> None:
    """After `follow` the twin has the state that the station reports, with and without checks."""
    async with Csms(checks=checks) as csms:
        twin = csms.follow("CS-1")
        async with station_of(csms) as station:
            await station.ask("BootNotification", BOOT)
            await station.ask("StatusNotification", STATUS)
            assert (twin.connections.is_open, twin.boots.status) == (True, "Accepted")
            assert twin.connectors.statuses == {(1, 1): "Occupied"}
        assert csms.stations["CS-1"].twin == csms.follow("CS-1")


async def test_without_checks_a_station_stays_small() -> None:
    """Without checks there is a twin only after `follow`, but the mock still knows what its answers need."""
    async with Csms(checks="none") as csms, station_of(csms) as station:
        await station.ask("BootNotification", BOOT)
        assert (csms.stations["CS-1"].twin, csms.stations["CS-1"].is_accepted) == (None, True)


async def test_the_twin_survives_a_change_of_checks() -> None:
    """Switching checks on or off during a connection keeps the twin and its facts."""
    async with Csms(checks="none") as csms, station_of(csms) as station:
        csms.follow("CS-1")
        await station.ask("BootNotification", BOOT)
        csms.configure(checks="all")
        await station.ask("StatusNotification", STATUS)
        csms.configure(checks="none")
        await station.ask("StatusNotification", STATUS | {"evseId": 2})
        twin = csms.follow("CS-1")
        assert (twin.boots.count, set(twin.connectors.evses)) == (1, {1, 2})


async def test_records_are_kept(tmp_path: Path) -> None:
    """The mock writes the files named in the settings, and nothing to stderr."""
    async with Csms(trace=str(tmp_path / "trace")) as csms, station_of(csms) as station:
        await station.ask("Heartbeat")
    records = [json.loads(line) for line in (tmp_path / "trace").read_text().splitlines()]
    assert [record["messageType"] for record in records] == ["CALL", "CALLRESULT"]


async def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    """A mock in a program prints nothing."""
    async with Csms() as csms, station_of(csms) as station:
        await station.ask("Heartbeat")
    assert capfd.readouterr() == ("", "")


# The package.


def test_the_package_imports_lazily() -> None:
    """`mock_csms.Csms`, `Config` and `CallFailed` have types, and are imported only when they are used."""
    program = (
        "import sys, mock_csms; assert 'asyncio' not in sys.modules; "
        "from mock_csms import CallFailed, Config, Csms; assert Csms(Config(port=0)).config == Config(port=0)"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=PATIENCE)
    import mock_csms

    assert not hasattr(mock_csms, "Nothing")
    assert mock_csms.__file__
    assert (Path(mock_csms.__file__).parent / "py.typed").exists()


# The connection.


async def test_a_station_is_disconnected_and_refused() -> None:
    """`disconnect` closes with the given code; with `refuse` stations cannot connect until `restore`."""
    async with Csms(boot_interval=7) as csms:
        async with station_of(csms) as station:
            csms.configure(refuse="503", boot_interval=9)
            csms.disconnect("CS-1", code=1012)
            assert await station.closed() == 1012
        csms.disconnect("CS-1")
        with pytest.raises(InvalidStatus, match="503"):
            async with station_of(csms):
                pass
        csms.restore()
        async with station_of(csms) as station:
            assert (await station.ask("BootNotification", BOOT))["interval"] == 7
        csms.configure(boot_interval=8)
        assert csms.config.refuse is None

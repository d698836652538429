"""Policies: which stations may connect, and for how long."""

import asyncio
import re
from pathlib import Path

import orjson
import pytest
from websockets.exceptions import InvalidStatus

from tests.pace import takes, turns
from tests.raw import logged, naked, refused, run, until, with_basic_auth
from tests.wire import HANDSHAKE, PATIENCE, Mock


async def knock(mock: Mock, identity: str = "CS-1", headers: str = HANDSHAKE) -> int:
    """Send a handshake and return the HTTP status; 0 for a TCP RST."""
    async with mock.tcp() as raw:
        try:
            return (await raw.get(f"/{identity}", headers))[0]
        except (ConnectionResetError, asyncio.IncompleteReadError):
            return 0


async def knock_until_let_in(mock: Mock) -> set[int]:
    """Send handshakes until one is accepted, and return the statuses of the others."""
    seen = set()
    async with asyncio.timeout(PATIENCE):
        while (status := await knock(mock)) != 101:
            seen.add(status)
            await asyncio.sleep(0.05)
    return seen


# --refuse


async def test_refuse_with_a_status() -> None:
    """503*2: the first two upgrade requests of each station get 503; other HTTP requests do not count."""
    async with Mock("--refuse", "503*2") as mock:
        assert [await knock(mock, "A", "Host: mock\r\n") for _ in range(3)] == [426] * 3
        assert [await knock(mock, "healthz", "Host: mock\r\n") for _ in range(3)] == [200] * 3
        assert [await knock(mock, identity) for identity in "ABAABBA"] == [503, 503, 503, 101, 503, 101, 101]


async def test_refuse_by_reset() -> None:
    """'reset for=0.6': TCP RST for 0.6 s after the first upgrade request of a station, then normal."""
    async with Mock("--refuse", "reset for=0.6") as mock:
        with takes(0.6):
            async with mock.tcp() as raw:
                await raw.write(f"GET /CS-1 HTTP/1.1\r\n{HANDSHAKE}\r\n".encode())
                with pytest.raises(ConnectionResetError):
                    await raw.reader.read()
            assert await knock_until_let_in(mock) <= {0}
        assert await knock(mock) == 101


async def test_refuse_by_silence() -> None:
    """hang*1: the mock never answers the first upgrade request, but the next one, and ends normally."""
    async with Mock("--refuse", "hang*1") as mock, mock.tcp() as hung:
        await hung.write(f"GET /CS-1 HTTP/1.1\r\n{HANDSHAKE}\r\n".encode())
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(hung.reader.read(1), 0.3)
        async with mock.station() as station:
            await station.ask("Heartbeat")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(hung.reader.read(1), 0.1)


async def test_other_requests_do_not_start_the_time_of_refusals() -> None:
    """'503 for=…' runs from the first upgrade request, not from a health check."""
    async with Mock("--refuse", "503 for=0.3") as mock:
        assert await knock(mock, "CS-1", "Host: mock\r\n") == 426
        await asyncio.sleep(0.4)
        with takes(0.3):
            assert await knock(mock) == 503
            assert await knock_until_let_in(mock) <= {503}


# --disconnect-after


async def test_disconnect_after() -> None:
    """The mock ends every connection with a TCP RST after that time."""
    for turn in turns():
        with turn as pace:
            async with Mock("--disconnect-after", f"{0.3 * pace}") as mock:
                for _ in range(2):
                    async with naked(mock, "CS-1") as station:
                        await station.say(2, "1", "Heartbeat", {})
                        assert orjson.loads(await station.text())[:2] == [3, "1"]
                        await station.was_reset()


async def test_disconnect_after_counted() -> None:
    """SEC*1 ends only the first connection of each station."""
    async with Mock("--disconnect-after", "0.2*1") as mock:
        for identity in "AB":
            async with naked(mock, identity) as station:
                await station.was_reset()
        async with naked(mock, "A") as station:
            await station.nothing(0.4)


async def test_offline_as_a_station_sees_it() -> None:
    """--disconnect-after with --refuse 'reset for=SEC': connected, cut, refused for a while, connected again."""
    for turn in turns():
        with turn as pace:
            flags = ["--disconnect-after", f"{0.2 * pace}*1", "--refuse", f"reset for={0.5 * pace}"]
            async with Mock(*flags) as mock:
                async with naked(mock, "CS-1") as station:
                    await station.was_reset()
                with takes(0.4 * pace):
                    assert await knock(mock) == 0
                    assert await knock(mock, "other") == 101
                    assert await knock_until_let_in(mock) <= {0}
                async with mock.station() as back:
                    await back.ask("Heartbeat")


# --known-stations, --basic-auth


async def test_known_stations() -> None:
    """Known identities may connect (percent-decoded, in any case), others get 404; without the flag all may connect."""
    async with Mock("--known-stations", "CS-1", "CS 2") as mock:
        identities = ["CS-1", "some/path/CS%202", "CS-3", "cs-1", "CS-1x"]
        assert [await knock(mock, identity) for identity in identities] == [101, 101, 404, 101, 404]


SECRET = "pass:wörd-{{now}}"
OTHER = "0ther-passw0rd"


@pytest.fixture(params=["flags", "file", "TOML"])
def credentials(request: pytest.FixtureRequest, tmp_path: Path) -> list[str]:
    """The flags that set a password for CS-1 and CS-2, in each notation."""
    (tmp_path / "passwords").write_text(f"CS-1:{SECRET}\n\nCS-2:{OTHER}\n", encoding="utf-8")
    (tmp_path / "mock.toml").write_text(f'basic-auth = ["CS-1:{SECRET}", "CS-2:{OTHER}"]', encoding="utf-8")
    return {
        "flags": ["--basic-auth", f"CS-1:{SECRET}", "--basic-auth", f"CS-2:{OTHER}"],
        "file": ["--basic-auth", f"@{tmp_path / 'passwords'}"],
        "TOML": ["--config", str(tmp_path / "mock.toml")],
    }[request.param]


async def test_basic_auth(credentials: list[str]) -> None:
    """Only a station with its own password may connect, others get 401 with a challenge; no password is logged.

    The identity is case-insensitive, the password is not.
    """
    async with Mock(*credentials, "--log-level", "DEBUG") as mock:
        for user, status in {
            f"CS-1:{SECRET}": 101,
            "CS-1:wrong": 401,
            "CS-1:": 401,
            f"CS-1:{SECRET} ": 401,
            f"CS-1:{OTHER}": 401,
            f"CS-2:{OTHER}": 401,
            f"cs-1:{SECRET}": 101,
            f"CS-1:{SECRET.upper()}": 401,
            SECRET: 401,
        }.items():
            assert await knock(mock, "CS-1", with_basic_auth(HANDSHAKE, user)) == status, user
        assert await knock(mock, "cs-1", with_basic_auth(HANDSHAKE, f"CS-1:{SECRET}")) == 101
        assert await knock(mock, "CS-2", with_basic_auth(HANDSHAKE, f"CS-2:{OTHER}")) == 101
        assert await knock(mock, "CS-3", with_basic_auth(HANDSHAKE, "CS-3:")) == 401
        for header in (
            "",
            "Authorization: Basic\r\n",
            "Authorization: Basic !!!\r\n",
            "Authorization: Bearer Q1M6\r\n",
        ):
            async with mock.tcp() as raw:
                status, head = await raw.get("/CS-1", HANDSHAKE + header)
                assert (status, "www-authenticate: basic realm=" in head.lower()) == (401, True)
        assert await knock(mock, "last", "Host: mock\r\n") == 426
        await until(logged(mock, "426"))
        assert not [word for word in (SECRET, OTHER, "wörd") if word in mock.log]


def test_passwords_are_not_printed(credentials: list[str]) -> None:
    """--print-config mentions the passwords, but does not print them."""
    ended = run(*credentials, "--print-config")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert "basic-auth" in ended.stdout
    assert not [word for word in (SECRET, OTHER) if word in ended.stdout]


@pytest.mark.parametrize("flags", [["--basic-auth", "top-secret"], ["--basic-auth", ":top-secret"]])
def test_passwords_are_not_in_errors(flags: list[str], tmp_path: Path) -> None:
    """The error about a value that is not ID:PASSWORD, or about a missing file, does not show the value."""
    refused(flags, "--basic-auth")
    path = tmp_path / "passwords"
    path.write_text(f"{flags[1]}\n")
    refused(["--basic-auth", f"@{path}"], "--basic-auth")
    refused(["--basic-auth", f"@{tmp_path / 'none'}"], "--basic-auth", "none")
    assert "top-secret" not in run(*flags).stderr + run("--basic-auth", f"@{path}").stderr


# --on-duplicate, --on-subprotocol-mismatch


@pytest.mark.parametrize("flags", [[], ["--on-duplicate", "new"]])
async def test_the_new_connection_survives(flags: list[str]) -> None:
    """By default the old connection of an identity is closed and the new one is answered."""
    async with Mock(*flags) as mock, mock.station() as old, mock.station() as new:
        assert await old.closed() == 1000
        await new.ask("Heartbeat")


async def test_the_old_connection_survives() -> None:
    """With `old` a second connection is refused while the first one is open, and accepted afterwards."""
    async with Mock("--on-duplicate", "old") as mock:
        async with mock.station() as old:
            with pytest.raises(InvalidStatus) as refusal:
                async with mock.station():
                    pass
            assert 400 <= refusal.value.response.status_code < 500
            async with mock.station("CS-2") as other:
                await other.ask("Heartbeat")
            await old.ask("Heartbeat")
        await until(logged(mock, "CS-1 .*disconnected"))
        async with mock.station() as new:
            await new.ask("Heartbeat")


async def test_both_connections_survive() -> None:
    """With `both` the mock answers on both connections, and closes both at the end."""
    async with Mock("--on-duplicate", "both") as mock, mock.station() as old, mock.station() as new:
        for station in (old, new, old):
            await station.ask("Heartbeat")
        await asyncio.to_thread(mock.stop)
        assert [await old.closed(), await new.closed()] == [1001, 1001]


@pytest.mark.parametrize(("policy", "status"), [([], 101), (["close"], 101), (["400"], 400)])
async def test_subprotocol_mismatch(policy: list[str], status: int) -> None:
    """Without a common subprotocol: a handshake without the header and a close, or HTTP 400; 2.0.1 is accepted."""
    async with Mock(*(word for value in policy for word in ("--on-subprotocol-mismatch", value))) as mock:
        for offer in ("Sec-WebSocket-Protocol: ocpp1.5, ocpp2.2\r\n", ""):
            headers = re.sub("Sec-WebSocket-Protocol: .*\r\n", offer, HANDSHAKE)
            async with mock.tcp() as raw:
                found, head = await raw.get("/CS-1", headers)
                assert (found, "sec-websocket-protocol" in head.lower()) == (status, False)
                if status == 101:
                    assert (await raw.frame())[0] == 8
        assert await knock(mock) == 101

"""A station that the mock has raised to a higher security profile must not use a lower one again (A05)."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.pki import folder, strict
from tests.raw import until
from tests.wire import HANDSHAKE, Mock

BASIC = {"Authorization": "Basic Q1MtMTpwYXNzd29yZA=="}
PROFILE: Mapping[str, Any] = {
    "configurationSlot": 1,
    "connectionData": {
        "ocppVersion": "OCPP20",
        "ocppTransport": "JSON",
        "ocppCsmsUrl": "wss://csms.example",
        "messageTimeout": 30,
        "securityProfile": 2,
        "ocppInterface": "Wired0",
    },
}


def flags(state: Path, *more: str) -> list[str]:
    """Return the flags of a mock that lets in profiles 1 and 2 and raises each station to 2."""
    own = str(folder() / "server-ec")
    given = ["--tls-cert", f"{own}.pem", "--tls-key", f"{own}.key", "--state-dir", str(state)]
    return [*given, "--command", "SetNetworkProfile", "--payload", json.dumps(PROFILE), *more]


async def plain(mock: Mock) -> int:
    """Ask for a WebSocket with security profile 1, and return the HTTP status."""
    async with mock.tcp() as raw:
        return (await raw.get("/CS-1", f"{HANDSHAKE}Authorization: {BASIC['Authorization']}\r\n"))[0]


async def raised(mock: Mock, answer: str) -> None:
    """Connect with profile 1, answer the command, and connect with profile 2."""
    mock.url = f"ws://127.0.0.1:{mock.port}"
    async with mock.station(headers=BASIC) as station:
        _, id_, *_ = await station.expect(2, ..., "SetNetworkProfile")
        await station.send([3, id_, {"status": answer}])
        await station.ask("Heartbeat")
    mock.url = f"wss://127.0.0.1:{mock.port}"
    async with mock.station(tls=strict(), headers=BASIC) as station:
        await station.ask("Heartbeat")


async def test_a_raised_station_cannot_go_back(tmp_path: Path) -> None:
    """It is refused with the lower profile once it was there with the higher one, also by the next run."""
    profiles = ["--security-profile", "1,2"]
    async with Mock(*flags(tmp_path, *profiles)) as mock:
        await raised(mock, "Accepted")
        assert await plain(mock) == 403
        await until(lambda: "is lower than 2, to which the mock has raised this station" in mock.log)
    async with Mock(*flags(tmp_path, *profiles)) as mock:
        assert await plain(mock) == 403
    async with Mock(*flags(tmp_path)) as mock:  # without --security-profile nothing is enforced
        assert await plain(mock) == 101


@pytest.mark.parametrize("answer", ["Rejected", "Failed"])
async def test_only_an_accepted_raise_counts(answer: str, tmp_path: Path) -> None:
    """A station that has rejected the profile, and uses it all the same, may go back."""
    async with Mock(*flags(tmp_path, "--security-profile", "1,2")) as mock:
        await raised(mock, answer)
        assert await plain(mock) == 101


async def test_a_raise_counts_once_it_was_used(tmp_path: Path) -> None:
    """A station that has accepted the profile may use the old one until it has connected with the new one."""
    async with Mock(*flags(tmp_path, "--security-profile", "1,2")) as mock:
        mock.url = f"ws://127.0.0.1:{mock.port}"
        async with mock.station(headers=BASIC) as station:
            _, id_, *_ = await station.expect(2, ..., "SetNetworkProfile")
            await station.send([3, id_, {"status": "Accepted"}])
            await station.ask("Heartbeat")
        assert [await plain(mock), await plain(mock)] == [101, 101]


async def test_a_damaged_file_stops_nothing(tmp_path: Path) -> None:
    """A file that cannot be read is told, and stations are let in."""
    (tmp_path / "security-profiles.json").write_text("nonsense")
    async with Mock(*flags(tmp_path, "--security-profile", "1,2")) as mock:
        assert await plain(mock) == 101
        await until(lambda: "security-profiles.json cannot be read, so no station is held to" in mock.log)

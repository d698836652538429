"""A station that has changed to a higher security profile must not use a lower one again (A05)."""

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
    """Return flags of a mock with TLS that commands each station to use security profile 2."""
    own = str(folder() / "server-ec")
    given = ["--tls-cert", f"{own}.pem", "--tls-key", f"{own}.key", "--state-dir", str(state)]
    return [*given, "--command", "SetNetworkProfile", "--payload", json.dumps(PROFILE), *more]


async def connect_with_profile_1(mock: Mock) -> int:
    """Send a handshake with security profile 1, and return the HTTP status."""
    async with mock.tcp() as raw:
        return (await raw.get("/CS-1", f"{HANDSHAKE}Authorization: {BASIC['Authorization']}\r\n"))[0]


async def change_profile(mock: Mock, answer: str) -> None:
    """Connect with profile 1, answer SetNetworkProfile with this status, and connect with profile 2."""
    mock.url = f"ws://127.0.0.1:{mock.port}"
    async with mock.station(headers=BASIC) as station:
        _, id_, *_ = await station.expect(2, ..., "SetNetworkProfile")
        await station.send([3, id_, {"status": answer}])
        await station.ask("Heartbeat")
    mock.url = f"wss://127.0.0.1:{mock.port}"
    async with mock.station(tls=strict(), headers=BASIC) as station:
        await station.ask("Heartbeat")


async def test_a_lower_profile_is_refused(tmp_path: Path) -> None:
    """After a connection with the higher profile, the lower one is refused, also in the next run."""
    profiles = ["--security-profile", "1,2"]
    async with Mock(*flags(tmp_path, *profiles)) as mock:
        await change_profile(mock, "Accepted")
        assert await connect_with_profile_1(mock) == 403
        await until(lambda: "is lower than 2, to which the mock has raised this station" in mock.log)
    async with Mock(*flags(tmp_path, *profiles)) as mock:
        assert await connect_with_profile_1(mock) == 403
    async with Mock(*flags(tmp_path)) as mock:  # without --security-profile every profile is allowed
        assert await connect_with_profile_1(mock) == 101


@pytest.mark.parametrize("answer", ["Rejected", "Failed"])
async def test_a_rejected_profile_does_not_count(answer: str, tmp_path: Path) -> None:
    """A station that rejected the higher profile but used it may use the lower one again."""
    async with Mock(*flags(tmp_path, "--security-profile", "1,2")) as mock:
        await change_profile(mock, answer)
        assert await connect_with_profile_1(mock) == 101


async def test_a_profile_that_was_not_used_yet(tmp_path: Path) -> None:
    """A station that accepted the higher profile may use the lower one until it has connected with the higher one."""
    async with Mock(*flags(tmp_path, "--security-profile", "1,2")) as mock:
        mock.url = f"ws://127.0.0.1:{mock.port}"
        async with mock.station(headers=BASIC) as station:
            _, id_, *_ = await station.expect(2, ..., "SetNetworkProfile")
            await station.send([3, id_, {"status": "Accepted"}])
            await station.ask("Heartbeat")
        assert [await connect_with_profile_1(mock), await connect_with_profile_1(mock)] == [101, 101]


async def test_a_damaged_file_refuses_no_station(tmp_path: Path) -> None:
    """A damaged file with the profiles gets a warning, and stations may connect."""
    (tmp_path / "security-profiles.json").write_text("nonsense")
    async with Mock(*flags(tmp_path, "--security-profile", "1,2")) as mock:
        assert await connect_with_profile_1(mock) == 101
        await until(lambda: "security-profiles.json cannot be read, so no station is held to" in mock.log)

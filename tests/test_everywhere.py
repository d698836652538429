"""A mock that listens on all addresses: the URLs that it prints and sends are ones that stations can reach."""

import socket
from pathlib import Path

import orjson
import pytest

from tests.raw import until
from tests.wire import BOOT, HANDSHAKE, Mock, Raw, masked

NEEDS_IPV6 = pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="no IPv6")


async def url_sent_to_a_station(mock: Mock, host: str) -> str:
    """Return the URL in the mock's SetNetworkProfile to a station that connected with this Host header."""
    async with mock.tcp() as raw:
        assert (await raw.get("/CS", HANDSHAKE.replace("Host: mock", f"Host: {host}")))[0] == 101
        await raw.write(masked(orjson.dumps([2, "1", "BootNotification", BOOT])))
        return await _profile(raw)


async def _profile(raw: Raw) -> str:
    while True:
        kind, _, action, payload = [*orjson.loads((await raw.frame())[1]), None][:4]
        if (kind, action) == (2, "SetNetworkProfile"):
            return str(payload["connectionData"]["ocppCsmsUrl"])


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("0.0.0.0", "127.0.0.1"),
        ("0", "127.0.0.1"),
        ("*", "127.0.0.1"),
        pytest.param("::", "[::1]", marks=NEEDS_IPV6),
        pytest.param("0::0", "[::1]", marks=NEEDS_IPV6),
    ],
)
async def test_all_addresses(host: str, shown: str, tmp_path: Path) -> None:
    """The first line and the ready file have the loopback address; a station gets the Host that it used."""
    ready = tmp_path / "ready"
    flags = ["--ready-file", str(ready), "-c", "SetNetworkProfile", "-d", "0", "--rerun-commands"]
    async with Mock("--host", host, *flags) as mock:
        await until(ready.exists)
        assert mock.url == ready.read_text(encoding="utf-8").strip() == f"ws://{shown}:{mock.port}"
        mock.host = shown.strip("[]")
        assert await url_sent_to_a_station(mock, "csms.example:8443") == "ws://csms.example:8443"
        assert await url_sent_to_a_station(mock, "[2001:db8::1]:9000") == "ws://[2001:db8::1]:9000"
        assert await url_sent_to_a_station(mock, "csms.example") == "ws://csms.example"
        assert await url_sent_to_a_station(mock, 'a"b c') == mock.url


async def test_one_address() -> None:
    """A mock on one address sends that address, whatever Host a station uses."""
    async with Mock("-c", "SetNetworkProfile", "-d", "0") as mock:
        assert await url_sent_to_a_station(mock, "csms.example:8443") == mock.url

"""Who may use the API: Host and Origin headers, requests of other sites, tokens, cookies, bodies, and limits."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest

from mock_csms.control.api.table import ENDPOINTS
from tests.control.api.clients import ApiMock
from tests.raw import refused
from tests.wire import PATIENCE

STATIONS = "/api/v1/stations"


async def status_of(mock: ApiMock, method: str, path: str, headers: Any, body: bytes | None = None) -> int:
    """Send a request with exactly these headers besides Host, and return the status."""
    async with httpx.AsyncClient(base_url=mock.api, trust_env=False, timeout=PATIENCE) as http:
        request = http.build_request(method, path, content=body)
        for name in ("accept", "user-agent"):
            request.headers.pop(name, None)
        request.headers.update(headers)
        return (await http.send(request)).status_code


def with_api_port(mock: ApiMock, name: str) -> str:
    """Return this host name with the port of the API."""
    return f"{name}:{mock.api.rpartition(':')[2]}"


GOOD_HOSTS = ["localhost", "127.0.0.1", "[::1]", "LOCALHOST", "localhost:1", "127.0.0.1:65535"]
BAD_HOSTS = [
    ("localhost.attacker.com", 403),
    ("attacker.com", 403),
    ("localhost@attacker.com", 400),
    ("127.0.0.1.nip.io", 403),
    ("127.0.0.2", 403),
    ("2130706433", 403),
    ("0.0.0.0", 403),
    ("", 400),
    ("localhost, attacker.com", 400),
    ("localhost/", 400),
    ("localhost:1:2", 400),
    ("[::2]", 403),
    ("localhos", 403),
]


@pytest.mark.parametrize("host", GOOD_HOSTS)
async def test_own_hosts(mock: ApiMock, host: str) -> None:
    """The Host header may have each name of this machine, with any port, as the port may be forwarded."""
    assert await status_of(mock, "GET", STATIONS, {"Host": host}) == 200


@pytest.mark.parametrize(("host", "status"), BAD_HOSTS)
async def test_hostile_hosts(mock: ApiMock, host: str, status: int) -> None:
    """A Host header with another name gets 403 or 400 everywhere except at /healthz (DNS rebinding)."""
    for path in (STATIONS, "/", "/metrics", "/openapi.json", "/page/x.js", "/nothing"):
        assert await status_of(mock, "GET", path, {"Host": host}) == status, path
    assert await status_of(mock, "GET", "/healthz", {"Host": host}) == 200


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://SELF", 200),
        ("https://SELF", 200),
        ("null", 403),
        ("", 403),
        ("http://attacker.com", 403),
        ("http://localhost", 403),
        ("http://localhost:1", 403),
        ("http://127.0.0.1.attacker.com", 403),
        ("http://SELF.attacker.com", 403),
        ("http://SELF/", 403),
        ("file://", 403),
        ("ws://SELF", 403),
    ],
)
async def test_origins_are_compared_exactly(mock: ApiMock, origin: str, status: int) -> None:
    """An Origin header must have the host and port of the request; programs without one are accepted elsewhere."""
    self = with_api_port(mock, "127.0.0.1")
    assert await status_of(mock, "GET", STATIONS, {"Host": self, "Origin": origin.replace("SELF", self)}) == status


@pytest.mark.parametrize(
    ("headers", "method", "status"),
    [
        ({}, "POST", 200),
        ({"Sec-Fetch-Site": "same-origin"}, "POST", 200),
        ({"Sec-Fetch-Site": "none"}, "POST", 200),
        ({"Sec-Fetch-Site": "same-site"}, "POST", 403),
        ({"Sec-Fetch-Site": "cross-site"}, "POST", 403),
        ({"Sec-Fetch-Site": "Same-Origin"}, "POST", 403),
        ({"Sec-Fetch-Site": ""}, "POST", 403),
        ({"Sec-Fetch-Site": "cross-site"}, "GET", 403),
        ({"Sec-Fetch-Site": "same-site"}, "GET", 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "script"}, "GET", 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe"}, "GET", 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, "GET", 200),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}, "POST", 403),
    ],
)
async def test_other_sites(mock: ApiMock, headers: Any, method: str, status: int) -> None:
    """A browser's request on behalf of another site is refused, unless it is a link that a person follows."""
    body = b"{}" if method == "POST" else None
    path = "/api/v1/reset" if method == "POST" else STATIONS
    assert await status_of(mock, method, path, headers | {"Content-Type": "application/json"}, body) == status


@pytest.mark.parametrize(
    ("media", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("APPLICATION/JSON", 200),
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain; application/json", 415),
        ("", 415),
        ("application/json-patch+json", 415),
    ],
)
async def test_only_json_bodies_are_accepted(mock: ApiMock, media: str, status: int) -> None:
    """A media type other than JSON gets 415, as an HTML form of any site could send it."""
    assert await status_of(mock, "POST", "/api/v1/reset", {"Content-Type": media}, b"{}") == status


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"[]", 422), (b"1", 422), (b'{"what": 1}', 422), (b"[" * 2000 + b"]" * 2000, 400), (b"\xff", 400)],
)
async def test_broken_bodies(mock: ApiMock, body: bytes, status: int) -> None:
    """A body that is not a JSON object gets 400 or 422."""
    assert await status_of(mock, "POST", "/api/v1/reset", {"Content-Type": "application/json"}, body) == status


async def test_long_bodies_are_refused(mock: ApiMock) -> None:
    """A body of more than 1 MiB gets 413, and the mock continues."""
    headers = {"Content-Type": "application/json"}
    assert await status_of(mock, "POST", "/api/v1/reset", headers, b" " * (1024 * 1024) + b"{}") == 413
    assert await status_of(mock, "GET", STATIONS, {}) == 200


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /healthz HTTP/1.0\r\n\r\n", 200),
        (b"HEAD /healthz HTTP/1.1\r\nHost: x\r\n\r\n", 200),
        (b"GET /api/v1 HTTP/1.0\r\n\r\n", 400),
        (b"GET /api/v1 HTTP/1.1\r\n\r\n", 400),
        (b"nonsense\r\n\r\n", 400),
        (b"GET /%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /api/v1/stations/%ff HTTP/1.1\r\nHost: localhost\r\n\r\n", 422),
        (b"GET /page/..%2fapi%2ftable.py HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"GET /page/../../x HTTP/1.1\r\nHost: localhost\r\n\r\n", 404),
        (b"OPTIONS /api/v1/stations HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", 405),
        (
            b"POST /api/v1/reset HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
            400,
        ),
        (b"GET /api/v1 HTTP/1.1\r\nHost: localhost\r\nHost: attacker.com\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 300_000 + b"\r\n\r\n", 400),
    ],
)
async def test_odd_requests(mock: ApiMock, request_: bytes, status: int) -> None:
    """Unusual and invalid requests get the right status, and the next request is answered."""
    host, _, port = mock.api.removeprefix("http://").rpartition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(request_)
    line = await asyncio.wait_for(reader.readline(), PATIENCE)
    assert int(line.split()[1]) == status
    writer.close()
    assert await status_of(mock, "GET", STATIONS, {}) == 200


async def test_every_endpoint_needs_the_token() -> None:
    """With --api-token only /healthz and the page's files need no token; the login sets a cookie that works instead."""
    async with ApiMock("--api-token", "right-token") as mock, mock.client() as client:
        for row in ENDPOINTS:
            path = row.path.replace("{", "").replace("}", "")
            for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic right-token"}):
                response = await client.http.request(row.method, path, headers=headers)
                assert (response.status_code == 401) == (row.name not in ("read_health", "read_page_file")), row.name
        right = {"Authorization": "Bearer right-token"}
        assert (await client.http.get(STATIONS, headers=right)).status_code == 200
        assert (await client.http.get(STATIONS, headers=right | {"Host": "mock.example:80"})).status_code == 200
        assert (await client.http.get("/", params={"token": "wrong"})).status_code == 401
        login = await client.http.get("/", params={"token": "right-token"})
        assert (login.status_code, login.headers["location"]) == (303, "./")
        cookie = login.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert "right-token" not in cookie
        name, _, value = cookie.partition(";")[0].partition("=")
        client.http.cookies.clear()
        assert (await client.http.get(STATIONS, headers={"Cookie": f"{name}={value}"})).status_code == 200
        assert (await client.http.get(STATIONS, headers={"Cookie": f"{name}={value}x"})).status_code == 401
        assert "right-token" not in mock.log


async def test_auto_prints_a_new_token() -> None:
    """`--api-token auto` prints a valid token, on its own line."""
    async with ApiMock("--api-token", "auto") as mock:
        assert mock.process.stdout
        token = mock.process.stdout.readline().decode().removeprefix("API token: ").strip()
        async with mock.client(Authorization=f"Bearer {token}") as client:
            await client.get("")
        async with mock.client() as client:
            assert "Bearer TOKEN" in await client.problem("GET", "", status=401)
        assert token not in mock.log
        assert len(token) > 20


def test_other_addresses_need_a_token(tmp_path: Path) -> None:
    """Without a token the API accepts only loopback addresses; invalid tokens and addresses are usage errors."""
    for host in ("0.0.0.0:0", "192.0.2.1:0", "[::]:0", "*:0"):
        refused(["--api", host], "--api", "--api-token")
    refused(["--api", "localhost"], "--api", "[HOST:]PORT")
    refused(["--api", "65536"], "--api", "65535")
    refused(["--api-token", "x"], "--api-token", "needs", "--api")
    refused(["--api", "0", "--api-token", "with space"], "--api-token")
    refused(["--api", "0", "--api-token", f"@{tmp_path / 'nothing'}"], "--api-token", "nothing")
    refused(["--api", "0", "--journal-size", "1"], "--journal-size", "64KiB")
    refused(["--metrics", "x"], "--metrics")


async def test_a_token_from_a_file(tmp_path: Path) -> None:
    """`--api-token @FILE` reads the token; with it the API may listen on all addresses."""
    (tmp_path / "token").write_text("from-a-file\n")
    flags, header = ("--api-token", f"@{tmp_path / 'token'}", "--api", "0.0.0.0:0"), "Bearer from-a-file"
    async with ApiMock(*flags) as mock, mock.client(Authorization=header) as client:
        assert (await client.get(""))["name"] == "mock-csms"

"""A platform of an eMSP, written by hand: versions, credentials, and modules that record what they get."""

import asyncio
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from mock_csms.control.api.server import ApiServer
from mock_csms.settings.control import Address
from tests.wire import PATIENCE, Mock

ROLES = [{"role": "EMSP", "business_details": {"name": "An eMSP"}, "party_id": "EMS", "country_code": "DE"}]
NOW = "2026-06-29T22:39:09Z"


def in_base64(text: str) -> str:
    """Return a text in Base64."""
    return b64encode(text.encode()).decode()


class OcpiMock(Mock):
    """A mock with `--ocpi 0`."""

    def __init__(self, *flags: str) -> None:
        super().__init__("--ocpi=0", *flags)
        assert self.process.stdout
        line = self.process.stdout.readline().decode().strip()
        self.versions = line.removeprefix("OCPI on ")
        self.base = self.versions.removesuffix("/ocpi/versions")
        self.credentials = f"{self.base}/ocpi/2.2.1/credentials"

    def finish(self) -> None:
        """Stop the mock, and keep its log."""
        self.last_log = self.log
        super().finish()

    def cpo(self, path: str) -> str:
        """Return the URL of a path of a module."""
        return f"{self.base}/ocpi/cpo/2.2.1/{path}"


class Told:
    """A request that the peer has got."""

    def __init__(self, request: Request, body: bytes) -> None:
        self.method, self.path = request.method, request.url.path
        self.query = dict(request.query_params)
        self.headers = dict(request.headers)
        self.body: Any = orjson.loads(body) if body else None

    @property
    def token(self) -> str:
        """The credentials token in the request."""
        return b64decode(self.headers["authorization"].removeprefix("Token ")).decode()


class Peer:
    """The platform: `told` has its requests, and `says` may answer some of them otherwise.

    Its own token is `token`; that of the mock is `theirs`.
    """

    def __init__(self) -> None:
        self.base = ""
        self.told: list[Told] = []
        self.came = asyncio.Event()
        self.token = "token-b"
        self.roles = ROLES
        self.theirs = ""
        self.holds: Callable[[Told], Awaitable[None]] | None = None
        """Returns when a request may be answered."""
        self.says: Callable[[Told], tuple[int, Any] | None] = lambda _: None
        self.modules = [
            *(("credentials", "SENDER"), ("locations", "RECEIVER"), ("sessions", "RECEIVER"), ("cdrs", "RECEIVER")),
            *(("tariffs", "RECEIVER"), ("tokens", "SENDER"), ("chargingprofiles", "SENDER")),
        ]
        self.http = httpx.AsyncClient(trust_env=False, timeout=PATIENCE)

    @property
    def versions(self) -> str:
        """The URL of its versions."""
        return f"{self.base}/versions"

    def credentials(self, **more: Any) -> dict[str, Any]:
        """Return its credentials."""
        return {"token": self.token, "url": self.versions, "roles": self.roles} | more

    async def serve(self, request: Request) -> Response:
        """Record a request and answer it."""
        told = Told(request, await request.body())
        self.told.append(told)
        self.came.set()
        if self.holds is not None:
            await self.holds(told)
        status, content = self.says(told) or self.usual(told)
        if isinstance(content, dict):
            content = orjson.dumps({"status_code": 1000, "timestamp": NOW} | content)
        headers = {"location": f"{self.base}/cdrs/1"} if told.path == "/cdrs" else {}
        return Response(content, status, headers, "application/json")

    def usual(self, told: Told) -> tuple[int, Any]:
        """Return the status and the envelope with which it answers by itself."""
        if told.path == "/versions":
            return 200, {"data": [{"version": "2.1.1", "url": "x"}, {"version": "2.2.1", "url": f"{self.base}/2.2.1"}]}
        if told.path == "/2.2.1":
            rows = [{"identifier": name, "role": role, "url": f"{self.base}/{name}"} for name, role in self.modules]
            return 200, {"data": {"version": "2.2.1", "endpoints": rows}}
        if told.path == "/credentials" and told.method in ("POST", "PUT"):
            self.theirs = told.body["token"]
            return 200, {"data": self.credentials()}
        return 200, {"data": []} if told.method == "GET" else {}

    async def ask(self, method: str, url: str, body: Any = None, token: str = "", **headers: str) -> httpx.Response:
        """Send a request to the mock with the token that it has given, or another one; return the answer."""
        own = {"Authorization": f"Token {in_base64(token or self.theirs)}"} | headers
        return await self.http.request(method, url, json=body, headers=own)

    async def register(self, mock: OcpiMock, token_a: str) -> httpx.Response:
        """Register with the mock, and keep the token that it gives."""
        answer = await self.ask("POST", mock.credentials, self.credentials(), token_a)
        if answer.status_code < 300 and answer.json()["status_code"] == 1000:
            self.theirs = answer.json()["data"]["token"]
        return answer

    async def until(self, method: str, path: str, count: int = 1) -> Told:
        """Wait until so many requests with that method and the beginning of that path have come; return the last."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found = [each for each in self.told if each.method == method and each.path.startswith(path)]
                if len(found) >= count:
                    return found[count - 1]
                self.came = asyncio.Event()
                await self.came.wait()


@asynccontextmanager
async def peer_at(port: int = 0) -> AsyncIterator[Peer]:
    """Open such a platform."""
    peer = Peer()
    methods = ["GET", "POST", "PUT", "PATCH", "DELETE"]
    app = Starlette(routes=[Route("/{path:path}", peer.serve, methods=methods)])
    async with ApiServer(Address("127.0.0.1", port), lambda _: app, lambda: None) as server, peer.http:
        peer.base = server.url
        yield peer


def outcome(answer: httpx.Response) -> tuple[int, int]:
    """Return the HTTP status and the code of OCPI of an answer, whose envelope must be right."""
    envelope = answer.json()
    assert answer.headers["content-type"] == "application/json"
    assert {"status_code", "timestamp"} <= envelope.keys() <= {"status_code", "timestamp", "status_message", "data"}
    return answer.status_code, envelope["status_code"]

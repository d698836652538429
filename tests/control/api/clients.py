"""A mock with its HTTP API, as a process, and clients of the API over real sockets."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import httpx
import orjson

from tests.wire import PATIENCE, Mock

V1 = "/api/v1"
Answer = TypeVar("Answer")


class ApiMock(Mock):
    """A mock with `--api 0`."""

    def __init__(self, *flags: str) -> None:
        super().__init__("--api=0", *flags)
        assert self.process.stdout
        self.second_line = self.process.stdout.readline().decode()
        self.api = self.second_line.removeprefix("API on ").strip()

    @asynccontextmanager
    async def client(self, **headers: str) -> AsyncIterator["Client"]:
        """Open a client that sends these headers with each request."""
        async with httpx.AsyncClient(base_url=self.api, trust_env=False, timeout=PATIENCE, headers=headers) as http:
            yield Client(http)


class Client:
    """A client of the API; it puts the prefix before each path."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200, **query: Any) -> Any:
        """Send a request, check the status of the response, and return its JSON, or None if it has no body."""
        response = await self.http.request(method, V1 + path, json=body, params=query)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    async def get(self, path: str, **query: Any) -> Any:
        """Send a GET, and return the JSON of the response."""
        return await self.ask("GET", path, **query)

    async def post(self, path: str, body: Any = None, status: int = 200, **query: Any) -> Any:
        """Send a POST, and return the JSON of the response."""
        return await self.ask("POST", path, {} if body is None else body, status, **query)

    async def problem(self, method: str, path: str, body: Any = None, status: int = 422, **query: Any) -> str:
        """Send a request that must be refused with this status, and return the `detail` of the problem."""
        response = await self.http.request(method, V1 + path, json=body, params=query)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        fields = response.json()
        assert (fields["status"], bool(fields["title"])) == (status, True)
        detail: str = fields["detail"]
        assert "\n" not in detail
        return detail

    @asynccontextmanager
    async def stream(self, last: int | None = None, **query: Any) -> AsyncIterator["Stream"]:
        """Open the stream of events."""
        headers = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": str(last)})
        async with self.http.stream("GET", f"{V1}/events", params=query, headers=headers) as response:
            assert response.headers["content-type"].startswith("text/event-stream")
            yield Stream(response)


class Stream:
    """Reads the stream of events, one event at a time."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Mapping[str, Any]]:
        """Return the kind and the data of the next event; comments are skipped."""
        fields: dict[str, str] = {}
        async for line in self._lines:
            if not line and "data" in fields:
                return fields["event"], orjson.loads(fields["data"])
            name, _, value = line.partition(": ")
            fields[name] = value
        raise AssertionError("the stream has ended")

    async def until(self, kind: str) -> list[Mapping[str, Any]]:
        """Return the data of all events up to the first one of this kind."""
        found = []
        while True:
            came, data = await self.next()
            found.append(data)
            if came == kind:
                return found


async def eventually(ask: Callable[[], Awaitable[Answer]], holds: Callable[[Answer], bool]) -> Answer:
    """Call `ask` until `holds` is true for its result, and return that result."""
    async with asyncio.timeout(PATIENCE):
        while not holds(answer := await ask()):
            await asyncio.sleep(0.02)
    return answer

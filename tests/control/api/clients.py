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
        """Open a client that sends those headers with each request."""
        async with httpx.AsyncClient(base_url=self.api, trust_env=False, timeout=PATIENCE, headers=headers) as http:
            yield Client(http)


class Client:
    """A client of the API; paths are behind the prefix."""

    def __init__(self, http: httpx.AsyncClient) -> None:
        self.http = http

    async def ask(self, method: str, path: str, body: Any = None, status: int = 200, **query: Any) -> Any:
        """Send a request, check the status of its answer, and return its JSON; None for an answer without a body."""
        response = await self.http.request(method, V1 + path, json=body, params=query)
        assert response.status_code == status, response.text
        return response.json() if response.content else None

    async def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a GET."""
        return await self.ask("GET", path, **query)

    async def post(self, path: str, body: Any = None, status: int = 200, **query: Any) -> Any:
        """Return the JSON of a POST."""
        return await self.ask("POST", path, {} if body is None else body, status, **query)

    async def problem(self, method: str, path: str, body: Any = None, status: int = 422, **query: Any) -> str:
        """Send a request that is refused with that status, and return what the problem says."""
        response = await self.http.request(method, V1 + path, json=body, params=query)
        assert response.status_code == status, response.text
        assert response.headers["content-type"] == "application/problem+json"
        told = response.json()
        assert (told["status"], bool(told["title"])) == (status, True)
        detail: str = told["detail"]
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
    """The stream of events, one after the other."""

    def __init__(self, response: httpx.Response) -> None:
        self._lines = response.aiter_lines()

    async def next(self) -> tuple[str, Mapping[str, Any]]:
        """Return the kind and the data of the next event; comments are skipped."""
        told: dict[str, str] = {}
        async for line in self._lines:
            if not line and "data" in told:
                return told["event"], orjson.loads(told["data"])
            name, _, value = line.partition(": ")
            told[name] = value
        raise AssertionError("the stream has ended")

    async def until(self, kind: str) -> list[Mapping[str, Any]]:
        """Return the data of all events up to the first one of that kind."""
        found = []
        while True:
            came, data = await self.next()
            found.append(data)
            if came == kind:
                return found


async def eventually(ask: Callable[[], Awaitable[Answer]], holds: Callable[[Answer], bool]) -> Answer:
    """Ask again and again until what comes holds, and return it."""
    async with asyncio.timeout(PATIENCE):
        while not holds(answer := await ask()):
            await asyncio.sleep(0.02)
    return answer

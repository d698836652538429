"""The live page in a browser: what a person does and reads there."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from tests.control.api.clients import ApiMock
from tests.wire import PATIENCE

if TYPE_CHECKING:
    from playwright.async_api import Browser, Locator, Page


Answer = TypeVar("Answer")
REFUSED = "status of 422"
"""What the browser logs for each request that the API refuses, such as an invalid rule."""


async def eventually(ask: Callable[[], Awaitable[Answer]], holds: Callable[[Answer], bool]) -> Answer:
    """Call `ask` until `holds` is true for its result, and return that result. The error has the last result."""
    end = asyncio.get_running_loop().time() + PATIENCE
    while not holds(answer := await ask()):
        assert asyncio.get_running_loop().time() < end, f"the last answer was {answer!r}"
        await asyncio.sleep(0.02)
    return answer


class LivePage:
    """The page of a mock in its own window; it records all requests and error messages of the page."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.set_default_timeout(PATIENCE * 1000)
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self._hear(message.text))

    def _hear(self, text: str) -> None:
        if REFUSED not in text:
            self.problems.append(text)

    def at(self, selector: str) -> "Locator":
        """Return a part of the page by its CSS selector."""
        return self.page.locator(selector)

    async def names(self) -> Sequence[str]:
        """Return the names of the visible messages, from top to bottom."""
        rows = self.at("#rows .row:visible")
        found = await rows.evaluate_all(
            "rows => rows.map(row => [row.getBoundingClientRect().top, row.querySelector('.name').textContent])"
        )
        return [name for _, name in sorted(found, key=lambda each: float(each[0]))]

    async def stations(self) -> Sequence[str]:
        """Return the identities of the visible stations, from top to bottom."""
        rows = self.at("#stationrows .station:visible")
        found = await rows.evaluate_all(
            "rows => rows.map(row => [row.getBoundingClientRect().top, row.querySelector('.id').textContent])"
        )
        return [name for _, name in sorted(found, key=lambda each: float(each[0]))]

    async def shows(self, *names: str) -> None:
        """Wait until the page shows exactly these messages."""
        await eventually(self.names, lambda found: list(found) == list(names))

    async def reads(self, selector: str, *words: str) -> str:
        """Wait until the text of a part of the page contains all these words, and return it."""
        return await eventually(self.at(selector).inner_text, lambda text: all(word in text for word in words))

    async def click(self, name: str) -> None:
        """Click the last message with this name; repeat that if new messages have moved it."""
        from playwright.async_api import TimeoutError as NotThere

        async def clicked() -> bool:
            try:
                await self.at("#rows .row:visible .name").get_by_text(name, exact=True).last.click(timeout=2000)
            except NotThere:
                return False
            return await self.at("#message h2 .words").all_text_contents() == [name]

        await eventually(clicked, bool)

    async def choose(self, station: str) -> None:
        """Click a station in the list."""
        await self.at("#stationrows .station:visible .id").get_by_text(station, exact=True).click()


@asynccontextmanager
async def browse(
    chromium: "Browser", mock: ApiMock, place: str = "", *, scheme: Any = "light", width: int = 1400
) -> AsyncIterator[LivePage]:
    """Open the page of a mock. The page must send requests only to the mock, and log no errors."""
    view: Any = {"width": width, "height": 800}
    async with await chromium.new_context(color_scheme=scheme, viewport=view) as context:
        live = LivePage(await context.new_page())
        await live.page.goto(f"{mock.api}/{place}")
        yield live
        assert live.problems == []
        assert [url for url in live.requests if not url.startswith((f"{mock.api}/", "data:"))] == []

"""The page of a run in a browser, as a person uses it."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mock_csms.protocol.messages import Call, Error, Result, encode
from mock_csms.twin.events import (
    Connected,
    Disconnected,
    Event,
    Received,
    Spoiled,
)

if TYPE_CHECKING:
    from playwright.async_api import Browser, Page
from tests.watch.diagrams import BEAT, BOOT, RESET, START, came, junk, went


class Browsed:
    """A page in the browser: actions and texts of a person, and every request of the page."""

    def __init__(self, page: "Page") -> None:
        self.page = page
        self.requests: list[str] = []
        self.problems: list[str] = []
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", lambda message: self.problems.append(message.text))

    async def names(self) -> Sequence[str]:
        """Return the names in the diagram, from top to bottom."""
        return await self.page.locator(".row .name").all_text_contents()

    async def lanes(self) -> Sequence[str]:
        """Return the stations that have a lane."""
        return await self.page.locator(".lane").all_text_contents()

    async def click(self, name: str) -> None:
        """Click the first item with this name in the diagram."""
        await self.page.locator(".row .name").get_by_text(name, exact=True).first.click()

    async def read(self, selector: str = "#payload") -> str:
        """Return the text of a part of the page."""
        return await self.page.locator(selector).inner_text()


@asynccontextmanager
async def browse(chromium: "Browser", file: Path, scheme: Any = "light", width: int = 1400) -> AsyncIterator[Browsed]:
    """Open a file in a new window. The page must load nothing else, and log no errors."""
    view: Any = {"width": width, "height": 800}
    async with await chromium.new_context(color_scheme=scheme, viewport=view, offline=True) as context:
        browsed = Browsed(await context.new_page())
        await browsed.page.goto(file.as_uri())
        yield browsed
        assert browsed.problems == []
        assert browsed.requests == [file.as_uri()]


def run() -> Sequence[Event]:
    """Return the events of a small run of two stations with some problems."""
    return (
        Connected(START, "CS-1", "ocpp2.0.1", ("ocpp2.0.1",)),
        Connected(START, "CS-2", "ocpp2.0.1", ("ocpp2.0.1",)),
        came(BOOT, at=START + 1),
        went(Result("b-1", {"status": "Accepted"}), BOOT, at=START + 1.025),
        Received(START + 2, "CS-2", encode(BEAT), BEAT, (), None, False, False),
        Spoiled(START + 2, "CS-2", "drop", Result("h-1", {}), BEAT),
        went(RESET, at=START + 3),
        came(Error("r-1", "NotSupported", "never", {}), RESET, at=START + 3.5),
        junk(b'[2,"\xff', "CS-2"),
        Disconnected(START + 4, "CS-1", 1000, ""),
    )


def event(number: int, **more: Any) -> Call:
    """Return a TransactionEvent."""
    result = {"transactionInfo": {"transactionId": "T"}, "timestamp": "2026-01-01T00:00:00Z", "seqNo": number}
    return Call(f"t-{number}", "TransactionEvent", {**result, "triggerReason": "MeterValuePeriodic", **more})

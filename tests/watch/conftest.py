"""The browser for the tests of pages."""

from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import pytest_asyncio

from tests.browser import open_chromium

if TYPE_CHECKING:
    from playwright.async_api import Browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator["Browser"]:
    """Start the browser for all tests of a module; skip them if the browser or its driver is missing."""
    async with open_chromium() as browser:
        yield browser

"""Chromium for tests of pages: they are skipped where it (Debian's package `chromium`) or Playwright is missing."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.async_api import Browser

in_browser = pytest.mark.asyncio(loop_scope="session")
"""Marks the tests that use the fixture `chromium`: they run in its event loop."""


@asynccontextmanager
async def open_chromium() -> AsyncIterator["Browser"]:
    """Start the browser; skip the test if the browser or its driver is missing."""
    pytest.importorskip("playwright", reason="Playwright is not installed: pip install playwright")
    from playwright.async_api import async_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        pytest.skip("no browser is installed: apt-get install chromium")
    flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=found, args=flags)
        yield browser
        await browser.close()

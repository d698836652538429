"""Fixtures: the browser, and one mock with its page for all tests of a module."""

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from tests.browser import open_chromium
from tests.control.api.clients import ApiMock

if TYPE_CHECKING:
    from playwright.async_api import Browser


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator["Browser"]:
    """Start the browser for all tests of a module; skip them if the browser or its driver is missing."""
    async with open_chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def mock() -> Iterator[ApiMock]:
    """A mock with its page, for all tests of a module."""
    mock = ApiMock()
    yield mock
    mock.finish()

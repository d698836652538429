"""Fixtures: one mock with its API for all tests of a module, and a client of it."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.control.api.clients import ApiMock, Client


@pytest.fixture(scope="module")
def mock() -> Iterator[ApiMock]:
    """A mock with its API, for all tests of a module."""
    mock = ApiMock()
    yield mock
    mock.finish()


@pytest.fixture
async def client(mock: ApiMock) -> AsyncIterator[Client]:
    """A client of the API of this mock."""
    async with mock.client() as client:
        yield client

"""Fixtures: a running mock with its API, and a station."""

from collections.abc import AsyncIterator, Iterator

import pytest

from tests.control.api.clients import ApiMock
from tests.wire import Station


@pytest.fixture(scope="module")
def mock() -> Iterator[ApiMock]:
    """A mock with its API, for all tests of this module."""
    mock = ApiMock()
    yield mock
    mock.finish()


@pytest.fixture
async def station(mock: ApiMock, identity: str) -> AsyncIterator[Station]:
    """A connected station."""
    async with mock.station(identity) as station:
        yield station

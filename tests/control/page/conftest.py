"""One mock with its page for all tests of a module."""

from collections.abc import Iterator

import pytest

from tests.control.api.clients import ApiMock


@pytest.fixture(scope="module")
def mock() -> Iterator[ApiMock]:
    """A mock with its page, for all tests of a module."""
    mock = ApiMock()
    yield mock
    mock.finish()

"""Fixtures that use `wire`: one mock for all tests of a module, which must survive all of them, and its stations."""

import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from itertools import count
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from mock_csms.settings.sources import read_long_way
from tests.browser import open_chromium
from tests.order import dealt
from tests.wire import Mock, Station

if TYPE_CHECKING:
    from playwright.async_api import Browser

_NUMBERS = count(1)

settings.register_profile("calm", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("calm")  # no test may fail because the machine is slow

# Some environments forbid Python to write bytecode. Then each of a thousand processes of the tests would compile the
# whole program again, which takes longer than most tests; and each worker would compile all tests again.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

read_long_way()  # MOCK_CSMS_LONG_WAY=1: the tests themselves take no shortcuts either

# A shell makes background jobs ignore Ctrl-C, and every process that the tests start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_xdist_auto_num_workers() -> int:
    """Return how many workers `-n auto` means: two for each core, as half of the tests wait for processes."""
    return 2 * (os.cpu_count() or 1)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Let each worker begin with tests that wait long."""
    workers = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers > 1:
        items[:] = dealt(items, [item.nodeid for item in items], workers)


@pytest.fixture(scope="module")
def mock() -> Iterator[Mock]:
    """A mock without flags, for all tests of a module."""
    mock = Mock()
    yield mock
    mock.finish()


@pytest.fixture
def identity() -> str:
    """An identity that no other test uses."""
    return f"CS-{next(_NUMBERS)}"


@pytest.fixture
async def station(mock: Mock, identity: str) -> AsyncIterator[Station]:
    """A connected station of the mock."""
    async with mock.station(identity) as station:
        yield station


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def chromium() -> AsyncIterator["Browser"]:
    """Start the browser for all tests of this process; skip them if the browser or its driver is missing."""
    async with open_chromium() as browser:
        yield browser

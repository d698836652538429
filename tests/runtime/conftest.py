"""A dialer for the tests of outgoing connections."""

from collections.abc import AsyncIterator

import pytest

from mock_csms.runtime.transport.dial import Dialer
from tests.runtime.peers import limits


@pytest.fixture
async def dialer() -> AsyncIterator[Dialer]:
    """A dialer without compression and pings; all its connections must end before the test does."""
    dialer = Dialer(limits())
    yield dialer
    await dialer.close(1001, "")
    assert not dialer.transports

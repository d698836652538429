"""A dialer for the tests of outgoing connections."""

from collections.abc import AsyncIterator

import pytest

from mock_csms.runtime.transport.dial import Dialer
from tests.runtime.peers import limits


@pytest.fixture
async def dialer() -> AsyncIterator[Dialer]:
    """A dialer that asks for no compression and sends no pings; no connection may outlive the test."""
    dialer = Dialer(limits())
    yield dialer
    await dialer.close(1001, "")
    assert not dialer.transports

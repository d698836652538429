"""The plugin for pytest: the fixture `mock_csms`, a fresh mock for each test that asks for it.

pytest reads this file in every run, so that all else is imported when the fixture is used.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mock_csms.frontends.blocking import BlockingCsms


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        'mock_csms(**settings): settings of the fixture mock_csms, such as boot_status="Pending"; those of the '
        "function win over those of the class and the module",
    )


@pytest.fixture(name="mock_csms")
def mock_csms_(request: pytest.FixtureRequest) -> "Iterator[BlockingCsms]":
    """A mock CSMS on a free port, for synchronous and asynchronous tests and stations in other processes."""
    from mock_csms.frontends.blocking import BlockingCsms  # noqa: PLC0415 - runs that do not use it do not wait for it

    markers = list(request.node.iter_markers("mock_csms"))
    settings = {name: value for marker in reversed(markers) for name, value in marker.kwargs.items()}
    configs = [marker.args for marker in markers if marker.args]
    with BlockingCsms(*(configs[0] if configs else ()), **settings) as csms:
        yield csms

"""The pytest plugin: the fixture `mock_csms`, a new mock for each test that uses it.

pytest imports this file in every run, so everything else is imported only when the fixture is used.
"""

import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from mock_csms.control.blocking import BlockingCsms


def pytest_configure(config: pytest.Config) -> None:
    """Register the marker."""
    config.addinivalue_line(
        "markers",
        'mock_csms(**settings): settings of the fixture mock_csms, such as boot_status="Pending"; those of the '
        "function win over those of the class and the module",
    )


@pytest.fixture(name="mock_csms")
def mock_csms_(request: pytest.FixtureRequest) -> "Iterator[BlockingCsms]":
    """A mock CSMS on a free port; for synchronous and asynchronous tests, and for stations in other processes."""
    from mock_csms.control.blocking import BlockingCsms  # noqa: PLC0415 - runs without the fixture must not wait for the import

    markers = list(request.node.iter_markers("mock_csms"))
    settings = {name: value for marker in reversed(markers) for name, value in marker.kwargs.items()}
    configs = [marker.args for marker in markers if marker.args]
    try:
        mock = BlockingCsms(*(configs[0] if configs else ()), **settings)
    except ValueError as error:
        pytest.fail(f"mock_csms: {error}", pytrace=False)
    with mock as csms:
        yield csms


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add the lines of the mock to the report of a failed test."""
    report = yield
    blocking = sys.modules.get("mock_csms.control.blocking")
    csms = getattr(item, "funcargs", {}).get("mock_csms")
    if report.when == "call" and report.failed and blocking and isinstance(csms, blocking.BlockingCsms):
        report.sections += [("mock-csms", "\n".join(lines))] if (lines := csms.lines()) else []
    return report

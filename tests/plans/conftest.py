"""Selects some of the slow tests that run whole cases in separate processes; `task both_ways` runs all."""

import os
from datetime import UTC, datetime

import pytest

DEAR = (
    "test_authorization_both_ways.py",
    "test_both_ways.py",
    "test_both_ways_of_16.py",
    "test_certificates_both_ways.py",
    "test_files_both_ways.py",
    "test_remote_both_ways.py",
    "test_sessions_both_ways.py",
)
"""The files whose tests run cases against a station of another kind, for some seconds each."""
STEP = 1 if "MATRIX" in os.environ else 5
"""One of so many of these tests is run; a different one each day."""
TODAY = datetime.now(UTC).timetuple().tm_yday  # noqa: TID251 - which tests are tried may depend on the day


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out most of the slow tests, unless all are requested or single ones are named."""
    if STEP == 1 or any("::" in word or word.endswith(".py") for word in config.invocation_params.args):
        return
    for name in DEAR:
        own = [item for item in items if item.path.name == name]
        left_out = {*own} - {*own[TODAY % STEP :: STEP]}
        if left_out:
            config.hook.pytest_deselected(items=[*left_out])
            items[:] = [item for item in items if item not in left_out]

"""Loads the plugin that runs plans; the options are in `mock_csms/plans/options.py`."""

import pytest


def pytest_addoption(pluginmanager: pytest.PytestPluginManager) -> None:
    """Load the plugin before the command line is read."""
    pluginmanager.import_plugin("mock_csms.plans.plugin")

"""The variables that --learn asks for are those that the checks read."""

import re
from pathlib import Path

from mock_csms.conformance.wanted import WANTED

READING = re.compile(r'variables\.(?:text|number|switch|several)\(\s*"(\w+)",\s*"(\w+)"')


def test_what_checks_read_is_asked_for() -> None:
    """Every variable that they name."""
    files = Path(__file__).parents[2].joinpath("mock_csms", "conformance").rglob("*.py")
    read = {names for file in files for names in READING.findall(file.read_text())}
    assert read
    assert read <= {(component, variable.partition("/")[0]) for component, variable in WANTED}

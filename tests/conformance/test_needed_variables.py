"""The variables that --learn asks for are those that the checks read."""

import re
from pathlib import Path

from mock_csms.conformance.v2.needed_variables import NEEDED_VARIABLES

OF_EVSES = {("EVSE", "AllowReset")}
"""What each EVSE has of its own: who does not report all is not asked for that."""

READING = re.compile(r'variables\.(?:text|number|switch|several)\(\s*"(\w+)",\s*"(\w+)"')


def test_what_checks_read_is_asked_for() -> None:
    """Every variable that they name."""
    files = Path(__file__).parents[2].joinpath("mock_csms", "conformance").rglob("*.py")
    read = {names for file in files for names in READING.findall(file.read_text())}
    assert read
    assert read - OF_EVSES <= {(component, variable.partition("/")[0]) for component, variable in NEEDED_VARIABLES}

"""`--learn` asks for the variables that the checks read."""

import re
from pathlib import Path

from mock_csms.conformance.v2.needed_variables import NEEDED_IN_21

OF_EVSES = {("EVSE", "AllowReset")}
"""Variables that each EVSE has for itself; --learn does not ask for these."""

READING = re.compile(r'variables\.(?:text|number|switch|several)\(\s*"(\w+)",\s*"(\w+)"')


def test_the_list_has_all_variables_of_checks() -> None:
    """The list has every variable that the checks name in their code."""
    files = Path(__file__).parents[2].joinpath("mock_csms", "conformance").rglob("*.py")
    read = {names for file in files for names in READING.findall(file.read_text())}
    assert read
    assert read - OF_EVSES <= {(component, variable.partition("/")[0]) for component, variable in NEEDED_IN_21}

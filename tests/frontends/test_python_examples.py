"""The README's examples in Python, executed as they stand there."""

import re
import sys
from pathlib import Path

import pytest

from tests.pace import turns

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
MY_STATION = Path(__file__).with_name("my_station.py")
EXAMPLES = re.findall(
    r"^```python\n(.*?)^```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE
)


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the processes of the examples find the package, and no plugin but those that they name."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def with_my_station(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let `my-station URL` be a program that can be started."""
    program = pytester.mkdir("bin") / "my-station"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} {MY_STATION} "$@"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent), prepend=":")


def test_the_example_of_a_program_in_the_readme(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's program runs as it stands there, with a station that boots and obeys Reset."""
    (example,) = [example for example in EXAMPLES if "async with Csms" in example]
    with_my_station(pytester, monkeypatch)
    program = pytester.makepyfile(example)
    for turn in turns():  # it waits five seconds for a station
        with turn:
            assert pytester.runpython(program).ret == 0


def test_the_example_of_a_test_in_the_readme(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The README's test passes as it stands there, with the same station."""
    (tests,) = [example for example in EXAMPLES if "mock_csms.call" in example]
    with_my_station(pytester, monkeypatch)
    pytester.makepyfile(tests)
    for turn in turns():
        with turn:
            result = pytester.runpytest_subprocess("-pmock_csms.frontends.pytest_plugin", "-Werror", timeout=120)
            result.assert_outcomes(passed=tests.count("\ndef test_"))

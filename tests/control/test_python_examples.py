"""Executes the Python examples of the README and docs/python.md as printed."""

import re
import sys
from pathlib import Path

import pytest

from tests.pace import turns

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
MY_STATION = Path(__file__).with_name("my_station.py")
EXAMPLES = [
    example
    for page in ("README.md", "docs/python.md")
    for example in re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.M)
]
PROGRAMS = [example for example in EXAMPLES if "async with Csms" in example]
TESTS = [example for example in EXAMPLES if "\ndef test_" in example]


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pytest processes import the package, and load no plugins but those on their command lines."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")


def with_stations(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put the programs `my-station URL` and `mock-station URL` on the path."""
    programs = {"my-station": str(MY_STATION), "mock-station": "-m mock_csms.station"}
    folder = pytester.mkdir("bin")
    for name, arguments in programs.items():
        (folder / name).write_text(f'#!/bin/sh\nexec {sys.executable} {arguments} "$@"\n')
        (folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(folder), prepend=":")


def test_there_are_examples() -> None:
    """The pages have example programs and an example of a pytest test."""
    assert (len(PROGRAMS), len(TESTS)) >= (2, 1)


@pytest.mark.parametrize("example", PROGRAMS)
def test_a_program(example: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each example program runs as printed, with a station that boots and accepts Reset."""
    with_stations(pytester, monkeypatch)
    program = pytester.makepyfile(example)
    for turn in turns():  # it waits some seconds for a station
        with turn:
            assert pytester.runpython(program).ret == 0


@pytest.mark.parametrize("example", TESTS)
def test_a_test(example: str, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The example test passes as printed, with the same station."""
    with_stations(pytester, monkeypatch)
    pytester.makepyfile(example)
    for turn in turns():
        with turn:
            result = pytester.runpytest_subprocess("-pmock_csms.control.pytest_plugin", "-Werror", timeout=120)
            result.assert_outcomes(passed=example.count("\ndef test_"))

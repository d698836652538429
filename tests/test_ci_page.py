"""Executes the scripts of docs/ci.md as printed."""

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from xml.etree import ElementTree

import pytest

from tests.wire import PATIENCE, SERVER

PAGE = (Path(__file__).parent.parent / "docs" / "ci.md").read_text(encoding="utf-8")
(SCRIPT,) = re.findall(r"^```sh\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
(JOB,) = re.findall(r"^```yaml\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
(STEP,) = re.findall(r"- name: Test the station\n +run: \|\n((?: {10}.*\n)+)", JOB)


def execute(script: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    """Run a script in a folder, with `mock-csms` and `mock-station` on the path, as a CI system does."""
    programs = folder / "bin"
    programs.mkdir()
    station = [sys.executable, "-m", "mock_csms.station"]
    for name, words in {"mock-csms": SERVER, "mock-station": station}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {" ".join(words)} "$@"\n')
        (programs / name).chmod(0o755)
    root = str(Path(SERVER[1]).parent)
    environment = {**os.environ, "PATH": f"{programs}:{os.environ['PATH']}", "PYTHONPATH": root}
    words = ["sh", "-e", "-c", script]
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, timeout=2 * PATIENCE, check=False
    )


@pytest.mark.parametrize("script", [SCRIPT, dedent(STEP)], ids=["shell", "job"])
def test_a_script(script: str, tmp_path: Path) -> None:
    """Each script ends with 0 for a good station, and writes its report and diagram."""
    ended = execute(script, tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert ElementTree.parse(tmp_path / "report.xml").getroot().get("failures") == "0"
    assert "TransactionEvent" in (tmp_path / "run.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("script", [SCRIPT, dedent(STEP)], ids=["shell", "job"])
def test_a_script_with_a_bad_station(script: str, tmp_path: Path) -> None:
    """Each script ends with 1 if the station misses an expectation or violates OCPP."""
    bad = script.replace("--charge 2", "--charge 1 --misbehave seqno-gap").replace("--within 120", "--within 5")
    assert bad != script
    ended = execute(bad.replace("[eventType=Ended]", "[eventType=Ended,seqNo=1]"), tmp_path)
    assert ended.returncode == 1, ended.stdout + ended.stderr

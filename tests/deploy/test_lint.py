"""The linters of Containerfiles and of YAML find nothing in the files under deploy/."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house import ROOT
from tests.wire import PATIENCE

DEPLOY = ROOT / "deploy"


def lint(program: str, *words: str | Path) -> tuple[int, str]:
    """Run a linter; return its exit status, and what it has found. Skip the test if it is not installed."""
    beside = Path(sys.executable).with_name(program)
    found = beside if beside.exists() else shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed: pip install --group dev")
    command = [str(found), *map(str, words)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE, check=False)
    return done.returncode, done.stdout + done.stderr


def test_the_containerfile() -> None:
    """Hadolint has no advice for the Containerfile."""
    assert lint("hadolint", "--no-color", DEPLOY / "Containerfile") == (0, "")


def test_hadolint_sees_mistakes(tmp_path: Path) -> None:
    """Hadolint refuses the Containerfile if an instruction in it is bad style."""
    worse = (DEPLOY / "Containerfile").read_text() + "RUN cd /tmp && sudo apt-get install vim\n"
    (tmp_path / "Containerfile").write_text(worse)
    status, found = lint("hadolint", "--no-color", tmp_path / "Containerfile")
    assert (status, "DL3004" in found) == (1, True)


def test_the_yaml_files() -> None:
    """Yamllint has neither errors nor warnings about the YAML files."""
    assert lint("yamllint", "--strict", DEPLOY) == (0, "")

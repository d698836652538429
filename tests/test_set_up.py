"""Setting up: the two commands of the README, the lock file of Poetry, the tasks, and the metadata of the package."""

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN = "python3 -m venv .venv && .venv/bin/pip install -e . && .venv/bin/python server.py"
TEST = "python3 -m venv .venv && .venv/bin/pip install -U pip && .venv/bin/pip install -e . --group dev"
TEST += " && .venv/bin/python -m pytest -n auto"
HASHED = ("requires-python", "dependencies", "optional-dependencies")
"""The keys of [project] that Poetry hashes."""


def test_the_run_command_comes_first() -> None:
    """The README's first code block has only the run command; the test command has its own block."""
    blocks = re.findall(r"^```.*\n((?:.*\n)*?)```", README, re.MULTILINE)
    assert blocks[0] == f"{RUN}\n"
    assert f"{TEST}\n" in blocks


def test_ci_runs_the_test_command_of_the_readme() -> None:
    """`.ci/run` has the test command of the README on a line of its own."""
    assert TEST in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()


def test_the_lock_file_is_valid() -> None:
    """The hash in `poetry.lock` is the one of `pyproject.toml`, as `poetry check --lock` computes it."""
    hashed = {
        "project": {key: PROJECT["project"][key] for key in HASHED if key in PROJECT["project"]},
        "dependency-groups": PROJECT["dependency-groups"],
        "tool": {"poetry": {key: PROJECT["tool"]["poetry"][key] for key in ("dependencies",)}},
    }
    found = hashlib.sha256(json.dumps(hashed, sort_keys=True).encode()).hexdigest()
    lock = tomllib.loads((ROOT / "poetry.lock").read_text(encoding="utf-8"))
    assert lock["metadata"]["content-hash"] == found, "run `poetry lock`"


def test_a_task_needs_no_activated_environment(tmp_path: Path) -> None:
    """`.venv/bin/task` finds the programs of `.venv`, whatever PATH is."""
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    own = tmp_path / ".venv" / "bin"
    own.mkdir(parents=True)
    (own / "mypy").write_text("#!/bin/sh\necho from .venv\n")
    (own / "mypy").chmod(0o755)
    task = [sys.executable, "-m", "taskipy.cli", "typecheck"]
    environment = {**os.environ, "PATH": "/usr/bin:/bin"}
    ended = subprocess.run(task, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (0, "from .venv\n"), ended.stderr


def test_the_licence() -> None:
    """There is a licence file, and the metadata has the licence and the supported versions of Python."""
    about = PROJECT["project"]
    assert about["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")
    oldest = about["requires-python"].removeprefix(">=")
    assert f"Programming Language :: Python :: {oldest}" in about["classifiers"]

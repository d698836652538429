"""Executes the commands of docs/plans.md for the reference station as printed."""

import re
import shlex
import sys
from pathlib import Path

from tests import warm
from tests.plans.choosing import FOLDER, files_for
from tests.test_plans import PLAIN
from tests.wire import PATIENCE

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "plans.md").read_text(encoding="utf-8")
REPORT, KNOWN, OPEN, WORKERS = "--report report.html", "--expected-failures", "--only-open", "-n auto"
CASES = ["--case", "TC_A_01_CS", "--case", "TC_B_06_CS", "--case", "TC_B_20_CS"]
[FILE] = re.findall(r"^`known\.txt` lists .*?```\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)


def execute(part: str, folder: Path, *more: str) -> str:
    """Run the command with these words on the page, in a folder; return what it prints."""
    commands = re.findall(r"^\.venv/bin/python (-m pytest e2e-plans --reference .*)$", PAGE, re.MULTILINE)
    command = next(each for each in commands if part in each)
    words = [sys.executable, *shlex.split(command), *PLAIN[2:], *more]
    done = warm.run(words, timeout=5 * PATIENCE, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_commands_of_the_page(tmp_path: Path) -> None:
    """A report, a known failure, the open cases after it, and workers: each command does what the page says."""
    plans = tmp_path / "e2e-plans"
    plans.mkdir()
    for file in (*files_for(CASES), f"{FOLDER}/conftest.py", f"{FOLDER}/catalogue.tsv"):
        (plans / Path(file).name).symlink_to(file)
    (tmp_path / "known.txt").write_text(FILE)
    assert "2 passed" in execute(REPORT, tmp_path)
    assert re.search(r"1 passed, .*1 xfailed", execute(KNOWN, tmp_path))
    found = execute(OPEN, tmp_path)
    assert ("1 passed" in found, "TC_B_06_CS: 2" in found) == (True, True), found
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert ("passed before: 2" in page, 'class="case PASS earlier selected" id="TC_B_06_CS"' in page) == (True, True)
    assert "2 passed" in execute(WORKERS, tmp_path, "--case", "TC_B_06_CS", "--case", "TC_A_01_CS")

"""Executes the example of docs/files.md as printed."""

import re
from pathlib import Path

from tests.test_security_page import execute

PAGE = (Path(__file__).parent.parent / "docs" / "files.md").read_text(encoding="utf-8")


def test_the_example(tmp_path: Path) -> None:
    """The station uploads its log and installs the firmware, and the mock ends with a good verdict."""
    settings, script = re.findall(r"^```(?:toml|sh)\n(.*?)^```", PAGE, re.DOTALL | re.MULTILINE)
    (tmp_path / "update.toml").write_text(settings, encoding="utf-8")
    ended = execute(script, tmp_path)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert re.search(r"^MOCK-0001-diagnostics-\d+\.log$", ended.stdout, re.MULTILINE)
    assert re.search(r"GET file .* /firmware.bin by http from 127.0.0.1", ended.stderr)

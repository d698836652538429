"""The examples of docs/recipes.md and README.md, executed as they are printed."""

import re
import shlex
import subprocess
from pathlib import Path

import orjson
import pytest

from tests.wire import PATIENCE, SERVER, Mock

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "recipes.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^mock-csms (.*)\n((?:[<>] .*\n)+)```", PAGE, re.MULTILINE)
FILES = re.findall(r"^where `(.*)` is:\n\n```toml\n(.*?)```", PAGE, re.MULTILINE | re.DOTALL)
"""The files that examples name, with their content."""
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMANDS = sorted(
    {
        command
        for page in PAGES
        for command in re.findall(r"^mock-csms (-.*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        if not command.endswith("\\")
    }
)
"""All command lines of the mock that are printed anywhere."""


@pytest.fixture(autouse=True)
def _files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let each example run in a folder with the files that the pages name."""
    monkeypatch.chdir(tmp_path)
    for name, content in [*FILES, ("known.txt", "R10\n")]:
        (tmp_path / name).write_text(content, encoding="utf-8")


def test_there_are_many_examples() -> None:
    """The page has at least fifteen examples with a transcript."""
    assert len(EXAMPLES) >= 15


@pytest.mark.parametrize(("flags", "transcript"), EXAMPLES, ids=[flags for flags, _ in EXAMPLES])
async def test_example(flags: str, transcript: str) -> None:
    """What the station sends is answered, and what it gets is sent, exactly as the page says."""
    ids: list[str] = []
    async with Mock(*shlex.split(flags)) as mock, mock.station() as station:
        for line in transcript.splitlines():
            if line.startswith("> "):
                await station.send(line[2:].replace('"…"', f'"{ids[-1]}"') if ids else line[2:])
                continue
            frame = await station.expect()
            ids += [frame[1]] if frame[0] == 2 else []
            found = orjson.dumps(frame).decode()
            wanted = re.escape(orjson.dumps(orjson.loads(line[2:])).decode()).replace('"…"', '"[^"]*"')
            assert re.fullmatch(wanted, found), f"{found} is not {line[2:]}"


@pytest.mark.parametrize("command", COMMANDS)
def test_a_printed_command_is_valid(command: str) -> None:
    """Its flags are accepted as they are printed."""
    words = [*SERVER, *shlex.split(command, comments=True), "--print-config"]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert ended.returncode == 0, ended.stderr

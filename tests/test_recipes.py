"""The examples of docs/recipes.md, executed as they are printed."""

import re
import shlex
from pathlib import Path

import orjson
import pytest

from tests.wire import Mock

PAGE = (Path(__file__).parent.parent / "docs" / "recipes.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^mock-csms (.*)\n((?:[<>] .*\n)+)```", PAGE, re.MULTILINE)


def test_there_are_ten_examples() -> None:
    """The page has at least ten examples with a transcript."""
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize(("flags", "transcript"), EXAMPLES, ids=[flags for flags, _ in EXAMPLES])
async def test_example(flags: str, transcript: str) -> None:
    """What the station sends is answered exactly as the page says; `…` stands for any value."""
    async with Mock(*shlex.split(flags)) as mock, mock.station() as station:
        for line in transcript.splitlines():
            if line.startswith("> "):
                await station.send(line[2:])
                continue
            found = orjson.dumps(await station.expect()).decode()
            wanted = re.escape(orjson.dumps(orjson.loads(line[2:])).decode()).replace('"…"', '"[^"]*"')
            assert re.fullmatch(wanted, found), f"{found} is not {line[2:]}"

"""The README's examples, executed as they stand there."""

import re
import shlex
from pathlib import Path

import orjson
import pytest

from tests.wire import Mock

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^python server\.py (.*)\n((?:[<>] .*\n)+)```", README, re.MULTILINE)


def test_there_are_ten_examples() -> None:
    """The README has at least ten worked examples."""
    assert len(EXAMPLES) >= 10


@pytest.mark.parametrize(("flags", "transcript"), EXAMPLES, ids=[flags for flags, _ in EXAMPLES])
async def test_example(flags: str, transcript: str) -> None:
    """What the station sends is answered exactly as the README says; `…` stands for any value."""
    async with Mock(*shlex.split(flags)) as mock, mock.station() as station:
        for line in transcript.splitlines():
            if line.startswith("> "):
                await station.send(line[2:])
                continue
            found = orjson.dumps(await station.expect()).decode()
            wanted = re.escape(orjson.dumps(orjson.loads(line[2:])).decode()).replace('"…"', '"[^"]*"')
            assert re.fullmatch(wanted, found), f"{found} is not {line[2:]}"

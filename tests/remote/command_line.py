"""Sub-commands that drive a running mock, as processes."""

import asyncio
from typing import Any

from tests.control.api.clients import ApiMock
from tests.raw import run
from tests.wire import Station

TOKEN = "s3cret-token"


async def cli(mock: ApiMock, *words: str, status: int = 0, **environment: str) -> str:
    """Run a sub-command against a mock to its end, check its exit status, and return what it printed.

    It prints to stdout if it succeeds, and otherwise one line to stderr.
    """
    environment = {"MOCK_CSMS_API_URL": mock.api, "COLUMNS": "80"} | environment
    ended = await asyncio.to_thread(run, *words, **environment)
    assert ended.returncode == status, ended.stdout + ended.stderr
    assert ended.stderr.count("\n") == (1 if ended.stderr else 0)
    assert "Traceback" not in ended.stderr
    return ended.stdout + ended.stderr


async def answered(station: Station, mock: ApiMock, answer: Any, *words: str, status: int = 0) -> str:
    """Send a command, answer it with a payload or the items of a CALLERROR, and return the output of the program."""
    sending = asyncio.create_task(cli(mock, "send", *words, status=status))
    call = await station.expect(2)
    await station.send([4, call[1], *answer] if isinstance(answer, list) else [3, call[1], answer])
    return await sending

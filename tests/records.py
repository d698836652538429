"""A run, and functions that read its records."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path
from typing import Any

import orjson

from tests.wire import PATIENCE, Mock

SECRET = "S3cr3t"
TOKEN = {"idToken": f"{SECRET}-tok", "type": "Central"}


class Run(Mock):
    """A run that may end with any verdict."""

    statuses = (0, 1, 3, 4)

    async def ended(self, *, stop: bool = True) -> str:
        """Stop the run, or wait until it ends; return its stdout after the first line."""
        if stop:
            self.process.send_signal(signal.SIGTERM)
        assert self.process.stdout
        report = await asyncio.wait_for(asyncio.to_thread(self.process.stdout.read), PATIENCE)
        await asyncio.to_thread(self.process.wait, PATIENCE)
        return report.decode()


def read(path: Path) -> list[Any]:
    """Return the values in a file of JSON Lines."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def drain(descriptor: int) -> bytes:
    """Return everything that is written to a terminal, until it is closed."""
    data = b""
    with suppress(OSError):  # Linux raises this when the other end is closed
        while piece := os.read(descriptor, 65536):
            data += piece
    os.close(descriptor)
    return data

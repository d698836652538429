"""Outputs that nobody reads: pipes and FIFOs fill up, and neither stations nor signals have to wait for their readers."""

import asyncio
import fcntl
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any, Self
from urllib.request import urlopen

import orjson
import pytest

from tests.raw import until
from tests.wire import HANDSHAKE, PATIENCE, SERVER, Mock, masked

MUCH = {"vendorId": "v", "data": "x" * 3000}
"""Much for a pipe, which holds 64 kB."""


class Unread(Mock):
    """A run whose stderr is a pipe that nobody reads until the test does."""

    statuses = (0, 1, 3, 4)

    def __init__(self, *flags: str) -> None:
        self.ours, its = os.pipe()
        self.told = b""
        command = [*SERVER, "--port=0", "--ping-interval=0", *flags]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=its)
        os.close(its)
        assert self.process.stdout
        self.first_line = self.process.stdout.readline().decode()
        self.url = self.first_line.removeprefix("Listening on ").rstrip("\n")
        self.host, _, self.port = self.url.removeprefix("ws://").rpartition(":")

"""Collected writing: every piece arrives, complete and in order; a closed reader is no error."""

import asyncio
import os
import pty
import socket
import termios
import threading
import tty
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mock_csms.runtime.outlet import Outlet, PipeOutlet, PolledOutlet, SocketOutlet
from mock_csms.runtime.sink import Sink, finish
from tests.wire import PATIENCE


@pytest.fixture
def file(tmp_path: Path) -> Iterator[BinaryIO]:
    """Return an open file."""
    with (tmp_path / "log").open("wb") as opened:
        yield opened


def content(file: BinaryIO) -> bytes:
    """Return what has been written to an open file."""
    return Path(file.name).read_bytes()


def two_sockets() -> tuple[int, int]:
    """Return two sockets that are connected."""
    one, other = socket.socketpair()
    return one.detach(), other.detach()


def terminal() -> tuple[int, int]:
    """Return both ends of a terminal that passes bytes on as they are."""
    ours, its = pty.openpty()
    tty.setraw(its, termios.TCSANOW)
    return ours, its


async def test_a_piece_arrives_without_a_flush(file: BinaryIO) -> None:
    """A written piece arrives soon, without a flush."""
    sink = Sink(file.fileno())
    sink.write(b"hello\n")
    async with asyncio.timeout(PATIENCE):
        while content(file) != b"hello\n":
            await asyncio.sleep(0.005)


async def test_later_pieces_arrive_too(file: BinaryIO) -> None:
    """Pieces that are written after a pause arrive soon too."""
    sink = Sink(file.fileno())
    for number in range(3):
        sink.write(b"%d" % number)
        async with asyncio.timeout(PATIENCE):
            while len(content(file)) != number + 1:
                await asyncio.sleep(0.005)
    assert content(file) == b"012"


async def test_flushing_writes_at_once(file: BinaryIO) -> None:
    """A flush writes the waiting pieces at once, and only once."""
    sink = Sink(file.fileno())
    sink.write(b"a")
    sink.write(b"b")
    assert content(file) == b""
    sink.flush()
    assert content(file) == b"ab"
    sink.flush()
    await asyncio.sleep(0.05)
    assert content(file) == b"ab"


async def test_large_amounts_are_written_at_once(file: BinaryIO) -> None:
    """Large amounts are written before they fill the memory, without a turn of the loop."""
    sink = Sink(file.fileno())
    for _ in range(100):
        sink.write(b"x" * 10_000)
    assert len(content(file)) > 1_000_000 - 300_000
    sink.flush()
    assert len(content(file)) == 1_000_000


@given(st.lists(st.binary(max_size=50) | st.integers(0, 300_000).map(lambda size: b"y" * size), max_size=12))
@settings(max_examples=25)
def test_all_pieces_arrive_in_order(pieces: list[bytes]) -> None:
    """Pieces of any size are all written, complete and in order."""

    async def write() -> bytes:
        reading, writing = os.pipe()
        came: list[bytes] = []
        reader = threading.Thread(target=lambda: came.extend(iter(lambda: os.read(reading, 65536), b"")))
        sink = Sink(writing)
        reader.start()
        for piece in pieces:
            sink.write(piece)
        finish([sink])
        sink.close()
        os.close(writing)
        reader.join()
        os.close(reading)
        return b"".join(came)

    assert asyncio.run(write()) == b"".join(pieces)


KINDS: list[tuple[Callable[[int], Outlet], Callable[[], tuple[int, int]]]] = [
    (PipeOutlet, os.pipe),
    (PolledOutlet, os.pipe),
    (SocketOutlet, two_sockets),
    (PipeOutlet, terminal),
    (PolledOutlet, terminal),
]


@pytest.mark.parametrize(("kind", "opened"), KINDS)
def test_an_outlet_never_waits(kind: Callable[[int], Outlet], opened: Callable[[], tuple[int, int]]) -> None:
    """An outlet writes as much as there is room for, never blocks, continues when there is room, and loses nothing."""
    reading, writing = opened()
    os.set_blocking(reading, False)
    outlet, came, sent = kind(writing), b"", b""
    for turn in range(2):
        with suppress(BlockingIOError):
            while True:
                piece = b"%d %09d\n" % (turn, len(sent)) * 100
                sent += piece[: outlet.write(piece)]
        while len(came) < len(sent):
            with suppress(BlockingIOError):
                came += os.read(reading, 65536)
        assert (came == sent, len(sent) > 1000) == (True, True)
    outlet.close()
    assert os.get_blocking(writing)
    os.close(writing)
    os.close(reading)


async def test_a_closed_reader_is_no_error() -> None:
    """A closed reader or a closed file ends the writing without an error."""
    reading, writing = os.pipe()
    sink = Sink(writing)
    os.close(reading)
    sink.write(b"x" * 1_000_000)
    sink.write(b"y")
    sink.flush()
    os.close(writing)
    sink.write(b"z")
    sink.flush()


async def test_a_file_that_fails_is_reported_once() -> None:
    """If a file cannot be written, the sink reports the reason once, and writes no more to it."""
    problems: list[OSError] = []
    reading, writing = os.pipe()
    sink = Sink(writing, failed=problems.append)
    os.close(reading)
    for _ in range(3):
        sink.write(b"x")
        sink.flush()
    os.close(writing)
    assert [type(problem) for problem in problems] == [BrokenPipeError]


async def test_a_reader_that_lags_gets_everything() -> None:
    """A non-blocking pipe gets all pieces, although it is full for a while."""
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    came: list[bytes] = []
    late = threading.Timer(0.1, lambda: came.extend(iter(lambda: os.read(reading, 65536), b"")))
    late.start()
    sink = Sink(writing)
    lines = [b"%09d\n" % number for number in range(50_000)]
    for line in lines:
        sink.write(line)
    finish([sink])
    sink.close()
    os.close(writing)
    late.join()
    os.close(reading)
    assert b"".join(came) == b"".join(lines)

"""The short way of texts: it reads and writes what the long way does, whatever comes, in whatever pieces.

Both get the same bytes in the same pieces without a socket; what is compared is all that goes to the receiver and all
that goes to the peer.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any, cast

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from websockets.utils import apply_mask

from mock_csms.behavior.admission import LetIn
from mock_csms.runtime.transport import frames
from mock_csms.runtime.transport.endpoint import Endpoint
from mock_csms.runtime.transport.flow import Flow
from mock_csms.runtime.transport.frames import MASKED, Span, text_header
from tests.runtime.peers import Ear, Ours, limits
from tests.virtual import Loop
from tests.wire import HANDSHAKE, masked

GREETING = f"GET /CS HTTP/1.1\r\n{HANDSHAKE}\r\n".encode()
BREAK = b"the next piece"
"""What stands in what was heard where nothing more came of a piece."""
MOST = 2000
"""How long a message may be here, in bytes."""
LONG = 0.01
"""How long all that can be done takes at most, in virtual seconds."""


class Line(asyncio.Transport):
    """Takes what is written to a socket, and gives what is read from it."""

    def __init__(self, protocol: Flow) -> None:
        super().__init__()
        self.protocol = protocol
        self.written = bytearray()
        self.ends: list[str] = []
        """How our side was ended, in order."""
        self.is_paused = False
        protocol.connection_made(self)

    def write(self, data: Any) -> None:
        """Take bytes."""
        self.written += data

    def write_eof(self) -> None:
        """Note the end of our side."""
        self.ends.append("eof")

    def can_write_eof(self) -> bool:
        """Return True, as for TCP."""
        return True

    def close(self) -> None:
        """Note the end."""
        self.ends.append("close")

    def abort(self) -> None:
        """Note the end."""
        self.ends.append("abort")

    def is_closing(self) -> bool:
        """Whether the end was noted."""
        return bool({"close", "abort"} & set(self.ends))

    def pause_reading(self) -> None:
        """Give no more."""
        self.is_paused = True

    def resume_reading(self) -> None:
        """Give more."""
        self.is_paused = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002 - asyncio's signature
        """Return what takes the options of a socket."""
        return self

    def setsockopt(self, *option: object) -> None:  # noqa: ARG002 - the signature of a socket
        """Note that the connection will be reset."""
        self.ends.append("reset")

    def give(self, data: bytes) -> None:
        """Let bytes be read, unless the connection has ended."""
        if not self.is_closing():
            self.protocol.get_buffer(-1)[: len(data)] = data
            self.protocol.buffer_updated(len(data))


class Actor(Ear):
    """Answers each message, with the same text or with what it asks for."""

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Record a message, and do what it asks for."""
        super().receive(data, binary=binary)
        match data:
            case b"close":
                self.transport.close(3000, "asked")
            case b"abort":
                self.transport.abort()
            case b"reset":
                self.transport.reset()
            case b"pause":
                self.transport.pause_reading()
            case b"stall":
                self.transport.stall(LONG / 2)
            case b"held":
                self.transport.stall(LONG / 2)
                self.transport.send_text(b"what is not sent any more")
                self.transport.abort()
            case b"parts":
                self.transport.send(b"0123456789", parts=3)
            case b"binary":
                self.transport.send(b"0123456789", binary=True)
        self.heard.put_nowait((b"sent", self.transport.send_text(data)))


class Theatre(Ours):
    """Has an actor for each connection, and may close it at once."""

    closes = False

    def welcome(self, transport: Any, visitor: object, subprotocol: str) -> Actor:  # noqa: ARG002 - the gate's signature
        """Return an actor."""
        self.ears.append(Actor(transport, subprotocol))
        if self.closes:
            transport.close(3000, "at once")
        return cast(Actor, self.ears[-1])


async def play(
    pieces: Sequence[bytes], *, in_a_row: bool = False, closes: bool = False, shortcuts: bool = True
) -> dict[str, Any]:
    """Let these bytes be read, also while reading is paused if they come in a row; return what came of it."""
    theatre = Theatre(LetIn())
    theatre.closes = closes
    endpoint = Endpoint(theatre, limits(size=MOST, shortcuts=shortcuts))
    line = Line(endpoint())
    line.give(GREETING)
    (ear,) = theatre.ears
    await asyncio.sleep(LONG)
    line.written.clear()  # it has a date
    for piece in pieces:
        line.give(piece)
        if in_a_row:
            continue
        await asyncio.sleep(LONG)
        ear.heard.put_nowait((BREAK, False))
        ear.transport.resume_reading()
        await asyncio.sleep(LONG)
    for _ in range(50):
        ear.transport.resume_reading()
        await asyncio.sleep(LONG)
    line.protocol.connection_lost(None)
    assert not ear.transport.send_text(b"behind the end")
    heard = [ear.heard.get_nowait() for _ in range(ear.heard.qsize())]
    return {
        "heard": heard,
        "written": bytes(line.written),
        "ends": line.ends,
        "told": ear.ends,
        "breaches": ear.breaches,
    }


def run(played: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Run it in virtual time."""
    loop = Loop()
    try:
        return loop.run_until_complete(played)
    finally:
        loop.close()


def frame(first: int, data: bytes, *, mask: bool = True) -> bytes:
    """Return the bytes of a frame with that first byte, right or wrong."""
    header = bytes((first,)) + text_header(len(data), MASKED if mask else 0)[1:]
    return header + b"abcd" + apply_mask(data, b"abcd") if mask else header + data


def wide(data: bytes, form: int) -> bytes:
    """Return a masked text whose length is written in a form that is longer than it need be."""
    size = len(data).to_bytes(2 if form == 126 else 8)
    return bytes((0x81, 0x80 | form)) + size + b"\0\0\0\0" + data


WORDS = [b"close", b"abort", b"reset", b"pause", b"stall", b"held", b"parts", b"binary"]
texts = st.one_of(
    st.text(max_size=20).map(str.encode),
    st.binary(max_size=20),
    st.sampled_from(WORDS),
    st.integers(0, 300).map(lambda size: b"x" * size),
    st.sampled_from([125, 126, 127, 4070, 4096, MOST, MOST + 1]).map(lambda size: b"y" * size),
)
any_frames = st.one_of(
    texts.map(masked),
    texts.map(masked),
    texts.map(masked),
    st.builds(frame, st.sampled_from([0x01, 0x00, 0x80, 0x02, 0x82, 0x88, 0x89, 0x8A]), texts),
    st.builds(frame, st.integers(0, 255), texts, mask=st.booleans()),
    st.builds(wide, texts, st.sampled_from([126, 127])),
    st.binary(max_size=12),
)


@st.composite
def pieces(draw: st.DrawFn) -> list[bytes]:
    """Return frames of all kinds in a row, and cut anywhere."""
    wire = b"".join(draw(st.lists(any_frames, min_size=1, max_size=12)))
    cuts = sorted(draw(st.lists(st.integers(0, len(wire)), max_size=6)))
    return [wire[start:end] for start, end in zip([0, *cuts], [*cuts, len(wire)], strict=True) if start < end]


@settings(max_examples=200)
@given(pieces(), st.booleans())
@example([masked("pause") + masked("after")], False)
@example([masked("stall") + masked("after")], False)
@example([masked("pause"), masked("after")], True)
@example([masked("abort") + masked("after")], False)
@example([masked("one") * 3 + masked("close") + masked("after")], False)
@example([masked("one") + masked(b"\xff") + masked("after")], False)
@example([masked("é") * 20], False)
@example([frame(0x01, b"a") + masked("b"), masked("c")], False)
@example([masked("held") + masked("after")], False)
@example([frame(0x01, b"a"), masked("b")], False)
@example([frame(0x81, b"abcdefgh", mask=False)], False)
@example([wide(b"x" * 500, 127)], False)
@example([masked(b"y" * (MOST + 1))], False)
@example([wide(b"x" * 10, 126), wide(b"x" * 10, 127), wide(b"x" * 127, 126)], False)
def test_the_short_way_is_the_long_way(cut: list[bytes], in_a_row: bool) -> None:
    """Whatever comes in whatever pieces, the receiver and the peer get the same on both ways."""
    short, long = [run(play(cut, in_a_row=in_a_row, shortcuts=shortcuts)) for shortcuts in (True, False)]
    assert short == long


@pytest.mark.parametrize(("shortcuts", "long"), [(True, [0x89]), (False, [0x81, 0x81, 0x81, 0x89])])
def test_the_short_way_is_taken(shortcuts: bool, long: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that come alone or a few at once do not go the long way, unless the settings want that; all else does."""
    taken: list[int] = []

    def span(data: bytes, start: int) -> Span | None:
        taken.append(data[start])
        return original(data, start)

    original = frames.span
    monkeypatch.setattr(frames, "span", span)
    pieces = [masked("one"), masked(b"z" * 1200) + masked("two"), frame(0x89, b"p")]
    result = run(play(pieces, shortcuts=shortcuts))
    assert [data for data, _ in result["heard"] if data not in (BREAK, b"sent")] == [b"one", b"z" * 1200, b"two"]
    assert taken == long


@pytest.mark.parametrize("shortcuts", [True, False])
def test_what_is_closed_at_once(shortcuts: bool) -> None:
    """Where the connection is closed while it opens, nothing that comes is heard, on both ways."""
    result = run(play([masked("one")], closes=True, shortcuts=shortcuts))
    assert [data for data, _ in result["heard"] if data != BREAK] == []

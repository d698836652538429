"""The shortcut of the transport for text messages has the same results as the usual code, for any input.

Both get the same bytes in the same pieces, without a socket. The tests compare everything that the receiver and the
peer get from them.
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
"""Marks the end of what was received from one piece."""
MOST = 2000
"""The length limit of messages in these tests, in bytes."""
LONG = 0.01
"""After this many virtual seconds everything is done that can be done."""


class Line(asyncio.Transport):
    """Replaces a socket: it records written bytes, and delivers bytes from the test."""

    def __init__(self, protocol: Flow) -> None:
        super().__init__()
        self.protocol = protocol
        self.written = bytearray()
        self.ends: list[str] = []
        """The calls that ended our side, in order."""
        self.is_paused = False
        protocol.connection_made(self)

    def write(self, data: Any) -> None:
        """Record written bytes."""
        self.written += data

    def write_eof(self) -> None:
        """Record the end of our side."""
        self.ends.append("eof")

    def can_write_eof(self) -> bool:
        """Return True, as for TCP."""
        return True

    def close(self) -> None:
        """Record the end."""
        self.ends.append("close")

    def abort(self) -> None:
        """Record the end."""
        self.ends.append("abort")

    def is_closing(self) -> bool:
        """Whether an end was recorded."""
        return bool({"close", "abort"} & set(self.ends))

    def pause_reading(self) -> None:
        """Record that reading is paused."""
        self.is_paused = True

    def resume_reading(self) -> None:
        """Record that reading continues."""
        self.is_paused = False

    def get_extra_info(self, name: str, default: Any = None) -> Any:  # noqa: ARG002 - asyncio's signature
        """Return an object with `setsockopt`."""
        return self

    def setsockopt(self, *option: object) -> None:  # noqa: ARG002 - the signature of a socket
        """Record that the connection will be reset."""
        self.ends.append("reset")

    def give(self, data: bytes) -> None:
        """Deliver bytes to the transport, unless the connection has ended."""
        if not self.is_closing():
            self.protocol.get_buffer(-1)[: len(data)] = data
            self.protocol.buffer_updated(len(data))


class Actor(Ear):
    """Answers each message with the same text, and executes messages such as `close`."""

    def receive(self, data: bytes, *, binary: bool) -> None:
        """Record a message, execute it if it is one of WORDS, and send it back."""
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
                self.transport.send_text(b"never sent")
                self.transport.abort()
            case b"parts":
                self.transport.send(b"0123456789", parts=3)
            case b"binary":
                self.transport.send(b"0123456789", binary=True)
        self.heard.put_nowait((b"sent", self.transport.send_text(data)))


class ActingServer(Ours):
    """Our server side with an Actor for each connection; if `closes` is set, it closes each connection at once."""

    closes = False

    def welcome(self, transport: Any, visitor: object, subprotocol: str) -> Actor:  # noqa: ARG002 - the gate's signature
        """Return an Actor for a new connection."""
        self.ears.append(Actor(transport, subprotocol))
        if self.closes:
            transport.close(3000, "at once")
        return cast(Actor, self.ears[-1])


async def play(
    pieces: Sequence[bytes], *, in_a_row: bool = False, closes: bool = False, shortcuts: bool = True
) -> dict[str, Any]:
    """Deliver these pieces, with `in_a_row` even while reading is paused, and return everything that was observed."""
    server = ActingServer(LetIn())
    server.closes = closes
    endpoint = Endpoint(server, limits(size=MOST, shortcuts=shortcuts))
    line = Line(endpoint())
    line.give(GREETING)
    (ear,) = server.ears
    await asyncio.sleep(LONG)
    line.written.clear()  # the handshake's answer contains the date
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
        "reported": ear.ends,
        "breaches": ear.breaches,
    }


def run(played: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """Run a coroutine in virtual time."""
    loop = Loop()
    try:
        return loop.run_until_complete(played)
    finally:
        loop.close()


def frame(first: int, data: bytes, *, mask: bool = True) -> bytes:
    """Return a frame with this first byte, which may be invalid."""
    header = bytes((first,)) + text_header(len(data), MASKED if mask else 0)[1:]
    return header + b"abcd" + apply_mask(data, b"abcd") if mask else header + data


def wide(data: bytes, form: int) -> bytes:
    """Return a masked text frame whose length is written in a longer form than necessary."""
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
    """Return a sequence of frames of all kinds, cut into pieces anywhere."""
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
def test_the_shortcut_has_the_same_results(cut: list[bytes], in_a_row: bool) -> None:
    """For any bytes in any pieces, the receiver and the peer get the same with and without the shortcut."""
    short, long = [run(play(cut, in_a_row=in_a_row, shortcuts=shortcuts)) for shortcuts in (True, False)]
    assert short == long


@pytest.mark.parametrize(("shortcuts", "long"), [(True, [0x89]), (False, [0x81, 0x81, 0x81, 0x89])])
def test_the_shortcut_is_used(shortcuts: bool, long: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """A few text frames at once take the shortcut, if it is on; all other frames take the usual code."""
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
def test_a_connection_that_is_closed_at_once(shortcuts: bool) -> None:
    """If a connection is closed while it opens, no message is delivered, with and without the shortcut."""
    result = run(play([masked("one")], closes=True, shortcuts=shortcuts))
    assert [data for data, _ in result["heard"] if data != BREAK] == []

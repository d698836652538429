"""Headers of WebSocket frames, compared with the `websockets` library."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from websockets.frames import Frame, Opcode

from mock_csms.runtime.transport.frames import FIN_TEXT, MASKED, Span, is_utf8, span, text_header

LENGTHS = [0, 1, 124, 125, 126, 127, 128, 255, 256, 65534, 65535, 65536, 65537, 1_000_000]
"""Payload lengths around each change of the header's format (RFC 6455, 5.2)."""

opcodes = st.sampled_from([Opcode.TEXT, Opcode.BINARY, Opcode.CONT])
lengths = st.integers(0, 300) | st.integers(65500, 65600)


def frame(length: int, *, mask: bool, opcode: Opcode = Opcode.TEXT, fin: bool = True) -> bytes:
    """Return the bytes of a frame as the library writes it."""
    return Frame(opcode, b"x" * length, fin).serialize(mask=mask)


@pytest.mark.parametrize("length", LENGTHS)
def test_the_header_of_a_text_is_the_library_s(length: int) -> None:
    """Our header of a text frame has the same bytes as that of the library."""
    assert text_header(length) + b"x" * length == frame(length, mask=False)
    assert text_header(length)[0] == FIN_TEXT
    masked = frame(length, mask=True)
    assert text_header(length, MASKED) == masked[: len(masked) - length - 4]


@pytest.mark.parametrize("length", [2**16, 2**20 + 5, 2**32, 2**63 - 1])
def test_the_header_of_a_huge_text(length: int) -> None:
    """Lengths up to the limit of the protocol are written in 64 bits."""
    assert text_header(length) == bytes([FIN_TEXT, 127]) + length.to_bytes(8, "big")
    assert span(text_header(length), 0) == Span(0, 10, 10 + length)


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("length", LENGTHS)
def test_a_frame_ends_where_the_library_ends_it(length: int, mask: bool) -> None:
    """The parts of a frame are found for each form of the length; the mask is the four bytes before the payload."""
    data = frame(length, mask=mask)
    found = span(data, 0)
    assert found is not None
    assert found.end == len(data)
    assert found.end - found.payload == length
    assert found.mask == (found.payload - 4 if mask else 0)


@given(lengths, st.booleans(), opcodes, st.booleans(), st.binary(max_size=20), st.binary(max_size=20))
def test_a_frame_is_found_among_other_bytes(
    length: int, mask: bool, opcode: Opcode, fin: bool, before: bytes, after: bytes
) -> None:
    """Other bytes before and after a frame only change the positions."""
    data = frame(length, mask=mask, opcode=opcode, fin=fin)
    alone, found = span(data, 0), span(before + data + after, len(before))
    assert alone is not None
    assert found is not None
    assert found.end == len(before) + len(data)
    assert found.payload == len(before) + alone.payload
    assert (found.mask == 0) is not mask


@given(st.sampled_from(LENGTHS[:-1]), st.booleans(), st.data())
@example(0, True, None)
def test_an_incomplete_frame(length: int, mask: bool, data: st.DataObject | None) -> None:
    """The end of an incomplete frame is unknown, or the right end beyond the received bytes."""
    whole = frame(length, mask=mask)
    cut = data.draw(st.integers(0, len(whole) - 1)) if data else 1
    found = span(whole[:cut], 0)
    assert found is None or found == span(whole, 0)
    assert found is None or found.end > cut


@pytest.mark.parametrize("mask", [True, False])
@pytest.mark.parametrize("length", [0, 126, 65536])
def test_an_incomplete_header(length: int, mask: bool) -> None:
    """The parts of a frame are known once its length has come, even before its mask."""
    whole = frame(length, mask=mask)
    known = 2 + {0: 0, 126: 2, 65536: 8}[length]
    found = [span(whole[:cut], 0) for cut in range(known + 1)]
    assert found == [None] * known + [span(whole, 0)]


@given(st.lists(st.tuples(lengths, opcodes), max_size=6))
def test_frames_are_cut_one_after_another(written: list[tuple[int, Opcode]]) -> None:
    """A sequence of frames is split into exactly those that were written."""
    frames = [frame(length, mask=True, opcode=opcode) for length, opcode in written]
    data, position, cut = b"".join(frames), 0, []
    while (found := span(data, position)) is not None:
        cut.append(data[position : found.end])
        position = found.end
    assert cut == frames


@given(st.binary(), st.integers(0, 5))
def test_any_bytes_can_be_looked_at(data: bytes, start: int) -> None:
    """No bytes raise an error, and every frame ends after its start."""
    found = span(data, start)
    assert found is None or found.end >= start + 2


@given(st.text() | st.binary())
def test_text_is_distinguished_from_other_bytes(value: str | bytes) -> None:
    """Bytes are text if Python can decode them as UTF-8."""
    if isinstance(value, str):
        value = value.encode(errors="surrogatepass")
    assert is_utf8(value) == (value.decode(errors="replace").encode() == value)

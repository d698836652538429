"""The outside of a WebSocket frame (RFC 6455, 5.2): where it ends, and the header of the ones that we send."""

from mock_csms.protocol.records import Record

FIN_TEXT = 0x81
"""The first byte of a text message in one frame, without extensions."""

MASKED = 0x80
"""The bit of the second byte that says that a masking key follows the header."""


class Span(Record):
    """Where a frame's masking key (0 where it has none), payload and end are."""

    mask: int
    payload: int
    end: int


def span(data: bytes | bytearray, start: int) -> Span | None:
    """Return where the parts of the frame at `start` of `data` are, or None while its header has not come whole."""
    if len(data) - start < 2:
        return None
    second = data[start + 1]
    length = second & 0x7F
    position = start + 2
    if length > 125:
        position += 2 if length == 126 else 8
        if position > len(data):
            return None
        length = int.from_bytes(data[start + 2 : position], "big")
    if second & MASKED:
        return Span(position, position + 4, position + 4 + length)
    return Span(0, position, position + length)


def text_header(length: int, masked: int = 0) -> bytes:
    """Return the header of an unfragmented text frame, without its masking key (RFC 6455, 5.2)."""
    if length < 126:
        return bytes((FIN_TEXT, masked | length))
    if length < 65536:
        return bytes((FIN_TEXT, masked | 126)) + length.to_bytes(2, "big")
    return bytes((FIN_TEXT, masked | 127)) + length.to_bytes(8, "big")


SHORT = [text_header(length) for length in range(126)]
"""The headers of text frames with fewer than 126 bytes, by length."""


def is_utf8(data: bytes) -> bool:
    """Whether `data` is text at all."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True

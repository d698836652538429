"""The form of a WebSocket frame (RFC 6455, 5.2): finds its end, and makes the header of frames to send."""

from mock_csms.protocol.records import Record

FIN_TEXT = 0x81
"""The first byte of a text message in one frame, without extensions."""

MASKED = 0x80
"""The bit of the second byte for a masking key after the header."""


class Span(Record):
    """The positions in a frame: its masking key (0 without one), its payload and its end."""

    mask: int
    payload: int
    end: int


def span(data: bytes | bytearray, start: int) -> Span | None:
    """Return the positions of the frame at `start` of `data`; None if its header is not complete."""
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
    """Whether `data` is UTF-8."""
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True

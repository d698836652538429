"""Says how a peer broke RFC 6455 when the library has failed the connection: the clause, and the problem in words."""

from collections.abc import Mapping

from websockets.exceptions import PayloadTooBig

from mock_csms.protocol.records import Record

NOT_UTF8 = ("RFC 6455 8.1", "a text frame was not UTF-8")
_CLOSE = "RFC 6455 5.5.1"
_ORDER = "RFC 6455 5.4"
_CONTROL = "RFC 6455 5.5"

_CAUSES: Mapping[str, tuple[str, str]] = {
    "incorrect masking": ("RFC 6455 5.1", "a frame was {masking}"),
    "reserved bits must be 0": ("RFC 6455 5.2", "a reserved bit was set, but no extension was negotiated that uses it"),
    "RSV1 bit set in continuation frame": (
        "RFC 6455 5.2",
        "the first reserved bit (RSV1) was set in a continuation frame",
    ),
    "invalid opcode": ("RFC 6455 5.2", "a frame had the opcode {opcode}, which is reserved"),
    "unexpected continuation frame": (_ORDER, "a continuation frame came without a message to continue"),
    "expected a continuation frame": (_ORDER, "a new message began before the fragmented one was complete"),
    "control frame too long": (_CONTROL, "a {name} frame had more than 125 bytes"),
    "fragmented control frame": (_CONTROL, "a {name} frame was fragmented"),
    "close frame too short": (_CLOSE, "a close frame had one byte, which is not a close code"),
    "invalid status code": (_CLOSE, "a close frame had a code that may not be sent (7.4)"),
    "decompression failed": ("RFC 7692 7.2.2", "a compressed message could not be decompressed"),
}
"""By the library's text for the error; errors that break no clause are not listed."""

_NAMES = {8: "close", 9: "ping", 10: "pong"}
_TOO_LONG = 2**63


_TOO_BIG = "RFC 6455 7.4.1"


class Breach(Record):
    """A clause, and how it was broken. waited: the seconds that the mock waited in vain, such as for a pong."""

    clause: str
    problem: str
    waited: float = 0.0


TOO_MANY_EMPTY = Breach(_TOO_BIG, "a message was too big (1009): it had too many empty frames")


def grown_too_much(compressed: int, most: int) -> Breach:
    """Return the breach of a message that has more than `most` bytes when it is decompressed."""
    return Breach(
        _TOO_BIG, f"a compressed message was too big (1009): {compressed} bytes were decompressed to more than {most}"
    )


def breach_of(error: Exception, frame: bytes) -> Breach | None:
    """Return the breach in `frame`, of which at least the beginning has come; None if there is none."""
    if isinstance(error, UnicodeDecodeError):
        return Breach(_CLOSE, "the reason in a close frame was not UTF-8")
    if isinstance(error, PayloadTooBig):
        if (error.size or 0) >= _TOO_LONG:
            return Breach("RFC 6455 5.2", "the length of a frame had its highest bit set")
        return Breach(_TOO_BIG, f"a message was too big (1009): {error}")
    clause, words = _CAUSES.get(str(error), ("", ""))
    opcode, is_masked = frame[0] & 0x0F, frame[1] & 0x80
    masking = "masked, but only frames of a client may be" if is_masked else "not masked"
    return Breach(clause, words.format(masking=masking, opcode=opcode, name=_NAMES.get(opcode, ""))) if clause else None

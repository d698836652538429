"""Changes the message type in the text of a message, for faults."""

from mock_csms.protocol.messages import Call, Error

_UNKNOWN = 9


def with_wrong_type(text: bytes) -> bytes:
    """Return the `text` of a message with the number of another message type, whose array has another form."""
    number = int(text[1:2])
    return b"%b%d%b" % (text[:1], number + 1 if number < Error.number else Call.number, text[2:])


def with_unknown_type(text: bytes) -> bytes:
    """Return the `text` of a message with a type number that no version of OCPP has."""
    return b"%b%d%b" % (text[:1], _UNKNOWN, text[2:])

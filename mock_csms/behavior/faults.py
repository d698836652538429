"""Faults change a message that the mock sends. A fault only has its effect; the rule around it decides when it is used.

Several faults are applied to one message in turn. A change of the message works even if an edit of its text came first,
because edits are done when the message is encoded. Each fault is a class: flags, files and the documentation take all
that they say of it from its name in `FAULTS`, its docstring and its fields, and the console from `done`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Protocol

from mock_csms.behavior.emissions import Act, Close, Emission, Reset, Stall
from mock_csms.behavior.templates import Context
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Error, Message, with_payload
from mock_csms.protocol.records import replace
from mock_csms.protocol.wrong_types import with_unknown_type, with_wrong_type

_CLOSE_CODES = {1000, 1001, 1002, 1003, *range(1007, 1015)}


class Fault(Protocol):
    """A change of a message that the mock sends."""

    def spoil(self, emission: Emission, context: Context, /) -> Sequence[Act]:
        """Return the acts in place of `emission`."""


class FaultKind(Protocol):
    """The class of a fault."""

    done: str
    """The effect in one word, for people, such as `delayed`."""

    def __call__(self, *args: Any, **attributes: Any) -> Fault:
        """Return a fault with these attributes. Raises ValueError for one that it cannot have."""


def attribute(help_: str, *, minimum: float = 0, default: Any = ...) -> Any:
    """Return the field of a fault's attribute: a number of at least `minimum`, required unless it has a default."""
    metadata = {"help": help_, "minimum": minimum}
    return field(metadata=metadata) if default is ... else field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Delay:
    """Sends the message late."""

    done: ClassVar = "delayed"
    seconds: float = attribute("delay in seconds")
    jitter: float = attribute("up to this many more seconds, at random", default=0.0)

    def spoil(self, emission: Emission, context: Context) -> Sequence[Act]:
        """Add to its delay."""
        return [replace(emission, after=emission.after + self.seconds + self.jitter * context.world.chance())]


@dataclass(frozen=True, slots=True)
class Latency(Delay):
    """Sends the message late, but keeps the order of messages, like a slow network."""

    def spoil(self, emission: Emission, context: Context) -> Sequence[Act]:
        """Add to its delay, and keep the order."""
        late = emission.after + self.seconds + self.jitter * context.world.chance()
        return [replace(emission, after=late, in_line=True)]


@dataclass(frozen=True, slots=True)
class Drop:
    """Sends nothing."""

    done: ClassVar = "dropped"

    def spoil(self, _emission: Emission, _context: Context) -> Sequence[Act]:
        """Return nothing to do."""
        return []


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Sends the message several times."""

    done: ClassVar = "duplicated"
    times: int = attribute("number of copies in total", minimum=2, default=2)

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Return it several times."""
        return [emission] * self.times


@dataclass(frozen=True, slots=True)
class WrongId:
    """Sends the message with a new, unknown message id."""

    done: ClassVar = "sent with a wrong id"

    def spoil(self, emission: Emission, context: Context) -> Sequence[Act]:
        """Give it a new id."""
        return [replace(emission, message=replace(emission.message, id=context.world.new_id()))]


@dataclass(frozen=True, slots=True)
class InvalidJson:
    """Sends text of the same length that is not valid JSON."""

    done: ClassVar = "malformed"

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Replace the first bracket by a brace."""
        return [_edited(emission, lambda text: b"{" + text[1:])]


@dataclass(frozen=True, slots=True)
class Truncate:
    """Sends only the first half of the text."""

    done: ClassVar = "truncated"

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Cut its text."""
        return [_edited(emission, lambda text: text[: len(text) // 2])]


@dataclass(frozen=True, slots=True)
class Invalid:
    """Sends a payload that breaks its schema (it has an unknown field)."""

    done: ClassVar = "made invalid"

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Add a property that no schema knows."""
        return [replace(emission, message=_with_extra(emission.message, {"notInTheSchema": True}))]


@dataclass(frozen=True, slots=True)
class WrongType:
    """Sends the message with the number of another message type, so that the rest of the array does not fit."""

    done: ClassVar = "sent with a wrong type"

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Change its number."""
        return [_edited(emission, with_wrong_type)]


@dataclass(frozen=True, slots=True)
class UnknownType:
    """Sends the message with the number of a message type that OCPP does not have."""

    done: ClassVar = "sent with an unknown type"

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Change its number to one without a meaning."""
        return [_edited(emission, with_unknown_type)]


@dataclass(frozen=True, slots=True)
class Oversize:
    """Sends a very long message: valid, but filled up with customData."""

    done: ClassVar = "made too large"
    bytes: int = attribute("minimum length of the text in bytes", minimum=1)

    def spoil(self, emission: Emission, context: Context) -> Sequence[Act]:
        """Add customData, or white space if the version has no customData."""
        if context.filler is None:
            return [_edited(emission, lambda text: text[:1] + b" " * self.bytes + text[1:])]
        return [replace(emission, message=_with_extra(emission.message, context.filler(self.bytes)))]


@dataclass(frozen=True, slots=True)
class CloseInstead:
    """Sends nothing and closes the connection."""

    done: ClassVar = "connection closed"
    code: int = attribute("close code of the WebSocket", minimum=1000, default=1000)
    after: float = attribute("seconds to wait before closing", default=0.0)

    def __post_init__(self) -> None:
        """Raise ValueError for a code that no close frame may have (RFC 6455, 7.4)."""
        if not (self.code in _CLOSE_CODES or 3000 <= self.code <= 4999):
            raise ValueError(f"code={self.code}: a close frame must not carry this code")

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Close in its place."""
        return [Close(self.code, emission.after + self.after)]


@dataclass(frozen=True, slots=True)
class ResetInstead:
    """Sends nothing and drops the connection with a TCP RST."""

    done: ClassVar = "connection reset"

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Reset in its place."""
        return [Reset(emission.after)]


@dataclass(frozen=True, slots=True)
class StallFirst:
    """Freezes the connection (it reads, writes and answers no ping), then sends the message."""

    done: ClassVar = "stalled"
    seconds: float = attribute("duration in seconds")

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Stall before it."""
        return [Stall(self.seconds, emission.after), emission]


@dataclass(frozen=True, slots=True)
class Split:
    """Sends the message in several WebSocket frames."""

    done: ClassVar = "split"
    frames: int = attribute("number of frames", minimum=2)

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Set its number of frames."""
        return [replace(emission, frames=self.frames)]


@dataclass(frozen=True, slots=True)
class Binary:
    """Sends the message in a binary frame."""

    done: ClassVar = "sent as binary"

    def spoil(self, emission: Emission, _: Context) -> Sequence[Act]:
        """Mark the frame as binary."""
        return [replace(emission, binary=True)]


def _edited(emission: Emission, edit: Callable[[bytes], bytes]) -> Emission:
    return replace(emission, edits=(*emission.edits, edit))


def _with_extra(message: Message, extra: Json) -> Message:
    """Return `message` with more in its payload, or in the details of an error; unchanged if that is not an object."""
    if isinstance(message, Error):
        return replace(message, details=(message.details or {}) | extra)
    return with_payload(message, message.payload | extra) if isinstance(message.payload, dict) else message


FAULTS: Mapping[str, FaultKind] = {
    "delay": Delay,
    "latency": Latency,
    "drop": Drop,
    "duplicate": Duplicate,
    "wrong-id": WrongId,
    "malformed": InvalidJson,
    "truncate": Truncate,
    "invalid": Invalid,
    "wrong-type": WrongType,
    "unknown-type": UnknownType,
    "oversize": Oversize,
    "close": CloseInstead,
    "reset": ResetInstead,
    "stall": StallFirst,
    "split": Split,
    "binary": Binary,
}
"""Every fault by the name that people write."""

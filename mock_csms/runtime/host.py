"""What a session asks and tells its owner: the mock, or the reference station."""

from collections.abc import Callable
from typing import Protocol, TypeAlias

from mock_csms.behavior.prepared import Prepared
from mock_csms.behavior.replies import Decision
from mock_csms.behavior.templates import World
from mock_csms.behavior.validation import Validation
from mock_csms.protocol.messages import Call, Error
from mock_csms.protocol.versions import Version
from mock_csms.twin.events import Event

Arrival: TypeAlias = Callable[[str], tuple[float | None, str]]
"""Returns how many seconds later a message of a station comes, None for a lost one, and by which faults."""


class Peer(Protocol):
    """A session, as its owner knows it."""

    identity: str
    """The identity of the station."""
    version: Version
    """The version of OCPP that is spoken."""


class Shortcut(Protocol):
    """What answers ordinary calls with few steps (`short_way.py`)."""

    def take(self, session: Peer, call: Call, send: Callable[[bytes], bool], /) -> bool:
        """Answer a typed call without violations and publish both; return False if the usual way must do it."""


class Host(Protocol):
    """The owner of sessions. It learns everything, and decides what is answered."""

    def publish(self, event: Event) -> None:
        """Learn what happened."""

    @property
    def world(self) -> World:
        """Where fresh ids come from."""

    @property
    def validation(self) -> Validation:
        """How strictly payloads are checked."""

    @property
    def short_way(self) -> Shortcut | None:
        """What answers ordinary calls with few steps; None if every message takes the usual way."""

    @property
    def arrival(self) -> Arrival | None:
        """How a message of the peer comes that is late or lost by our own doing; None where none is."""

    def prepared(self, session: Peer, call: Call) -> Prepared | None:
        """Return the remembered answer to a typed call without violations; None if `answer` must decide."""

    def reject(self, session: Peer, message: Error) -> Decision:
        """Return what to do to send `message` in answer to what is no call."""

    def answer(self, session: Peer, call: Call, refusal: Error | None) -> Decision:
        """Return what to do about the peer's `call`, which gets that refusal where it is wrong."""

    def command(self, session: Peer, call: Call) -> Decision:
        """Return what to do to send our own `call`."""

    def ended(self, session: Peer) -> None:
        """Learn that the session is over."""

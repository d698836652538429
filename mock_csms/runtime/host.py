"""The interface between a session and its owner, which is the mock or the reference station."""

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
"""Returns the delay of a message of a station in seconds (None if the message is lost), and the names of the faults."""


class Peer(Protocol):
    """A session, as far as its owner needs it."""

    identity: str
    """The identity of the station."""
    version: Version
    """The version of OCPP of the session."""


class Shortcut(Protocol):
    """Answers ordinary calls with few steps (`short_way.py`)."""

    def take(self, session: Peer, call: Call, send: Callable[[bytes], bool], /) -> bool:
        """Answer a typed call without violations and publish both; return False if the usual way must do it."""


class Asker(Protocol):
    """Asks other platforms before a call is answered (--ocpi)."""

    def question(self, session: Peer, call: Call, /) -> object | None:
        """Return the question that must be answered before the call; None if there is none, or no longer one."""

    def ask(self, question: object, then: Callable[[], None], /) -> None:
        """Ask the question; `then` is called when the answer has come, or when the time for it is over."""


class Host(Protocol):
    """The owner of sessions: gets all events, and decides what is answered."""

    def publish(self, event: Event) -> None:
        """Publish an event."""

    @property
    def world(self) -> World:
        """The source of new message ids."""

    @property
    def validation(self) -> Validation:
        """How strictly payloads are checked."""

    @property
    def short_way(self) -> Shortcut | None:
        """The shortcut for ordinary calls; None if every message takes the usual way."""

    @property
    def arrival(self) -> Arrival | None:
        """The delay or loss that a simulated network adds to messages of the peer; None without one."""

    @property
    def asker(self) -> Asker | None:
        """Asks other platforms before a call is answered; None if nobody is asked."""

    def prepared(self, session: Peer, call: Call) -> Prepared | None:
        """Return the remembered answer to a typed call without violations; None if `answer` must decide."""

    def reject(self, session: Peer, message: Error) -> Decision:
        """Return how to send `message` in answer to a message that is not a call."""

    def answer(self, session: Peer, call: Call, refusal: Error | None) -> Decision:
        """Return how to answer a call of the peer; `refusal` is the error for a wrong call, else None."""

    def command(self, session: Peer, call: Call) -> Decision:
        """Return how to send our own `call`."""

    def ended(self, session: Peer) -> None:
        """Note that the session has ended."""

"""All events, as frozen records. Console, logs and checks read this stream."""

from collections.abc import Sequence
from enum import StrEnum

from mock_csms.protocol.messages import Call, Malformed, Message
from mock_csms.protocol.records import Record
from mock_csms.protocol.schemas import Violation
from mock_csms.protocol.versions import DEFAULT, Version
from mock_csms.protocol.visitors import Visitor


class Event(Record):
    """The fields that all events have."""

    at: float
    """When it happened, in seconds since 1970 (UTC)."""
    station: str
    """The identity of the station, from its URL; may be empty."""


class Started(Event):
    """The mock has started to listen."""

    url: str
    """Its URL for stations."""
    seed: int
    """The seed of its random numbers: the same seed gives the same numbers again."""


class Reconfigured(Event):
    """The settings were read again and apply from now on."""


class TlsOffered(Event):
    """A client has sent a TLS ClientHello. `station` is empty in all TLS events, because no identity is known yet."""

    versions: tuple[str, ...]
    """The versions of TLS in the offer, such as `TLSv1.3`."""
    suites: tuple[str, ...]
    """The cipher suites in the offer, in the client's order, with the names of OpenSSL."""
    server_name: str
    """The host name in the offer (SNI); empty without one."""
    is_compressed: bool
    """Whether it offers TLS compression."""


class TlsAgreed(Event):
    """A TLS handshake has succeeded."""

    tls_version: str
    suite: str
    """The cipher suite."""
    certificate: str
    """A line about the certificate of the client; empty if it sent none."""
    doubt: str
    """Why the certificate is not trusted, although the client was accepted; empty if it is trusted."""
    fault: str
    """The fault that the mock added to the handshake; empty for none."""


class TlsFailed(Event):
    """A TLS handshake has failed, or an alert has ended a connection later."""

    reason: str
    """The reason in words."""
    by: str
    """The side that sent the alert: `station` or `mock`; empty without an alert."""
    alert: str
    """The name of the alert, such as `unknown_ca`; empty without an alert."""
    certificate: str
    """A line about the certificate of the client; empty if it sent none."""
    fault: str
    """The fault that the mock added to the handshake; empty for none."""


class Knocked(Event):
    """A client requests a WebSocket. The mock decides about it later."""

    visitor: Visitor
    version: Version = DEFAULT
    """The version of OCPP to be spoken if the client is accepted; the default if there is no common one."""


class Connected(Event):
    """A station completed its handshake."""

    subprotocol: str
    """The subprotocol that was agreed."""
    offered: tuple[str, ...]
    """The subprotocols that the station offered, in its order."""
    version: Version = DEFAULT


class Refused(Event):
    """A request for a connection was rejected."""

    reason: str
    status: int | None = None
    """The HTTP status of the answer; None if there was none."""
    is_handshake: bool = True
    """Whether it was a handshake for a WebSocket; False for other HTTP requests, and for anything that is not HTTP."""


class Breached(Event):
    """A peer broke the WebSocket protocol, and the connection ends because of it."""

    clause: str
    """The clause that it broke, such as `RFC 6455 8.1`."""
    problem: str
    """What the peer did wrong."""
    waited: float
    """How long the mock waited for something that did not come, in seconds; 0 if something wrong came."""


class Disconnected(Event):
    """A connection has ended."""

    code: int
    """The code of the close frame; 1006 if none came (RFC 6455, 7.1.5)."""
    reason: str


class Received(Event):
    """A message came from a station."""

    text: bytes
    """The message as it came."""
    message: Message | Malformed
    violations: Sequence[Violation] = ()
    """How it breaks its schema, worst first."""
    answers: Call | None = None
    """The open call of the mock that the message ends; None if it ends none.

    For a CALLRESULTERROR (OCPP 2.1) it is the call of the station whose CALLRESULT the message rejects.
    """
    binary: bool = False
    """Whether it came in a binary frame."""
    is_refused: bool = False
    """Whether the mock rejects it: a call gets a CALLERROR, an answer ends its command as failed."""
    version: Version = DEFAULT


class Lost(Event):
    """The mock lost a message of a station on purpose, because a setting says so."""

    received: Received
    """The event that would have happened otherwise."""
    fault: str
    """The rule with the fault that lost it."""


class Sent(Event):
    """A message was handed to the socket."""

    text: bytes
    """The message as it was sent."""
    message: Message
    """The message before a fault changed the `text`."""
    violations: Sequence[Violation]
    """How it breaks its schema, worst first."""
    answers: Call | None
    """The call of the station that it answers; None if it answers none."""
    rule: str
    """The user's rule that chose the answer; empty if none did."""
    fault: str
    """The user's rule with the fault that was applied; empty if there was none."""
    version: Version = DEFAULT


class FileRequested(Event):
    """A client requests a download or an upload. `station` is empty unless the path names a known station."""

    protocol: str
    """`http`, `https`, `ftp` or `sftp`."""
    method: str
    """The method: GET, HEAD, PUT or POST; for other protocols the most similar one."""
    path: str
    """The decoded path of the URL."""
    wanted: str
    """The requested part of the file, such as `bytes=100-`; empty for the whole file."""
    client: str
    """The address of the client."""
    fault: str
    """The fault that the mock applies; empty without one."""


class FileTransferred(Event):
    """A request for a file has ended. The first three fields are those of its `FileRequested`."""

    protocol: str
    method: str
    path: str
    outcome: str
    """`complete`, or the reason in words why the transfer is incomplete."""
    size: int
    """How many bytes were transferred."""
    sha256: str
    """The SHA-256 of these bytes in hexadecimal digits; empty without bytes, or if they came in another order."""
    kept: str
    """The path below --files under which an upload was stored; empty if it was not."""
    seconds: float
    """How long it took."""
    fault: str
    """The fault that the mock applied; empty without one."""


COMPLETE = "complete"
"""The outcome of a transfer that succeeded."""


class Spoiled(Event):
    """A fault is applied to a message of the mock."""

    fault: str
    """The rule with the fault."""
    message: Message
    """The command or the answer, before the fault."""
    answers: Call | None
    """The call of the station that it answers; None for a command."""


LOSS = "--loss"
"""The prefix of the name of the rule that loses messages at random, in both directions."""


def is_loss(event: Event) -> bool:
    """Return whether an event reports that the mock lost a message at random, because a setting says so."""
    return isinstance(event, Lost) or (isinstance(event, Spoiled) and LOSS in event.fault)


class Unanswered(Event):
    """A command ended without an answer, because of a time-out or the end of the connection."""

    call: Call
    reason: str


class Judged(Event):
    """The outcome of an expectation is known. `station` is empty if no station came that the expectation applies to."""

    expectation: str
    outcome: str
    """`met`, `exceeded` (it happened too often), `missed`, `forbidden` (it happened at all), or `not reached`.

    An expectation with an upper bound is met only at the end of the run. `not reached` is an expectation that was still
    open when the run ended early, because another one was exceeded or something forbidden happened.
    """


class Severity(StrEnum):
    """How severe a finding is: INFO is information, a WARNING should not happen, an ERROR must not happen."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"

    @property
    def rank(self) -> int:
        """A number for comparisons: the more severe, the greater."""
        return list(Severity).index(self)


class Finding(Event):
    """A conformance check has found something wrong."""

    check: str
    """The id of the check."""
    requirement: str
    """The clause that the station broke."""
    severity: Severity
    problem: str
    """What is wrong, in one line."""
    messages: tuple[str, ...]
    """The ids of the messages concerned."""
    why: str = ""
    """Why the severity differs from that of the check; empty if it does not."""


class Noted(Event):
    """A note for people."""

    note: str


class Failed(Event):
    """An error in the mock itself, which continues to run."""

    problem: str
    """What went wrong, in one line."""

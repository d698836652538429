"""Checks of the handshake (T): its path and its headers. `connections.py` has the checks of connections.

`v2/handshakes.py` has the rules of OCPP 2.x for the identity and the credentials.
"""

import re
from collections.abc import Sequence

from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import ERROR, EVERY, INFO, WARNING, CheckResult, Subject
from mock_csms.protocol.versions import SUBPROTOCOLS
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.events import Knocked
from mock_csms.twin.seen import Seen, when

TRANSPORT = Subject("transport")
WEBSOCKET = TRANSPORT.of(EVERY)
"""The subject for checks of WebSocket rules, which are the same for every subprotocol."""

_SUBPROTOCOL = re.compile(r"ocpp\d+\.\d+(\.\d+)?")
_SEGMENT = re.compile(r"([A-Za-z0-9\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})*")
"""A segment of a path in which no character needs percent-encoding (RFC 3986, 3.3)."""
_UNFIT = re.compile(r"[^!-~]")
"""A character that is not allowed anywhere in a path."""


def visitor_of(seen: Seen) -> Visitor | None:
    """Return the visitor that requests a WebSocket; None for any other request."""
    visitor = seen.event_as(Knocked).visitor
    return visitor if visitor.wants_websocket else None


@TRANSPORT.check("T01", "Part 4 3.1.2", ERROR, "the handshake offers a subprotocol of OCPP", when("knocked"))
def offers_ocpp(seen: Seen, _: StationFacts) -> CheckResult:
    """Report a handshake without a subprotocol of the form ocppX.Y."""
    visitor = visitor_of(seen)
    if visitor is None or any(_SUBPROTOCOL.fullmatch(name) for name in visitor.offered):
        return None
    if "Sec-WebSocket-Protocol" in visitor.problem:  # T09
        return None
    return f"no subprotocol of OCPP is offered (offered: {_names(visitor)})"


@TRANSPORT.check(
    "T02", "Part 4 3.1.2", ERROR, "the handshake offers a version of OCPP that the mock speaks", when("knocked")
)
def offers_this_version(seen: Seen, station: StationFacts) -> CheckResult:
    """Report a handshake that offers only versions of OCPP that the mock does not speak."""
    visitor, spoken = visitor_of(seen), _subprotocols(station.terms.spoken)
    if visitor is None or any(name in visitor.offered for name in spoken):
        return None
    is_other = any(_SUBPROTOCOL.fullmatch(name) for name in visitor.offered)
    return f"{' or '.join(spoken)} is not offered (offered: {_names(visitor)})" if is_other else None


def _subprotocols(versions: Sequence[str]) -> Sequence[str]:
    """Return the preferred subprotocol of each version with one of these names."""
    return [next(name for name, its in SUBPROTOCOLS.items() if its.name == version) for version in versions]


def _names(visitor: Visitor) -> str:
    return ", ".join(visitor.offered) or "nothing"


@TRANSPORT.check(
    "T04", "Part 4 3.1.1", WARNING, "the identity in the URL is percent-encoded where necessary", when("knocked")
)
def encodes_its_identity(seen: Seen, _: StationFacts) -> CheckResult:
    """Report a character in the path that must be percent-encoded."""
    visitor = visitor_of(seen)
    raw = "" if visitor is None else visitor.segment
    if visitor is not None and _UNFIT.search(visitor.path):
        return f"the path is {visitor.path[:100]!r}, which is not percent-encoded"
    return None if _SEGMENT.fullmatch(raw) else f"the path ends with {raw[:60]!r}, which is not percent-encoded"


# The handshake.


@WEBSOCKET.check("T09", "RFC 6455 4.1", ERROR, "the opening handshake is valid", when("knocked"))
def shakes_hands(seen: Seen, _: StationFacts) -> CheckResult:
    """Report a wrong method or version, or a wrong or missing Host, Upgrade, Connection or Sec-WebSocket header.

    Requests for anything else are reported too: TLS, SOAP, or a request that is never complete.
    """
    problem = seen.event_as(Knocked).visitor.problem
    return f"invalid opening handshake: {problem}" if problem else None


@TRANSPORT.check("T10", "Part 4 3.3", INFO, "the station offers compression", when("knocked"))
def offers_compression(seen: Seen, station: StationFacts) -> CheckResult:
    """Report, as an info, that a station offers permessage-deflate, once per station: the CSMS must accept it."""
    visitor, before = visitor_of(seen), station.connections.visitor
    is_known = before is not None and "permessage-deflate" in before.extensions
    if visitor is None or is_known or "permessage-deflate" not in visitor.extensions:
        return None
    return f"compression is offered: {visitor.extensions[:100]}"

"""Checks of messages that are never answered, and of tokens (checks R21 and A09)."""

from functools import cache

from mock_csms.conformance.common.rpc import RPC, is_send_as_call
from mock_csms.conformance.facts.v2.v21 import KnownStation21
from mock_csms.conformance.subject import ERROR, OF_V21, WARNING, CheckResult, broken
from mock_csms.conformance.v2.authorization import AUTHORIZATION
from mock_csms.protocol.v2.identifiers import TOKEN_TYPES_OF_21
from mock_csms.protocol.versions import V201
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, when
from mock_csms.twin.v2.occasions import driven

_WITH_TOKEN = (call("Authorize", "BatterySwap"), driven())


@RPC.of(OF_V21).check(
    "R21",
    "2.1 Part 4 4.2",
    ERROR,
    "NotifyPeriodicEventStream is a SEND, and every other call is a CALL",
    broken(call(), when("send")),
    any_payload=True,
)
def is_sent_right(seen: Seen, _: KnownStation21) -> CheckResult:
    """Report a NotifyPeriodicEventStream that is sent as a CALL, and a SEND with another action."""
    if is_send_as_call(seen):
        return f"{seen.action} is sent as a CALL"
    first = next(iter(seen.event_as(Received).violations), None)
    is_wrong = seen.kind == "send" and first is not None and not first.is_of_payload
    return f"{seen.action[:60]} is sent as a SEND" if is_wrong else None


@AUTHORIZATION.of(OF_V21).check(
    "A09",
    "2.1 Part 2 appendices 7",
    WARNING,
    "the type of an idToken is one of the specification",
    *_WITH_TOKEN,
)
def token_type_is_known(seen: Seen, _: KnownStation21) -> CheckResult:
    """Report a type of an idToken that is not in the list; the schema of 2.1 allows any text."""
    token = seen.payload.get("idToken")
    is_wrong = token is not None and token["type"] not in _known_types()
    return f"{token['type']} is no type of an idToken" if token and is_wrong else None


@cache
def _known_types() -> frozenset[str]:
    return frozenset((*V201.schemas.values("AuthorizeRequest", "idToken", "type"), *TOKEN_TYPES_OF_21))

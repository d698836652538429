"""Check of signed messages (R19)."""

from base64 import urlsafe_b64decode
from typing import Any

import orjson

from mock_csms.conformance.common.rpc import RPC, shown
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import INFO, CheckResult, broken
from mock_csms.conformance.v2.rules import RULES
from mock_csms.twin.seen import Seen, call


@RPC.check("R19", "Part 4 7", INFO, "messages are signed only by agreement", broken(call()))
def is_not_signed(seen: Seen, _: KnownStation) -> CheckResult:
    """Report, as an info, a signed message, with the readable part of its content."""
    if not seen.action.endswith(RULES.signed):
        return None
    return f"{shown(seen.action)} is a signed message, {_unwrapped(seen.payload)}"


def _unwrapped(payload: Any) -> str:
    """Describe the content of a signature (RFC 7515)."""
    text = payload.get("payload") if isinstance(payload, dict) else None
    try:
        inner = orjson.loads(urlsafe_b64decode(f"{text}==="))
    except ValueError:  # bad base64 and bad JSON both raise ValueError
        return "with unreadable content"
    return f"with {', '.join(inner)[:100] or 'nothing'}" if isinstance(inner, dict) else "with unknown content"

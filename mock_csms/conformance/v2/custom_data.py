"""Check of customData (R17)."""

from mock_csms.conformance.common.payloads import of
from mock_csms.conformance.common.rpc import RPC
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import ERROR, CheckResult, broken
from mock_csms.conformance.v2.rules import CUSTOM
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, result, when


@RPC.check("R17", "Part 4 9", ERROR, "customData has a vendorId", broken(call(), result(), when("send")))
def names_its_vendor(seen: Seen, _: KnownStation) -> CheckResult:
    """Report customData without a vendorId, or with a vendorId that is too long or not a text."""
    if not isinstance(seen.payload, dict):
        return None
    mine = [
        each for each in seen.event_as(Received).violations if each.is_of_payload and CUSTOM in each.path.split(".")
    ]
    found = [str(each) for each in mine if not each.path.endswith(CUSTOM) or "null" not in each.message]
    return f"{of(seen)}: {'; '.join(found[:3])}" if found else None

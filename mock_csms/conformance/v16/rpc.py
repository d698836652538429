"""Checks of messages of OCPP 1.6, beyond those of every version (checks 6R)."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import INFO, OF_V16, WARNING, CheckResult, Subject
from mock_csms.twin.events import Received
from mock_csms.twin.seen import Seen, call, result

RPC = Subject("RPC", OF_V16, "v16")
_TEXTS = {
    "BootNotification": ("chargePointSerialNumber", "chargeBoxSerialNumber", "firmwareVersion", "iccid", "imsi"),
    "StatusNotification": ("info", "vendorId", "vendorErrorCode"),
}
"""Optional texts of frequent messages."""


@RPC.check("6R11", "OCPP-J 1.6 4.2.1, 4.2.2", INFO, "an empty payload is {}, not null", call(), result())
def writes_braces(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report null in place of an empty payload: it is allowed, but {} is recommended."""
    event = seen.event
    if seen.payload or not isinstance(event, Received):
        return None
    is_null = event.text.rstrip().removesuffix(b"]").rstrip().endswith(b"null")
    return f"{seen.action}: the payload is null; {{}} is recommended" if is_null else None


@RPC.check(
    "6R12", "1.6 errata 3.38, 3.39", WARNING,
    "SetChargingProfile for an unknown connector gets a CALLERROR",
    result("SetChargingProfile"),
)  # fmt: skip
def refuses_unknown_connectors(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a CALLRESULT for a connector above NumberOfConnectors."""
    number = seen.request["connectorId"]
    return f"connector {number} does not exist: {seen.payload['status']}" if station.is_unknown(number) else None


@RPC.check("6R14", "1.6 6", INFO, "optional texts are left out, not empty", call(*_TEXTS))
def leaves_out_texts(seen: Seen, _: KnownStation16) -> CheckResult:
    """Report empty texts, which no clause forbids; some CSMS reject them."""
    empty = [name for name in _TEXTS[seen.action] if seen.payload.get(name) == ""]
    return f"{', '.join(empty)}: an empty text" if empty else None

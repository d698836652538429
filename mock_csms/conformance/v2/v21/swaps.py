"""Checks of battery swaps (checks W)."""

from mock_csms.conformance.facts.v2.v21 import KnownStation21
from mock_csms.conformance.subject import ERROR, OF_V21, WARNING, CheckResult, Subject
from mock_csms.twin.seen import Seen, call

SWAPS = Subject("battery swaps", OF_V21)


@SWAPS.check("W01", "2.1 S02.FR.02", ERROR, "the messages of a requested swap have its requestId", call("BatterySwap"))
def has_its_request(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report the first message with the idToken of a requested swap and another requestId."""
    asked, id_ = station.swaps.asked, seen.payload["requestId"]
    if asked is None or asked["requestId"] == id_:
        return None
    own, its = seen.payload["idToken"]["idToken"], asked["idToken"]["idToken"]
    if own.casefold() != its.casefold() or id_ in station.swaps.inside:
        return None
    return f"the swap of {own} has the requestId {id_}, and was requested with {asked['requestId']}"


@SWAPS.check("W02", "2.1 S03.FR.07", WARNING, "a battery comes in before one goes out", call("BatterySwap"))
def comes_in_first(seen: Seen, station: KnownStation21) -> CheckResult:
    """Report BatteryOut or BatteryOutTimeout without BatteryIn, unless SwapOrder says that a battery goes out first."""
    kind, id_ = seen.payload["eventType"], seen.payload["requestId"]
    order = station.variables.text("BatterySwapCtrlr", "SwapOrder") or ""
    if kind == "BatteryIn" or id_ in station.swaps.inside or order.lower().startswith("out"):
        return None
    return f"{kind} of swap {id_} comes without BatteryIn" if station.boots.count else None

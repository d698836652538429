"""What messages of OCPP 1.6 say about the local authorization list of a station."""

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin


def sent(seen: Seen, twin: Twin) -> None:
    """The station answered a list. Its version after an empty list is not known."""
    local_list, request, status = twin.local_list, seen.request, seen.payload["status"]
    if status == "Accepted":
        is_full = request["updateType"] == "Full" or request["listVersion"] > (local_list.version or 0)
        is_sure = is_full and request.get("localAuthorizationList")
        local_list.version = request["listVersion"] if is_sure else None
    elif status == "Failed":
        local_list.version = None


def told(seen: Seen, twin: Twin) -> None:
    """The station reported its version."""
    twin.local_list.version = seen.payload["listVersion"]


def forget(seen: Seen, twin: Twin) -> None:
    """The station may have lost its list at a reboot, or accepted a list without a readable answer."""
    if seen.kind == "call" or seen.action == "SendLocalList":
        twin.local_list.version = None

"""Updates the local authorization list in the twin with messages of OCPP 1.6."""

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin


def sent(seen: Seen, twin: Twin) -> None:
    """Note the answer to a SendLocalList. After an empty list the version is unknown."""
    local_list, request, status = twin.local_list, seen.request, seen.payload["status"]
    if status == "Accepted":
        is_full = request["updateType"] == "Full" or request["listVersion"] > (local_list.version or 0)
        is_sure = is_full and request.get("localAuthorizationList")
        local_list.version = request["listVersion"] if is_sure else None
    elif status == "Failed":
        local_list.version = None


def reported(seen: Seen, twin: Twin) -> None:
    """Note the version that the station has reported."""
    twin.local_list.version = seen.payload["listVersion"]


def forget(seen: Seen, twin: Twin) -> None:
    """Forget the version: a reboot may have deleted the list, or an update without a readable answer changed it."""
    if seen.kind == "call" or seen.action == "SendLocalList":
        twin.local_list.version = None

"""What messages of OCPP 2.x tell of the local authorization list of a station."""

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin


def sent(seen: Seen, twin: Twin) -> None:
    """It took a list; what an empty one does to the version, the specification leaves open (D01.FR.04, D01.FR.05)."""
    local_list = twin.local_list
    if seen.payload["status"] == "Accepted":
        request, version = seen.request, local_list.version
        is_wrong = request["updateType"] == "Differential" and request["versionNumber"] <= (version or 0)  # D01.FR.19
        is_sure = request.get("localAuthorizationList") and not is_wrong
        local_list.version = request["versionNumber"] if is_sure else None
    elif seen.payload["status"] == "Failed":
        local_list.version = None


def told(seen: Seen, twin: Twin) -> None:
    """It told the version."""
    twin.local_list.version = seen.payload["versionNumber"]


def forget(seen: Seen, twin: Twin) -> None:
    """It may have lost its list at a reboot (D01.FR.10), or may have taken one that nobody knows of."""
    if seen.kind == "call" or seen.action == "SendLocalList":
        twin.local_list.version = None

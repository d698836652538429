"""Updates the local authorization list in the twin with messages of OCPP 2.x."""

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin


def sent(seen: Seen, twin: Twin) -> None:
    """Note the answer to a SendLocalList.

    After an empty list the version is unknown, because the specification does not set it.

    See D01.FR.04 and D01.FR.05.
    """
    local_list = twin.local_list
    if seen.payload["status"] == "Accepted":
        request, version = seen.request, local_list.version
        is_wrong = request["updateType"] == "Differential" and request["versionNumber"] <= (version or 0)  # D01.FR.19
        is_sure = request.get("localAuthorizationList") and not is_wrong
        local_list.version = request["versionNumber"] if is_sure else None
    elif seen.payload["status"] == "Failed":
        local_list.version = None


def reported(seen: Seen, twin: Twin) -> None:
    """Note the version that the station has reported."""
    twin.local_list.version = seen.payload["versionNumber"]


def forget(seen: Seen, twin: Twin) -> None:
    """Forget the version: a reboot may have deleted the list (D01.FR.10), or an unanswered update changed it."""
    if seen.kind == "call" or seen.action == "SendLocalList":
        twin.local_list.version = None

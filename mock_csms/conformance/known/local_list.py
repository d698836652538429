"""What is known of the local authorization list of a station: its version, where that is sure."""

from typing import TYPE_CHECKING

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, result, when
from mock_csms.protocol.records import Mutable

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

LOCAL_LIST = Subject("local list")


class LocalList(Mutable):
    """version: the one that was sent or told last; None where it is not known."""

    version: int | None = None


@LOCAL_LIST.learn(result("SendLocalList"))
def sent(seen: Seen, known: "Known") -> None:
    """It took a list; what an empty one does to the version, the specification leaves open (D01.FR.04, D01.FR.05)."""
    if seen.payload["status"] == "Accepted":
        request, version = seen.request, known.local_list.version
        is_wrong = request["updateType"] == "Differential" and request["versionNumber"] <= (version or 0)  # D01.FR.19
        is_sure = request.get("localAuthorizationList") and not is_wrong
        known.local_list.version = request["versionNumber"] if is_sure else None
    elif seen.payload["status"] == "Failed":
        known.local_list.version = None


@LOCAL_LIST.learn(result("GetLocalListVersion"))
def told(seen: Seen, known: "Known") -> None:
    """It told the version."""
    known.local_list.version = seen.payload["versionNumber"]


@LOCAL_LIST.learn(call("BootNotification"), when("spoiled", "unanswered"), any_payload=True)
def forget(seen: Seen, known: "Known") -> None:
    """It may have lost its list at a reboot (D01.FR.10), and may have taken one that nobody knows of."""
    if seen.kind == "call" or seen.action == "SendLocalList":
        known.local_list.version = None

"""What is known of the resets that a station has agreed to."""

from typing import TYPE_CHECKING

from mock_csms.conformance.seen import Seen
from mock_csms.conformance.subject import Subject, call, result
from mock_csms.protocol.records import Mutable, field

if TYPE_CHECKING:
    from mock_csms.conformance.known import Known

RESETS = Subject("resets")


class Resets(Mutable):
    """The reset that is to come.

    status, kind: how the last Reset of the whole station was answered, and its type, until it boots. agreed_at: when.
    firmware: whether it has said that it reboots to install firmware. ending: the transactions that an immediate reset
    has to end. evse_at: when the reset of an EVSE was accepted.
    """

    status: str = ""
    kind: str = ""
    agreed_at: float = 0.0
    is_for_firmware: bool = False
    ending: set[str] = field(default_factory=set)
    evse_at: float | None = None

    @property
    def is_under_way(self) -> bool:
        """Whether the station has said that it resets now."""
        return self.status == "Accepted"


@RESETS.learn(result("Reset"))
def answered(seen: Seen, known: "Known") -> None:
    """It has answered a Reset."""
    resets, status, evse = known.resets, seen.payload["status"], seen.request.get("evseId")
    if status == "Rejected":
        return
    if seen.request["type"] == "Immediate" and status == "Accepted":
        resets.ending = {each.id for each in known.transactions.open_at(evse)}
    if evse is None:
        resets.status, resets.kind, resets.agreed_at = status, seen.request["type"], seen.at
    elif status == "Accepted":
        resets.evse_at = seen.at


@RESETS.learn(call("FirmwareStatusNotification"))
def installed(seen: Seen, known: "Known") -> None:
    """It may say that it reboots for firmware."""
    known.resets.is_for_firmware = seen.payload["status"] == "InstallRebooting"


@RESETS.learn(call("BootNotification"))
def booted(seen: Seen, known: "Known") -> None:
    """It boots; a triggered boot is none."""
    resets = known.resets
    if seen.payload["reason"] != "Triggered":
        resets.status, resets.is_for_firmware, resets.evse_at = "", False, None


@RESETS.learn(call("TransactionEvent"))
def ended(seen: Seen, known: "Known") -> None:
    """A transaction has ended that a reset was to end."""
    if known.resets.ending and seen.payload["eventType"] == "Ended":
        known.resets.ending.discard(seen.payload["transactionInfo"]["transactionId"])

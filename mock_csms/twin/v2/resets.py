"""Updates the resets in the twin with messages of OCPP 2.x."""

from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin


def answered(seen: Seen, twin: Twin) -> None:
    """Note the answer to a Reset."""
    resets, status, evse = twin.resets, seen.payload["status"], seen.request.get("evseId")
    if status == "Rejected":
        return
    if seen.request["type"] == "Immediate" and status == "Accepted":
        resets.ending = {each.id for each in twin.transactions.open_at(evse)}
    if evse is None:
        resets.status, resets.kind, resets.agreed_at = status, seen.request["type"], seen.at
        resets.due_at = seen.at
    elif status == "Accepted":
        resets.evse_at = seen.at


def installed(seen: Seen, twin: Twin) -> None:
    """Note a firmware status, which may announce a reboot."""
    twin.resets.is_for_firmware = seen.payload["status"] == "InstallRebooting"


def booted(seen: Seen, twin: Twin) -> None:
    """Note a boot. A triggered boot does not end a reset."""
    resets = twin.resets
    if seen.payload["reason"] != "Triggered":
        resets.status, resets.is_for_firmware, resets.evse_at = "", False, None


def ended(seen: Seen, twin: Twin) -> None:
    """Note that a transaction has ended; a reset may have waited for it."""
    twin.resets.due_at = seen.at
    twin.resets.ending.discard(seen.payload["transactionInfo"]["transactionId"])

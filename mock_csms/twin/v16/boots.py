"""Updates the boots and resets in the twin with messages of OCPP 1.6."""

from mock_csms.protocol.messages import Call
from mock_csms.twin.common.boots import MOST_COMMANDS
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin
from mock_csms.twin.v16.answers import asks_for

_INTERVAL = "heartbeatinterval"


def asked(seen: Seen, twin: Twin) -> None:
    """Note a boot. It has no reason: the same payload again may only mean a reconnect (OCPP-J 1.6, 5.4)."""
    boots = twin.boots
    boots.before = boots.before if boots.status is None else boots.status
    is_other = bool(twin.resets.status) or (seen.payload != boots.asked and not boots.is_triggered)
    boots.is_new = not boots.is_repeated or is_other
    boots.count, boots.asked, boots.asked_at, boots.status = boots.count + 1, seen.payload, seen.at, None
    boots.is_triggered = boots.trigger in boots.commanded  # before its answer, another boot has crossed the trigger
    twin.resets.status = ""
    if boots.is_repeated:
        boots.asked_for.clear()


def commanded(seen: Seen, twin: Twin) -> None:
    """Note a command, which may request messages, even if a fault has spoiled it."""
    message, boots = seen.message, twin.boots
    if not isinstance(message, Call) or not isinstance(message.payload, dict):
        return
    if len(boots.commanded) < MOST_COMMANDS:
        boots.commanded[message.id] = boots.status
    action = asks_for(message.action, message.payload)
    if action is not None:
        if action == "BootNotification":
            boots.is_triggered, boots.trigger = True, message.id
        boots.asked_for.add(action)


def was_set(seen: Seen, twin: Twin) -> None:
    """Note that the station has accepted another heartbeat interval."""
    if seen.request["key"].lower() == _INTERVAL and seen.payload["status"] == "Accepted":
        value = seen.request["value"]
        if value.isascii() and value.isdecimal() and int(value) > 0:
            twin.boots.heartbeat = float(value)


def resets(seen: Seen, twin: Twin) -> None:
    """Note the answer to a Reset. A hard reset ends the transactions at once (OCPP 1.6, 5.14)."""
    if seen.payload["status"] == "Accepted":
        known = twin.resets
        known.status, known.kind, known.agreed_at = "Accepted", seen.request["type"], seen.at
        known.ending = set(twin.transactions.running)

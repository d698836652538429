"""Checks of boots, resets, and what follows them in OCPP 1.6 (checks 6B)."""

from mock_csms.conformance.facts.clock import mock_time_of
from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import ERROR, INFO, OF_V16, WARNING, CheckResult, Done, Due, Later, Subject, Wrong
from mock_csms.twin.seen import Seen, call, error, response, result, when

PROVISIONING = Subject("provisioning", OF_V16, "v16")
BOOT, STATUS, START, STOP = "BootNotification", "StatusNotification", "StartTransaction", "StopTransaction"
CLOSED = ("Unavailable", "Faulted")
"""The statuses of a connector that nobody can use."""
_DAY = 86400.0


@PROVISIONING.check(
    "6B03", "1.6 4.2", ERROR, "a Rejected station does not answer commands", result(), error(), any_payload=True
)
def answers_nothing_while_rejected(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report an answer to a command that was sent while the station was Rejected; B03 reports its calls."""
    boots = station.boots
    is_wrong = boots.status == "Rejected" and boots.interval and boots.commanded.get(seen.id) == "Rejected"
    return f"{seen.action} was answered, although the station is Rejected" if is_wrong else None


@PROVISIONING.check(
    "6B05", "1.6 errata 3.22", ERROR, "after a boot the status of connector 0 and of every connector is reported",
    response(BOOT),
)  # fmt: skip
def reports_after_boots(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report the connectors without a status after the boot was accepted."""
    boots = station.boots
    is_meant = seen.payload["status"] == "Accepted" and boots.count and boots.is_new
    return Later("", station.terms.patience) if is_meant else None


@PROVISIONING.deadline("6B05")
def miss_after_boots(_: Due, station: KnownStation16) -> CheckResult:
    """Name the missing connectors, unless the mock has refused a message: it may have been a status."""
    if station.exchanges.is_troubled:
        return None
    missing = [str(each) for each in [0, *station.numbers] if station.reported_at(each) < station.boots.up_at]
    has_any = any(at >= station.boots.up_at for at in station.connectors.reported_at.values())
    text = f"no status of connector {', '.join(missing)} came after the boot"
    return (text if has_any else "no status of any connector came after the boot") if missing else None


@PROVISIONING.check(
    "6B06", "1.6 3.8", ERROR, "connectors are numbered from 1 to NumberOfConnectors",
    call(STATUS, START, "MeterValues"),
)  # fmt: skip
def numbers_its_connectors(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a negative connectorId, or one above NumberOfConnectors."""
    number = seen.payload["connectorId"]
    if number < 0:
        return f"connectorId is {number}"
    told = station.number("NumberOfConnectors")
    return f"connectorId is {number}, but NumberOfConnectors is {told:g}" if station.is_unknown(number) else None


@PROVISIONING.check(
    "6B08", "OCPP-J 1.6 5.3", WARNING, "at least one Heartbeat is sent a day", response(BOOT), when("connected")
)
def beats_daily(_: Seen, __: KnownStation16) -> CheckResult:
    """Report a day without a Heartbeat: WebSocket pings do not replace it, because its answer sets the clock."""
    return Later("", _DAY)


@PROVISIONING.deadline("6B08")
def did_not_beat(due: Due, station: KnownStation16) -> CheckResult:
    """Judge a day without a Heartbeat, and set the deadline again."""
    boots, limit = station.boots, _DAY + station.terms.tolerance
    since = max(boots.beat_at, boots.accepted_at or 0.0, station.connections.opened_at)
    if since + limit > due.at:
        return Later("", since + limit - due.at)
    return [Later("", limit), *(["no Heartbeat for a day"] if boots.is_accepted else [])]


@PROVISIONING.check(
    "6B09", "1.6 4.9, 5.2", ERROR, "connectors set Inoperative are still Unavailable after a reboot", call(STATUS)
)
def stays_closed(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report the first status after a boot if the connector was set Inoperative before and is usable now.

    An order that waited for a transaction counts only if the connector was Unavailable before the boot.
    """
    number, status, boots = seen.payload["connectorId"], seen.payload["status"], station.boots
    order = station.orders.availability.get(number) or station.orders.availability.get(0)
    if order is None or not order.is_closed or status in CLOSED or boots.accepted_at is None or not boots.is_new:
        return None
    is_first = station.reported_at(number) < boots.accepted_at and order.at < boots.asked_at
    is_sure = not order.is_scheduled or station.status_of(number) == "Unavailable"
    return f"connector {number} is {status} after the boot, but was set Inoperative" if is_first and is_sure else None


@PROVISIONING.check(
    "6B10", "1.6 4.9", ERROR, "a connector whose status changed offline is reported afterwards",
    call(START, STOP, STATUS),
)  # fmt: skip
def reports_changes(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a missing status after an outage, if the connector was Available before and a transaction has begun."""
    if seen.action == STATUS:
        return Done(seen.payload["connectorId"])
    if seen.action == STOP:
        transaction = station.transactions.by_id.get(str(seen.payload["transactionId"]))
        return Done(transaction.evse) if transaction else None
    number, at = seen.payload["connectorId"], mock_time_of(seen.payload["timestamp"], station)
    connections = station.connections
    is_offline = at is not None and connections.outages and connections.is_outage(at, station.terms.tolerance)
    is_old = station.status_of(number) == "Available" and station.reported_at(number) < connections.opened_at
    if not is_offline or not is_old or station.boots.asked_at >= connections.opened_at:
        return None
    return Later(f"connector {number} began to charge offline, but no status came", station.terms.patience, number)


@PROVISIONING.check("6B11", "1.6 5.14", ERROR, "an Accepted Reset reboots the station", result("Reset"), call(BOOT))
def reboots(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report that the connection stays open after an accepted Reset."""
    if seen.kind == "call":
        return Done()
    text = "no reboot after the accepted Reset: the connection is still open"
    return Later(text, station.terms.patience) if seen.payload["status"] == "Accepted" else None


@PROVISIONING.check(
    "6B12", "1.6 5.14", ERROR, "transactions that a Reset ends have the reason SoftReset or HardReset",
    call(STOP), response(BOOT),
)  # fmt: skip
def ends_by_reset(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report a wrong stop reason after a Reset, or a transaction that is not stopped; after a Hard reset that is a

    warning.
    Silent about transactions that ended before the answer to the Reset.
    """
    resets, given = station.resets, station.commands.agreed.get("Reset")
    if not resets.ending or given is None:
        return None
    if seen.kind == "response":
        is_up = seen.payload["status"] == "Accepted" and station.boots.asked_at > given.at
        return _must_end(station) if is_up else None
    id_, reason, at = (
        str(seen.payload["transactionId"]),
        seen.payload.get("reason"),
        mock_time_of(seen.payload["timestamp"], station),
    )
    wanted = f"{resets.kind}Reset"
    if id_ not in resets.ending or at is None or at < given.at - station.terms.tolerance or reason == wanted:
        return Done(id_)
    return Done(id_), f"transaction {id_} ends with {reason or 'no reason'} after the Reset, not with {wanted}"


def _must_end(station: KnownStation16) -> CheckResult:
    """Set a deadline for each transaction that the Reset has to end."""
    text = "transaction {} ran before the Reset, but was not stopped"
    return [Later(text.format(id_), station.terms.patience, id_) for id_ in station.resets.ending]


@PROVISIONING.deadline("6B12")
def was_not_ended(due: Due, station: KnownStation16) -> CheckResult:
    """Judge a transaction that was not stopped after a reset."""
    is_soft = station.resets.kind == "Soft"
    return due.text if is_soft else Wrong(due.text, severity=WARNING, why="a hard reset may be too sudden")


@PROVISIONING.check(
    "6B13", "1.6 errata 3.35", INFO, "an Accepted station rejects the trigger of a BootNotification",
    result("TriggerMessage", "ExtendedTriggerMessage"),
)  # fmt: skip
def boots_no_more(seen: Seen, station: KnownStation16) -> CheckResult:
    """Report Accepted for a trigger of BootNotification, if the station is accepted already."""
    is_it = seen.request["requestedMessage"] == BOOT and seen.payload["status"] == "Accepted"
    is_up = station.boots.is_accepted and station.boots.commanded.get(seen.id) == "Accepted"
    return "the trigger of a BootNotification is Accepted, although the station is" if is_it and is_up else None

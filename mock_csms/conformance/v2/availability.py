"""Checks of ChangeAvailability, UnlockConnector and the statuses of connectors (checks G)."""

from mock_csms.conformance.facts.v2.availability import CLOSED, AvailabilityOrder, place_of
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.lessons.v2.reports import connectors_of
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Done, Due, Later, Subject
from mock_csms.conformance.v2.resets import has_ended
from mock_csms.conformance.v2.statuses import name, reopened
from mock_csms.twin.connectors import Connector, may_mean
from mock_csms.twin.seen import Seen, call, result
from mock_csms.twin.transactions import Transaction
from mock_csms.twin.v2.connectors import current_in, statuses_in

AVAILABILITY = Subject("availability")
CHANGE, STATUS, NOTIFY, EVENT = "ChangeAvailability", "StatusNotification", "NotifyEvent", "TransactionEvent"
_STATUSES = {"Available", "Occupied", "Reserved", "Unavailable", "Faulted"}
_INSTANT = 0.001
_FREE, _USABLE = {"Available", "Reserved"}, {"Available", "Occupied", "Reserved"}


def _connectors(place: Connector, station: KnownStation) -> list[Connector]:
    """Return the connectors that a command affects."""
    evse, number = place
    return [each for each in sorted(connectors_of(station)) if evse in (0, each[0]) and number in (0, each[1])]


def _status(place: Connector, station: KnownStation) -> str | None:
    """Return the last status that a connector reported, or else its AvailabilityState in a report of variables."""
    reported = station.variables.values.get(("Connector", "", *place, "AvailabilityState", ""))
    return station.connectors.statuses.get(place, reported)


def _running(place: Connector, station: KnownStation) -> list[Transaction]:
    """Return the transactions that a command affects."""
    running = station.transactions.open_at(place[0] or None)
    return [each for each in running if place[1] in (0, each.connector)]


def _changing(seen: Seen, station: KnownStation) -> list[Connector]:
    """Return the connectors that must report a new status because this command was Accepted."""
    place, is_closed = place_of(seen.request), seen.request["operationalStatus"] == "Inoperative"
    if seen.payload["status"] != "Accepted" or _running(place, station):
        return []
    closed = [order for at, order in station.availability.places.items() if at != place and order.is_closed]
    if closed and not is_closed:
        return []  # another order may keep them closed
    was = _FREE if is_closed else {"Unavailable"}
    return [each for each in _connectors(place, station) if _status(each, station) in was]


def _until_changed(seen: Seen, station: KnownStation, least: int) -> Later | None:
    """Set a deadline for the connectors that must change, if there are at least `least`."""
    changing = _changing(seen, station)
    return Later("", station.terms.patience, (place_of(seen.request), *changing)) if len(changing) >= least else None


def _unchanged(due: Due, station: KnownStation) -> list[str]:
    """Return the connectors of a deadline that have not reported a new status, not even under a wrong number (B08)."""
    availability, connectors, since = station.availability, due.key[1:], due.at - station.terms.patience - _INSTANT
    order = availability.places.get(due.key[0])
    if order is None or availability.count != order.number:
        return []
    changes = availability.closed_at if order.is_closed else availability.opened_at
    changed = [place for place, at in changes.items() if at >= since]
    return [
        name(each) for each in connectors if each not in changed and not any(may_mean(place, each) for place in changed)
    ]


@AVAILABILITY.check(
    "G01",
    "G01.FR.07, G03.FR.04",
    ERROR,
    "a connector reports its status after ChangeAvailability",
    result(CHANGE),
)
def reports_changed_statuses(seen: Seen, station: KnownStation) -> CheckResult:
    """Report that no connector has reported its new status. If only some have, G04 reports that."""
    return _until_changed(seen, station, 1)


@AVAILABILITY.deadline("G01")
def nothing_changed(due: Due, station: KnownStation) -> CheckResult:
    """Report the expired deadline if no connector has reported its new status."""
    unchanged = _unchanged(due, station)
    is_none = unchanged and len(unchanged) == len(due.key) - 1
    return f"no new status of connector {', '.join(unchanged)} after {CHANGE}" if is_none else None


@AVAILABILITY.check(
    "G02",
    "G03.FR.03",
    ERROR,
    "a ChangeAvailability that changes nothing is Accepted",
    result(CHANGE),
)
def accepts_current_state(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an answer other than Accepted if all connectors already have the requested state."""
    place, status, is_closed = place_of(seen.request), seen.payload["status"], seen.request["operationalStatus"]
    connectors, availability = _connectors(place, station), station.availability
    if status == "Accepted" or not connectors:
        return None
    if is_closed == "Operative":
        is_so = all(availability.is_open(each) and _status(each, station) in _USABLE for each in connectors)
    else:
        is_so = all(_status(each, station) == "Unavailable" for each in connectors)
    return f"{CHANGE} to {is_closed} is {status}, although it already has that state" if is_so else None


@AVAILABILITY.check(
    "G03",
    "G03.FR.05, G04.FR.06",
    ERROR,
    "a connector in use becomes Unavailable after its transaction",
    result(CHANGE),
    call(STATUS, NOTIFY, f"{EVENT}.Ended"),
)
def closes_after_transactions(seen: Seen, station: KnownStation) -> CheckResult:
    """Report an answer other than Scheduled in a transaction, Unavailable before its end, or Available after it."""
    if seen.action == CHANGE:
        return _is_scheduled(seen, station)
    if not station.availability.places:
        return None
    if seen.action == EVENT:
        return _has_ended_before(seen, station)
    others = reopened(seen, station)
    current = [each for each in current_in(seen.action, seen.payload, station) if each not in others]
    words = [_is_in_time(place, status, station) for place, status in current]
    return [word for word in words if word is not None]


def _is_scheduled(seen: Seen, station: KnownStation) -> CheckResult:
    """Judge the answer. The event that ends the transaction may come after it, and statuses may come before it."""
    place, status = place_of(seen.request), seen.payload["status"]
    connectors, running = _connectors(place, station), _running(place, station)
    if seen.request["operationalStatus"] == "Operative":
        return [Done(each) for each in connectors]
    if status == "Scheduled" or not running or all(station.availability.closing(each) for each in connectors):
        return None
    text = f"{CHANGE} is {status} in transaction {running[0].id}"
    return Later(text, station.terms.patience, running[0].id)


def _has_ended_before(seen: Seen, station: KnownStation) -> CheckResult:
    """Cancel the deadlines of a transaction that had ended before the answer, or before the status was sent."""
    id_ = seen.payload["transactionInfo"]["transactionId"]
    transaction, given = station.transactions.by_id.get(id_), station.commands.answered[CHANGE]
    place = (transaction.evse or 0, transaction.connector or 0) if transaction else (0, 0)
    reported_at = station.connectors.reported_at.get(place, 0.0)
    was_over = [Done(id_)] if has_ended(seen, station, given.at) else []
    return [*was_over, Done((id_, place))] if has_ended(seen, station, reported_at) else was_over


def _awaited(place: Connector, order: AvailabilityOrder, station: KnownStation) -> list[Transaction]:
    """Return the transactions that an order may wait for: those at its place, and all on its EVSE."""
    about = next(each for each, given in station.availability.places.items() if given is order)
    return [*station.transactions.open_at(place[0]), *_running(about, station)]


def _is_in_time(place: Connector, status: str, station: KnownStation) -> Later | None:
    """Judge the status of a connector that must close after a transaction.

    G06 judges connectors that are closed already.
    """
    order = station.availability.closing(place)
    if order is None or not order.is_scheduled or station.resets.is_under_way:
        return None
    running = _awaited(place, order, station)
    if status == "Available" and not running and station.connectors.statuses.get(place) not in CLOSED:
        text = f"connector {name(place)} is Available, but should be Unavailable after its transaction"
        return Later(text, station.terms.tolerance, place, survives=True)  # also if the connection breaks
    using = [each for each in running if (each.evse, each.connector) == place]
    if status != "Unavailable" or not using:
        return None
    text = f"connector {name(place)} is Unavailable before the end of transaction {using[0].id}"
    return Later(text, station.terms.patience, (using[0].id, place))


@AVAILABILITY.check(
    "G04",
    "G03.FR.06, G03.FR.07, G04.FR.07, G04.FR.08",
    ERROR,
    "all connectors follow the availability of their EVSE",
    result(CHANGE),
)
def connectors_follow_evse(seen: Seen, station: KnownStation) -> CheckResult:
    """Report that only some connectors of the EVSE or the station reported their new status."""
    return _until_changed(seen, station, 2)


@AVAILABILITY.deadline("G04")
def some_do_not_follow(due: Due, station: KnownStation) -> CheckResult:
    """Name the connectors without a new status."""
    unchanged = _unchanged(due, station)
    is_some = 0 < len(unchanged) < len(due.key) - 1
    return f"connector {', '.join(unchanged)} does not follow its EVSE" if is_some else None


@AVAILABILITY.check(
    "G05",
    "G01.FR.08",
    WARNING,
    "plugging in changes the status of one connector only",
    call(STATUS, NOTIFY),
)
def other_connectors_stay_available(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a connector that stops being Available at the moment when another one of its EVSE becomes Occupied.

    Silent if an order may close it, or while the station resets.
    """
    statuses, reported_at = station.connectors.statuses, station.connectors.reported_at
    for place, status in statuses_in(seen.action, seen.payload):
        if status in ("Occupied", "Unavailable") and statuses.get(place) == "Available" and place[1] and place[0]:
            since = seen.at - station.terms.tolerance
            others = [each for each in station.connectors.of(place[0]) if each != place and reported_at[each] >= since]
            used = [each for each in others if statuses[each] == "Occupied"]
            if used and station.availability.is_open(place) and not station.resets.status:
                return f"connector {name(place)} became {status} together with {name(used[0])}, which is Occupied"
    return None


@AVAILABILITY.check(
    "G06",
    "G03.FR.06, G04.FR.07, G03.FR.08",
    WARNING,
    "an Inoperative connector stays Unavailable until it is set Operative",
    call(STATUS, NOTIFY),
)
def stays_closed(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a usable status of a connector that is Inoperative; B12 reports the first status after a boot."""
    if not station.availability.places or station.resets.status:
        return None
    others = reopened(seen, station)
    leaving = [
        each for each in current_in(seen.action, seen.payload, station) if each[1] in _USABLE and each not in others
    ]
    text = "connector {} is {}, although it was set Inoperative"
    return [text.format(name(place), status) for place, status in leaving if _has_to_stay(place, station)]


def _has_to_stay(place: Connector, station: KnownStation) -> bool:
    """Whether an order keeps a connector Unavailable, and no later command requested Operative for any place."""
    order = station.availability.closing(place)
    if (
        order is None
        or station.availability.opening_at >= order.at
        or station.connectors.statuses.get(place) != "Unavailable"
    ):
        return False
    return not (order.is_scheduled and _awaited(place, order, station))


@AVAILABILITY.check(
    "G07",
    "G01.FR.03, G01.FR.05",
    ERROR,
    "a status in NotifyEvent is AvailabilityState of Connector, with the trigger Delta",
    call(NOTIFY),
)
def events_report_statuses(seen: Seen, _: KnownStation) -> CheckResult:
    """Report a status with a wrong trigger, variable or value. Events of a monitor are skipped."""
    found = []
    for event in seen.payload["eventData"]:
        component, variable, value = event["component"], event["variable"]["name"], event["actualValue"]
        if component["name"].casefold() != "connector" or "variableMonitoringId" in event:
            continue
        if variable.casefold() != "availabilitystate":
            found += [f"the status {value} is reported as Connector.{variable}"] if value in _STATUSES else []
        elif event["trigger"] != "Delta" and value != "Faulted":  # a fault may come as an alert
            found.append(f"the trigger of the status {value} is {event['trigger']}")
        elif value not in _STATUSES or "connectorId" not in component.get("evse", {}):
            found.append(f"{value} is no status of a connector")
    return found


@AVAILABILITY.check(
    "G08",
    "F05.FR.02, F05.FR.03",
    ERROR,
    "only known connectors without an authorized transaction are unlocked",
    result("UnlockConnector"),
    call(f"{EVENT}.Ended"),
)
def unlocks_only_free_connectors(seen: Seen, station: KnownStation) -> CheckResult:
    """Report a status that is wrong for the connector, such as UnknownConnector for one that exists."""
    if seen.kind == "call":
        given = station.commands.answered.get("UnlockConnector")
        return Done() if given and has_ended(seen, station, given.at) else None
    place, status = (seen.request["evseId"], seen.request["connectorId"]), seen.payload["status"]
    if station.reports.is_trusted and station.connectors.statuses and place not in connectors_of(station):
        return None if status == "UnknownConnector" else f"connector {name(place)} does not exist: {status}"
    if status == "UnknownConnector" and place in station.connectors.statuses:
        return f"connector {name(place)} was answered with {status}, but its status was reported"
    charging = [each for each in _running(place, station) if each.token and each.charging_state == "Charging"]
    if not charging or status == "OngoingAuthorizedTransaction":
        return None
    return Later(f"connector {name(place)} is {status} in transaction {charging[0].id}", station.terms.patience)

"""The transaction on a connector: it starts when a driver is authorized and the cable is plugged in (4.8, 4.10).

The id comes with the answer to StartTransaction. Messages that wait meanwhile have a number of the station in its
place, which is replaced when the id is known. If the id never comes, they are sent with -1 (errata, 3.18).
"""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, replace
from mock_csms.station.cues import Act, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v16 import limits
from mock_csms.station.v16.device import ConnectorState, Device16, Ringing, RunningTransaction, Step
from mock_csms.station.v16.metering import meter_value, next_boundary

METER = "meter"
CLOCK: tuple[str] = ("clock",)
_NO_ID = -1
_MOST_SAMPLES = 500
_NAMED = ("StopTransaction", "MeterValues")
"""The actions whose payload may contain the id of a transaction."""


class Why(Record):
    """The reason why a transaction ends."""

    reason: str = "Local"
    tag: str | None = None
    """The idTag of the driver who stopped it; None if no driver did."""


def change(device: Device16, connector: ConnectorState, moment: Moment, why: Why | None = None) -> Step:
    """Replace a connector; start or end its transaction if the new state requires it."""
    before = device.connectors[connector.id]
    connector = replace(connector, energy=before.register(moment.now), metered_at=moment.now)
    device = device.having(connector)
    if connector.transaction is not None and connector.authorized is None:
        return _end(device, connector, connector.transaction, why or Why(), moment)
    can_start = connector.transaction is None and connector.is_plugged and connector.authorized is not None
    if can_start and not device.is_leaving:
        return _start(device, connector, moment)
    return device.having(limits.obey(device, connector, moment.now)), []


def _start(device: Device16, connector: ConnectorState, moment: Moment) -> Step:
    energy = round(connector.energy)
    payload: Json = {
        "connectorId": connector.id,
        "idTag": connector.authorized,
        "meterStart": energy,
        "timestamp": moment.stamp,
    }
    held = next((id_ for id_, each in device.reservations.items() if _may_use(each.tag, each.parent, connector)), None)
    if held is not None and device.reservations[held].connector in (0, connector.id):
        payload["reservationId"] = held
        device = replace(device, reservations={id_: each for id_, each in device.reservations.items() if id_ != held})
    transaction = RunningTransaction(device.next_local, None, connector.id, moment.stamp, energy, moment.now)
    first = meter_value(device, connector, "StopTxnSampledData", "Transaction.Begin", moment)
    transaction = replace(transaction, samples=first)
    device = replace(device, next_local=device.next_local - 1, started=(*device.started, transaction))
    if connector.profile is not None:
        its = {**connector.profile, "transactionId": transaction.number}
        device = limits.installed(device, connector.id, its)
    connector = replace(connector, transaction=transaction, is_finishing=False, is_suspended=False, profile=None)
    device = device.having(limits.obey(device, connector, moment.now))
    return device, [Send("StartTransaction", payload), *_wake(device, connector.id)]


def _may_use(tag: str, parent: str | None, connector: ConnectorState) -> bool:
    same = tag.casefold() == str(connector.authorized).casefold()
    return same or (
        parent is not None and connector.parent is not None and parent.casefold() == connector.parent.casefold()
    )


def _end(
    device: Device16, connector: ConnectorState, transaction: RunningTransaction, why: Why, moment: Moment
) -> Step:
    payload: Json = {
        "transactionId": transaction.number,
        "meterStop": round(connector.energy),
        "timestamp": moment.stamp,
        "reason": why.reason,
    }
    if why.tag is not None:
        payload["idTag"] = why.tag
    last = meter_value(device, connector, "StopTxnSampledData", "Transaction.End", moment)
    if data := [*transaction.samples, *last]:
        payload["transactionData"] = data
    ended = replace(
        connector,
        transaction=None,
        parent=None,
        is_finishing=connector.is_plugged,
        is_suspended=False,
        is_paused=False,
        is_remote=False,
        is_inoperative=connector.is_inoperative or connector.is_pending,
        is_pending=False,
    )
    device = limits.without_transaction(device, transaction)
    return device.having(ended), [Send("StopTransaction", payload), Stop((METER, connector.id))]


def end_all(device: Device16, reason: str, moment: Moment) -> Step:
    """End all transactions."""
    acts: list[Act] = []
    for connector in device.connectors.values():
        if connector.transaction is not None:
            device, more = change(device, replace(connector, authorized=None), moment, Why(reason))
            acts += more
    return device, acts


def answered(device: Device16, request: Json, response: Json, moment: Moment) -> Step:
    """Handle the answer to StartTransaction: note the id, and stop or suspend an invalid idTag (3.5.4)."""
    device, transaction = _named(device, request, response["transactionId"])
    connector = None if transaction is None else device.charging(response["transactionId"])
    info = response["idTagInfo"]
    if connector is None:
        return device, []
    if info["status"] == "Accepted":
        return device.having(replace(connector, parent=info.get("parentIdTag", connector.parent))), []
    if device.is_on("StopTransactionOnInvalidId"):
        return change(device, replace(connector, authorized=None), moment, Why("DeAuthorized"))
    return change(device, replace(connector, is_suspended=True), moment)


def given_up(device: Device16, request: Json) -> Device16:
    """Note that a StartTransaction is not repeated any more, so that the id stays unknown (errata, 3.18)."""
    return _named(device, request, _NO_ID)[0]


def _named(device: Device16, request: Json, id_: int) -> tuple[Device16, RunningTransaction | None]:
    """Store the id of a transaction, also in the messages that wait."""
    found = next((each for each in device.started if _is_of(each, request)), None)
    if found is None:
        return device, None
    named = replace(found, id=id_)
    waiting = tuple(_with_id(message, found.local, id_) for message in device.outbox.waiting)
    left = tuple(each for each in device.started if each is not found)
    device = replace(device, started=left, outbox=replace(device.outbox, waiting=waiting))
    for connector in device.connectors.values():
        running = connector.transaction
        if running is not None and running.local == found.local:
            device = device.having(replace(connector, transaction=replace(running, id=id_)))
    return limits.named(device, found.local, id_), named


def _is_of(transaction: RunningTransaction, request: Json) -> bool:
    return (transaction.connector, transaction.stamp) == (request.get("connectorId"), request.get("timestamp"))


def _with_id(message: Send, local: int, id_: int) -> Send:
    if message.action not in _NAMED or message.payload.get("transactionId") != local:
        return message
    return replace(message, payload={**message.payload, "transactionId": id_})


# Meter values.


def _wake(device: Device16, number: int) -> list[Act]:
    seconds = device.number("MeterValueSampleInterval")
    return [Set((METER, number), seconds)] if seconds else []


def retimed(device: Device16) -> list[Act]:
    """Set the alarms of running transactions again after a change of their interval."""
    running = [number for number, connector in device.connectors.items() if connector.transaction is not None]
    return [act for number in running for act in (Stop((METER, number)), *_wake(device, number))]


def values_of(device: Device16, connector: ConnectorState, key: str, context: str, moment: Moment) -> list[Act]:
    """Return the MeterValues of a connector; none if the configuration key is empty."""
    values = meter_value(device, connector, key, context, moment)
    payload: Json = {"connectorId": connector.id, "meterValue": list(values)}
    if connector.transaction is not None:
        payload["transactionId"] = connector.transaction.number
    return [Send("MeterValues", payload)] if values else []


def _sample(device: Device16, number: int, moment: Moment) -> Step:
    connector = device.connectors[number]
    if connector.transaction is None:
        return device, []
    device = _kept(device, connector, "StopTxnSampledData", "Sample.Periodic", moment)
    acts = values_of(device, connector, "MeterValuesSampledData", "Sample.Periodic", moment)
    return device, [*acts, *_wake(device, number)]


def _kept(device: Device16, connector: ConnectorState, key: str, context: str, moment: Moment) -> Device16:
    """Store meter values for the end of the transaction. If there are too many, every second one is dropped."""
    values = meter_value(device, connector, key, context, moment)
    if connector.transaction is None or not values:
        return device
    samples = (*connector.transaction.samples, *values)
    samples = samples if len(samples) <= _MOST_SAMPLES else samples[::2]
    return device.having(replace(connector, transaction=replace(connector.transaction, samples=samples)))


def plan(device: Device16, moment: Moment) -> Step:
    """Set the alarm for the next clock-aligned values, whose interval may have changed."""
    interval = device.number("ClockAlignedDataInterval")
    at = next_boundary(interval, moment.now) if interval else None
    if at == device.aligned_at:
        return device, []
    return replace(device, aligned_at=at), [Set(CLOCK, at - moment.now) if at is not None else Stop(CLOCK)]


def _align(device: Device16, moment: Moment) -> Step:
    acts: list[Act] = []
    for connector in device.connectors.values():
        device = _kept(device, connector, "StopTxnAlignedData", "Sample.Clock", moment)
        if device.is_accepted:
            acts += values_of(device, connector, "MeterValuesAlignedData", "Sample.Clock", moment)
    return replace(device, aligned_at=None), acts


ALARMS: Mapping[str, Ringing] = {
    METER: lambda device, about, moment: _sample(device, about[0], moment),
    CLOCK[0]: lambda device, _, moment: _align(device, moment),
}

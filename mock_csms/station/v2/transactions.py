"""The state machine of a transaction on one EVSE (E01 to E12): the causes of its start, changes and end.

Every event at an EVSE is a change from one `Evse` to another, with a cause. TxStartPoint and TxStopPoint name points
such as EVConnected or Authorized: a transaction starts when a start point is reached, and ends when a stop point is
left. Only `change` compares them.
"""

from collections.abc import Collection, Mapping, Sequence

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record, replace
from mock_csms.station.cues import Act, Send, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v2 import limits, signed_values
from mock_csms.station.v2.answers import Alarmed
from mock_csms.station.v2.causes import PLUGGED, SIGNED, STATE_CHANGED, UNPLUGGED, Cause
from mock_csms.station.v2.device import ActiveTransaction, Device, Evse, Step
from mock_csms.station.v2.features import KNOWS_EVSE
from mock_csms.station.v2.metering import meter_values
from mock_csms.station.v2.variables import (
    ENDED_INTERVAL,
    TX_ENDED_MEASURANDS,
    TX_START_POINT,
    TX_STARTED_MEASURANDS,
    TX_STOP_POINT,
    TX_UPDATED_INTERVAL,
    TX_UPDATED_MEASURANDS,
    Name,
)

EVENT = "TransactionEvent"
METER, COLLECT = "meter", "collect"
"""The alarms of an EVSE: to send periodic meter values, and to store values for the end of the transaction."""

_STARTS_WITHOUT_CABLE = {frozenset({"EnergyTransfer"}): STATE_CHANGED, frozenset({"DataSigned"}): SIGNED}
"""By TxStartPoint: the cause of a start that comes after the cable, but that the cable has made possible."""
_MOST_SAMPLES = 500
"""How many meter values are stored for the end of a transaction."""


def points(evse: Evse) -> frozenset[str]:
    """Return the points of TxStartPoint and TxStopPoint that an EVSE has reached.

    A vehicle that is plugged in occupies the parking bay. A vehicle that pauses leaves EnergyTransfer (E06.FR.07), but
    one with a limit of 0 does not.
    """
    held = set()
    if evse.plugged is not None:
        held |= {"EVConnected", "ParkingBayOccupancy"}
    elif evse.is_parked:
        held.add("ParkingBayOccupancy")
    if evse.authorized is not None:
        held.add("Authorized")
    if evse.plugged is not None and evse.authorized is not None:
        held |= {"PowerPathClosed", "DataSigned"}
    if evse.is_charging and charging_state(evse) != "SuspendedEV":
        held.add("EnergyTransfer")
    return frozenset(held)


def charging_state(evse: Evse) -> str:
    """Return the chargingState of an EVSE."""
    if evse.is_suspended:
        return "SuspendedEVSE"
    if evse.is_charging:
        if not evse.power:
            return "SuspendedEVSE"
        return "SuspendedEV" if evse.is_paused else "Charging"
    return "Idle" if evse.plugged is None else "EVConnected"


def change(device: Device, evse: Evse, cause: Cause, moment: Moment) -> Step:
    """Replace an EVSE by `evse`, and start, update or end its transaction accordingly.

    It starts when a point is newly reached while a TxStartPoint holds; the TxStartPoint itself may have held since the
    last transaction. It ends when a TxStopPoint is left (E06), or no point holds.
    """
    before = device.evses[evse.id]
    evse = replace(evse, energy=before.register(moment.now), metered_at=moment.now)
    if evse.authorized is None:
        evse = evse.released()
    evse = limits.obey(device, evse, moment.now)
    gone, come = points(before) - points(evse), points(evse) - points(before)
    transaction = evse.transaction
    if transaction is None:
        starts = points(evse) & device.members(TX_START_POINT) if come and not device.is_leaving else frozenset()
        if cause is PLUGGED:
            cause = _STARTS_WITHOUT_CABLE.get(starts, cause)
        return _start(device, evse, cause, moment) if starts else (device.with_evse(evse), [])
    if "EVConnected" in come:
        transaction = replace(transaction, is_evse_sent=False)
    if "Authorized" in come:
        transaction = replace(transaction, is_token_sent=False, stopped_by=None)
    if cause.is_end or gone & device.members(TX_STOP_POINT) or not points(evse):
        return _end(device, evse, transaction, cause, moment)
    if cause.stops:
        transaction, evse = replace(transaction, stopped_by=cause.stopped_reason), replace(evse, locked_for=None)
    event = _Event("Updated", cause.trigger, token=cause.token, state=_state_at(cause))
    device, acts = _tell(device, evse, transaction, event, moment)
    return _then_state(device, evse.id, cause, acts, moment)


def end_all(device: Device, cause: Cause, moment: Moment) -> Step:
    """End every transaction; the cause must have `is_end`."""
    acts: list[Act] = []
    for evse in device.evses.values():
        if evse.transaction:
            device, more = end(device, evse, cause, moment)
            acts += more
    return device, acts


def end(device: Device, evse: Evse, cause: Cause, moment: Moment) -> Step:
    """End the transaction at an EVSE; the cause must have `is_end`."""
    return change(device, replace(evse, authorized=None), cause, moment)


def sample(device: Device, evse: Evse, moment: Moment) -> Step:
    """Send periodic meter values during a transaction (J02.FR.11)."""
    if evse.transaction is None:
        return device, []
    values = meter_values(device, evse, TX_UPDATED_MEASURANDS, "Sample.Periodic", moment)
    device, acts = tell_values(device, evse, "MeterValuePeriodic", values, moment)
    return device, [*acts, *_wake(device, evse, METER, TX_UPDATED_INTERVAL)]


def collect(device: Device, evse: Evse, moment: Moment) -> Step:
    """Store meter values during a transaction for its end (E06.FR.11)."""
    if evse.transaction is None:
        return device, []
    values = meter_values(device, evse, TX_ENDED_MEASURANDS, "Sample.Periodic", moment)
    return keep_values(device, evse, values), _wake(device, evse, COLLECT, ENDED_INTERVAL)


def tell_values(device: Device, evse: Evse, reason: str, values: Sequence[Json], moment: Moment) -> Step:
    """Send meter values in a TransactionEvent, if there are any and a transaction runs."""
    if evse.measured is None or not values:
        return device, []
    return _tell(device, evse, evse.measured, _Event("Updated", reason, values), moment)


def tell(device: Device, evse: Evse, reason: str, moment: Moment) -> Step:
    """Send a TransactionEvent without meter values, if a transaction runs."""
    if evse.transaction is None:
        return device, []
    return _tell(device, evse, evse.transaction, _Event("Updated", reason), moment)


def keep_values(device: Device, evse: Evse, values: Sequence[Json]) -> Device:
    """Store meter values for the end of the transaction; if there are too many, every second one is dropped."""
    if evse.measured is None or not values:
        return device
    kept = (*evse.measured.samples, *values)
    samples = kept if len(kept) <= _MOST_SAMPLES else kept[::2]
    return device.with_evse(replace(evse, transaction=replace(evse.measured, samples=samples)))


def retime(device: Device, changed: Collection[Name]) -> list[Act]:
    """Set the alarms again for running transactions whose intervals have changed."""
    acts: list[Act] = []
    for evse in device.evses.values():
        for kind, interval in ((METER, TX_UPDATED_INTERVAL), (COLLECT, ENDED_INTERVAL)):
            if evse.transaction is not None and interval in changed:
                acts += [Stop((kind, evse.id)), *_wake(device, evse, kind, interval)]
    return acts


def trigger(device: Device, evse: Evse, moment: Moment) -> Step:
    """Send the TransactionEvent that the CSMS has triggered (F06.FR.07)."""
    if evse.transaction is None:
        return device, []
    values = meter_values(device, evse, TX_UPDATED_MEASURANDS, "Trigger", moment) if evse.measured else []
    return _tell(device, evse, evse.transaction, _Event("Updated", "Trigger", values), moment)


def transaction_of(event: Json) -> str | None:
    """Return the id of the transaction that a TransactionEvent belongs to; a user's own event may have none."""
    info = event.get("transactionInfo")
    return info.get("transactionId") if isinstance(info, dict) else None


class _Event(Record):
    """The parts of a TransactionEvent that differ."""

    kind: str
    trigger: str
    values: Sequence[Json] = ()
    stopped_reason: str | None = None
    token: Json | None = None
    state: str | None = None
    """The chargingState; None for the current one."""


def _start(device: Device, evse: Evse, cause: Cause, moment: Moment) -> Step:
    is_placed = evse.plugged is not None or evse.is_parked or evse.remote_start_id is not None
    is_placed = is_placed or KNOWS_EVSE in device.features
    transaction = ActiveTransaction(moment.world.new_id(), began_with=evse.energy, is_placed=is_placed)
    values = _first_values(device, evse, moment) if is_placed else []
    event = _Event("Started", cause.trigger, values, state=_state_at(cause))
    device, acts = _tell(device, evse, transaction, event, moment)
    device, acts = _then_state(device, evse.id, cause, acts, moment)
    return device, [*acts, *wake(device, evse)]


def _first_values(device: Device, evse: Evse, moment: Moment) -> Sequence[Json]:
    return meter_values(device, evse, TX_STARTED_MEASURANDS, "Transaction.Begin", moment)


def _state_at(cause: Cause) -> str | None:
    """Return the chargingState in the event of a cable: energy flows a little later, and a separate event reports that.

    Two things that happen at the same time have one event each (remark of E02 and E03).
    """
    return "EVConnected" if cause in (PLUGGED, SIGNED) else None


def _then_state(device: Device, number: int, cause: Cause, acts: list[Act], moment: Moment) -> Step:
    """Report the current charging state, after an event that has reported an earlier one."""
    evse = device.evses[number]
    if evse.transaction is None or _state_at(cause) in (None, charging_state(evse)):
        return device, acts
    device, more = _tell(device, evse, evse.transaction, _Event("Updated", STATE_CHANGED.trigger), moment)
    return device, [*acts, *more]


def _end(device: Device, evse: Evse, transaction: ActiveTransaction, cause: Cause, moment: Moment) -> Step:
    last = meter_values(device, evse, TX_ENDED_MEASURANDS, "Transaction.End", moment)
    values = [*transaction.samples, *last] if transaction.is_placed else []
    reason = cause.stopped_reason if cause.is_end else transaction.stopped_by or cause.stopped_reason
    device, acts = _tell(device, evse, transaction, _Event("Ended", cause.trigger, values, reason, cause.token), moment)
    is_kept = cause is UNPLUGGED and evse.authorized is None  # E09.FR.03; otherwise the end unlocks it (E06.FR.10)
    lock = evse.locked_for if is_kept else None
    ended = replace(device.evses[evse.id].released(), transaction=None, locked_for=lock)
    return device.with_evse(ended), [*acts, Stop((METER, evse.id)), Stop((COLLECT, evse.id))]


def _tell(device: Device, evse: Evse, transaction: ActiveTransaction, event: _Event, moment: Moment) -> Step:
    """Send one TransactionEvent (E01.FR.07: the numbers of a transaction's events have no gap)."""
    tells_token = evse.authorized is not None and not transaction.is_token_sent
    tells_evse = evse.plugged is not None and not transaction.is_evse_sent
    info: Json = {"transactionId": transaction.id, "chargingState": event.state or charging_state(evse)}
    is_remote_start = tells_token and evse.remote_start_id is not None
    if is_remote_start:
        info["remoteStartId"] = evse.remote_start_id  # F01.FR.25, F02.FR.21
    if event.stopped_reason is not None:
        info["stoppedReason"] = event.stopped_reason
    payload: Json = {
        "eventType": event.kind,
        "timestamp": moment.stamp,
        "triggerReason": "RemoteStart" if is_remote_start else event.trigger,
        "seqNo": transaction.seq_no,
        "transactionInfo": info,
    }
    if not device.is_online:
        payload["offline"] = True
    token = evse.authorized if tells_token else event.token
    if token is not None:
        payload["idToken"] = token
    if tells_evse or (event.kind == "Started" and transaction.is_placed):
        payload["evse"] = {"id": evse.id} | ({"connectorId": evse.plugged} if evse.plugged else {})
    if evse.reservation is not None:
        payload["reservationId"] = evse.reservation  # E01.FR.13, H01.FR.15
    late = _first_values(device, evse, moment) if tells_evse and not transaction.is_placed else []  # E01.FR.09
    values = signed_values.with_one_key(device, [*late, *event.values], is_sent=transaction.is_key_sent)
    if values:
        payload["meterValue"] = values
    after = replace(
        transaction,
        seq_no=transaction.seq_no + 1,
        is_token_sent=transaction.is_token_sent or tells_token,
        is_evse_sent=transaction.is_evse_sent or tells_evse,
        is_placed=transaction.is_placed or tells_evse,
        is_key_sent=transaction.is_key_sent or signed_values.has_key(values),
    )
    return device.with_evse(replace(evse, transaction=after, reservation=None)), [Send(EVENT, payload)]


def wake(device: Device, evse: Evse) -> list[Act]:
    """Set the alarms of a transaction."""
    return [*_wake(device, evse, METER, TX_UPDATED_INTERVAL), *_wake(device, evse, COLLECT, ENDED_INTERVAL)]


def _wake(device: Device, evse: Evse, kind: str, interval: Name) -> list[Act]:
    seconds = device.number(interval)
    return [Set((kind, evse.id), seconds)] if seconds else []


ALARMS: Mapping[str, Alarmed] = {
    METER: lambda device, about, moment: sample(device, device.evses[about[0]], moment),
    COLLECT: lambda device, about, moment: collect(device, device.evses[about[0]], moment),
}

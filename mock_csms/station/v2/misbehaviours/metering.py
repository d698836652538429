"""Misbehaviours with meter values (checks M)."""

from collections.abc import Callable
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import seconds_of
from mock_csms.station.cues import Act, Send
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    Where,
    alarms,
    anywhere,
    has,
    in_list,
    inside,
    patched,
    sends,
)
from mock_csms.station.v2 import aligned
from mock_csms.station.v2.misbehaviours.connection import an_hour_later
from mock_csms.station.v2.misbehaviours.events import EVENT, Situation, events
from mock_csms.station.v2.variables import ALIGNED_ENDED_INTERVAL, ALIGNED_INTERVAL, SEND_DURING_IDLE


def _of_values(change: Any, where: Where = anywhere) -> Any:
    """Change every sampled value of an event."""
    return in_list("meterValue", in_list("sampledValue", change, where))


def _lowered(sample: Json) -> Json:
    return sample | {"value": -1.0}


def _later(value: Json) -> Json:
    return value | {"timestamp": an_hour_later(str(value.get("timestamp")))}


def _sends_while_busy(at: Situation, right: list[Act]) -> list[Act]:
    """Send clock-aligned values during a transaction although SendDuringIdle is true (J01.FR.20)."""
    if not (at.device.is_on(SEND_DURING_IDLE) and at.device.is_busy):
        return right
    idle = {evse.id: replace(evse, transaction=None) for evse in at.device.evses.values()}
    _, due = aligned.catch_up(replace(at.device, evses=idle), at.moment)
    return [*(act for act in due if isinstance(act, Send)), *right]


def _everywhere(change: Any) -> Any:
    """Change MeterValues and TransactionEvent."""
    return lambda at, right: sends("MeterValues", change)(at, sends(EVENT, change)(at, right))


def _of_another_evse(at: Situation, right: list[Act]) -> list[Act]:
    """Send in periodic values the energy register of another EVSE with a lower value."""
    now, wrong = at.moment.now, right
    for evse in at.device.evses.values():
        others = [other.register(now) for other in at.device.evses.values() if other.transaction is None]
        least = min((shown for shown in others if 0 < shown < evse.register(now)), default=None)
        if evse.transaction is not None and least is not None:
            values = _of_values(patched(value=round(least, 3)), has(measurand="Energy.Active.Import.Register"))
            wrong = sends(EVENT, values, _is_periodic_of(evse.transaction.id))(at, wrong)
    return wrong


def _is_periodic_of(transaction: str) -> Where:
    is_periodic = has(eventType="Updated", triggerReason="MeterValuePeriodic")
    return lambda payload: is_periodic(payload) and payload["transactionInfo"].get("transactionId") == transaction


def _is_last_register(sample: Json) -> bool:
    is_it: bool = has(measurand="Energy.Active.Import.Register", context="Transaction.End")(sample)
    return is_it


_ALL_ENDS = has(eventType="Ended")


def _fewer(value: Json) -> Json:
    samples = value.get("sampledValue")
    return value | {"sampledValue": samples[:-1]} if isinstance(samples, list) and len(samples) > 1 else value


def _only(keep: Callable[[Json], bool]) -> Callable[[Json], Json]:
    """Keep only some of the meter values in a payload."""

    def change(payload: Json) -> Json:
        values = payload.get("meterValue")
        return payload if not isinstance(values, list) else patched(meterValue=[*filter(keep, values)] or None)(payload)

    return change


def _is_of(context: str, value: Any) -> bool:
    """Whether a meter value has a sample of this context; a user's own call may have anything in its place."""
    samples = value.get("sampledValue") if isinstance(value, dict) else None
    if not isinstance(samples, list):
        return False
    return any(isinstance(each, dict) and each.get("context") == context for each in samples)


def _but_of(context: str) -> Callable[[Json], Json]:
    return _only(lambda value: not _is_of(context, value))


def _skips_clock_values(at: Situation, right: list[Act]) -> list[Act]:
    """Leave out the clock-aligned values of every second boundary."""
    interval = at.device.number(ALIGNED_INTERVAL) or at.device.number(ALIGNED_ENDED_INTERVAL)
    if not interval:
        return right

    change = _only(lambda value: not _is_odd(value, interval))

    def alone(payload: Json) -> Json | None:
        changed = change(payload)
        return changed if "meterValue" in changed else None

    return sends("MeterValues", alone)(at, sends(EVENT, change)(at, right))  # type: ignore[no-any-return] # building blocks


def _is_odd(value: Json, interval: int) -> bool:
    if not _is_of("Sample.Clock", value):
        return False
    return round((seconds_of(str(value.get("timestamp"))) or 0.0) / interval) % 2 == 1


KINDS: Kinds = {
    "no-begin-values": Misbehaviour(
        "sends no meter values of the start of a transaction",
        ("M01",),
        acts=sends(EVENT, _but_of("Transaction.Begin")),
    ),
    "no-end-values": Misbehaviour(
        "sends Ended without meter values", ("M02",), acts=sends(EVENT, patched(meterValue=None), _ALL_ENDS)
    ),
    "only-last-values": Misbehaviour(
        "sends Ended without the values that it has collected",
        (),
        acts=sends(EVENT, _only(lambda value: _is_of("Transaction.End", value)), _ALL_ENDS),
    ),
    "no-last-values": Misbehaviour(
        "sends Ended without values of the end", ("M02",), acts=sends(EVENT, _but_of("Transaction.End"), _ALL_ENDS)
    ),
    "fewer-measurands": Misbehaviour(
        "leaves out the last of several measurands", ("M06",), acts=_everywhere(in_list("meterValue", _fewer))
    ),
    "wrong-sample-context": Misbehaviour(
        "periodic values have the context Other",
        ("M03",),
        acts=events(_of_values(patched(context="Other")), triggerReason="MeterValuePeriodic"),
    ),
    "no-periodic-values": Misbehaviour("sends no periodic values", ("M03",), acts=alarms("meter", lambda _: None)),
    "unwanted-measurand": Misbehaviour(
        "sends a measurand that is not configured",
        ("M06",),
        acts=sends(EVENT, _of_values(patched(measurand="Frequency", unitOfMeasure=None))),
    ),
    "signs-nothing": Misbehaviour(
        "sends values without signedMeterValue, whatever SignReadings is",
        ("M11",),
        acts=_everywhere(_of_values(patched(signedMeterValue=None))),
    ),
    "no-public-key": Misbehaviour(
        "never sends the public key of its meter",
        ("M11",),
        acts=_everywhere(_of_values(inside("signedMeterValue", publicKey=""))),
    ),
    "key-each-time": Misbehaviour(
        "sends a public key with each signed value",
        ("M11",),
        acts=_everywhere(_of_values(inside("signedMeterValue", publicKey="a2V5"))),
    ),
    "register-runs-back": Misbehaviour(
        "the energy register goes back", ("M07",), acts=sends(EVENT, _of_values(_lowered, _is_last_register))
    ),
    "meter-of-another-evse": Misbehaviour(
        "periodic values show the register of another EVSE", ("M07", "M09"), acts=_of_another_evse
    ),
    "phases-told-late": Misbehaviour(
        "sends numberOfPhasesUsed when charging ends, not when it starts",
        ("M13",),
        acts=events(patched(numberOfPhasesUsed=3), eventType="Ended"),
    ),
    "wrong-trigger-context": Misbehaviour(
        "triggered values have the context Sample.Periodic",
        ("M10",),
        acts=_everywhere(_of_values(patched(context="Sample.Periodic"), has(context="Trigger"))),
    ),
    "unknown-meter": Misbehaviour(
        "sends meter values of an EVSE that does not exist", ("M12",), acts=sends("MeterValues", patched(evseId=99))
    ),
    "skips-clock-values": Misbehaviour(
        "sends clock-aligned values at every second boundary only",
        (),
        acts=_skips_clock_values,
    ),
    "wrong-clock-context": Misbehaviour(
        "clock-aligned values have the context Sample.Periodic",
        ("M04",),
        acts=_everywhere(_of_values(patched(context="Sample.Periodic"), has(context="Sample.Clock"))),
    ),
    "wrong-clock-trigger": Misbehaviour(
        "clock-aligned values have the trigger MeterValuePeriodic",
        ("M04",),
        acts=events(patched(triggerReason="MeterValuePeriodic"), triggerReason="MeterValueClock"),
    ),
    "values-while-busy": Misbehaviour(
        "sends clock-aligned values during a transaction despite SendDuringIdle", ("M05",), acts=_sends_while_busy
    ),
    "values-of-later": Misbehaviour(
        "meter values are an hour later than their event", ("M08",), acts=sends(EVENT, in_list("meterValue", _later))
    ),
}

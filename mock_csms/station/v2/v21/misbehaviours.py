"""Misbehaviours with what OCPP 2.1 has added (checks R21, A09, N11, N12, I, K05, K06, E and W)."""

from mock_csms.protocol.actions import Json
from mock_csms.station.cues import Act, Answered, Notify, Send
from mock_csms.station.misbehaviour import (
    Kinds,
    Misbehaviour,
    adds,
    always,
    answers,
    counted,
    each,
    has,
    inside,
    instead,
    never,
    patched,
    sends,
)
from mock_csms.station.v2.misbehaviours import KINDS as OF_201
from mock_csms.station.v2.misbehaviours.commands import chain
from mock_csms.station.v2.misbehaviours.events import EVENT, Situation

_VALUES = "NotifyPeriodicEventStream"


def _as_call(act: Act) -> list[Act]:
    """Send a call in place of a message that nobody answers."""
    return [Send(act.action, act.payload)] if isinstance(act, Notify) else [act]


def _backwards(act: Act) -> list[Act]:
    """Send the values of a stream with falling times."""
    if not isinstance(act, Notify) or not isinstance(act.payload.get("data"), list):
        return [act]
    return [Notify(act.action, act.payload | {"data": act.payload["data"][::-1]})]


def _goes_on(at: Situation, right: list[Act]) -> list[Act]:
    """Send a value in a stream after the CSMS has closed it."""
    told = at.event
    if not isinstance(told, Answered) or told.action != "ClosePeriodicEventStream":
        return right
    data = [{"t": 0, "v": "1"}]
    payload = {"id": told.request.get("id", 1), "pending": 0, "basetime": at.moment.stamp, "data": data}
    return [*right, Notify(_VALUES, payload)]


def _opens_anything(at: Situation, right: list[Act]) -> list[Act]:
    """Open a stream for each monitor that is set without one."""
    if not isinstance(at.event, tuple) or at.event[0] != "SetVariableMonitoring":
        return right
    items = at.event[1].get("setMonitoringData", [])
    first = max(at.device.storage.monitors, default=0) + 1
    opened: list[Act] = [
        Send("OpenPeriodicEventStream", {"constantStreamData": _stream(first + number)})
        for number, item in enumerate(items)
        if "periodicEventStream" not in item
    ]
    return [*right, *opened]


def _stream(number: int) -> Json:
    return {"id": number, "variableMonitoringId": number, "params": {"interval": 60}}


NEW: Kinds = {
    "stream-as-call": Misbehaviour("expects an answer to the values of a stream", ("R21",), acts=each(_as_call)),
    "own-token-type": Misbehaviour(
        "authorizes an idToken of a type that does not exist",
        ("A09",),
        acts=sends("Authorize", inside("idToken", type="RFID")),
    ),
    "stream-without-monitor": Misbehaviour(
        "opens a stream for a monitor that was set without one", ("N11",), acts=_opens_anything
    ),
    "stream-after-close": Misbehaviour("sends values in a stream that it has closed", ("N12",), acts=_goes_on),
    "stream-runs-back": Misbehaviour("sends values with falling times", ("N12",), acts=each(_backwards)),
    "tariff-not-listed": Misbehaviour(
        "lists no tariff", ("I01",), answer=answers("GetTariffs", always(status="NoTariff"))
    ),
    "tariff-id-twice": Misbehaviour(
        "accepts two tariffs with the same id",
        ("I02",),
        answer=answers("SetDefaultTariff", instead("DuplicateTariffId", "Accepted")),
    ),
    "tariff-of-nothing": Misbehaviour(
        "changes the tariff of a transaction that does not run",
        ("I03",),
        answer=answers("ChangeTransactionTariff", instead("TxNotFound", "Accepted")),
    ),
    "no-cost-details": Misbehaviour(
        "ends transactions without costs", ("I04",), acts=sends(EVENT, patched(costDetails=None))
    ),
    "settles-twice": Misbehaviour(
        "settles a payment twice", ("I05",), acts=adds("NotifySettlement", lambda paid: Send("NotifySettlement", paid))
    ),
    "priority-of-nothing": Misbehaviour(
        "accepts priority charging for a transaction that does not run",
        ("K05",),
        answer=answers("UsePriorityCharging", always(status="Accepted")),
    ),
    "updates-any-profile": Misbehaviour(
        "updates the limit of a profile that is not Dynamic",
        ("K06",),
        answer=answers("UpdateDynamicSchedule", always(status="Accepted")),
    ),
    **chain("ReportDERControl", "der-report", "E01"),
    "der-stops-first": Misbehaviour(
        "reports the start of a DER control as its end",
        ("E02",),
        acts=sends("NotifyDERStartStop", patched(started=False)),
    ),
    "two-der-settings": Misbehaviour(
        "accepts a DER control with two settings",
        ("E03",),
        answer=answers("SetDERControl", instead("Rejected", "Accepted")),
    ),
    "other-swap-id": Misbehaviour(
        "swaps a battery under another requestId",
        ("W01",),
        acts=sends("BatterySwap", counted("requestId", lambda number: number + 1000)),
    ),
    "no-battery-in": Misbehaviour(
        "does not report the battery that comes in",
        ("W02",),
        acts=sends("BatterySwap", never, has(eventType="BatteryIn")),
    ),
}
"""The misbehaviours that a 2.0.1 station does not have."""

KINDS: Kinds = {**OF_201, **NEW}
"""Every misbehaviour of a 2.1 station, by its name in `--misbehave`."""

"""The decisions of a 2.x station: from its state and an event to its new state and its acts.

`step` takes a cue, `command` a call of the CSMS. Both end with `_end`, which adds the consequences (status reports, a
reset that waited) and sends the next call.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201
from mock_csms.station import outbox
from mock_csms.station.cues import (
    Act,
    Answered,
    Arrived,
    CallRequested,
    Closed,
    Cue,
    Departed,
    FailedCall,
    FileMoved,
    Opened,
    Paused,
    Plugged,
    PowerCycled,
    Presented,
    Rang,
    Ready,
    Reboot,
    Send,
    Unplugged,
    Unreached,
)
from mock_csms.station.machine import CommandOutcome, Machine
from mock_csms.station.misbehaviour import Answer, Situation, misbehave
from mock_csms.station.state import Moment
from mock_csms.station.v2 import (
    aligned,
    boot,
    certificates,
    charging,
    diagnostics,
    drivers,
    firmware,
    jobs,
    monitor_events,
    network,
    reports,
    reservations,
    security,
    transactions,
    vehicles,
)
from mock_csms.station.v2.answers import Alarmed, because
from mock_csms.station.v2.commands import answer_alone, answer_to
from mock_csms.station.v2.device import Device, Evse, Step, equipped, new_device
from mock_csms.station.v2.misbehaviours import KINDS
from mock_csms.station.v2.notation import NOTATION
from mock_csms.station.v2.reserved import describe

_REJECTED: Answer = ("SecurityError", "the CSMS has rejected this station")
_MOST_ASKED_FOR = 200
"""How many requested calls may wait at most; the CSMS may request them faster than it answers them."""
_FULL: Answer = ("InternalError", "too many calls that the CSMS asked for wait until it answers")


def step(device: Device, cue: Cue, moment: Moment) -> Step:
    """Return the station after a cue, and its acts."""
    before = device
    device, due = aligned.catch_up(device, moment)
    device, acts = _CUES[type(cue)](device, cue, moment)
    return _end(device, [*due, *acts], Situation(before, cue, moment))


def command(device: Device, action: str, payload: Json, moment: Moment) -> CommandOutcome:
    """Return the answer to a call of the CSMS, the station afterwards, and its acts."""
    before, answer = device, _REJECTED
    device, acts = aligned.catch_up(device, moment)
    if device.boot_status != "Rejected":  # B03.FR.08
        then, answer, more = answer_to(action)(device, payload, moment)
        if _is_too_much(device, more):
            answer = _refusal(action)
        else:
            device, acts = then, [*acts, *more]
    habits, answer = misbehave(device.habits, KINDS, "answer", answer, action, payload)
    device, acts = _end(replace(device, habits=habits), acts, Situation(before, (action, payload), moment))
    return CommandOutcome(device, answer, acts)


def _is_too_much(device: Device, acts: list[Act]) -> bool:
    """Return whether a command requests more calls while too many of them wait."""
    is_more = any(isinstance(act, Send) and act.is_asked_for for act in acts)
    return is_more and sum(call.is_asked_for for call in device.outbox.waiting) >= _MOST_ASKED_FOR


def _refusal(action: str) -> Answer:
    """Return the answer to a command that requests too much: Rejected, or a CALLERROR if the answer has no status."""
    rejected = because("OutOfMemory")
    return _FULL if V201.result_violations(Call("", action, {}), rejected) else rejected


def rebooted(device: Device, moment: Moment) -> Device:
    """Return the station after a reboot: it keeps cables, meters, settings and calls that must be delivered.

    A reboot cancels all alarms, so the fields that say that an alarm is set are cleared too.
    """
    evses = {evse.id: _powerless(evse, moment) for evse in device.evses.values()}
    device = replace(
        device, evses=evses, reset=None, is_leaving=False, cards=(), reported={}, boundaries={}, limits_until=None
    )
    device = reports.apply_awaiting(device)
    return replace(device, boot_status=None, boot_at=0.0, outbox=outbox.restarted(device))


def _powerless(evse: Evse, moment: Moment) -> Evse:
    energy = evse.register(moment.now)
    evse = replace(evse.released(), transaction=None)
    return replace(evse, energy=energy, metered_at=moment.now, is_closed=False)


def _end(device: Device, acts: list[Act], situation: Situation[Device]) -> Step:
    """Add the consequences of an event, and send the next call.

    The order matters. Pending changes to Inoperative come first: reservations and reports depend on them. A reservation
    ends before the connectors are reported, because they may be free without it, but its end is reported after them
    (H04.FR.01). Monitors are checked after all of that. The reboot comes last, after all other messages.
    """
    moment = situation.moment
    for evse in device.evses.values():
        if evse.pending and evse.transaction is None:
            device = device.with_evse(replace(evse, out_of_order=evse.out_of_order | evse.pending, pending=frozenset()))
    device, changes = charging.follow(device, moment)
    device, alarms = aligned.plan(device, moment)
    device, removed = reservations.remove(device)
    device, reports = boot.report_connectors(device, moment)
    device, notices = monitor_events.watch(device, moment)
    acts = [*acts, *changes, *alarms, *reports, *removed, *notices]
    if device.reset is not None and not device.is_busy and not device.is_leaving:
        device = replace(device, reason=device.reset, reset=None, is_leaving=True)
        acts.append(Reboot())
    habits, acts = misbehave(device.habits, KINDS, "acts", acts, situation)
    device = replace(device, habits=habits)
    for act in acts:
        if isinstance(act, Send):
            device = outbox.put(device, act)
    device, sent = outbox.transmit(device)
    habits, sent = misbehave(device.habits, KINDS, "transmit", sent, device.outbox.open)
    device = replace(device, habits=habits)
    return device, [*(act for act in acts if not isinstance(act, Send)), *sent]


def _opened(device: Device, cue: Opened, moment: Moment) -> Step:
    """Start on a new connection; after a reboot, set the alarms again that the reboot cancelled."""
    before, device = device, network.connected(device, cue)
    resumed = [] if device.is_accepted else monitor_events.resume(device, moment)
    device, acts = boot.opened(device, moment)
    changed = security.renewed(before, device, moment)
    return device, [*resumed, *acts, *changed, *reservations.alarms(device, moment)]


def _answered(device: Device, cue: Answered, moment: Moment) -> Step:
    device, acts = outbox.settle(device, cue)
    learn = _RESPONSES.get(cue.action)
    if learn is None:
        return device, acts
    device, more = learn(device, cue.request, cue.response, moment)
    return device, [*acts, *more]


def _failed(device: Device, cue: FailedCall, moment: Moment) -> Step:
    device, acts = outbox.settle(device, cue)
    if cue.action == "BootNotification" and not cue.is_lost:
        device, more = boot.boot_failed(device)
    elif cue.action == "StatusNotification" and cue.is_lost:
        device, more = boot.mark_undelivered(device, cue.request), []
    elif cue.action == "Authorize":
        device, more = drivers.answered(device, cue.request, None, moment)
    else:
        more = []
    return device, [*acts, *more]


def _power_cycled(device: Device, _: PowerCycled, moment: Moment) -> Step:
    device, acts = transactions.end_all(device, transactions.POWER_LOSS, moment)
    return replace(device, reset="PowerUp"), acts


def _booted(device: Device, _: Json, response: Json, moment: Moment) -> Step:
    device, acts = boot.booted(device, response, moment)
    if device.is_accepted:
        acts = [*acts, *jobs.resume(device), *certificates.resume(device), *certificates.renewal(device, moment)]
    return device, acts


def _rang(device: Device, cue: Rang, moment: Moment) -> Step:
    kind, *about = cue.alarm
    return _ALARMS[kind](device, about, moment)


_ALARMS: Mapping[str, Alarmed] = {
    **aligned.ALARMS,
    **boot.ALARMS,
    **certificates.ALARMS,
    **charging.ALARMS,
    **diagnostics.ALARMS,
    **drivers.ALARMS,
    **firmware.ALARMS,
    outbox.RETRY[0]: outbox.end_pause,
    **reservations.ALARMS,
    **transactions.ALARMS,
    **monitor_events.ALARMS,
}
"""The function that is called when an alarm rings, by the kind of the alarm (its first item)."""

_MOVED: Mapping[str, jobs.Ended] = {
    **diagnostics.MOVED,
    **firmware.MOVED,
}
"""The function that gets the results of transfers of files, by the kind of the alarm."""

_RESPONSES: Mapping[str, Callable[[Device, Json, Json, Moment], Step]] = {
    "BootNotification": _booted,
    "Authorize": drivers.answered,
    "SignCertificate": certificates.taken,
    "TransactionEvent": drivers.token_judged,
}
"""The function that gets the responses to an action; responses to other actions have no effect."""

_CUES: Mapping[type[Cue], Callable[[Device, Any, Moment], Step]] = {
    Opened: _opened,
    Closed: lambda device, _, moment: boot.closed(device, moment),
    Unreached: security.unreached,
    Answered: _answered,
    FailedCall: _failed,
    Rang: _rang,
    Plugged: drivers.plug,
    Unplugged: drivers.unplug,
    Presented: drivers.present,
    Arrived: vehicles.arrive,
    Departed: vehicles.depart,
    Paused: vehicles.pause,
    Ready: vehicles.go_on,
    PowerCycled: _power_cycled,
    FileMoved: lambda device, cue, moment: _MOVED[cue.alarm[0]](device, cue, moment),
    CallRequested: lambda device, cue, _: (device, [Send(cue.action, cue.payload, is_asked_for=True)]),
}
"""The function that handles each kind of cue."""

MACHINE = Machine(
    new_device=new_device,
    kind=Device,
    places=lambda device: len(device.evses),
    secured=security.secured,
    equipped=equipped,
    step=step,
    command=command,
    answer_alone=answer_alone,
    rebooted=rebooted,
    route=network.route,
    back_off=boot.back_off,
    time_to_set=boot.time_to_set,
    is_authorizing=lambda device: bool(device.cards),
    is_charging=lambda device, evse: device.evses[evse].is_charging,
    describe=describe,
    kinds=KINDS,
    notation=NOTATION,
)
"""The station of OCPP 2.0.1."""

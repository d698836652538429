"""The one decision of a station: from what it is and what it is told to what it is then and what it does.

`step` takes a cue, `command` a call of the CSMS. Both end alike: what follows by itself is done (status reports, resets
that waited), and the next call goes out.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import Record, replace
from mock_csms.protocol.versions import V201
from mock_csms.station import outbox
from mock_csms.station.answers import Alarmed, because
from mock_csms.station.cues import (
    Act,
    Answered,
    Arrived,
    Closed,
    Cue,
    Departed,
    FailedCall,
    Opened,
    Ordered,
    Paused,
    Plugged,
    PowerCycled,
    Presented,
    Rang,
    Ready,
    Reboot,
    Send,
    Unplugged,
)
from mock_csms.station.misbehaviour import Answer, Situation, misbehave
from mock_csms.station.v2 import (
    aligned,
    boot,
    certificates,
    charging,
    diagnostics,
    drivers,
    firmware,
    jobs,
    network,
    reports,
    reservations,
    transactions,
    vehicles,
    watching,
)
from mock_csms.station.v2.commands import answer_to
from mock_csms.station.v2.device import Device, Evse, Moment, Step
from mock_csms.station.v2.misbehaviours import KINDS


class CommandOutcome(Record):
    """What the station is then, its answer, and what it does when that was sent."""

    device: Device
    answer: Answer
    acts: list[Act]

    @property
    def payload(self) -> Json | None:
        """The payload of the result, if it is one."""
        return self.answer if isinstance(self.answer, dict) else None


_REJECTED: Answer = ("SecurityError", "the CSMS has rejected this station")
_MOST_ASKED_FOR = 200
"""How many calls that the CSMS asked for may wait: it may ask faster than it takes them."""
_FULL: Answer = ("InternalError", "too many calls that the CSMS asked for wait until it answers")


def step(device: Device, cue: Cue, moment: Moment) -> Step:
    """Return what a station becomes and does when it is told something."""
    before = device
    device, due = aligned.catch_up(device, moment)
    device, acts = _CUES[type(cue)](device, cue, moment)
    return _end(device, [*due, *acts], Situation(before, cue, moment))


def command(device: Device, action: str, payload: Json, moment: Moment) -> CommandOutcome:
    """Return what a station answers to a call of the CSMS, and what it does then."""
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
    """Whether acts would add calls that the CSMS asked for to so many that wait already."""
    is_more = any(isinstance(act, Send) and act.is_asked_for for act in acts)
    return is_more and sum(call.is_asked_for for call in device.outbox.waiting) >= _MOST_ASKED_FOR


def _refusal(action: str) -> Answer:
    """Return how a station refuses a command that it has no memory for: its status, or an error where it has none."""
    rejected = because("OutOfMemory")
    return _FULL if V201.result_violations(Call("", action, {}), rejected) else rejected


def rebooted(device: Device, moment: Moment) -> Device:
    """Return what is left of a station that goes off: what is plugged in, metered, set, and still to be delivered.

    No alarm is left, so nothing may be left either that says that one is set.
    """
    evses = {evse.id: _powerless(evse, moment) for evse in device.evses.values()}
    device = replace(
        device, evses=evses, reset=None, is_leaving=False, cards=(), told={}, boundaries={}, limits_until=None
    )
    device = reports.apply_awaiting(device)
    return replace(device, boot_status=None, boot_at=0.0, outbox=outbox.restart(device.outbox))


def _powerless(evse: Evse, moment: Moment) -> Evse:
    energy = evse.register(moment.now)
    evse = replace(evse.released(), transaction=None)
    return replace(evse, energy=energy, metered_at=moment.now, is_closed=False)


def _end(device: Device, acts: list[Act], situation: Situation) -> Step:
    """Do what follows from what happened, and send.

    The order matters. What is to be out of order is so first: reservations and reports depend on it. A reservation goes
    before the connectors are reported, which may be free without it, but is told of after them (H04.FR.01). What is
    watched is looked at when all of that is so, and the reset comes last, with everything else on its way.
    """
    moment = situation.moment
    for evse in device.evses.values():
        if evse.pending and evse.transaction is None:
            device = device.with_evse(replace(evse, out_of_order=evse.out_of_order | evse.pending, pending=frozenset()))
    device, changes = charging.follow(device, moment)
    device, alarms = aligned.plan(device, moment)
    device, removed = reservations.remove(device)
    device, told = boot.report_connectors(device, moment)
    device, notices = watching.watch(device, moment)
    acts = [*acts, *changes, *alarms, *told, *removed, *notices]
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
    """Begin, and after a reboot set the alarms again that it stopped."""
    device = network.connected(device, cue.slot)
    resumed = [] if device.is_accepted else watching.resume(device, moment)
    device, acts = boot.opened(device, moment)
    return device, [*resumed, *acts, *reservations.alarms(device, moment)]


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
        device, more = boot.untold(device, cue.request), []
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
        acts = [*acts, *jobs.resume(device), *certificates.resume(device)]
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
    **outbox.ALARMS,
    **reservations.ALARMS,
    **transactions.ALARMS,
    **watching.ALARMS,
}
"""What is done when an alarm rings, by its kind, which is the first part of it."""

_RESPONSES: Mapping[str, Callable[[Device, Json, Json, Moment], Step]] = {
    "BootNotification": _booted,
    "Authorize": drivers.answered,
    "SignCertificate": certificates.taken,
    "TransactionEvent": drivers.token_judged,
}
"""What is learned from the responses to each action; the others teach nothing."""

_CUES: Mapping[type[Cue], Callable[[Device, Any, Moment], Step]] = {
    Opened: _opened,
    Closed: lambda device, _, moment: boot.closed(device, moment),
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
    Ordered: lambda device, cue, _: (device, [Send(cue.action, cue.payload, is_asked_for=True)]),
}
"""What is done about each cue."""

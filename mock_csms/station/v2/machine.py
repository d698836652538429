"""The tables of a 2.x station for `Decisions`: what each cue, command, answer and alarm does."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V201
from mock_csms.station import outbox
from mock_csms.station.cues import (
    Act,
    Arrived,
    Closed,
    Departed,
    FailedCall,
    FileMoved,
    Opened,
    Paused,
    Plugged,
    PowerCycled,
    Presented,
    Ready,
    Reboot,
    Unplugged,
    Unreached,
)
from mock_csms.station.decisions import FULL, Decisions
from mock_csms.station.machine import Machine
from mock_csms.station.misbehaviour import Answer
from mock_csms.station.state import Moment
from mock_csms.station.v2 import (
    aligned,
    boot,
    causes,
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
from mock_csms.station.v2.answers import because
from mock_csms.station.v2.commands import ANSWERS
from mock_csms.station.v2.device import D, Device, Evse, Step, equipped, new_device
from mock_csms.station.v2.misbehaviours import KINDS
from mock_csms.station.v2.notation import NOTATION
from mock_csms.station.v2.reserved import describe


def _refusal(action: str) -> Answer:
    """Return the answer to a command that requests too much: Rejected, or a CALLERROR if the answer has no status."""
    rejected = because("OutOfMemory")
    return FULL if V201.result_violations(Call("", action, {}), rejected) else rejected


def rebooted(device: D, moment: Moment) -> D:
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


def consequences(device: Device, acts: list[Act], moment: Moment) -> Step:
    """Add the consequences of an event.

    The order matters. Pending changes to Inoperative come first: reservations and reports depend on them. A reservation
    ends before the connectors are reported, because they may be free without it, but its end is reported after them
    (H04.FR.01). Monitors are checked after all of that. The reboot comes last, after all other messages.
    """
    for evse in device.evses.values():
        if evse.pending and evse.transaction is None:
            device = device.with_evse(replace(evse, out_of_order=evse.out_of_order | evse.pending, pending=frozenset()))
    device, changes = charging.follow(device, moment)
    device, alarms = aligned.plan(device, moment)
    device, removed = reservations.remove(device)
    device, reports = boot.report_connectors(device, moment)
    device, notices = monitor_events.watch(device, moment)
    acts = [*acts, *changes, *alarms, *reports, *removed, *notices]
    if device.reset is not None and device.may_reboot and not device.is_leaving:
        device = replace(device, reason=device.reset, reset=None, is_leaving=True)
        acts.append(Reboot())
    return device, acts


def _opened(device: Device, cue: Opened, moment: Moment) -> Step:
    """Start on a new connection; after a reboot, set the alarms again that the reboot cancelled."""
    before, device = device, network.connected(device, cue)
    resumed = [] if device.is_accepted else monitor_events.resume(device, moment)
    device, acts = boot.opened(device, moment)
    changed = security.renewed(before, device, moment)
    return device, [*resumed, *acts, *changed, *reservations.alarms(device, moment)]


def _boot_failed(device: Device, cue: FailedCall, _: Moment) -> Step:
    return (device, []) if cue.is_lost else boot.boot_failed(device)


def _status_failed(device: Device, cue: FailedCall, _: Moment) -> Step:
    return boot.mark_undelivered(device, cue.request) if cue.is_lost else device, []


def _power_cycled(device: Device, _: PowerCycled, moment: Moment) -> Step:
    device, acts = transactions.end_all(device, causes.POWER_LOSS, moment)
    return replace(device, reset="PowerUp"), acts


def _booted(device: Device, _: Json, response: Json, moment: Moment) -> Step:
    device, acts = boot.booted(device, response, moment)
    if device.is_accepted:
        acts = [*acts, *jobs.resume(device), *certificates.resume(device), *certificates.renewal(device, moment)]
    return device, acts


_MOVED: Mapping[str, jobs.Ended] = {
    **diagnostics.MOVED,
    **firmware.MOVED,
}
"""The function that gets the results of transfers of files, by the kind of the alarm."""

DECISIONS = Decisions(
    version=V201,
    kinds=KINDS,
    cues={
        Opened: _opened,
        Closed: lambda device, _, moment: boot.closed(device, moment),
        Unreached: security.unreached,
        Plugged: drivers.plug,
        Unplugged: drivers.unplug,
        Presented: drivers.present,
        Arrived: vehicles.arrive,
        Departed: vehicles.depart,
        Paused: vehicles.pause,
        Ready: vehicles.go_on,
        PowerCycled: _power_cycled,
        FileMoved: lambda device, cue, moment: _MOVED[cue.alarm[0]](device, cue, moment),
    },
    answers=ANSWERS,
    responses={
        "BootNotification": _booted,
        "Authorize": drivers.answered,
        "SignCertificate": certificates.taken,
        "TransactionEvent": drivers.token_judged,
    },
    failures={
        "BootNotification": _boot_failed,
        "StatusNotification": _status_failed,
        "Authorize": lambda device, cue, moment: drivers.answered(device, cue.request, None, moment),
    },
    alarms={
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
    },
    consequences=consequences,
    rejected=("SecurityError", "the CSMS has rejected this station"),
    catch_up=aligned.catch_up,
    too_many=_refusal,
)

MACHINE = Machine(
    new_device=new_device,
    read=lambda device: device if isinstance(device, Device) else None,
    places=lambda device: len(device.evses),
    secured=security.secured,
    equipped=equipped,
    step=DECISIONS.step,
    command=DECISIONS.command,
    answer_alone=DECISIONS.answer_alone,
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

"""The station of OCPP 2.1: the tables of the 2.0.1 station, with rows for what is new."""

from collections.abc import Iterator
from functools import partial

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V21
from mock_csms.station.cues import (
    Act,
    BatteryGiven,
    BatteryTaken,
    ChainAsked,
    Closed,
    FailedCall,
    GridFault,
    Opened,
    PriorityTurned,
    SwapWished,
    VatEntered,
)
from mock_csms.station.state import Moment
from mock_csms.station.v2 import boot, drivers, machine, reserved
from mock_csms.station.v2.device import Step
from mock_csms.station.v2.machine import DECISIONS as OF_201
from mock_csms.station.v2.machine import MACHINE as MACHINE_OF_201
from mock_csms.station.v2.model import VARIABLES
from mock_csms.station.v2.notation import NOTATION, variables
from mock_csms.station.v2.transactions import transaction_of
from mock_csms.station.v2.v21 import additions, batteries, billing, der, dynamic, payments, streams, tariffs
from mock_csms.station.v2.v21.costs import total_of
from mock_csms.station.v2.v21.device import Device21, equipped, new_device, upgraded
from mock_csms.station.v2.v21.misbehaviours import KINDS
from mock_csms.station.v2.v21.model import CHANGED, NEW


def rebooted(device: Device21, moment: Moment) -> Device21:
    """Return the station after a reboot. Transactions go on after a Reset with ImmediateAndResume (B13, E17)."""
    before, kept = device, {evse.id: evse for evse in device.evses.values() if evse.transaction and device.resumes}
    device = replace(machine.rebooted(device, moment), streams={}, swap_cards=(), paying=frozenset(), resumes=False)
    for evse in kept.values():
        energy = before.evses[evse.id].register(moment.now)
        device = device.with_evse(replace(evse, energy=energy, metered_at=moment.now))
    return replace(device, resumed=frozenset(evse.transaction.id for evse in kept.values() if evse.transaction))


def _opened(device: Device21, cue: Opened, moment: Moment) -> Step:
    """Start on a new connection; after a reboot, set the alarms again that the reboot cancelled."""
    resumed = [] if device.is_accepted else [*der.resume(device, moment), *dynamic.resume(device)]
    device, acts = OF_201.cues[Opened](device, cue, moment)
    return device, [*resumed, *acts]


def _closed(device: Device21, _: Closed, moment: Moment) -> Step:
    device, acts = boot.closed(streams.closed(device), moment)
    return replace(device, swap_cards=()), acts


def _booted(device: Device21, request: Json, response: Json, moment: Moment) -> Step:
    device, acts = OF_201.responses["BootNotification"](device, request, response, moment)
    device, more = additions.resume(device, moment) if device.is_accepted else (device, [])
    return device, [*acts, *more]


def _authorized(device: Device21, request: Json, response: Json, moment: Moment) -> Step:
    device = batteries.authorized(tariffs.learn(device, request, response), request, response, moment)
    device, acts = drivers.answered(device, request, response, moment)
    device, more = additions.restrict(device, request, response, moment)
    return device, [*acts, *more]


def _not_authorized(device: Device21, cue: FailedCall, moment: Moment) -> Step:
    device = batteries.authorized(device, cue.request, None, moment)
    return drivers.answered(device, cue.request, None, moment)


def _told(device: Device21, request: Json, response: Json, moment: Moment) -> Step:
    device, acts = drivers.token_judged(device, request, response, moment)
    device, more = billing.limited(device, response, transaction_of(request), moment)
    return device, [*acts, *more]


def _consequences(device: Device21, acts: list[Act], moment: Moment) -> Step:
    """Add the consequences of an event: those of 2.0.1, then the bills and streams, then what 2.1 adds to messages."""
    device, acts = machine.consequences(device, acts, moment)
    for follow in (billing.follow, payments.follow, streams.follow):
        device, more = follow(device, moment)
        acts = [*acts, *more]
    return additions.complete(device, acts, moment)


def _describe(device: Device21, moment: Moment) -> Iterator[str]:
    """Yield the lines of a 2.0.1 station, and one for each tariff, DER control, stream and battery."""
    yield from reserved.describe(device, moment)
    for bill in device.bills.values():
        if bill.tariff is not None:
            cost = f"{total_of(bill):.2f} {bill.tariff['currency']}"
            yield f"  EVSE {bill.evse}: tariff {bill.tariff['tariffId']}, {cost}"
    for control in device.controls.values():
        yield f"  DER control {control.id}: {control.kind}{', started' if control.is_started else ''}"
    for stream in device.streams.values():
        yield f"  stream {stream.id} of monitor {stream.monitor}: {len(stream.items)} values wait"
    for slot, battery in device.batteries.items():
        yield f"  slot {slot}: battery {battery.serial}, {battery.soc(device.evses[slot], moment.now):g} %"


DECISIONS = replace(
    OF_201,
    version=V21,
    kinds=KINDS,
    cues={
        **OF_201.cues,
        Opened: _opened,
        Closed: _closed,
        BatteryGiven: batteries.put_in,
        BatteryTaken: batteries.take_out,
        ChainAsked: additions.ask_chain,
        GridFault: der.grid_fault,
        PriorityTurned: dynamic.turn_priority,
        SwapWished: batteries.wish,
        VatEntered: payments.enter_vat,
    },
    answers={
        **OF_201.answers,
        **additions.ANSWERS,
        **batteries.ANSWERS,
        **der.ANSWERS,
        **dynamic.ANSWERS,
        **payments.ANSWERS,
        **streams.ANSWERS,
        **tariffs.ANSWERS,
    },
    responses={
        **OF_201.responses,
        **additions.RESPONSES,
        "Authorize": _authorized,
        "BootNotification": _booted,
        "OpenPeriodicEventStream": streams.opened,
        "PullDynamicScheduleUpdate": dynamic.pulled,
        "TransactionEvent": _told,
    },
    failures={**OF_201.failures, "Authorize": _not_authorized, "OpenPeriodicEventStream": streams.failed},
    alarms={
        **OF_201.alarms,
        **batteries.ALARMS,
        **billing.ALARMS,
        **der.ALARMS,
        **dynamic.ALARMS,
        **payments.ALARMS,
        **streams.ALARMS,
    },
    consequences=_consequences,
)

MACHINE = replace(
    MACHINE_OF_201,
    new_device=new_device,
    read=upgraded,
    equipped=equipped,
    step=DECISIONS.step,
    command=DECISIONS.command,
    answer_alone=DECISIONS.answer_alone,
    rebooted=rebooted,
    describe=_describe,
    kinds=KINDS,
    notation=replace(NOTATION, variables=partial(variables, rows={**VARIABLES, **NEW, **CHANGED})),
)
"""The station of OCPP 2.1."""

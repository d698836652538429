"""The decisions of a 1.6 station. An event and the old state give the new state and the acts."""

from collections.abc import Iterable
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V16
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
    Say,
    Unplugged,
    Unreached,
)
from mock_csms.station.decisions import Decisions
from mock_csms.station.machine import Machine
from mock_csms.station.state import Moment
from mock_csms.station.v16 import (
    boot,
    certificates,
    configuration,
    drivers,
    files,
    limits,
    remote,
    security,
    tokens,
    transactions,
    triggers,
)
from mock_csms.station.v16.device import (
    Device16,
    Step,
    equipped,
    new_device,
)
from mock_csms.station.v16.misbehaviours import KINDS
from mock_csms.station.v16.notation import NOTATION


def rebooted(device: Device16, moment: Moment) -> Device16:
    """Return the station after a reboot: it keeps cables, meters, settings and calls that must be delivered."""
    connectors = {
        connector.id: replace(
            connector,
            energy=connector.register(moment.now),
            metered_at=moment.now,
            authorized=None,
            transaction=None,
            parent=None,
            profile=None,
            is_suspended=False,
            is_finishing=False,
        )
        for connector in device.connectors.values()
    }
    device = replace(configuration.applied(device), connectors=connectors, cards=(), reported={}, aligned_at=None)
    device = replace(device, reset=None, is_leaving=False, has_rebooted=True, boot_status=None, boot_at=0.0)
    return replace(device, outbox=outbox.restarted(device))


def _consequences(device: Device16, acts: list[Act], moment: Moment) -> Step:
    """Apply limits, report statuses, and reboot if due."""
    device, changes = limits.follow(device, moment)
    device, alarms = transactions.plan(device, moment)
    device, reports = boot.report(device, moment)
    acts = [*acts, *changes, *alarms, *reports]
    if device.reset is not None and not device.is_busy and not device.is_leaving:
        device = replace(device, is_leaving=True)
        acts.append(Reboot())
    return device, acts


def _opened(device: Device16, cue: Opened, moment: Moment) -> Step:
    device, events = security.connected(device, cue, moment)
    device, alarms = (device, list[Act]()) if device.is_accepted else remote.resumed(device, moment)
    device, acts = boot.opened(device, moment)
    return device, [*alarms, *acts, *events]


def _boot_failed(device: Device16, cue: FailedCall, _: Moment) -> Step:
    return (device, []) if cue.is_lost else boot.failed(device)


def _status_failed(device: Device16, cue: FailedCall, _: Moment) -> Step:
    return boot.mark_undelivered(device, cue.request) if cue.is_lost else device, []


def _start_failed(device: Device16, cue: FailedCall, _: Moment) -> Step:
    waits = any(call.payload == cue.request for call in device.outbox.waiting)
    return device if waits else transactions.given_up(device, cue.request), []


def _booted(device: Device16, _: Json, response: Json, moment: Moment) -> Step:
    device, acts = boot.booted(device, response, moment)
    if not device.is_accepted:
        return device, acts
    return device, [*acts, *files.resumed(device), *certificates.renewal(device, moment)]


def _started(device: Device16, request: Json, response: Json, moment: Moment) -> Step:
    device = tokens.learn(device, request.get("idTag"), response["idTagInfo"])
    return transactions.answered(device, request, response, moment)


def _stopped(device: Device16, request: Json, response: Json, _: Moment) -> Step:
    info = response.get("idTagInfo")
    return (tokens.learn(device, request.get("idTag"), info) if info else device), []


def _power_cycled(device: Device16, _: PowerCycled, moment: Moment) -> Step:
    """End the transactions; without backup power their ends can only be reported after the reboot."""
    device, acts = transactions.end_all(device, "PowerLoss", moment)
    is_online = device.is_online and device.is_on("HasBackupPower")
    return replace(device, reset="Hard", is_online=is_online), acts


def _nothing_sees(device: Device16, *_: Any) -> Step:
    acts: list[Act] = [Say("the station does not see whether a vehicle is parked")]
    return device, acts


def _describe(device: Device16, moment: Moment) -> Iterable[str]:
    for connector in device.connectors.values():
        energy = f"{connector.register(moment.now):.0f} Wh"
        charging = f", transaction {connector.transaction.number}" if connector.transaction else ""
        yield f"connector {connector.id}: {boot.status_of(device, connector.id)}, {energy}{charging}"


_DECISIONS = Decisions(
    version=V16,
    kinds=KINDS,
    cues={
        Opened: _opened,
        Closed: lambda device, _, moment: boot.closed(device, moment),
        Unreached: security.unreached,
        Plugged: drivers.plug,
        Unplugged: drivers.unplug,
        Presented: drivers.present,
        Arrived: _nothing_sees,
        Departed: _nothing_sees,
        Paused: drivers.pause,
        Ready: drivers.pause,
        PowerCycled: _power_cycled,
        FileMoved: files.moved,
    },
    answers={
        **certificates.ANSWERS,
        **configuration.ANSWERS,
        **files.ANSWERS,
        **limits.ANSWERS,
        **remote.ANSWERS,
        **tokens.ANSWERS,
        **triggers.ANSWERS,
    },
    responses={
        "BootNotification": _booted,
        "Authorize": drivers.answered,
        "StartTransaction": _started,
        "StopTransaction": _stopped,
    },
    failures={
        "BootNotification": _boot_failed,
        "StatusNotification": _status_failed,
        "Authorize": lambda device, cue, moment: drivers.answered(device, cue.request, None, moment),
        "StartTransaction": _start_failed,
    },
    alarms={
        **boot.ALARMS,
        **certificates.ALARMS,
        **drivers.ALARMS,
        **files.ALARMS,
        **limits.ALARMS,
        **remote.ALARMS,
        **transactions.ALARMS,
        outbox.RETRY[0]: outbox.end_pause,
    },
    consequences=_consequences,
    rejected=None,  # 4.2: such a station does not answer
)

MACHINE = Machine(
    new_device=new_device,
    read=lambda _: None,
    places=lambda device: len(device.connectors),
    secured=security.secured,
    equipped=equipped,
    step=_DECISIONS.step,
    command=_DECISIONS.command,
    answer_alone=_DECISIONS.answer_alone,
    rebooted=rebooted,
    route=security.route,
    back_off=boot.back_off,
    time_to_set=boot.time_to_set,
    is_authorizing=lambda device: bool(device.cards),
    is_charging=lambda device, number: device.connectors[number].transaction is not None,
    describe=_describe,
    kinds=KINDS,
    notation=NOTATION,
)
"""The reference station of OCPP 1.6, as a table of functions."""

"""The decisions of a 1.6 station. An event and the old state give the new state and the acts."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from mock_csms.behavior.templates import Context, compile_template
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Result
from mock_csms.protocol.records import replace
from mock_csms.protocol.versions import V16
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
    Say,
    Send,
    Unplugged,
    Unreached,
)
from mock_csms.station.machine import CommandOutcome, Machine
from mock_csms.station.misbehaviour import Answer, Situation, misbehave
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
    Answering,
    Device16,
    Given,
    Ringing,
    Step,
    equipped,
    new_device,
)
from mock_csms.station.v16.misbehaviours import KINDS
from mock_csms.station.v16.notation import NOTATION
from mock_csms.twin.station import StationModel

_MOST_ASKED_FOR = 200
"""How many calls that the CSMS has requested may wait."""
_FULL: Answer = ("InternalError", "too many calls that the CSMS asked for wait until it answers")


def step(device: Device16, cue: Cue, moment: Moment) -> Step:
    """Return the station after a cue, and its acts."""
    before = device
    device, acts = _CUES[type(cue)](device, cue, moment)
    return _end(device, acts, Situation(before, cue, moment))


def command(device: Device16, action: str, payload: Json, moment: Moment) -> CommandOutcome:
    """Return the answer to a call of the CSMS. A rejected station does not answer (4.2)."""
    before, answer, acts = device, None, list[Act]()
    if device.boot_status != "Rejected":
        then, answer, more = answer_to(action)(device, payload, moment)
        is_more = any(isinstance(act, Send) and act.is_asked_for for act in more)
        if is_more and sum(call.is_asked_for for call in device.outbox.waiting) >= _MOST_ASKED_FOR:
            answer = _FULL
        else:
            device, acts = then, more
    habits, answer = misbehave(device.habits, KINDS, "answer", answer, action, payload)
    device, acts = _end(replace(device, habits=habits), acts, Situation(before, (action, payload), moment))
    return CommandOutcome(device, answer, acts)


def answer_alone(device: Device16, call: Call, moment: Moment) -> Result:
    """Return the answer to a command; the station does not change."""
    _, payload, _ = answer_to(call.action)(device, call.payload, moment)
    return Result(call.id, payload if isinstance(payload, dict) else {})


@cache
def answer_to(action: str) -> Answering:
    """Return the function that answers a command; for a command without one, it returns the default response."""
    if action in _ANSWERS:
        return _ANSWERS[action]
    template, nobody = compile_template(V16.actions[action].response), StationModel("", V16)

    def answer(device: Device16, payload: Json, moment: Moment) -> Given:
        return device, template(Context(moment.now, nobody, moment.world, payload)), []

    return answer


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


def _end(device: Device16, acts: list[Act], situation: Situation[Device16]) -> Step:
    """Finish an event: apply limits, report statuses, reboot if due, and send the next call."""
    moment = situation.moment
    device, changes = limits.follow(device, moment)
    device, alarms = transactions.plan(device, moment)
    device, reports = boot.report(device, moment)
    acts = [*acts, *changes, *alarms, *reports]
    if device.reset is not None and not device.is_busy and not device.is_leaving:
        device = replace(device, is_leaving=True)
        acts.append(Reboot())
    habits, acts = misbehave(device.habits, KINDS, "acts", acts, situation)
    device = replace(device, habits=habits)
    for act in acts:
        if isinstance(act, Send):
            device = outbox.put(device, act)
    device, sent = outbox.transmit(device)
    habits, sent = misbehave(device.habits, KINDS, "transmit", sent, device.outbox.open)
    return replace(device, habits=habits), [*(act for act in acts if not isinstance(act, Send)), *sent]


def _opened(device: Device16, cue: Opened, moment: Moment) -> Step:
    device, events = security.connected(device, cue, moment)
    device, alarms = (device, list[Act]()) if device.is_accepted else remote.resumed(device, moment)
    device, acts = boot.opened(device, moment)
    return device, [*alarms, *acts, *events]


def _answered(device: Device16, cue: Answered, moment: Moment) -> Step:
    device, acts = outbox.settle(device, cue)
    learn = _RESPONSES.get(cue.action)
    if learn is None:
        return device, acts
    device, more = learn(device, cue.request, cue.response, moment)
    return device, [*acts, *more]


def _failed(device: Device16, cue: FailedCall, moment: Moment) -> Step:
    device, acts = outbox.settle(device, cue)
    more: list[Act] = []
    if cue.action == "BootNotification" and not cue.is_lost:
        device, more = boot.failed(device)
    elif cue.action == "StatusNotification" and cue.is_lost:
        device = boot.mark_undelivered(device, cue.request)
    elif cue.action == "Authorize":
        device, more = drivers.answered(device, cue.request, None, moment)
    elif cue.action == "StartTransaction" and not any(call.payload == cue.request for call in device.outbox.waiting):
        device = transactions.given_up(device, cue.request)
    return device, [*acts, *more]


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
    device, acts = transactions.end_all(device, "PowerLoss", moment)
    return replace(device, reset="Hard"), acts


def _nothing_sees(device: Device16, *_: Any) -> Step:
    acts: list[Act] = [Say("the station does not see whether a vehicle is parked")]
    return device, acts


def _describe(device: Device16, moment: Moment) -> Iterable[str]:
    for connector in device.connectors.values():
        energy = f"{connector.register(moment.now):.0f} Wh"
        charging = f", transaction {connector.transaction.number}" if connector.transaction else ""
        yield f"connector {connector.id}: {boot.status_of(device, connector.id)}, {energy}{charging}"


_ANSWERS: Mapping[str, Answering] = {
    **certificates.ANSWERS,
    **configuration.ANSWERS,
    **files.ANSWERS,
    **limits.ANSWERS,
    **remote.ANSWERS,
    **tokens.ANSWERS,
    **triggers.ANSWERS,
}
"""By action: the function that answers the command."""
_ALARMS: Mapping[str, Ringing] = {
    **boot.ALARMS,
    **certificates.ALARMS,
    **drivers.ALARMS,
    **files.ALARMS,
    **limits.ALARMS,
    **remote.ALARMS,
    **transactions.ALARMS,
    outbox.RETRY[0]: outbox.end_pause,
}
"""By kind of alarm: the function that is called when it rings."""
_RESPONSES: Mapping[str, Callable[[Device16, Json, Json, Moment], Step]] = {
    "BootNotification": _booted,
    "Authorize": drivers.answered,
    "StartTransaction": _started,
    "StopTransaction": _stopped,
}
"""By action: the function that handles the result."""
_CUES: Mapping[type[Cue], Callable[[Device16, Any, Moment], Step]] = {
    Opened: _opened,
    Closed: lambda device, _, moment: boot.closed(device, moment),
    Unreached: security.unreached,
    Answered: _answered,
    FailedCall: _failed,
    Rang: lambda device, cue, moment: _ALARMS[cue.alarm[0]](device, list(cue.alarm[1:]), moment),
    Plugged: drivers.plug,
    Unplugged: drivers.unplug,
    Presented: drivers.present,
    Arrived: _nothing_sees,
    Departed: _nothing_sees,
    Paused: drivers.pause,
    Ready: drivers.pause,
    PowerCycled: _power_cycled,
    FileMoved: files.moved,
    CallRequested: lambda device, cue, _: (device, [Send(cue.action, cue.payload, is_asked_for=True)]),
}
"""By kind of cue: the function that handles it."""

MACHINE = Machine(
    new_device=new_device,
    kind=Device16,
    places=lambda device: len(device.connectors),
    secured=security.secured,
    equipped=equipped,
    step=step,
    command=command,
    answer_alone=answer_alone,
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

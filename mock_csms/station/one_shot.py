"""Single jobs of a station before it ends: sending calls (`--send`), and one charging session (`--charge`)."""

import asyncio
from collections.abc import Sequence

from mock_csms.protocol.actions import Json
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.open_call import CallFailed
from mock_csms.station import cues
from mock_csms.station.control_lines import SendCall
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.link import Link, Site, is_csms_fault, is_wrong
from mock_csms.station.machines import machine_for
from mock_csms.station.player import Player
from mock_csms.station.requests import request
from mock_csms.station.state import State
from mock_csms.twin.events import Event, Received, Unanswered


class Faults:
    """Counts the faults of the CSMS: CALLERRORs, invalid messages, missing answers."""

    def __init__(self, bus: Bus) -> None:
        self.count = 0
        bus.subscribe(self._received, Received)
        bus.subscribe(self._unanswered, Unanswered)

    def _received(self, event: Event) -> None:
        if isinstance(event, Received):
            self.count += is_wrong(event)

    def _unanswered(self, event: Event) -> None:
        self.count += isinstance(event, Unanswered) and is_csms_fault(event)


class Unfinished(Exception):
    """A charging session did not start, or ended too early."""


async def send(
    calls: Sequence[SendCall], identity: str, device: State, handshake: HandshakeRequest, site: Site
) -> bool:
    """Connect, send `calls` in order, and disconnect; return whether each got a result. Raises CannotConnect."""
    ended, machine = asyncio.Event(), machine_for(handshake)
    link = Link(identity, site, lambda call: machine.answer_alone(device, call, site.moment()), ended.set)
    await link.dial(handshake)
    is_fine = True
    for call in calls:
        payload = request(link.version, call.action, call.given, identity, site.moment())
        if link.version.actions[call.action].is_send:
            link.notify(call.action, payload)
            continue
        try:
            await link.call(call.action, payload, device.message_timeout)
        except CallFailed:
            is_fine = False
            if ended.is_set():
                break
    link.hang_up("done")
    return is_fine


async def charge(player: Player, evse: int, token: Json, seconds: float) -> None:
    """Do one complete charging session at `evse`, and charge for `seconds`.

    Raises Unfinished if the driver is not authorized or charging ends too early, and TimeoutError if the CSMS does not
    answer the station's messages.
    """
    patience = player.device.message_timeout + 1.0
    await player.until(lambda device: device.is_accepted, player.device.connection_timeout)
    await player.until(_is_idle, patience)
    player.tell(cues.Plugged(evse))
    player.tell(cues.Presented(token, evse))
    await player.until(lambda device: not player.machine.is_authorizing(device), patience)
    _check(player, evse)
    await asyncio.sleep(player.site.real(seconds))
    await player.until(_is_idle, patience)  # a late answer to a TransactionEvent may still reject the token
    _check(player, evse)
    player.tell(cues.Presented(token, evse))
    await player.until(_is_idle, patience)
    player.tell(cues.Unplugged(evse))
    await player.until(_is_idle, patience)


def _check(player: Player, evse: int) -> None:
    if not player.machine.is_charging(player.device, evse):
        raise Unfinished


def _is_idle(device: State) -> bool:
    return device.outbox.is_empty

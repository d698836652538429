"""Short connections of a station, again and again: connect, boot, send some calls, disconnect (`--churn`)."""

import asyncio
from collections.abc import Iterator

from mock_csms.protocol.records import Record
from mock_csms.runtime import clock
from mock_csms.runtime.open_call import CallFailed
from mock_csms.runtime.transport.dial import CannotConnect
from mock_csms.station.control_lines import SendCall
from mock_csms.station.figures import BOOT
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.link import Link, Site
from mock_csms.station.machines import machine_for
from mock_csms.station.requests import request
from mock_csms.station.state import State
from mock_csms.twin.events import Failed

STAY = (0.1, 0.2)
"""How long a station stays connected, in seconds: from the least to the most."""


class Guest(Record, eq=False):
    """A station that connects and disconnects again and again."""

    identity: str
    device: State
    handshake: HandshakeRequest
    site: Site
    calls: Iterator[SendCall]
    """The calls that it sends in turn; empty if it sends none."""
    pause: tuple[float, float]
    """How many seconds it waits before each of them, from the least to the most."""


async def visit(guest: Guest) -> None:
    """Connect, boot, stay a little, and disconnect. If the connection fails, wait for the same time instead."""
    device, site = guest.device, guest.site
    machine, loop = machine_for(guest.handshake), asyncio.get_running_loop()
    link = Link(guest.identity, site, lambda call: machine.answer_alone(device, call, site.moment()), lambda: None)
    try:
        await link.dial(guest.handshake)
    except CannotConnect as error:
        site.bus.publish(Failed(clock.now(), guest.identity, f"cannot connect: {error}"))
        await asyncio.sleep(between(site, STAY))
        return
    try:
        boot = request(link.version, BOOT, {}, guest.identity, site.moment())
        answer = await link.call(BOOT, boot, device.message_timeout)
        leaves_at = loop.time() + between(site, STAY)
        if answer.get("status") == "Accepted":
            await _send(guest, link, leaves_at)
        await asyncio.sleep(leaves_at - loop.time())
    except CallFailed:
        pass
    await link.close("leaves")


async def _send(guest: Guest, link: Link, until: float) -> None:
    """Send calls, each after a pause, as long as the next one is due before the time `until`."""
    loop = asyncio.get_running_loop()
    while loop.time() + (pause := between(guest.site, guest.pause)) < until:
        call = next(guest.calls, None)
        if call is None:
            return
        await asyncio.sleep(pause)
        payload = request(link.version, call.action, call.given, guest.identity, guest.site.moment())
        if link.version.actions[call.action].is_send:
            link.notify(call.action, payload)
        else:
            await link.call(call.action, payload, guest.device.message_timeout)


def between(site: Site, bounds: tuple[float, float]) -> float:
    """Return a random number between two others."""
    least, most = bounds
    return least + site.world.chance() * (most - least)

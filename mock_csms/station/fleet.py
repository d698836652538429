"""Many stations in one process (`--count`), which stay connected or reconnect all the time; measures their times."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from typing import Any

from mock_csms.protocol.records import Mutable, Record, field, replace
from mock_csms.runtime import clock
from mock_csms.runtime.open_call import CallFailed
from mock_csms.runtime.transport.dial import CannotConnect
from mock_csms.station.handshake import HandshakeRequest
from mock_csms.station.link import CLOSE, CONNECT, Link, Site, is_csms_fault, is_wrong
from mock_csms.station.machines import machine_for
from mock_csms.station.player import Player
from mock_csms.station.requests import request
from mock_csms.station.state import State
from mock_csms.twin.events import Event, Failed, Received, Sent, Unanswered

BOOT = "BootNotification"
"""Every version has this action."""

_FEWEST, _MOST = 3, 8
"""How often a station connects with `--churn`."""
_SHORTEST, _LONGEST = 0.1, 0.2
"""How long it stays connected then, in seconds."""


class Figures(Mutable):
    """The measurements of a run."""

    took: dict[str, list[float]] = field(default_factory=lambda: {CONNECT: [], BOOT: [], CLOSE: []})
    """How many seconds each connection, boot and close took."""
    messages: int = 0
    """The number of messages sent and received."""
    errors: Counter[str] = field(default_factory=Counter)
    """How often each problem occurred."""
    seconds: float = 0.0
    """How long the whole run took; 0 while it goes on."""

    def note(self, what: str, seconds: float) -> None:
        """Add the duration of a connection, boot or close; other durations are ignored."""
        if what in self.took:
            self.took[what].append(seconds)


class Fleet(Record):
    """Which stations to run."""

    count: int
    device: State
    """The state with which each of them starts."""
    handshake: HandshakeRequest
    """The handshake; the identity of each station is appended to its URL."""
    ramp: float = 0.0
    """All are started evenly within this many seconds."""
    churn: bool = False
    """Whether they come and go; otherwise they stay connected."""


async def run(fleet: Fleet, site: Site, figures: Figures) -> None:
    """Run the fleet until it is done or cancelled; `figures` is kept up to date meanwhile."""
    _watch(site, figures)
    loop = asyncio.get_running_loop()
    began, pause = loop.time(), fleet.ramp / fleet.count
    work = _come_and_go if fleet.churn else _stay
    stations = [loop.create_task(_later(n * pause, work(fleet, n + 1, site))) for n in range(fleet.count)]
    try:
        done, _ = await asyncio.wait(stations, return_when=asyncio.FIRST_EXCEPTION)
        for station in done:
            station.result()  # raises the exception that stopped it
    finally:
        figures.seconds = loop.time() - began  # stop counting problems, because cancelling causes some
        for station in stations:
            station.cancel()
        await asyncio.gather(*stations, return_exceptions=True)


def _watch(site: Site, figures: Figures) -> None:
    """Count in `figures` everything that happens."""

    def message(_: Event) -> None:
        figures.messages += not figures.seconds

    def received(event: Event) -> None:
        message(event)
        if isinstance(event, Received) and is_wrong(event):
            figures.errors["invalid message or CALLERROR"] += 1

    def failed(event: Event) -> None:
        if isinstance(event, Failed) and not figures.seconds:
            figures.errors[event.problem] += 1

    def unanswered(event: Event) -> None:
        if isinstance(event, Unanswered) and is_csms_fault(event) and not figures.seconds:
            figures.errors[event.reason] += 1

    site.took = figures.note
    site.bus.subscribe(message, Sent)
    site.bus.subscribe(received, Received)
    site.bus.subscribe(failed, Failed)
    site.bus.subscribe(unanswered, Unanswered)


async def _later(seconds: float, work: Coroutine[Any, Any, None]) -> None:
    await asyncio.sleep(seconds)
    await work


def _named(fleet: Fleet, number: int) -> tuple[str, HandshakeRequest]:
    """Return the identity of the station with a number, and its handshake."""
    identity = f"CS-{number:04d}"
    return identity, replace(fleet.handshake, url=f"{fleet.handshake.url.rstrip('/')}/{identity}")


async def _stay(fleet: Fleet, number: int, site: Site) -> None:
    identity, handshake = _named(fleet, number)
    await Player(identity, fleet.device, handshake, site).run(is_patient=True)


async def _come_and_go(fleet: Fleet, number: int, site: Site) -> None:
    identity, handshake = _named(fleet, number)
    for _ in range(round(_between(site, _FEWEST, _MOST))):
        await _visit(identity, fleet.device, handshake, site)


async def _visit(identity: str, device: State, handshake: HandshakeRequest, site: Site) -> None:
    """Connect, boot, stay a little, and disconnect."""
    machine = machine_for(handshake)
    link = Link(identity, site, lambda call: machine.answer_alone(device, call, site.moment()), lambda: None)
    try:
        await link.dial(handshake)
        await link.call(BOOT, request(link.version, BOOT, {}, identity, site.moment()), device.message_timeout)
        await asyncio.sleep(_between(site, _SHORTEST, _LONGEST))
        await link.close("leaves")
    except CannotConnect as error:
        site.bus.publish(Failed(clock.now(), identity, f"cannot connect: {error}"))
    except CallFailed:
        await link.close("leaves")


def _between(site: Site, least: float, most: float) -> float:
    return least + site.world.chance() * (most - least)

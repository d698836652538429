"""Many stations in one process (`--count`, `--stages`), which stay connected or reconnect all the time."""

import asyncio
from itertools import cycle

from mock_csms.protocol.records import Record, replace
from mock_csms.settings import values
from mock_csms.station import cues
from mock_csms.station.control_lines import SendCall
from mock_csms.station.figures import Figures, watch
from mock_csms.station.handshake import HandshakeRequest, version_of
from mock_csms.station.link import Site
from mock_csms.station.player import Player
from mock_csms.station.requests import request
from mock_csms.station.stages import Shift
from mock_csms.station.state import State
from mock_csms.station.visits import Guest, between, visit

_FEWEST, _MOST = 3, 8
"""How often a station connects with `--churn`, if no stage ends its time."""
_LAST_ANSWERS = 5.0
"""How many seconds a station waits for open answers before it leaves."""


class Variant(Record):
    """The kind of station of one version of OCPP."""

    device: State
    """The state with which each station starts."""
    handshake: HandshakeRequest
    """The handshake; the identity of each station is appended to its URL."""


class Fleet(Record):
    """Which stations to run."""

    variants: tuple[Variant, ...]
    """The kinds of stations; the stations are of each kind in turn."""
    shifts: tuple[tuple[Shift, ...], ...]
    """By station: when it runs."""
    churn: bool = False
    """Whether the stations connect and disconnect again and again; otherwise they stay connected."""
    calls: tuple[SendCall, ...] = ()
    """The calls that each station sends in turn, while it is connected."""
    pause: tuple[float, float] = (0.0, 0.0)
    """The least and the most seconds that a station waits before each of these calls."""


async def run(fleet: Fleet, site: Site, figures: Figures) -> None:
    """Run the fleet until it is done or cancelled; `figures` is kept up to date meanwhile."""
    loop = asyncio.get_running_loop()
    began, sites = loop.time(), [site.apart() for _ in fleet.variants]
    for own, variant in zip(sites, fleet.variants, strict=True):
        watch(own, version_of(variant.handshake).name, figures)
    stations = [loop.create_task(_run(fleet, n, sites[n % len(sites)], began)) for n in range(len(fleet.shifts))]
    try:
        done, _ = await asyncio.wait(stations, return_when=asyncio.FIRST_EXCEPTION)
        for station in done:
            station.result()  # raises the exception that stopped it
    finally:
        figures.seconds = loop.time() - began  # stop counting problems, because cancelling causes some
        for station in stations:
            station.cancel()
        await asyncio.gather(*stations, return_exceptions=True)


async def _run(fleet: Fleet, index: int, site: Site, began: float) -> None:
    """Run the station with this index in all its shifts."""
    variant, identity = fleet.variants[index % len(fleet.variants)], f"CS-{index + 1:04d}"
    handshake = replace(variant.handshake, url=f"{variant.handshake.url.rstrip('/')}/{identity}")
    guest = Guest(identity, variant.device, handshake, site, cycle(fleet.calls), fleet.pause)
    now = asyncio.get_running_loop().time
    for shift in fleet.shifts[index]:
        await asyncio.sleep(began + shift.begin - now())
        end = None if shift.end is None else began + shift.end
        if fleet.churn:
            await _come_and_go(guest, end)
        elif end is None and not fleet.calls:  # the tasks of `_stay` would take 5 kB
            await Player(identity, variant.device, handshake, site).run(is_patient=True)
        else:
            await _stay(guest, end)


async def _come_and_go(guest: Guest, end: float | None) -> None:
    """Visit the CSMS again and again: until a given time (at least once), or a given number of times."""
    loop, visits = asyncio.get_running_loop(), 0
    most = round(between(guest.site, (_FEWEST, _MOST)))
    while not visits or (visits < most if end is None else loop.time() < end):
        await visit(guest)
        visits += 1


async def _stay(guest: Guest, end: float | None) -> None:
    """Keep a station connected until a time; forever if it is None."""
    loop = asyncio.get_running_loop()
    player = Player(guest.identity, guest.device, guest.handshake, guest.site)
    tasks = [loop.create_task(player.run(is_patient=True)), loop.create_task(_send(player, guest))]
    try:
        rest = None if end is None else end - loop.time()
        done, _ = await asyncio.wait(tasks, timeout=rest, return_when=asyncio.FIRST_EXCEPTION)
        for task in done:
            task.result()
        tasks[1].cancel()
        await player.leave("leaves", _LAST_ANSWERS)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _send(player: Player, guest: Guest) -> None:
    """Send calls, each after a pause, as soon as the CSMS accepts the station and has answered everything."""
    for call in guest.calls:
        await asyncio.sleep(between(guest.site, guest.pause))
        await player.until(_is_free, values.LONGEST)
        payload = request(player.version, call.action, call.given, guest.identity, player.moment())
        player.tell(cues.CallRequested(call.action, payload))


def _is_free(device: State) -> bool:
    return device.is_accepted and device.is_online and device.outbox.is_empty

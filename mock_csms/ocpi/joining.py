"""What the mock does about registrations on its own: registers, reads modules, renews credentials, and leaves."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from mock_csms.ocpi.parties import CREDENTIALS, OcpiPeer
from mock_csms.ocpi.registration import RegistrationFailed, explore, register_with, renew_with, unregister_with
from mock_csms.ocpi.steps import Fetch, Pause, Steps
from mock_csms.ocpi.world import OcpiWorld
from mock_csms.protocol.records import replace

if TYPE_CHECKING:
    from mock_csms.settings.roaming import Roaming

_AGAIN = 0.5
"""The seconds between two attempts."""
_SILENT = 4
"""How many attempts may fail before people are told: both sides may be starting."""


def duties(world: OcpiWorld, settings: "Roaming") -> Iterator[Steps]:
    """Yield what to do from the start on."""
    if settings.ocpi_peer is not None:
        yield join(world, settings.ocpi_peer, settings.ocpi_peer_token or "")
    for peer in world.parties.peers:
        if not peer.endpoints:
            yield learn_endpoints(world, peer)
    if settings.ocpi_renew is not None:
        yield renew_often(world, settings.ocpi_renew)


def join(world: OcpiWorld, url: str, token: str) -> Steps:
    """Register with another party; try again until it succeeds, or until that party has registered with us."""

    def attempt() -> Steps:
        if world.parties.at(url) is not None:
            return None
        return (yield from register_with(world, url, token))

    peer = yield from _until_done(world, f"not registered at {url} yet", attempt)
    if peer is not None:
        world.tell(f"registered with {peer.name}")


def learn_endpoints(world: OcpiWorld, peer: OcpiPeer) -> Steps:
    """Read the modules of a party that was registered by hand; try again until it succeeds."""
    first = Fetch(url=peer.versions_url, token=peer.their_token, is_raw=peer.is_raw)
    what = f"the modules of {peer.name} are not known yet"
    explored = yield from _until_done(world, what, lambda: explore(first, frozenset()))
    known = replace(peer, endpoints=explored.endpoints, is_raw=explored.is_raw)
    world.parties.add(known, instead_of=peer.our_token)


def renew_often(world: OcpiWorld, seconds: float) -> Steps:
    """Send new credentials to all registered parties again and again."""
    while True:
        yield Pause(seconds)
        for peer in [*world.parties.peers]:
            try:
                yield from renew_with(world, peer)
            except RegistrationFailed as failed:
                world.tell(f"{peer.name} has no new credentials: {failed}")
            else:
                world.tell(f"sent new credentials to {peer.name}")


def leave(world: OcpiWorld) -> Steps:
    """End all registrations."""
    for peer in [*world.parties.peers]:
        if peer.url_of(CREDENTIALS, ""):
            problem = yield from unregister_with(world, peer)
            world.tell(f"{peer.name} did not accept the end: {problem}" if problem else f"left {peer.name}")


def _until_done(world: OcpiWorld, what: str, attempt: Callable[[], Steps]) -> Steps:
    failures, told = 0, ""
    while True:
        try:
            return (yield from attempt())
        except RegistrationFailed as failed:
            failures += 1
            if failures >= _SILENT and str(failed) != told:
                told = str(failed)
                world.tell(f"{what}: {told}")
        yield Pause(_AGAIN)

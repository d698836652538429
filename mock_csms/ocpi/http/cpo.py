"""Serves OCPI as the CPO of the stations of a running mock. Only a start with --ocpi loads this module."""

import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial
from itertools import count

from mock_csms.ocpi.cpo.authorizing import TokenDesk
from mock_csms.ocpi.cpo.following import Follower
from mock_csms.ocpi.cpo.outbox import PeerOutbox
from mock_csms.ocpi.cpo.table import PREFIX, ROWS
from mock_csms.ocpi.cpo.terms import terms_of
from mock_csms.ocpi.cpo.tokens import forget_tokens, welcome
from mock_csms.ocpi.cpo.world import CpoWorld
from mock_csms.ocpi.exchange import OcpiExchange
from mock_csms.ocpi.http.application import OcpiHooks
from mock_csms.ocpi.http.asking import StationAsker
from mock_csms.ocpi.http.kept_file import KeptFile
from mock_csms.ocpi.http.serving import serving_ocpi
from mock_csms.ocpi.http.stations import StationFeed, command_station
from mock_csms.ocpi.joining import duties, leave
from mock_csms.ocpi.keeping import peers_of
from mock_csms.ocpi.parties import CPO, OcpiParties, OcpiParty, OcpiRole
from mock_csms.ocpi.restrictions import Clock
from mock_csms.ocpi.steps import StationCommand
from mock_csms.ocpi.telling import event_of
from mock_csms.runtime import clock
from mock_csms.runtime.csms import CsmsServer
from mock_csms.settings import Config
from mock_csms.settings.ocpi_sites import OcpiSite, zone_of
from mock_csms.settings.roaming import party
from mock_csms.twin.events import Failed, Noted

_TOKEN_BYTES = 32


def new_token() -> str:
    """Return a credentials token that nobody can guess."""
    return secrets.token_urlsafe(_TOKEN_BYTES)


def clock_at(site: OcpiSite) -> Clock:
    """Return the clock of a location: the time in its time zone."""
    zone = zone_of(site.time_zone)
    return lambda seconds: datetime.fromtimestamp(seconds, zone)


class CpoServer:
    """The OCPI server beside one mock."""

    def __init__(self, csms: CsmsServer) -> None:
        self._csms = csms
        self.urls: list[str] = []
        """The URLs for the ready file."""
        self.lines = ""
        """The lines to print after the first line of the output."""
        csms.follow_all()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Serve until the block ends. Raises OSError for a wrong address."""
        config = self._csms.config
        assert config.ocpi is not None  # noqa: S101 - else there is no such server
        world = self._world(config)
        kept = KeptFile(world.parties, config.state_dir, world.failed)
        kept.read()
        hooks = OcpiHooks(
            observe=partial(self._observe, world, count(1)),
            perform={StationCommand: partial(command_station, self._csms)},
        )
        async with serving_ocpi(world, ROWS, config.ocpi, hooks) as side:
            outbox = PeerOutbox(side.performer.begin, world.failed)
            world.push = outbox.push
            follower = Follower(world, terms_of(config, world))
            feed = StationFeed(self._csms, world, follower)
            world.reserved, world.unreserved = feed.reserve, partial(follower.end_reservation, is_expired=False)
            tokens = self._csms.rulebase.tokens
            desk = TokenDesk(
                world=world,
                mode=lambda: self._csms.config.ocpi_authorize,
                is_decided=lambda id_: tokens.find(id_) is not None,
            )
            StationAsker(self._csms, desk, follower, side.performer).join()
            world.parties.joined, world.parties.left = partial(welcome, world), partial(forget_tokens, world)
            follower.begin()
            self.urls.append(f"{world.base}/ocpi/versions")
            self.lines = f"OCPI on {world.base}/ocpi/versions\n"
            for peer in world.parties.peers:
                welcome(world, peer)
            for steps in duties(world, config):
                side.performer.begin(steps)
            try:
                with feed.open():
                    yield
            finally:
                if config.ocpi_unregister:
                    await side.performer.run(leave(world))

    def _observe(self, world: CpoWorld, numbers: Iterator[int], exchange: OcpiExchange) -> None:
        """Publish an exchange; no check and no model of a station needs it."""
        self._csms.bus.publish(event_of(exchange, next(numbers), world))

    def _world(self, config: Config) -> CpoWorld:
        us = OcpiRole(CPO, OcpiParty(*party(config.ocpi_party)), "mock-csms")
        peers = [*peers_of(config.ocpi_registered)]
        chance = clock.Chance(self._csms.chance.seed, "ocpi")  # OCPI does not change the ids in messages to stations
        return CpoWorld(
            parties=OcpiParties(us=us, peers=peers, tokens_a=[*config.ocpi_token_a]),
            now=clock.now,
            new_id=chance.new_id,
            new_token=new_token,
            prefix=PREFIX,
            station=self._csms.stations.get,
            new_integer=chance.new_integer,
            timeout=config.call_timeout,
            allows_any_response_url=config.ocpi_any_response_url,
            clock_at=clock_at,
            set_cost=lambda is_end: self._csms.config.final_cost if is_end else self._csms.config.total_cost,
            base=(config.ocpi_url or "").rstrip("/"),
            is_base_fixed=bool(config.ocpi_url),
            sends_raw=config.ocpi_raw_token,
            tell=lambda text: self._csms.publish(Noted(clock.now(), "", f"OCPI: {text}")),
            failed=lambda text: self._csms.publish(Failed(clock.now(), "", f"OCPI: {text}")),
        )

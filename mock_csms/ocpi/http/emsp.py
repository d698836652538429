"""Serves the mock eMSP: its modules, the endpoints for `mock-csms ocpi`, and pages for people."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from functools import partial

from mock_csms.ocpi.delivery import Delivery
from mock_csms.ocpi.emsp.checks.catalogue import select_ocpi
from mock_csms.ocpi.emsp.faults import OcpiFaultBook
from mock_csms.ocpi.emsp.hand_acts import ResultWanted
from mock_csms.ocpi.emsp.happenings import names_of_request
from mock_csms.ocpi.emsp.inspector import OcpiInspector
from mock_csms.ocpi.emsp.settings import PRESET_A, PRESET_C, EmspSettings
from mock_csms.ocpi.emsp.sightings import Sighting
from mock_csms.ocpi.emsp.table import PREFIX, ROWS
from mock_csms.ocpi.emsp.tokens import add_token
from mock_csms.ocpi.emsp.world import EmspWorld
from mock_csms.ocpi.http.application import OcpiHooks
from mock_csms.ocpi.http.cpo import new_token
from mock_csms.ocpi.http.hand import around
from mock_csms.ocpi.http.receiving import HttpRequest, shown_by
from mock_csms.ocpi.http.serving import serving_ocpi
from mock_csms.ocpi.joining import join, learn_endpoints, leave
from mock_csms.ocpi.keeping import peers_of
from mock_csms.ocpi.modules import ModuleRow
from mock_csms.ocpi.parties import EMSP, OcpiParties, OcpiParty, OcpiPeer, OcpiRole
from mock_csms.ocpi.telling import read_body
from mock_csms.runtime import clock
from mock_csms.runtime.clock import Chance
from mock_csms.settings.control import Address
from mock_csms.twin.events import Event, Failed, Noted

_PRESET = OcpiRole("HUB", OcpiParty("XX", "PRE"), "preset")
"""The role behind a preset token: like a hub, it may speak for every party."""


class EmspServer:
    """One eMSP. `publish` gets its events, `count` everything that a CPO does."""

    def __init__(
        self, settings: EmspSettings, publish: Callable[[Event], None], count: Callable[[Sighting], None]
    ) -> None:
        self._settings, self._publish = settings, publish
        self._chance = Chance(settings.seed)
        self.world = self._world()
        self._inspector = OcpiInspector(select_ocpi(settings.checks), self.world, publish, count)
        self._faults = OcpiFaultBook(settings.fault, self._chance.fraction)
        self._waiting: dict[str, asyncio.Event] = {}
        """The events of commands whose results somebody waits for."""
        self.world.told_result = self._wake

    @property
    def exercised(self) -> set[str]:
        """The ids of the checks that have judged anything."""
        return self._inspector.exercised

    def _world(self) -> EmspWorld:
        settings, country = self._settings, OcpiParty(*self._settings.party)
        presets = () if settings.no_presets else PRESET_C
        peers = [*peers_of(settings.registered), *(_preset(token) for token in presets)]
        tokens_a = [*settings.token_a, *(() if settings.no_presets else PRESET_A)]
        world = EmspWorld(
            parties=OcpiParties(us=OcpiRole(EMSP, country, "mock-csms"), peers=peers, tokens_a=tokens_a),
            now=clock.now,
            new_id=self._chance.new_id,
            new_token=new_token,
            prefix=PREFIX,
            base=(settings.url or "").rstrip("/"),
            is_base_fixed=bool(settings.url),
            sends_raw=settings.raw_token,
            is_open=settings.open,
            end_of_urls="/" if settings.trailing_slash else "",
            tolerance=settings.tolerance,
            began=clock.now(),
            tell=lambda text: self._publish(Noted(clock.now(), "", f"OCPI: {text}")),
            failed=lambda text: self._publish(Failed(clock.now(), "", f"OCPI: {text}")),
        )
        for told in settings.token:
            add_token(world, told, clock.now())
        return world

    @asynccontextmanager
    async def open(self, address: Address) -> AsyncIterator[None]:
        """Serve until the block ends. Raises OSError for a wrong address."""
        hooks = OcpiHooks(
            observe=self._inspector.observe,
            deliver=self._deliver,
            perform={ResultWanted: self._result},
            wrap=partial(around, self.world),
        )
        world, settings = self.world, self._settings
        async with serving_ocpi(world, ROWS, address, hooks) as side:
            if settings.peer is not None:
                side.performer.begin(join(world, settings.peer, settings.peer_token or ""))
            for peer in [*world.parties.peers]:
                if peer.versions_url and not peer.endpoints:
                    side.performer.begin(learn_endpoints(world, peer))
            try:
                yield
            finally:
                if settings.unregister:
                    await side.performer.run(leave(world))

    def _deliver(self, row: ModuleRow | None, incoming: HttpRequest, delivery: Delivery) -> Delivery:
        """Let the faults change an answer."""
        if not self._settings.fault or row is None:
            return delivery
        shown = shown_by(self.world, incoming)
        peer = self.world.parties.behind(shown.token) if shown else None
        names, body = names_of_request(row.module, incoming.method), read_body(incoming.body)[0]
        party = peer.name if peer else ""
        changed, used = self._faults.spoiled(party, names, body, delivery)
        for text in used:
            self._publish(Noted(clock.now(), party, f"fault: {text}"))
        return changed

    # Results of commands.

    def _wake(self, id_: str) -> None:
        self._waiting.setdefault(id_, asyncio.Event()).set()

    async def _result(self, wanted: ResultWanted) -> str:
        """Wait for the result of a command, and return it; empty if it does not come in time."""
        came = self._waiting.setdefault(wanted.id, asyncio.Event())
        try:
            async with asyncio.timeout(wanted.seconds):
                await came.wait()
        except TimeoutError:
            pass
        finally:
            self._waiting.pop(wanted.id, None)
        results: Sequence[str] = self.world.commands[wanted.id].results
        return results[0] if results else ""


def _preset(token: str) -> OcpiPeer:
    """Return the party behind a preset token, which nobody can be asked for anything."""
    return OcpiPeer(our_token=token, their_token="", versions_url="", endpoints={}, roles=(_PRESET,))

"""The mock CSMS: listens, accepts stations, keeps what is known of them, and sends them commands."""

import asyncio
from collections.abc import Callable, Collection, Iterable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mock_csms.behavior.admission import Door, LetIn, Respond, Verdict
from mock_csms.behavior.commands import Step
from mock_csms.behavior.prepared import Prepared, PreparedAnswers
from mock_csms.behavior.replies import Decision
from mock_csms.behavior.templates import Authority, Context, World
from mock_csms.protocol.actions import Json, Sender
from mock_csms.protocol.identifiers import folded, spelling
from mock_csms.protocol.messages import Call, Error
from mock_csms.protocol.versions import SUBPROTOCOLS, Version, choose_subprotocol
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime import clock
from mock_csms.runtime.addresses import LOOPBACKS, OwnAddress, bind
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.commander import Commander
from mock_csms.runtime.host import Arrival, Peer
from mock_csms.runtime.inspection import Inspection
from mock_csms.runtime.network import Network
from mock_csms.runtime.pins import Pins
from mock_csms.runtime.pki.authority import Pki
from mock_csms.runtime.publishing import Publishing
from mock_csms.runtime.rulebase import Rulebase
from mock_csms.runtime.session import CallFailed, Session
from mock_csms.runtime.sink import Backpressure
from mock_csms.runtime.tls_switch import TlsSwitch
from mock_csms.runtime.transport.acceptor import Acceptor
from mock_csms.runtime.transport.connection import Transport
from mock_csms.runtime.transport.endpoint import Endpoint
from mock_csms.runtime.transport.limits import limits_of
from mock_csms.settings import Config, assembly
from mock_csms.settings.values import TIMESTAMPS
from mock_csms.twin.events import Connected, Failed, Knocked, Noted, Refused
from mock_csms.twin.station import Stations

if TYPE_CHECKING:
    from mock_csms.runtime.signing import Signer
    from mock_csms.twin.twin import Twin


class CsmsServer:
    """One mock: `async with CsmsServer(config) as csms` listens until the block ends.

    `backpressure` says what its connections have to wait for.
    """

    def __init__(self, config: Config, bus: Bus | None = None, backpressure: Backpressure | None = None) -> None:
        self.bus = bus or Bus()
        self.takes_shortcuts = not config.no_shortcuts
        self._models = Stations(config.remember)
        self.stations = self._models.let_in
        self._spellings: dict[str, str] = {}
        self.sessions: dict[str, Session] = {}
        self.chance = clock.Chance(config.seed)
        self._network = Network(self.chance.seed)
        self._pki = Pki(self.chance)
        self._authority = Authority(self._pki.root, self._pki.chain, self._pki.status)
        self._signer: Signer | None = None
        self.url = ""
        self._site = OwnAddress()
        self._acceptors: list[Acceptor] = []
        self._endpoint = Endpoint(self, limits_of(config), backpressure)
        self._inspection = Inspection(config, self._models, self.bus.publish)
        self._publishing = Publishing(self.stations, self._inspection, self.bus)
        self.publish = self._publishing.publish
        self._tls = TlsSwitch(self._endpoint, self.publish)
        self._commander = Commander(self._context, self.publish)
        self.postpone, self.settle = self._publishing.postpone, self._publishing.settle
        self._pins = Pins(config.state_dir, self._fail)
        self._door = Door(assembly.policies(config), self._pins)
        self.rulebase = Rulebase(config, self._apply)

    def configure(self, config: Config) -> None:
        """Use other settings from now on; what is fixed when the mock starts to listen stays as it is.

        Where the settings do not change, the counts of rules and refusals and the positions in sequences stay.
        """
        self.settle()
        self.rulebase.configure(config)

    def restore(self, config: Config) -> None:
        """Behave like a new mock with these settings: all counts begin again."""
        self._door = Door(assembly.policies(config), self._pins)
        self.rulebase.reset()
        self.rulebase.configure(config)

    def _apply(self, config: Config) -> None:
        """Use these settings; their rules are in the rulebase already."""
        self.config = config
        self._models.most = config.remember
        self.validation = config.validate
        self._inspection.configure(config)
        self._door.configure(assembly.policies(config))
        self._network.configure(assembly.network(config))
        self._tls.configure(config)
        self._pki.statuses = config.certificate_status or {}
        if config.sign and self._signer is None:
            from mock_csms.runtime.signing import Signer  # noqa: PLC0415 - only those who sign need it

            self._signer = Signer(self, self._pki)
        self._set_world()

    def _set_world(self) -> None:
        self._prepared: dict[Version, PreparedAnswers] = {}
        chance = self.chance
        write_time = TIMESTAMPS[self.config.timestamp_format]
        self.world = World(self.url, write_time, chance.new_integer, chance.new_id, chance.fraction, self._authority)

    async def __aenter__(self) -> Self:
        """Start to listen. Raises OSError if the address or the state directory cannot be used."""
        self._inspection.open()
        try:
            self._tls.open(self.config, self._pki)
            sockets = bind(self.config.host, self.config.port)
        except OSError:
            self._inspection.close()
            raise
        self._acceptors = [Acceptor(bound, self._endpoint, self._fail) for bound in sockets]
        for acceptor in self._acceptors:
            await acceptor.open()
        bound, port = sockets[0].getsockname()[:2]
        host, prefers_tls = LOOPBACKS.get(bound, self.config.host), max(self.config.security_profile or (2,)) > 1
        self._site = OwnAddress(host, port, self._tls.is_on, self._tls.is_on and prefers_tls, bound in LOOPBACKS)
        self.url = self._site.url
        self._set_world()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening and close every connection with 1001."""
        self._inspection.stop()
        for acceptor in self._acceptors:
            acceptor.close()
        for session in list(self.sessions.values()):
            session.close(1001, "the mock stops")
        await self._endpoint.close(1001, "the mock stops")
        self._inspection.close()

    async def call(
        self, identity: str, step: Step, request: Json | None = None, written: Callable[[], None] | None = None
    ) -> Json:
        """Send the command of `step` to the station `identity` and return the payload of its result.

        `request` is the payload that `{{request.…}}` refers to; `written` is called once the frame went to the socket.
        Raises CallFailed for a CALLERROR, an invalid answer, no answer in time, an action that the station's version
        does not have, or a station that is not connected.
        """
        session = self.session_of(identity)
        if session is None:
            reason = f"{step.action} was not sent: {identity} is not connected"
            self.publish(Failed(clock.now(), identity, reason))
            raise CallFailed(reason)
        return await self._commander.call(session, step, self.config, request, written)

    def session_of(self, identity: str) -> Session | None:
        """Return the session of a station, whatever the case of its identity; None if it is not connected."""
        return self.sessions.get(self._spellings.get(folded(identity), identity))

    def _name(self, visitor: Visitor | None) -> str:
        """Return the identity of a visitor in the spelling of its first connection, which is used everywhere else."""
        return self._spellings.get(folded(visitor.identity), visitor.identity) if visitor else ""

    def _context(self, identity: str, request: object = None) -> Context:
        now = clock.now() + self.config.clock_offset
        return self._network.context(Context(now, self.stations[identity], self.world, request))

    @property
    def exercised(self) -> Collection[str]:
        """The ids of the checks that were exercised; only known with `--fail-on-findings`."""
        return self._inspection.exercised

    @property
    def unsaved(self) -> str:
        """Why not everything about the stations was saved for later runs; "" if all was. Final once the mock stops."""
        return self._inspection.lost

    # What sessions call.

    def follow(self, identity: str) -> "Twin":
        """Return the twin of a station: what it reports from now on and, if the checks are on, what it has reported."""
        return self._models.follow(identity)

    @property
    def arrival(self) -> Arrival | None:
        """The function that says how late a message of a station arrives; None if no network fault is set."""
        return None if self._network.is_sound else self._arrive

    def _arrive(self, identity: str) -> tuple[float | None, str]:
        return self._network.arrival(self._context(identity))

    def reject(self, session: Peer, message: Error) -> Decision:
        """Return how to send `message` in answer to a frame that is not a valid call."""
        return self.rulebase.replies[session.version].reject(message, self._context(session.identity))

    def answer(self, session: Peer, call: Call, refusal: Error | None) -> Decision:
        """Return how to answer a call of a station; `refusal` is the CALLERROR for a call that is not valid."""
        return self.rulebase.replies[session.version].answer(
            call, refusal, self._context(session.identity, call.payload)
        )

    def prepared(self, session: Peer, call: Call) -> Prepared | None:
        """Return the remembered answer to a typed call without violations; None if the rules must be asked."""
        version = session.version
        answers = self._prepared.get(version)
        if answers is None:
            answers = self._prepared[version] = PreparedAnswers(version, self.rulebase.replies[version], self.world)
        now = clock.now() + self.config.clock_offset
        return answers.find(call, now, lambda call: self._context(session.identity, call.payload))

    def command(self, session: Peer, call: Call) -> Decision:
        """Return how to send a command."""
        return self.rulebase.replies[session.version].command(call, self._context(session.identity))

    def ended(self, session: Peer) -> None:
        """Forget a session that has ended; what is known of its station stays for a while."""
        if self.sessions.get(session.identity) is session:
            del self.sessions[session.identity]
        self._forget(self._models.leave(session.identity))

    def _forget(self, identities: Iterable[str]) -> None:
        """Keep nothing of stations that left long ago but what rules need."""
        for identity in identities:
            self._inspection.forget(identity)
            self._network.forget(identity)

    # What the transport calls.

    def choose_subprotocol(self, offered: Sequence[str]) -> str | None:
        """Return the subprotocol to use with a station that offers these; None if there is none."""
        config = self.config
        return choose_subprotocol(offered, config.ocpp, by_station=config.subprotocol_order == "station")

    def judge(self, visitor: Visitor, subprotocol: str | None) -> Verdict:
        """Decide whether a station may connect, and publish it if it is refused."""
        identity = self._name(visitor)
        if not self._door.refuses_page(visitor):  # a page is not the station, so no check must judge it as one
            self.publish(Knocked(clock.now(), identity, visitor))
        is_connected, told = identity in self.sessions, self._models.instructed(identity)
        verdict = self._door.judge(visitor, subprotocol, clock.now(), is_connected=is_connected, told=told)
        if not isinstance(verdict, LetIn):
            self._refuse(visitor, str(verdict), verdict.status)
        return verdict

    def welcome(self, transport: Transport, visitor: Visitor, subprotocol: str) -> Session:
        """Start the session of a station; by default it replaces a session that the station already has."""
        identity = spelling(self._spellings, visitor.identity)
        if self.config.on_duplicate == "new" and identity in self.sessions:
            self.sessions[identity].close(1000, "replaced by a new connection of the same station")
        version = SUBPROTOCOLS[subprotocol]
        station = self._models.welcome(identity, version)
        station.url, station.profile = self._site.url_of(visitor), visitor.profile
        session = Session(transport, identity, version, Sender.STATION, self)
        self.sessions[identity] = session
        self.publish(Connected(clock.now(), identity, subprotocol, tuple(visitor.offered), version))
        self._limit(session)
        return session

    def _limit(self, session: Session) -> None:
        """End the connection of a session later if a policy says so."""
        seconds = self._door.cut_after(session.identity)
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, self._cut, session)

    def _cut(self, session: Session) -> None:
        if not session.is_over:
            self._door.was_cut(session.identity, clock.now())
            session.drop("cut by --disconnect-after")

    def visit(self, visitor: Visitor) -> Respond:
        """Answer a plain HTTP request: /healthz with 200, all others with 426."""
        if visitor.resource.rstrip("/") == "/healthz":
            return Respond(200, "OK")
        verdict = Respond(426, "an HTTP request without a WebSocket upgrade")
        self._refuse(visitor, str(verdict), verdict.status)
        return verdict

    def refused(self, reason: str, visitor: Visitor, status: int | None) -> None:
        """Publish that an invalid handshake was refused."""
        if visitor.wants_websocket or visitor.problem:
            self.publish(Knocked(clock.now(), self._name(visitor), visitor))
        self._refuse(visitor, reason, status)

    def _fail(self, reason: str) -> None:
        """Publish a problem of the mock itself."""
        self.publish(Failed(clock.now(), "", reason))

    def lost(self, reason: str, visitor: Visitor) -> None:
        """Note that a client closed its connection before it sent a whole request, as load balancers do."""
        self.publish(Noted(clock.now(), self._name(visitor), reason))

    def _refuse(self, visitor: Visitor, reason: str, status: int | None) -> None:
        identity = self._name(visitor)
        self.publish(Refused(clock.now(), identity, reason, status, visitor.wants_websocket))
        self._forget(self._models.turn_away(identity))

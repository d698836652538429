"""The mock CSMS: listens, accepts stations, keeps what is known of them, and sends them commands."""

from collections.abc import Callable, Collection, Iterable
from types import TracebackType
from typing import TYPE_CHECKING, Self

from mock_csms.behavior.admission import Door
from mock_csms.behavior.commands import Step
from mock_csms.behavior.emissions import Ask
from mock_csms.behavior.prepared import Prepared, PreparedAnswers
from mock_csms.behavior.replies import Decision
from mock_csms.behavior.templates import Context
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call, Error
from mock_csms.protocol.versions import Version
from mock_csms.runtime import clock
from mock_csms.runtime.addresses import LOOPBACKS, OwnAddress, bind
from mock_csms.runtime.bus import Bus
from mock_csms.runtime.commander import Commander
from mock_csms.runtime.entrance import Entrance
from mock_csms.runtime.host import Asker, Peer
from mock_csms.runtime.inspection import Inspection
from mock_csms.runtime.network import Network
from mock_csms.runtime.open_call import CallFailed
from mock_csms.runtime.publishing import Publishing
from mock_csms.runtime.rulebase import Rulebase
from mock_csms.runtime.short_way import ShortWay
from mock_csms.runtime.sink import Backpressure
from mock_csms.runtime.tls_switch import TlsSwitch
from mock_csms.runtime.transport.acceptor import Acceptor
from mock_csms.runtime.transport.endpoint import Endpoint
from mock_csms.runtime.transport.limits import limits_of
from mock_csms.runtime.worlds import WorldMaker
from mock_csms.settings import Config, assembly
from mock_csms.settings.values import TIMESTAMPS
from mock_csms.twin.events import Failed
from mock_csms.twin.station import Stations

if TYPE_CHECKING:
    import ssl

    from mock_csms.behavior.file_offers import FileOffers
    from mock_csms.behavior.roaming import Partners
    from mock_csms.runtime.pki.authority import Pki
    from mock_csms.runtime.signing import Signer
    from mock_csms.twin.twin import Twin


class CsmsServer:
    """One mock: `async with CsmsServer(config) as csms` listens until the block ends.

    Connections wait as long as `backpressure` asks for it.
    """

    def __init__(self, config: Config, bus: Bus | None = None, backpressure: Backpressure | None = None) -> None:
        self.bus = bus or Bus()
        self._models = Stations(config.remember)
        self.stations = self._models.let_in
        self.chance = clock.Chance(config.seed)
        self._network = Network(self.chance.seed)
        self.url = ""
        self._acceptors: list[Acceptor] = []
        self._entrance = Entrance(config, self, self._models, self._forget)
        self.sessions, self.session_of = self._entrance.sessions, self._entrance.session_of
        self._endpoint = Endpoint(self._entrance, limits_of(config), backpressure)
        self._inspection = Inspection(config, self._models, self.bus.publish)
        self._publishing = Publishing(self.stations, self._inspection, self.bus)
        self.publish, self.settle = self._publishing.publish, self._publishing.settle
        self._prepared: dict[Version, PreparedAnswers] = {}
        self._short_way = ShortWay(self.stations, self._inspection, self.bus, self._prepared)
        self.short_way: ShortWay | None = self._short_way
        self._tls = TlsSwitch(self._endpoint, self.publish)
        self._commander = Commander(self.context_of, self.publish)
        self._maker = WorldMaker(self.chance, self._inspection.reserve)
        self._signer: Signer | None = None
        self.asker: Asker | None = None
        self.rulebase = Rulebase(config, self._apply)

    def follow_all(self) -> None:
        """Keep a twin of every station from its next connection on, also of those that no check looks at."""
        self._inspection.follows_all = True

    def configure(self, config: Config) -> None:
        """Use other settings from now on; settings that are read only when the mock starts stay as they are.

        Rules and sequences whose settings do not change keep their counts and positions.
        """
        self.settle()
        self.rulebase.configure(config)

    def offer(self, files: "FileOffers | None") -> None:
        """Let commands offer the files of this file server; None if there is no file server."""
        self._maker.files = files
        self._set_world()

    def listen_to(self, partners: "Partners", asker: Asker) -> None:
        """Ask these other platforms before calls are answered, and let them change the answers."""
        self._maker.partners, self.asker = partners, asker
        self._set_world()

    @property
    def pki(self) -> "Pki":
        """The test authority of the mock."""
        return self._maker.pki

    def tls_context(self) -> "ssl.SSLContext | None":
        """Return the settings of TLS for a server beside the mock, which asks for no client certificate.

        None without TLS.
        """
        return self._tls.context()

    def restore(self, config: Config) -> None:
        """Behave like a new mock with these settings: set all counts to zero."""
        self._entrance.reset(config)
        self.rulebase.reset()
        self.rulebase.configure(config)

    def postpone(self, then: Callable[[], None]) -> None:
        """Keep the events up to the first answer, for 50 ms at most; call `then` when all of them are published."""

        def end() -> None:
            self.short_way = self._short_way
            then()

        self.short_way = None
        self._publishing.postpone(end)

    def _apply(self, config: Config) -> None:
        """Use these settings; the rulebase has their rules already."""
        self.config = config
        self._models.most = config.remember
        self.validation = config.validate
        self._inspection.configure(config)
        self._entrance.configure(config)
        self._network.configure(assembly.network(config))
        self.arrival = None if self._network.is_sound else self._arrive
        self._tls.configure(config)
        self._maker.pki.statuses = config.certificate_status or {}
        if config.sign and self._signer is None:
            from mock_csms.runtime.signing import Signer  # noqa: PLC0415 - only those who sign need it

            self._signer = Signer(self, self._maker.pki)
        self._set_world()

    def _set_world(self) -> None:
        self._prepared.clear()
        self.world = self._maker.world(self.url, TIMESTAMPS[self.config.timestamp_format])

    async def __aenter__(self) -> Self:
        """Start to listen. Raises OSError if the address or the state directory cannot be used."""
        self._inspection.open()
        try:
            self._tls.open(self.config, self._maker.pki)
            sockets = bind(self.config.host, self.config.port)
        except OSError:
            self._inspection.close()
            raise
        wires = self._endpoint.wires()
        self._acceptors = [Acceptor(bound, self._endpoint, self._cannot_accept, wires) for bound in sockets]
        for acceptor in self._acceptors:
            await acceptor.open()
        bound, port = sockets[0].getsockname()[:2]
        host, prefers_tls = LOOPBACKS.get(bound, self.config.host), max(self.config.security_profile or (2,)) > 1
        site = OwnAddress(host, port, self._tls.is_on, self._tls.is_on and prefers_tls, bound in LOOPBACKS)
        self._entrance.site, self.url = site, site.url
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

        `request` is the payload that `{{request.…}}` refers to; `written` is called when the frame was given to the
        socket. Raises CallFailed for a CALLERROR, an invalid answer, no answer in time, an action that the station's
        version does not have, or a station that is not connected.
        """
        session = self.session_of(identity)
        if session is None:
            reason = f"{step.action} was not sent: {identity} is not connected"
            self.publish(Failed(clock.now(), identity, reason))
            raise CallFailed(reason)
        return await self._commander.call(session, step, self.config, request, written)

    @property
    def door(self) -> Door:
        """Decides which stations may connect, and counts refusals and cuts."""
        return self._entrance.door

    def context_of(self, identity: str, request: object = None) -> Context:
        """Return the context for the templates of a station."""
        now = clock.now() + self.config.clock_offset
        return self._network.context(Context(now, self.stations[identity], self.world, request))

    @property
    def exercised(self) -> Collection[str]:
        """The ids of the checks that were exercised; only known with `--fail-on-findings`."""
        return self._inspection.exercised

    @property
    def unsaved(self) -> str:
        """Why some facts about the stations were not saved; "" if all were. It is final when the mock has stopped."""
        return self._inspection.lost

    # Called by sessions.

    def follow(self, identity: str) -> "Twin":
        """Return the twin of a station. It has the reports from now on; if checks are on, also the earlier ones."""
        return self._models.follow(identity)

    def _arrive(self, identity: str) -> tuple[float | None, str]:
        return self._network.arrival(self.context_of(identity))

    def reject(self, session: Peer, message: Error) -> Decision:
        """Return how to send `message` in answer to a frame that is not a valid call."""
        return self.rulebase.replies[session.version].reject(message, self.context_of(session.identity))

    def answer(self, session: Peer, call: Call, refusal: Error | None) -> Decision:
        """Return how to answer a call of a station; `refusal` is the CALLERROR for a call that is not valid."""
        if self.asker is not None and refusal is None:
            question = self.asker.question(session, call)
            if question is not None:
                return Decision(call, (Ask(question),))
        return self.rulebase.replies[session.version].answer(
            call, refusal, self.context_of(session.identity, call.payload)
        )

    def prepared(self, session: Peer, call: Call) -> Prepared | None:
        """Return the remembered answer to a typed call without violations; None if the rules must decide."""
        version = session.version
        answers = self._prepared.get(version)
        if answers is None:
            rules, offset = self.rulebase.replies[version], self.config.clock_offset
            answers = PreparedAnswers(version, rules, self.world, offset, self.context_of)
            self._prepared[version] = answers
        return answers.find(call, session.identity, clock.now())

    def command(self, session: Peer, call: Call) -> Decision:
        """Return how to send a command."""
        return self.rulebase.replies[session.version].command(call, self.context_of(session.identity))

    def ended(self, session: Peer) -> None:
        """Drop a session that has ended; the facts about its station stay for a while."""
        if self.sessions.get(session.identity) is session:
            del self.sessions[session.identity]
        self._forget(self._models.leave(session.identity))

    def forget(self, identity: str) -> None:
        """Forget everything about a station that is not connected."""
        self._models.forget(identity)
        self._forget([identity])

    def _forget(self, identities: Iterable[str]) -> None:
        """Keep only what rules need about stations that left long ago."""
        for identity in identities:
            self._inspection.forget(identity)
            self._network.forget(identity)

    def _cannot_accept(self, reason: str) -> None:
        """Publish why new connections have to wait."""
        self.publish(Failed(clock.now(), "", reason))

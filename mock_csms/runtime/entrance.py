"""Decides about connecting stations, and starts their sessions. The transport calls it."""

import asyncio
from collections.abc import Callable, Iterable, Sequence

from mock_csms.behavior.admission import Door, LetIn, Respond, Verdict
from mock_csms.behavior.dialects import dialect_of
from mock_csms.protocol.actions import Sender
from mock_csms.protocol.identifiers import folded, spelling
from mock_csms.protocol.versions import DEFAULT, SUBPROTOCOLS, Version, choose_subprotocol
from mock_csms.protocol.visitors import Visitor
from mock_csms.runtime import clock
from mock_csms.runtime.addresses import OwnAddress
from mock_csms.runtime.host import Host
from mock_csms.runtime.pins import Pins
from mock_csms.runtime.session import Session
from mock_csms.runtime.transport.connection import Transport
from mock_csms.settings import Config, assembly
from mock_csms.twin.events import Connected, Failed, Knocked, Noted, Refused
from mock_csms.twin.station import Stations


class Entrance:
    """Accepts or refuses stations.

    host: answers the accepted stations. models: the models of stations by identity. forget: called with the identity of
    each station whose model is dropped.
    """

    def __init__(self, config: Config, host: Host, models: Stations, forget: Callable[[Iterable[str]], None]) -> None:
        self._pins = Pins(config.state_dir, lambda problem: host.publish(Failed(clock.now(), "", problem)))
        self.door = Door(assembly.policies(config), self._pins)
        self.site = OwnAddress()
        """The address of the mock."""
        self.sessions: dict[str, Session] = {}
        """By identity: the session of each connected station; the newest one if it has several."""
        self._spellings: dict[str, str] = {}
        self._config = config
        self._host = host
        self._models = models
        self._forget = forget

    def configure(self, config: Config) -> None:
        """Use other settings. The counts of refusals stay."""
        self._config = config
        self.door.configure(assembly.policies(config))

    def reset(self, config: Config) -> None:
        """Use other settings, set all counts to zero, and remove all registrations and all refusals by the API."""
        self._config = config
        self.door = Door(assembly.policies(config), self._pins)

    def session_of(self, identity: str) -> Session | None:
        """Return the session of a station, in any case of its identity; None if it is not connected."""
        return self.sessions.get(self._spellings.get(folded(identity), identity))

    def _name(self, visitor: Visitor) -> str:
        """Return the identity of a visitor as it spelled it at its first connection.

        This spelling is used everywhere.
        """
        return self._spellings.get(folded(visitor.identity), visitor.identity)

    def choose_subprotocol(self, offered: Sequence[str]) -> str | None:
        """Return the subprotocol to use with a station that offers these; None if there is none."""
        config = self._config
        return choose_subprotocol(offered, config.ocpp, by_station=config.subprotocol_order == "station")

    def judge(self, visitor: Visitor, subprotocol: str | None) -> Verdict:
        """Decide whether a station may connect; a refusal is published."""
        identity = self._name(visitor)
        if not self.door.refuses_page(visitor):  # a web page is not a station, so no check may judge it
            self._host.publish(Knocked(clock.now(), identity, visitor, _version_of(subprotocol)))
        is_connected, instructed = identity in self.sessions, self._models.instructed(identity)
        forms, now = dialect_of(_version_of(subprotocol)).passwords, clock.now()
        verdict = self.door.judge(visitor, subprotocol, now, forms, is_connected=is_connected, instructed=instructed)
        if not isinstance(verdict, LetIn):
            self._refuse(visitor, str(verdict), verdict.status)
        return verdict

    def welcome(self, transport: Transport, visitor: Visitor, subprotocol: str) -> Session:
        """Start the session of a station; by default it replaces a session that the station already has."""
        identity = spelling(self._spellings, visitor.identity)
        if self._config.on_duplicate == "new" and identity in self.sessions:
            self.sessions[identity].close(1000, "replaced by a new connection of the same station")
        version = SUBPROTOCOLS[subprotocol]
        station = self._models.welcome(identity, version)
        station.url, station.profile = self.site.url_of(visitor), visitor.profile
        session = Session(transport, identity, version, Sender.STATION, self._host)
        self.sessions[identity] = session
        self._host.publish(Connected(clock.now(), identity, subprotocol, tuple(visitor.offered), version))
        self._limit(session)
        return session

    def _limit(self, session: Session) -> None:
        """Plan the end of a connection, if a setting limits its length."""
        seconds = self.door.cut_after(session.identity)
        if seconds is not None:
            asyncio.get_running_loop().call_later(seconds, self._cut, session)

    def _cut(self, session: Session) -> None:
        if not session.is_over:
            self.door.was_cut(session.identity, clock.now())
            session.drop("cut by --disconnect-after")

    def visit(self, visitor: Visitor) -> Respond:
        """Answer a plain HTTP request: /healthz with 200, any other with 426."""
        if visitor.resource.rstrip("/") == "/healthz":
            return Respond(200, "OK")
        verdict = Respond(426, "an HTTP request without a WebSocket upgrade")
        self._refuse(visitor, str(verdict), verdict.status)
        return verdict

    def refused(self, reason: str, visitor: Visitor, status: int | None) -> None:
        """Publish that an invalid handshake was refused."""
        if visitor.wants_websocket or visitor.problem:
            version = _version_of(self.choose_subprotocol(visitor.offered))
            self._host.publish(Knocked(clock.now(), self._name(visitor), visitor, version))
        self._refuse(visitor, reason, status)

    def lost(self, reason: str, visitor: Visitor) -> None:
        """Note that a client closed its connection before its request was complete, as load balancers do."""
        self._host.publish(Noted(clock.now(), self._name(visitor), reason))

    def _refuse(self, visitor: Visitor, reason: str, status: int | None) -> None:
        identity = self._name(visitor)
        self._host.publish(Refused(clock.now(), identity, reason, status, visitor.wants_websocket))
        self._forget(self._models.turn_away(identity))


def _version_of(subprotocol: str | None) -> Version:
    return SUBPROTOCOLS[subprotocol] if subprotocol else DEFAULT

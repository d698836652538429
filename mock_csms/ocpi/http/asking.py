"""Lets eMSPs decide about the tokens that stations show, and the tariff about the cost that stations are told."""

from collections.abc import Callable
from typing import Any

from mock_csms.behavior.dialects import dialect_of
from mock_csms.behavior.roaming import Partners
from mock_csms.ocpi.cpo.authorizing import TokenDesk, TokenQuestion
from mock_csms.ocpi.cpo.following import Follower
from mock_csms.ocpi.http.performing import Performer
from mock_csms.ocpi.mapping.tables import mapping_of
from mock_csms.ocpi.mapping.tokens import TokenVerdict, unreachable
from mock_csms.ocpi.steps import Steps
from mock_csms.protocol.actions import Json
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import replace
from mock_csms.runtime.csms import CsmsServer
from mock_csms.runtime.host import Peer


class StationAsker:
    """Asks eMSPs before calls are answered, and returns what the answers have of them."""

    def __init__(self, csms: CsmsServer, desk: TokenDesk, follower: Follower, performer: Performer) -> None:
        self._csms, self._desk, self._follower, self._performer = csms, desk, follower, performer

    def join(self) -> None:
        """Take part in all answers from now on."""
        self._csms.listen_to(Partners(self._info, self._price), self)

    def question(self, session: Peer, call: Call) -> TokenQuestion | None:
        """Return the question that must be answered before a call; None if no question is open."""
        return self._desk.question(session.identity, session.version, call)

    def ask(self, question: object, then: Callable[[], None]) -> None:
        """Ask; `then` is called when the answer has come, or does not come in time."""
        assert isinstance(question, TokenQuestion)  # noqa: S101 - it is one of ours
        self._performer.begin(self._asking(question, then))

    def _asking(self, question: TokenQuestion, then: Callable[[], None]) -> Steps:
        """Ask, note the verdict, and answer the call."""
        verdict: TokenVerdict = unreachable(question.token)
        try:
            verdict = yield from self._desk.ask(question, self._csms.config.call_timeout)
        finally:
            self._desk.decide(question, verdict)
            then()

    def _info(self, identity: str, _: Any) -> Json | None:
        """Return what is answered about the token of the call that is being answered."""
        verdict, station = self._desk.current, self._csms.stations.get(identity)
        if verdict is None or verdict.answer is None or station is None:
            return None
        dialect, answer = dialect_of(station.version), verdict.answer
        if answer.group is not None and len(answer.group) > dialect.longest_token():
            answer = replace(answer, group=None)
        return dialect.token_info(answer)

    def _price(self, identity: str, payload: Any) -> float | None:
        station = self._csms.stations.get(identity)
        transaction = mapping_of(station.version).transaction_in(payload) if station else None
        return None if transaction is None else self._follower.price_of(identity, transaction)

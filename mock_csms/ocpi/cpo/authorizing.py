"""Decides about the tokens that stations show, by the tokens of eMSPs, and asks an eMSP where it must.

The verdict about a token at a station is remembered: an event of a transaction with the same token does not ask again.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from mock_csms.ocpi.cpo.claims import is_commanded
from mock_csms.ocpi.cpo.world import CpoWorld
from mock_csms.ocpi.envelope import UNKNOWN_TOKEN
from mock_csms.ocpi.mapping.tables import mapping_of
from mock_csms.ocpi.mapping.tokens import (
    ASK,
    OFF,
    REMEMBERED,
    TokenVerdict,
    at_once,
    token_type,
    told,
    unknown,
    unreachable,
)
from mock_csms.ocpi.mapping.told import Shown
from mock_csms.ocpi.parties import EMSP, SENDER, OcpiParty, OcpiPeer
from mock_csms.ocpi.routing import fetch_of
from mock_csms.ocpi.schemas import problems
from mock_csms.ocpi.steps import Fetched, Steps
from mock_csms.ocpi.store import Json
from mock_csms.protocol.identifiers import folded, is_same
from mock_csms.protocol.messages import Call
from mock_csms.protocol.records import UNSET, Bounded, Mutable, Record, bounded, replace
from mock_csms.protocol.versions import Version

_MOST = 10_000
_NOT_FOUND = 404
_SHORTEST = 0.01
"""The shortest time-out in seconds; 0 would be none."""


class TokenQuestion(Record, kw_only=True):
    """A token about which an eMSP must be asked before a call is answered."""

    identity: str
    """The identity of the station."""
    call: Call
    shown: Shown
    evse: int | None
    token: Json | None
    """The Token that an eMSP has sent; None if none has."""


class TokenDesk(Mutable, eq=False, kw_only=True):
    """Decides about the tokens that stations show; the verdicts are kept in the world."""

    world: CpoWorld
    mode: Callable[[], str] = lambda: ASK
    """Returns the value of --ocpi-authorize."""
    is_decided: Callable[[str], bool] = lambda _: False
    """Whether the settings of the mock decide about a token."""
    found_at: Bounded[tuple[str, str], float] = bounded(_MOST)
    """By identity and token, both folded: when the verdict was found."""
    decided: Call | None = None
    """The call about which an eMSP has just been asked. (Stations may use the id of a message twice.)"""
    current: TokenVerdict | None = None
    """The verdict for the call that is being answered; None if it shows no token."""

    def question(self, identity: str, version: Version, call: Call) -> TokenQuestion | None:
        """Return the question that must be answered before a call; None if its verdict is known, or it needs none."""
        self.current = None
        asked = mapping_of(version).token_asked(call.action, call.payload)
        if asked is None or self.mode() == OFF or self.is_decided(asked[0].id):
            return None
        shown, evse = asked
        key, now = (folded(identity), folded(shown.id)), self.world.now()
        is_later = evse is not None and now - self.found_at.get(key, -REMEMBERED) < REMEMBERED
        if call is self.decided or is_later:
            self.current, self.decided = self.world.verdicts.get(key), None
            return None
        token = self._token_of(identity, shown)
        commanded = is_commanded(self.world, identity, shown.id)
        verdict = at_once(token, is_commanded=commanded, mode=self.mode(), has_emsp=any(self._emsps(token)))
        if verdict is None:
            return TokenQuestion(identity=identity, call=call, shown=shown, evse=evse, token=token)
        self._keep(identity, shown, verdict)
        return None

    def decide(self, question: TokenQuestion, verdict: TokenVerdict) -> None:
        """Note the answer to a question; the call must be answered next."""
        self.decided = question.call
        self._keep(question.identity, question.shown, verdict)

    def _keep(self, identity: str, shown: Shown, verdict: TokenVerdict) -> None:
        key = folded(identity), folded(shown.id)
        self.current = verdict
        self.found_at.renew(key, self.world.now())
        self.world.verdicts.renew(key, verdict)

    def _token_of(self, identity: str, shown: Shown) -> Json | None:
        """Return the Token that an eMSP has sent, or has named in a command to that station."""
        found = [each for each in self.world.tokens.all() if is_same(each["uid"], shown.id)]
        commanded = [each.token for each in self.world.commanded if each.identity == identity]
        found += [each for each in commanded if is_same(each["uid"], shown.id)]
        wanted = token_type(shown.type)
        return next((each for each in found if each["type"] == wanted), found[0] if found else None)

    def _emsps(self, token: Json | None) -> Sequence[OcpiPeer]:
        """Return the parties that can be asked about a token: its owner, or all eMSPs."""
        owner = OcpiParty(token["country_code"], token["party_id"]) if token else None
        return [
            peer
            for peer in self.world.parties.peers
            if peer.url_of("tokens", SENDER) and (peer.owns(owner) if owner else peer.has_role(EMSP))
        ]

    def ask(self, question: TokenQuestion, timeout: float) -> Steps:
        """Ask the eMSPs in turn until one knows the token, for so many seconds in all; return the verdict."""
        places, end = self._places(question), self.world.now() + timeout
        verdict = unreachable(question.token)
        for peer in self._emsps(question.token):
            type_ = question.token["type"] if question.token else token_type(question.shown.type)
            path = f"{quote(question.shown.id, safe='')}/authorize?type={type_}"
            fetch = fetch_of(self.world, peer, f"{peer.url_of('tokens', SENDER).rstrip('/')}/{path}")
            left = max(end - self.world.now(), _SHORTEST)
            body = self._reference(question, places)
            answer: Fetched = yield replace(fetch, method="POST", body=body, timeout=left)
            found = self._verdict(question, answer, places)
            if found is not None:
                return found
            if answer.status == _NOT_FOUND or answer.code == UNKNOWN_TOKEN:
                verdict = unknown()
        return verdict

    def _verdict(self, question: TokenQuestion, answer: Fetched, places: Mapping[str, int]) -> TokenVerdict | None:
        """Return what an answer says about the token; None if it says nothing."""
        if not answer.is_fine:
            return None
        wrong = problems("AuthorizationInfo", answer.data)
        if wrong:
            self.world.tell(f"the answer about the token {question.shown.id!r} is wrong: {'; '.join(wrong)}")
            return None
        return told(answer.data, places)

    def _places(self, question: TokenQuestion) -> Mapping[str, int]:
        """Return the EVSEs of the station by their uids."""
        places = self.world.places.items()
        return {uid: place.evse for uid, place in places if place.identity == question.identity}

    def _reference(self, question: TokenQuestion, places: Mapping[str, int]) -> Any:
        """Return the LocationReferences of the question; UNSET if the Location is not known."""
        uids = [uid for uid, evse in places.items() if question.evse in (None, evse)]
        for location in self.world.locations.all():
            own = [evse["uid"] for evse in location["evses"] if evse["uid"].casefold() in uids]
            if own:
                return {"location_id": location["id"], "evse_uids": own}
        return UNSET

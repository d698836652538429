"""Who is let in: what is decided about somebody who asks for a WebSocket, before it opens.

A verdict is data; the transport performs it.
"""

import base64
import binascii
from collections.abc import Collection, Mapping, Set
from typing import ClassVar, TypeAlias

from mock_csms.protocol.records import Mutable, Record, field
from mock_csms.protocol.v2.identifiers import folded
from mock_csms.protocol.visitors import Visitor


class LetIn(Record):
    """Complete the handshake."""


class SendAway(Record):
    """Complete the handshake without a subprotocol and close at once (Part 4, 3.2)."""

    reason: str
    status: ClassVar[int | None] = 101

    def __str__(self) -> str:
        return self.reason


class Respond(Record):
    """Answer with an HTTP status in place of a WebSocket."""

    status: int
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.status}: {self.text}"


class SlamDoor(Record):
    """Drop the connection with a TCP RST."""

    status: ClassVar[int | None] = None

    def __str__(self) -> str:
        return "dropped with a TCP RST"


class Hang(Record):
    """Never answer."""

    status: ClassVar[int | None] = None

    def __str__(self) -> str:
        return "left without an answer"


Verdict: TypeAlias = LetIn | SendAway | Respond | SlamDoor | Hang


class Refusals(Record):
    """How upgrade requests of each station are refused: the first `times`, or for `seconds` from the first one on."""

    verdict: Verdict
    times: int | None = None
    seconds: float | None = None


class Cuts(Record):
    """How connections are cut: each so many `seconds` after it opened, `times` for each station where that is set."""

    seconds: float
    times: int | None = None


class _Record(Mutable):
    """What was done to one station so far: how many refusals, since when, and how many cuts."""

    refusals: int = 0
    since: float | None = None
    cuts: int = 0


class AdmissionPolicies(Record, kw_only=True):
    """Who is let in: all that flags say of it. `known` identities and `passwords` by identity: None for everybody."""

    refusals: Refusals | None = None
    cuts: Cuts | None = None
    known: Collection[str] | None = None
    passwords: Mapping[str, str] | None = None
    origins: Collection[str] = ()
    """The origins of web pages that may connect; `*` for every page."""
    close_on_mismatch: bool = True
    keep_old: bool = False


class Door:
    """Judges visitors by the policies, and keeps count of what each station has met."""

    def __init__(self, policies: AdmissionPolicies) -> None:
        self._records: dict[str, _Record] = {}
        self._policies = policies
        self.configure(policies)

    def configure(self, policies: AdmissionPolicies) -> None:
        """Judge by these policies from now on; refusals and cuts are counted anew where they have changed."""
        if (policies.refusals, policies.cuts) != (self._policies.refusals, self._policies.cuts):
            self._records.clear()
        self._policies = policies
        self._origins = {each.rstrip("/") for each in policies.origins}
        self._known = None if policies.known is None else {folded(each) for each in policies.known}
        self._passwords = policies.passwords and {folded(each): policies.passwords[each] for each in policies.passwords}

    def judge(
        self, visitor: Visitor, subprotocol: str | None, now: float, *, is_connected: bool, password: str | None = None
    ) -> Verdict:
        """Decide about a valid upgrade request: the `subprotocol` to speak, and whether its station `is_connected`.

        A `password` that the station has accepted counts beside the one of the policies: nobody sees when it changes.
        """
        policies, identity = self._policies, visitor.identity
        if visitor.origin and self._origins.isdisjoint(("*", visitor.origin)):
            origin = visitor.origin[:100]
            return Respond(403, f"web pages of {origin!r} are not let in (--allow-origin {origin})")
        if policies.refusals is not None and self._is_refused(policies.refusals, identity, now):
            return policies.refusals.verdict
        if not identity:
            return Respond(404, "the last segment of the path must be the identity of the station")
        if self._known is not None and folded(identity) not in self._known:
            return Respond(404, "no station with this identity is known (--known-stations)")
        if self._passwords is not None:
            passwords = {self._passwords.get(folded(identity)), password} - {None}
            if problem := _problem_of(visitor.authorization, identity, passwords):
                return Respond(401, problem, {"WWW-Authenticate": 'Basic realm="mock-csms"'})
        if subprotocol is None:
            reason = f"no common subprotocol; offered: {', '.join(visitor.offered) or 'none'}"
            return SendAway(reason) if policies.close_on_mismatch else Respond(400, reason)
        if policies.keep_old and is_connected:
            return Respond(409, "a station with this identity is already connected")
        return LetIn()

    def cut_after(self, identity: str) -> float | None:
        """Return after how many seconds to cut the connection that a station has just opened, if it is to be cut."""
        cuts, record = self._policies.cuts, self._record(identity)
        if cuts is None or (cuts.times is not None and record.cuts >= cuts.times):
            return None
        record.cuts += 1
        return cuts.seconds

    def was_cut(self, identity: str, now: float) -> None:
        """Begin the refusals of a station anew, because its connection has just been cut."""
        record = self._record(identity)
        record.refusals, record.since = 0, now

    def _record(self, identity: str) -> _Record:
        return self._records.setdefault(folded(identity), _Record())

    def _is_refused(self, refusals: Refusals, identity: str, now: float) -> bool:
        """Whether it is still to be refused; where connections are cut, refusals begin with the first cut."""
        record = self._record(identity)
        if record.since is None:
            if self._policies.cuts is not None:
                return False
            record.since = now
        record.refusals += 1
        in_time = refusals.seconds is None or now < record.since + refusals.seconds
        return in_time and (refusals.times is None or record.refusals <= refusals.times)


def _problem_of(authorization: str | None, identity: str, passwords: Set[str | None]) -> str:
    """Return what is wrong with an Authorization header of that identity, if anything (A00.FR.203-205).

    Nothing of the header is in it: who mixes up user and password shall not find it in a log.
    """
    if authorization is None:
        return "no Authorization header"
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return "the Authorization header is not Basic"
    try:
        given = base64.b64decode(encoded.strip(), validate=True).decode()
    except (binascii.Error, ValueError):  # what is not UTF-8 is a ValueError
        return "the Authorization header is not USER:PASSWORD in base64"
    users = {given.removesuffix(f":{password}") for password in passwords if given.endswith(f":{password}")}
    if any(folded(user) == folded(identity) for user in users):
        return ""
    if not folded(given).startswith(f"{folded(identity)}:"):
        return "unknown user: the user name must be the identity of the station"
    return "wrong password" if passwords else "unknown user: no password is set for this station"

"""Decides whether to accept an upgrade request, before the WebSocket opens.

A verdict is data; the transport performs it.
"""

from collections.abc import Callable, Collection, Mapping
from typing import ClassVar, TypeAlias

from mock_csms.behavior.credentials import problem_of
from mock_csms.behavior.registrations import Registrations
from mock_csms.behavior.security_profiles import WITH_CERTIFICATE, NoPins, PinsOfProfiles, problem_of_profile
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.records import Bounded, Mutable, Record, field
from mock_csms.protocol.visitors import Visitor, normal_origin
from mock_csms.twin.station import Instructed

_MOST_RECORDS = 100_000
"""The number of stations whose refusals and cuts are counted.

It is limited, because a client can make up identities.
"""


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
    """How the upgrade requests of each station are refused."""

    verdict: Verdict
    times: int | None = None
    """How many requests of each station are refused; None for no limit."""
    seconds: float | None = None
    """For how many seconds from its first request on; None for no limit."""


class Cuts(Record):
    """The policy that cuts connections after a while."""

    seconds: float
    """How many seconds after its opening a connection is cut."""
    times: int | None = None
    """How many connections of each station are cut; None for all."""


class _Record(Mutable):
    """The refusals and cuts of one station so far."""

    refusals: int = 0
    since: float | None = None
    """When the refusals began, in seconds since 1970; None before that."""
    cuts: int = 0


class DoorCounts(Record):
    """What was done to one station up to one moment, as a copy that does not change."""

    refusals: int
    since: float | None
    cuts: int


class AdmissionPolicies(Record, kw_only=True):
    """The policies in the settings that decide which stations may connect."""

    refusals: Refusals | None = None
    cuts: Cuts | None = None
    known: Collection[str] | None = None
    """The identities that may connect; None for all."""
    passwords: Mapping[str, str] | None = None
    """By identity: the password; None if no station needs one."""
    profiles: Collection[int] = ()
    """The security profiles that may connect; if empty, every profile may, with or without a password."""
    origins: Collection[str] = ()
    """The origins of web pages that may connect; `*` for every page."""
    close_on_mismatch: bool = True
    """Whether a station without a common subprotocol gets a WebSocket that closes at once, in place of HTTP 400."""
    keep_old: bool = False
    """Whether a second connection of the same identity is refused; otherwise it replaces the first."""


class Door:
    """Decides about visitors by the policies, and counts the refusals and cuts of each station."""

    def __init__(self, policies: AdmissionPolicies, pins: PinsOfProfiles | None = None) -> None:
        self._pins = pins or NoPins()
        self._records: Bounded[str, _Record] = Bounded(_MOST_RECORDS)
        self.registrations = Registrations()
        self._policies = policies
        self.configure(policies)

    def configure(self, policies: AdmissionPolicies) -> None:
        """Use other policies. If the refusals or cuts in them have changed, the counts start at zero."""
        if (policies.refusals, policies.cuts) != (self._policies.refusals, self._policies.cuts):
            self._records.clear()
        self._policies = policies
        self._origins = {normal_origin(each) for each in policies.origins}
        self._known = None if policies.known is None else {folded(each) for each in policies.known}
        self._passwords = policies.passwords and {folded(each): policies.passwords[each] for each in policies.passwords}

    @property
    def counts(self) -> Mapping[str, DoorCounts]:
        """The refusals and cuts of each station so far, for `restore_counts`."""
        return {key: DoorCounts(each.refusals, each.since, each.cuts) for key, each in self._records.items()}

    def restore_counts(self, counts: Mapping[str, DoorCounts]) -> None:
        """Set the counts to these, which `counts` returned before; stations that are not in them start at zero."""
        self._records.clear()
        for key, each in counts.items():
            self._records[key] = _Record(each.refusals, each.since, each.cuts)

    def judge(
        self,
        visitor: Visitor,
        subprotocol: str | None,
        now: float,
        forms: Callable[[str], Collection[str]] = lambda password: (password,),
        *,
        is_connected: bool,
        instructed: Instructed = Instructed(),  # noqa: B008 - it cannot be changed
    ) -> Verdict:
        """Decide about a valid upgrade request, and return the verdict.

        subprotocol: the subprotocol to speak; None if there is no common one. forms: returns how a station may send a
        password. is_connected: whether the station has a connection already. instructed: the password and the security
        profile that the mock has set in the station.

        A password that the mock has set in the station replaces the one of the policies (A01.FR.03). If the station
        must reboot first, both are accepted until then. If the policies name security profiles, a station that has used
        the security profile set by the mock must not use a lower one again (A05.FR.07).
        """
        policies, identity = self._policies, visitor.identity
        if self.refuses_page(visitor):
            origin = (visitor.origin or "")[:100]
            return Respond(403, f"web pages of {origin!r} are not let in (--allow-origin {origin or '*'})")
        if policies.refusals is not None and self._is_refused(policies.refusals, identity, now):
            return policies.refusals.verdict
        key = folded(identity)
        refusal = self._refusal_of(key, now) or self._refusal_of_credentials(visitor, forms, instructed)
        if refusal is not None:
            return refusal
        if subprotocol is None:
            reason = f"no common subprotocol; offered: {', '.join(visitor.offered) or 'none'}"
            return SendAway(reason) if policies.close_on_mismatch else Respond(400, reason)
        if policies.keep_old and is_connected:
            return Respond(409, "a station with this identity is already connected")
        if instructed.raised_to and visitor.profile >= instructed.raised_to:
            self._pins.pin(identity, instructed.raised_to)
        return LetIn()

    def _refusal_of(self, key: str, now: float) -> Respond | None:
        """Return the response that refuses a station because of its folded identity; None if it is not refused."""
        if self.registrations.is_kept_out(key, now):
            return Respond(503, "kept away for a while")
        if not key:
            return Respond(404, "the last segment of the path must be the identity of the station")
        if self._known is not None and key not in self._known and key not in self.registrations.names:
            return Respond(404, "no station with this identity is known (--known-stations)")
        return None

    def _refusal_of_credentials(
        self, visitor: Visitor, forms: Callable[[str], Collection[str]], instructed: Instructed
    ) -> Respond | None:
        """Return the response that refuses a wrong security profile or password; None if both are right."""
        refusal = self._refusal_of_profile(visitor)
        key = folded(visitor.identity)
        own = self.registrations.password_of(key)
        needs_password = self._passwords is not None or own is not None
        if refusal is not None or visitor.profile >= WITH_CERTIFICATE or not needs_password:
            return refusal
        is_replaced = instructed.password is not None and not instructed.needs_reboot
        former = None if is_replaced else own or (self._passwords or {}).get(key)
        known = filter(None, (former, instructed.password))
        problem = problem_of(visitor.authorization, visitor.identity, {form for each in known for form in forms(each)})
        return _unauthorized(problem) if problem else None

    def _refusal_of_profile(self, visitor: Visitor) -> Respond | None:
        """Return the response that refuses a wrong security profile; None if the profile is right."""
        profiles = self._policies.profiles
        if not profiles:
            return None
        if problem := problem_of_profile(visitor, profiles, self._pins.get(visitor.identity)):
            return Respond(403, problem)
        needs_password = visitor.profile < WITH_CERTIFICATE and visitor.authorization is None
        return _unauthorized("no Authorization header") if needs_password else None

    def refuses_page(self, visitor: Visitor) -> bool:
        """Whether the visitor is a web page that may not connect; the identity in its URL does not matter."""
        return visitor.origin is not None and self._origins.isdisjoint(("*", normal_origin(visitor.origin)))

    def cut_after(self, identity: str) -> float | None:
        """Return after how many seconds to cut the connection that a station has just opened; None not to cut it."""
        cuts = self._policies.cuts
        if cuts is None:
            return None
        record = self._record(identity)
        if cuts.times is not None and record.cuts >= cuts.times:
            return None
        record.cuts += 1
        return cuts.seconds

    def was_cut(self, identity: str, now: float) -> None:
        """Start the refusals of a station again after its connection was cut."""
        record = self._record(identity)
        record.refusals, record.since = 0, now

    def _record(self, identity: str) -> _Record:
        key = folded(identity)
        record = self._records.get(key)
        if record is None:
            record = self._records[key] = _Record()
        return record

    def _is_refused(self, refusals: Refusals, identity: str, now: float) -> bool:
        """Count a request and return whether it is refused; with cuts set, refusals start at the first cut."""
        record = self._record(identity)
        if record.since is None:
            if self._policies.cuts is not None:
                return False
            record.since = now
        record.refusals += 1
        in_time = refusals.seconds is None or now < record.since + refusals.seconds
        return in_time and (refusals.times is None or record.refusals <= refusals.times)


def _unauthorized(problem: str) -> Respond:
    return Respond(401, problem, {"WWW-Authenticate": 'Basic realm="mock-csms"'})

"""What is known of one transaction, or of a reservation: all that its session, its CDR and its cost are made from."""

from collections.abc import Sequence
from decimal import Decimal

from mock_csms.ocpi.boundaries import Stretch
from mock_csms.ocpi.mapping.marks import Mark, Marks, mark_of
from mock_csms.ocpi.mapping.told import CHARGE, Told
from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Mutable, field
from mock_csms.protocol.times import seconds_of

RESERVED = "RESERVATION_TIME"
_LATEST = 4_102_444_800
"""The year 2100."""
COMMAND, REQUEST, WHITELIST = "COMMAND", "AUTH_REQUEST", "WHITELIST"


class Charge(Mutable, kw_only=True):
    """One transaction, or a reservation before its transaction."""

    identity: str
    """The identity of the station."""
    transaction: str = ""
    """Its id; empty for a reservation that nobody has used so far."""
    session: str = ""
    """The id of its session."""
    evse: int | None = None
    connector: int | None = None
    token: Json | None = None
    """The CdrToken; None if no eMSP has claimed the idToken, and then there is no session."""
    auth_method: str = WHITELIST
    reference: str = ""
    """The authorization_reference that the eMSP gave last."""
    reservation: int | None = None
    """The id of its reservation at the station."""
    reserved_at: int | None = None
    """When it was reserved, in milliseconds since 1970."""
    reserved_until: int | None = None
    """When the reservation ended without being used."""
    is_expired: bool = False
    """Whether the reservation ended because its time was over."""
    is_authorized: bool = True
    is_plugged: bool = False
    """Whether a cable was ever plugged in."""
    active_at: int | None = None
    """When it was first both authorized and plugged in."""
    is_ended: bool = False
    reason: str = ""
    """Why it has ended."""
    marks: Marks = field(default_factory=Marks)
    percent: float | None = None
    """The last state of charge of the vehicle."""
    tariff: Json | None = None
    """The Tariff at its start."""
    set_cost: float | None = None
    """The cost that a setting says, in place of that by the tariff."""
    place: Json = field(default_factory=dict)
    """The CdrLocation at its start."""

    def learn(self, told: Told) -> None:
        """Learn from a message about it."""
        self.evse = self.evse if told.evse is None else told.evse
        self.connector = self.connector if told.connector is None else told.connector
        self.is_authorized = self.is_authorized if told.is_authorized is None else told.is_authorized
        self.is_plugged = self.is_plugged or bool(told.is_plugged)
        found = [mark_of(at, each) for each in told.measured if (at := milliseconds_of(each.stamp)) is not None]
        at = milliseconds_of(told.stamp)
        if at is not None and (told.is_start or told.is_end or told.does is not None):
            found.append(Mark(at, told.does))
        for mark in sorted(found, key=lambda each: each.at):
            self.marks.add(mark)
        if self.active_at is None and self.is_authorized and self.is_plugged and at is not None:
            self.active_at = at
        for each in told.measured:
            self.percent = each.values.get(CHARGE, self.percent)
        if told.is_end:
            self.is_ended, self.reason = True, told.reason

    @property
    def started_at(self) -> int | None:
        """When it began: with its reservation, or else with its first message. None before any of them."""
        return self.marks.all[0].at if self.reserved_at is None and self.marks.all else self.reserved_at

    @property
    def ended_at(self) -> int | None:
        """When it was last heard of."""
        return self.marks.all[-1].at if self.marks.all else self.reserved_until or self.reserved_at

    @property
    def open_since(self) -> int | None:
        """When its last charging period began, which goes on; None after its end."""
        if self.is_ended or (not self.transaction and self.reserved_until is not None):
            return None
        return self.marks.begun if self.marks.all else self.reserved_at

    @property
    def energy(self) -> Decimal:
        """The energy so far, in kWh."""
        return self.marks.energy

    @property
    def stretches(self) -> Sequence[Stretch]:
        """Its charging periods so far. Periods without length are left out, unless the only period has none."""
        found = [*self._reserved(), *self.marks.stretches]
        return [each for each in found if each.end > each.start or each.energy] or found[:1]

    def _reserved(self) -> Sequence[Stretch]:
        if self.reserved_at is None:
            return ()
        until = self.marks.all[0].at if self.marks.all else self.reserved_until or self.reserved_at
        return (Stretch(self.reserved_at, max(until, self.reserved_at), Decimal(0), RESERVED),)


def milliseconds_of(stamp: str) -> int | None:
    """Return a timestamp in milliseconds since 1970; None if it is not one, or of no time in which people charge."""
    seconds = seconds_of(stamp)
    return round(seconds * 1000) if seconds is not None and 0 <= seconds < _LATEST else None

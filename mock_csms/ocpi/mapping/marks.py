"""The moments of a transaction at which a station has told something, and the charging periods between them.

A period begins with the transaction, whenever the vehicle begins or stops to charge, and otherwise with a value of the
meter that comes a minute after the last beginning or later; in a long transaction after a fiftieth of its length. So a
period that has ended does not change any more, unless the station tells later what happened earlier (messages from its
queue). What lies within a period is kept as one moment, the last.
"""

from bisect import insort
from collections.abc import Mapping, Sequence
from decimal import Decimal

from mock_csms.ocpi.boundaries import Stretch
from mock_csms.ocpi.mapping.told import CURRENT, NEITHER, POWER, REGISTER, Measured
from mock_csms.protocol.records import Mutable, Record, field, replace

_MINUTE = 60_000
_IMPOSSIBLE = 1e12
"""Values above this are ignored, because no station measures that much."""
_PARTS = 50
"""A period is at least this part of the transaction so far: a day has 230 periods, and not 1440."""
_MOST = 2000
"""The most moments that are kept; after that only a vehicle that begins or stops to charge begins a period."""


class Mark(Record, order=True):
    """A moment, in milliseconds since 1970 by the clock of the station."""

    at: int
    does: str | None = None
    """What the vehicle does from then on; None if that does not change."""
    register: float | None = None
    """The energy register in Wh; None if it was not told."""
    ranges: Mapping[str, float] = field(default_factory=dict)
    """The lowest and highest power and current since the mark before."""

    def with_later(self, later: "Mark") -> "Mark":
        """Return a mark at the time of `later`, with what both tell; a register never falls."""
        known = [each.register for each in (self, later) if each.register is not None]
        register = max(known) if known else None
        ranges = {**later.ranges}
        for name, value in self.ranges.items():
            ranges[name] = (min if name.startswith("MIN") else max)(value, ranges.get(name, value))
        return Mark(later.at, self.does if later.does is None else later.does, register, ranges)


def mark_of(at: int, measured: Measured) -> Mark:
    """Return the mark of a value of the meter."""
    values = {name: value for name, value in measured.values.items() if abs(value) < _IMPOSSIBLE}
    known = {name: values[name] for name in (POWER, CURRENT) if name in values}
    ranges = {f"{end}_{name}": value for name, value in known.items() for end in ("MIN", "MAX")}
    return Mark(at, None, values.get(REGISTER), ranges)


class Marks(Mutable):
    """The marks of one transaction, in order of time."""

    all: list[Mark] = field(default_factory=list)
    begun: int = 0
    """When the last period began."""
    does: str | None = None
    """What the vehicle does now."""
    is_beginning: bool = False
    """Whether a period begins at the last mark."""

    def add(self, mark: Mark) -> None:
        """Add a mark: behind the others, or between them if the station tells it late."""
        last = self.all[-1] if self.all else None
        if last is not None and mark.at < last.at:
            if len(self.all) < _MOST:
                insort(self.all, mark, key=lambda each: each.at)
            return
        is_same = last is not None and mark.at == last.at
        if last is not None and (is_same or not self.is_beginning):
            first = last.register if len(self.all) == 1 and is_same else None
            mark = self.all.pop().with_later(mark)
            if first is not None and mark.register is not None and first < mark.register:
                mark = replace(mark, register=first)  # the energy begins with the lower one
        begins = last is None or (is_same and self.is_beginning) or self._begins(mark)
        self.all.append(mark)
        self.is_beginning = begins
        self.begun = mark.at if begins else self.begun
        self.does = self.does if mark.does is None else mark.does

    def _begins(self, mark: Mark) -> bool:
        if mark.does is not None and mark.does != self.does:
            return True
        is_due = mark.at - self.begun >= _shortest(mark.at - self.all[0].at)
        return mark.register is not None and is_due and len(self.all) < _MOST

    @property
    def energy(self) -> Decimal:
        """The energy in kWh between the first and the highest value of the register."""
        known = [each.register for each in self.all if each.register is not None]
        return _kwh(max(known) - known[0]) if known else Decimal(0)

    @property
    def stretches(self) -> Sequence[Stretch]:
        """The periods; the last one may go on. The register never falls, so no energy is negative."""
        if not self.all:
            return ()
        first = next((each.register for each in self.all if each.register is not None), 0.0)
        groups = list(self._groups())
        highest, found = first, []
        for group, following in zip(groups, [*groups[1:], [self.all[-1]]], strict=True):
            told = [each.register for each in (*group[1:], following[0]) if each.register is not None]
            after = max([highest, *told])
            ranges = Mark(0)
            for each in (*group[1:], following[0]):
                ranges = ranges.with_later(each)
            found.append(
                Stretch(
                    group[0].at,
                    following[0].at,
                    _kwh(after - first) - _kwh(highest - first),
                    group[0].does or NEITHER,
                    {name: Decimal(repr(value)) for name, value in ranges.ranges.items()},
                )
            )
            highest = after
        return found

    def _groups(self) -> Sequence[list[Mark]]:
        """Return the marks of each period; the first of each has what the vehicle does in it."""
        groups: list[list[Mark]] = []
        does: str | None = None
        for mark in self.all:
            changes = mark.does is not None and mark.does != does
            does = mark.does if changes else does
            shortest = _shortest(mark.at - self.all[0].at)
            is_due = groups and mark.register is not None and mark.at - groups[-1][0].at >= shortest
            if not groups or changes or is_due:
                groups.append([Mark(mark.at, does, mark.register, mark.ranges)])
            else:
                groups[-1].append(mark)
        return groups


def _shortest(length: int) -> int:
    """Return how long a period is at least, in milliseconds, after so many milliseconds of the transaction."""
    return max(_MINUTE, length // _PARTS)


def _kwh(watt_hours: float) -> Decimal:
    return Decimal(repr(round(watt_hours, 1))) / 1000

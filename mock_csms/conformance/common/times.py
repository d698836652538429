"""Check R18: how timestamps are written, and whether current ones match the mock's clock."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from mock_csms.conformance.common.rpc import RPC
from mock_csms.conformance.common.versions import rules_of
from mock_csms.conformance.facts.station import StationFacts
from mock_csms.conformance.subject import ERROR, WARNING, CheckResult, Wrong
from mock_csms.protocol.times import seconds_of, strict_seconds_of
from mock_csms.protocol.versions import Version
from mock_csms.twin.seen import Seen, call, result, when

_YEAR = 365 * 86400.0
"""In seconds. No message waits that long before it is sent, so with an older time the clock was never set."""


@cache
def _places(version: Version, kind: str, action: str) -> tuple[str, Sequence[Sequence[str]]]:
    """Return the field with the time of the message itself ("" if it has none), and the paths of all other times."""
    paths = version.schemas.places(f"{action}{'Response' if kind == 'result' else 'Request'}", "date-time")
    own = next((path for path in paths if path[0] in rules_of(version.name).present), ("",))
    return own[0], [path for path in paths if path != own]


@RPC.check(
    "R18",
    "RFC 3339",
    ERROR,
    "timestamps have a time zone, and current ones match the clock",
    call(),
    result(),
    when("send"),
)
def tells_the_time(seen: Seen, station: StationFacts) -> CheckResult:
    """Report a timestamp that RFC 3339 does not allow. If it differs from the mock's clock, it is only a warning.

    It differs if it is in the future, is more than a year old, or is old although the message could have been sent
    then.
    """
    name, paths = _places(seen.version, seen.kind, seen.action)
    stamp = seen.payload.get(name) if name else None
    at = seen.at if stamp is None else strict_seconds_of(stamp)
    if at is None:
        return _misread(name, str(stamp), seen.version)
    for path in paths:
        for other in _all(seen.payload, path):
            if other != stamp and strict_seconds_of(other) is None:
                return _misread(".".join(path), other, seen.version)
    late, tolerance = seen.at + station.terms.clock_offset - at, station.terms.tolerance
    return None if stamp is None or -tolerance <= late <= tolerance else _deviation(seen, station, at, late)


def _misread(name: str, stamp: str, version: Version) -> CheckResult:
    """Return what is wrong with a timestamp; in some versions it is only a warning that the time zone is missing."""
    text = f"{name} is {stamp[:60]!r}, not a timestamp with a time zone"
    is_lax = not rules_of(version.name).is_strict_about_zones and seconds_of(stamp) is not None
    severity = WARNING if is_lax else None
    return Wrong(text, severity=severity, why=f"OCPP {version.name} only recommends UTC")


def _deviation(seen: Seen, station: StationFacts, at: float, late: float) -> CheckResult:
    """Return how far the time of a message is from now, if the message must have the current time; else None."""
    name = _places(seen.version, seen.kind, seen.action)[0]
    if not station.boots.is_accepted or not _is_known(seen, station, at):
        return None
    if late < 0:
        return Wrong(f"{name} is {-late:.1f} s in the future", severity=WARNING, why="its clock may be wrong")
    is_old = late > _YEAR or rules_of(seen.version.name).is_late(seen, station, at)
    text, why = f"{name} is {late:.1f} s old", "its clock may be wrong"
    return Wrong(text, severity=WARNING, why=why) if is_old else None


def _is_known(seen: Seen, station: StationFacts, at: float) -> bool:
    """Return whether the station must know the time of the mock's clock.

    It must if the mock's clock is right, or if the station says that it sets its clock by the mock. A station is not
    wrong if it follows the time of an answer that a user wrote by hand.
    """
    reported = station.exchanges.clock or 0.0
    if abs(at - seen.at - reported) <= station.terms.tolerance:
        return False
    is_real = max(abs(reported), abs(station.terms.clock_offset)) <= station.terms.tolerance
    return is_real or rules_of(seen.version.name).follows_clock(station)


def _all(value: Any, path: Sequence[str]) -> list[Any]:
    """Return the values at a path; `*` stands for each item of an array."""
    if path[0] not in value:
        return []
    found = [value[path[0]]]
    for part in path[1:]:
        if part == "*":
            found = [item for each in found for item in each]
        else:
            found = [each[part] for each in found if part in each]
    return found

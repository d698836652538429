"""What pytest's cache keeps about each station: the cases that it has passed, and how long its cases take."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from typing import Any, Protocol
from urllib.parse import quote

from mock_csms.behavior.templates import rfc3339
from mock_csms.plans.about import FIRMWARE
from mock_csms.plans.results import CaseResult
from mock_csms.protocol.records import Record, ValidationError, convert, to_builtins
from mock_csms.protocol.release import VERSION
from mock_csms.twin.events import Severity

_PASSED, _SECONDS, _OWING = (f"mock-csms/{each}" for each in ("passed", "seconds", "owing-a-reboot"))


class Cache(Protocol):
    """The cache of pytest."""

    def get(self, key: str, default: Any) -> Any:
        """Return the value of a key."""

    def set(self, key: str, value: object) -> None:
        """Set the value of a key."""


class EarlierPass(Record):
    """A case that the station has passed in an earlier run."""

    at: str
    """When, in RFC 3339."""
    firmware: str = ""
    """The firmware version that the station had."""
    version: str = ""
    """The version of mock-csms."""
    worst: str = ""
    """The highest severity of the findings during it; empty without findings."""

    def __str__(self) -> str:
        with_ = f" with firmware {self.firmware}" if self.firmware else ""
        return f"{self.at[:19]}Z{with_}"

    def counts(self, least: str | None) -> bool:
        """Whether it is still a pass if findings of this severity, or a higher one, fail a case."""
        return not (least and self.worst) or Severity(self.worst).rank < Severity(least).rank


def key_of(identity: str, profile: str, version: str, *, is_reference: bool) -> str:
    """Return the key of a station with a version of OCPP: by its identity and the path of its profile.

    The reference station has its own key.
    """
    if is_reference:
        return f"reference-{version}"
    digest = hashlib.sha256(f"{identity}\0{profile}\0{version}".encode()).hexdigest()
    return f"station-{quote(identity, safe='')[:60]}-{digest[:12]}"


class StationCache:
    """What the cache of pytest keeps about one station; without a cache nothing."""

    def __init__(self, cache: Cache | None, key: str) -> None:
        self._cache = cache
        self._key = key

    def passed(self) -> Mapping[str, EarlierPass]:
        """Return the cases that the station has passed, by id."""
        return self._read(_PASSED, dict[str, EarlierPass])

    def passed_before(self, least: str | None) -> Mapping[str, EarlierPass]:
        """Return those that are still passes if findings of this severity, or a higher one, fail a case."""
        return {id_: each for id_, each in self.passed().items() if each.counts(least)}

    def seconds(self) -> Mapping[str, float]:
        """Return how many seconds each case took at the last time, by id."""
        return self._read(_SECONDS, dict[str, float])

    def owing(self) -> Collection[str]:
        """Return the cases after which a reboot was due."""
        return self._read(_OWING, dict[str, bool])

    def _read(self, what: str, kind: Any) -> Mapping[str, Any]:
        found = self._cache.get(f"{what}/{self._key}", {}) if self._cache else {}
        try:
            return convert(found, kind)  # type: ignore[no-any-return] # `convert` checks the type
        except ValidationError:  # a user has edited the file
            return {}

    def keep(self, results: Iterable[CaseResult]) -> None:
        """Save these results: a case that failed is open again; a skipped case keeps its earlier result."""
        if self._cache is None:
            return
        passed, seconds, owing = {**self.passed()}, {**self.seconds()}, dict.fromkeys(self.owing(), True)
        for each in results:
            if each.has_run:
                passed.pop(each.id, None)
                owing.pop(each.id, None)
                owing |= {each.id: True} if each.owes_reboot else {}
            seconds[each.id] = round(each.seconds, 1)
            if each.has_passed:
                firmware = each.station.get(FIRMWARE, "")
                passed[each.id] = EarlierPass(rfc3339(each.at), firmware, VERSION, each.worst)
        self._cache.set(f"{_PASSED}/{self._key}", to_builtins(passed))
        self._cache.set(f"{_SECONDS}/{self._key}", seconds)
        self._cache.set(f"{_OWING}/{self._key}", owing)

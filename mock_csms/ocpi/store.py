"""Objects in the order of their creation. `last_updated` never falls, so that pulls by date miss nothing."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

from mock_csms.ocpi.paging import PageAsked
from mock_csms.ocpi.times import time_of, written_time
from mock_csms.protocol.records import Bounded

Json: TypeAlias = dict[str, Any]
Key: TypeAlias = tuple[str, ...]
"""The parts of an object's path; upper and lower case are the same (CiString)."""

_MOST = 100_000
"""How many objects of a module are kept."""


class Store:
    """The objects of one module; beyond `most` the oldest is forgotten. A change puts a new object."""

    def __init__(self, most: int = _MOST) -> None:
        self._objects: Bounded[Key, Json] = Bounded(most)
        self._latest = 0.0

    def __len__(self) -> int:
        return len(self._objects)

    def get(self, *key: str) -> Json | None:
        """Return an object; None if there is none."""
        return self._objects.get(_folded(key))

    def put(self, key: Sequence[str], value: Json) -> bool:
        """Store an object of another party as it came; return whether it is new."""
        folded = _folded(key)
        is_new = folded not in self._objects
        self._objects[folded] = value
        return is_new

    def own(self, key: Sequence[str], value: Mapping[str, Any], now: float) -> Json | None:
        """Store an object of ours, and set its `last_updated`. Return it; None if it has not changed."""
        before = self.get(*key)
        if before is not None and _without_time(before) == _without_time(value):
            return None
        kept = {**value, "last_updated": self.stamp(now)}
        self.put(key, kept)
        return kept

    def stamp(self, now: float) -> str:
        """Return the text for `last_updated` of a change now: never earlier than that of a change before."""
        self._latest = max(self._latest, now)
        return written_time(self._latest)

    def patch(self, key: Sequence[str], changes: Mapping[str, Any]) -> Json | None:
        """Merge changes into an object and return it; None if there is none. A null removes a property."""
        before = self.get(*key)
        if before is None:
            return None
        kept = {name: value for name, value in {**before, **changes}.items() if value is not None}
        self.put(key, kept)
        return kept

    def remove(self, *key: str) -> Json | None:
        """Remove an object and return it; None if there is none."""
        return self._objects.pop(_folded(key), None)

    def all(self, asked: PageAsked | None = None) -> Sequence[Json]:
        """Return the objects that were updated in the asked time, the oldest first."""
        return [each for each in self._objects.values() if asked is None or asked.has(updated_at(each))]


def updated_at(value: Mapping[str, Any]) -> float:
    """Return when an object was last updated, in seconds since 1970; 0 if it does not say so."""
    text = value.get("last_updated")
    return (time_of(text) if isinstance(text, str) else None) or 0.0


def _folded(key: Sequence[str]) -> Key:
    return tuple(part.casefold() for part in key)


def _without_time(value: Mapping[str, Any]) -> Json:
    return {name: item for name, item in value.items() if name != "last_updated"}

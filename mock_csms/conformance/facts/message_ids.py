"""The ids of a station's last calls, in about a quarter of the memory that their texts would take.

Only a 64-bit hash of each id is kept, in a table with open addressing. Python's hashes of texts have a random key, so
nobody can construct two ids with the same hash. Among 20,000 ids two have the same hash once in 10^11 runs.
"""

from array import array

from mock_csms.protocol.records import Mutable, field

MOST_IDS = 10_000
"""At least this many of the last ids are remembered, and at most twice as many."""
NO_MARK = -1
"""The mark of a message without a seqNo, or with a seqNo of more than 63 bits."""
_MOST_MARK = (1 << 63) - 1
_LEAST_SLOTS, _MOST_SLOTS = 8, 16_384
"""The smallest and the largest number of slots of a table.

The largest has room for `MOST_IDS` in two thirds of them.
"""


class _IdTable(Mutable):
    """A table of ids."""

    slots: "array[int]"
    """The hash of an id in each slot, 0 in a free one."""
    marks: "array[int]"
    """The mark of the id in the same slot; NO_MARK in a free one."""
    room: int
    """How many more ids it takes: at most two thirds of its slots are used, and at most `MOST_IDS`."""

    def slot_of(self, key: int) -> int:
        """Return the slot of a hash, or the free one where it belongs."""
        slots = self.slots
        last = len(slots) - 1
        slot = key & last
        while (there := slots[slot]) and there != key:
            slot = (slot + 1) & last
        return slot


def _table(slots: int = _LEAST_SLOTS) -> _IdTable:
    room = min(2 * (slots - 1) // 3 + 1, MOST_IDS)
    return _IdTable(array("q", bytes(8 * slots)), array("q", b"\xff" * (8 * slots)), room)


class MessageIds(Mutable):
    """The ids of the last calls, each with the mark of its message; see `mark_of`."""

    young: _IdTable = field(default_factory=_table)
    old: _IdTable | None = None
    """The previous table. When the young table is full, it replaces this one, and the ids in this one are forgotten."""

    def add(self, id_: str, mark: int) -> bool:
        """Remember an id with its mark; return whether the id is new."""
        key = hash(id_) or 1
        young = self.young
        slots = young.slots
        last = len(slots) - 1
        slot = key & last
        while there := slots[slot]:  # the same as `slot_of`, without the call, because this runs for every message
            if there == key:
                return False
            slot = (slot + 1) & last
        if self.old is not None and self.old.slots[self.old.slot_of(key)]:
            return False
        slots[slot] = key
        if 0 <= mark <= _MOST_MARK:
            young.marks[slot] = mark
        young.room -= 1
        if not young.room:
            self._make_room(young)
        return True

    def _make_room(self, full: _IdTable) -> None:
        """Go on with a larger table; if there is none, with an empty one."""
        if len(full.slots) < _MOST_SLOTS:
            self.young = _grown(full)
        else:
            self.young, self.old = _table(_MOST_SLOTS), full

    def mark_of(self, id_: str) -> int | None:
        """Return the mark of an id; None if the id is not remembered."""
        key = hash(id_) or 1
        for table in (self.young, self.old):
            if table is None:
                break
            slot = table.slot_of(key)
            if table.slots[slot]:
                return table.marks[slot]
        return None


def _grown(table: _IdTable) -> _IdTable:
    """Return a table with the same ids and eight times as many slots, so that ids are moved rarely."""
    grown = _table(min(8 * len(table.slots), _MOST_SLOTS))
    slots, marks, last = grown.slots, grown.marks, len(grown.slots) - 1
    for key, mark in zip(table.slots, table.marks, strict=True):
        if key:
            slot = key & last
            while slots[slot]:
                slot = (slot + 1) & last
            slots[slot], marks[slot] = key, mark
            grown.room -= 1
    return grown

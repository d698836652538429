"""What is to be remembered of a station beyond this run: what must be unique for ever, and where its registers stood.

Each memory is a text by its kind and key. Of the ids, of which there are many, learners
note what is new; the rest is compared.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeAlias

import orjson

from mock_csms.conformance.facts.v2.meters import MeterReading
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.records import Bounded, Mutable, field
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.seen import Seen, call

if TYPE_CHECKING:
    from mock_csms.conformance.facts import Known

MEMORY = Subject("memory")

CALL, TRANSACTION, REGISTER, PROFILE = "call", "transaction", "register", "profile"
IDS = (CALL, TRANSACTION)
"""The kinds of which there are ever more."""
_MOST = 20_000
_CREDENTIALS = "with credentials"

Fact: TypeAlias = tuple[str, str, str]
"""A kind, a key, and the text that is kept under them."""


class Remembered(Mutable):
    """What is kept of a station, by kind and key."""

    fresh: Bounded[tuple[str, str], str] | None = None
    """What is new since it was dumped last; None where nothing is kept."""
    kept: dict[tuple[str, str], str] = field(default_factory=dict)
    """All else, as it was."""


def fresh_facts() -> Bounded[tuple[str, str], str]:
    """Return a place for what is new; where nobody takes it, the oldest is forgotten."""
    return Bounded(_MOST)


@MEMORY.learn(call(), any_payload=True)
def called(seen: Seen, known: "Known") -> None:
    """It used the id of a message."""
    if known.memory.fresh is not None:
        mark = known.exchanges.ids.mark_of(seen.id)
        use(seen.id, -1 if mark is None else mark, known)


def use(id_: str, mark: int, known: "Known") -> None:
    """Note that the id of a message was used, for what has that mark."""
    fresh = known.memory.fresh
    if fresh is not None:
        fresh[CALL, id_] = str(mark)


@MEMORY.learn(call("TransactionEvent.Started"))
def started(seen: Seen, known: "Known") -> None:
    """It used the id of a transaction."""
    fresh = known.memory.fresh
    if fresh is not None:
        fresh[TRANSACTION, seen.payload["transactionInfo"]["transactionId"]] = seen.payload["timestamp"]


def dump(known: "Known") -> list[Fact]:
    """Return what is new since the last time."""
    memory = known.memory
    if not memory.fresh:  # nothing is told but by calls
        return []
    fresh, memory.fresh = {**memory.fresh}, fresh_facts()
    for key, text in _rest(known):
        if memory.kept.get(key) != text:
            fresh[key] = memory.kept[key] = text
    return [(*key, text) for key, text in fresh.items()]


def load(known: "Known", facts: Iterable[Fact]) -> None:
    """Take over what was kept of a station, the oldest first, and keep what comes."""
    for kind, key, text in facts:
        if kind == CALL:
            known.exchanges.ids.add(key, int(text))
        elif kind == TRANSACTION:
            known.transactions.note_id(key, text)
        elif kind == REGISTER:
            evse, *what = orjson.loads(key)
            known.meters.registers[evse, *what] = MeterReading(*orjson.loads(text))
            known.memory.kept[kind, key] = text
        elif kind == PROFILE:
            known.connections.admitted = Visitor("", (), _CREDENTIALS if text == "1" else None)
            known.memory.kept[kind, key] = text


def _rest(known: "Known") -> Iterable[tuple[tuple[str, str], str]]:
    """Yield what there is little of."""
    for place, reading in known.meters.registers.items():
        what = [reading.value, reading.is_kilo, reading.stamp, reading.transaction]
        yield (REGISTER, orjson.dumps(place).decode()), orjson.dumps(what).decode()
    if known.connections.admitted is not None:
        yield (PROFILE, ""), "1" if known.connections.admitted.authorization is not None else "0"

"""Loads and dumps what is remembered of a station beyond this run, and learns what is new.

There are many ids, so learners note the new ones. Everything else is compared with what was dumped last.
"""

from collections.abc import Iterable

import orjson

from mock_csms.conformance.facts.station import Known
from mock_csms.conformance.facts.v2.memory import CALL, PROFILE, REGISTER, TRANSACTION, Fact, fresh_facts
from mock_csms.conformance.facts.v2.meters import MeterReading
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.seen import Seen, call

MEMORY = Subject("memory")
_CREDENTIALS = "with credentials"


@MEMORY.learn(call(), any_payload=True)
def called(seen: Seen, known: Known) -> None:
    """It used the id of a message."""
    use(seen.id, known)


def use(id_: str, known: Known) -> None:
    """Note that the id of a message was used."""
    fresh = known.memory.fresh
    if fresh is not None:
        fresh[CALL, id_] = str(known.exchanges.ids.marks.get(id_, -1))


@MEMORY.learn(call("TransactionEvent.Started"))
def started(seen: Seen, known: Known) -> None:
    """It used the id of a transaction."""
    fresh = known.memory.fresh
    if fresh is not None:
        fresh[TRANSACTION, seen.payload["transactionInfo"]["transactionId"]] = seen.payload["timestamp"]


def dump(known: Known) -> list[Fact]:
    """Return what is new since the last time."""
    memory = known.memory
    if not memory.fresh:  # nothing is told but by calls
        return []
    fresh, memory.fresh = {**memory.fresh}, fresh_facts()
    for key, text in _rest(known):
        if memory.kept.get(key) != text:
            fresh[key] = memory.kept[key] = text
    return [(*key, text) for key, text in fresh.items()]


def load(known: Known, facts: Iterable[Fact]) -> None:
    """Take over what was kept of a station, the oldest first, and keep what comes."""
    for kind, key, text in facts:
        if kind == CALL:
            known.exchanges.ids.remember(key, int(text))
        elif kind == TRANSACTION:
            known.transactions.note_id(key, text)
        elif kind == REGISTER:
            evse, *what = orjson.loads(key)
            known.meters.registers[evse, *what] = MeterReading(*orjson.loads(text))
            known.memory.kept[kind, key] = text
        elif kind == PROFILE:
            known.connections.admitted = Visitor("", (), _CREDENTIALS if text == "1" else None)
            known.memory.kept[kind, key] = text


def _rest(known: Known) -> Iterable[tuple[tuple[str, str], str]]:
    """Yield what there is little of."""
    for place, reading in known.meters.registers.items():
        what = [reading.value, reading.is_kilo, reading.stamp, reading.transaction]
        yield (REGISTER, orjson.dumps(place).decode()), orjson.dumps(what).decode()
    if known.connections.admitted is not None:
        yield (PROFILE, ""), "1" if known.connections.admitted.authorization is not None else "0"

"""Loads and dumps the facts that later runs need about a station, and learns the new ones.

There are many ids, so learners note the new ones. Everything else is compared with the last dump.
"""

from collections.abc import Iterable

import orjson

from mock_csms.conformance.facts.memory import CALL, PROFILE, REGISTER, TRANSACTION, Fact, fresh_facts
from mock_csms.conformance.facts.message_ids import NO_MARK
from mock_csms.conformance.facts.v2.meters import MeterReading
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.visitors import Visitor
from mock_csms.twin.seen import Seen, call

MEMORY = Subject("memory")
_CREDENTIALS = "with credentials"


@MEMORY.learn(call(), any_payload=True)
def called(seen: Seen, station: KnownStation) -> None:
    """Note that the station uses a message id."""
    if station.memory.fresh is not None:
        mark = station.exchanges.ids.mark_of(seen.id)
        use(seen.id, NO_MARK if mark is None else mark, station)


def use(id_: str, mark: int, station: KnownStation) -> None:
    """Note that a message id was used, with the mark of its message."""
    fresh = station.memory.fresh
    if fresh is not None:
        fresh[CALL, id_] = str(mark)


@MEMORY.learn(call("TransactionEvent.Started"))
def started(seen: Seen, station: KnownStation) -> None:
    """Note that the station uses a transactionId."""
    fresh = station.memory.fresh
    if fresh is not None:
        fresh[TRANSACTION, seen.payload["transactionInfo"]["transactionId"]] = seen.payload["timestamp"]


def dump(station: KnownStation) -> list[Fact]:
    """Return the facts that are new since the last dump."""
    memory = station.memory
    if not memory.fresh:  # only calls bring new facts
        return []
    fresh, memory.fresh = {**memory.fresh}, fresh_facts()
    for key, text in _rest(station):
        if memory.kept.get(key) != text:
            fresh[key] = memory.kept[key] = text
    return [(*key, text) for key, text in fresh.items()]


def load(station: KnownStation, facts: Iterable[Fact]) -> None:
    """Add saved facts about a station, the oldest first, and keep new facts from now on."""
    for kind, key, text in facts:
        if kind == CALL:
            station.exchanges.ids.add(key, int(text))
        elif kind == TRANSACTION:
            station.transactions.note_id(key, text)
        elif kind == REGISTER:
            evse, *what = orjson.loads(key)
            station.meters.registers[evse, *what] = MeterReading(*orjson.loads(text))
            station.memory.kept[kind, key] = text
        elif kind == PROFILE:
            station.connections.admitted = Visitor("", (), _CREDENTIALS if text == "1" else None)
            station.memory.kept[kind, key] = text


def _rest(station: KnownStation) -> Iterable[tuple[tuple[str, str], str]]:
    """Yield all facts except the ids: the last registers, and whether the station has sent credentials."""
    for place, reading in station.meters.registers.items():
        what = [reading.value, reading.is_kilo, reading.stamp, reading.transaction]
        yield (REGISTER, orjson.dumps(place).decode()), orjson.dumps(what).decode()
    if station.connections.admitted is not None:
        yield (PROFILE, ""), "1" if station.connections.admitted.authorization is not None else "0"

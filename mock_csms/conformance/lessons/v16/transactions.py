"""Learns how transactions went."""

import orjson

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen, call, refusal, response, when

TRAIL = Subject("trail")
START, STOP = "StartTransaction", "StopTransaction"


def content_of(action: str, payload: Json) -> str:
    """Return the content of a message, by which a repeated one is recognized."""
    return action + orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()


@TRAIL.learn(response(START))
def begun(seen: Seen, station: KnownStation16) -> None:
    """The mock has given an id to a transaction, and perhaps not accepted its idTag."""
    station.trail.given.renew(str(seen.payload["transactionId"]), seen.at)
    if seen.payload["idTagInfo"]["status"] != "Accepted":
        station.trail.refused.renew(str(seen.payload["transactionId"]), seen.at)


@TRAIL.learn(call(START, STOP))
def told(seen: Seen, station: KnownStation16) -> None:
    """A transaction starts or ends."""
    station.trail.stamp = seen.payload["timestamp"]
    if seen.action == STOP:
        station.trail.is_unclear |= str(seen.payload["transactionId"]) not in station.trail.given
        station.trail.ended_at.renew(str(seen.payload["transactionId"]), seen.at)


@TRAIL.learn(refusal(START, STOP))
def failed(seen: Seen, station: KnownStation16) -> None:
    """The mock refuses a message about a transaction; the station repeats it (3.7.1)."""
    content = content_of(seen.action, seen.request)
    times, _ = station.trail.failed.get(content, (0, 0.0))
    station.trail.failed.renew(content, (times + 1, seen.at))


@TRAIL.learn(response(START, STOP))
def taken(seen: Seen, station: KnownStation16) -> None:
    """The mock takes such a message."""
    station.trail.failed.pop(content_of(seen.action, seen.request), None)


@TRAIL.learn(refusal(START), when("spoiled", "malformed"), any_payload=True)
def lost(seen: Seen, station: KnownStation16) -> None:
    """The id of a transaction may not have reached the station."""
    station.trail.is_lost |= seen.kind != "spoiled" or seen.action == START


@TRAIL.learn(when("disconnected"))
def gone(_: Seen, station: KnownStation16) -> None:
    """An answer on its way may be lost with the connection, and messages may come out of order on the next one."""
    station.trail.is_lost, station.trail.stamp, station.trail.is_unclear = True, "", False

"""Learns about the course of transactions."""

import orjson

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.actions import Json
from mock_csms.twin.seen import Seen, call, refusal, response, when

TRAIL = Subject("trail")
START, STOP = "StartTransaction", "StopTransaction"


def content_of(action: str, payload: Json) -> str:
    """Return the content of a message; a repeated message has the same content."""
    return action + orjson.dumps(payload, option=orjson.OPT_SORT_KEYS).decode()


@TRAIL.learn(response(START))
def begun(seen: Seen, station: KnownStation16) -> None:
    """Note that the mock has assigned an id to a transaction, and whether it has accepted the idTag."""
    station.trail.given.renew(str(seen.payload["transactionId"]), seen.at)
    if seen.payload["idTagInfo"]["status"] != "Accepted":
        station.trail.refused.renew(str(seen.payload["transactionId"]), seen.at)


@TRAIL.learn(call(START, STOP))
def told(seen: Seen, station: KnownStation16) -> None:
    """Note that a transaction starts or ends."""
    station.trail.stamp = seen.payload["timestamp"]
    if seen.action == STOP:
        station.trail.is_unclear |= str(seen.payload["transactionId"]) not in station.trail.given
        station.trail.ended_at.renew(str(seen.payload["transactionId"]), seen.at)


@TRAIL.learn(refusal(START, STOP))
def failed(seen: Seen, station: KnownStation16) -> None:
    """Note that the mock refuses a message about a transaction; the station repeats it (3.7.1)."""
    content = content_of(seen.action, seen.request)
    times, _ = station.trail.failed.get(content, (0, 0.0))
    station.trail.failed.renew(content, (times + 1, seen.at))


@TRAIL.learn(response(START, STOP))
def taken(seen: Seen, station: KnownStation16) -> None:
    """Note that the mock accepts a message about a transaction."""
    station.trail.failed.pop(content_of(seen.action, seen.request), None)


@TRAIL.learn(refusal(START), when("spoiled", "malformed"), any_payload=True)
def lost(seen: Seen, station: KnownStation16) -> None:
    """Note that the station may not have received the id of a transaction."""
    station.trail.is_lost |= seen.kind != "spoiled" or seen.action == START


@TRAIL.learn(when("disconnected"))
def gone(_: Seen, station: KnownStation16) -> None:
    """Note the loss of the connection: answers may be lost, and messages may come out of order on the next one."""
    station.trail.is_lost, station.trail.stamp, station.trail.is_unclear = True, "", False

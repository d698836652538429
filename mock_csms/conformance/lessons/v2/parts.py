"""Learns about reports that come in parts: the commands that requested them, by requestId."""

from typing import Any

from mock_csms.conformance.facts.v2.parts import REPORTING, REQUESTING, RequestedReport
from mock_csms.conformance.facts.v2.station import KnownStation
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.messages import Call
from mock_csms.twin.seen import Seen, call, command, error, result, when

PARTS = Subject("parts")


def is_repeat(seen: Seen, station: KnownStation) -> bool:
    """Whether a part may repeat an earlier one, because the mock has not answered that one yet."""
    return any(action == seen.action for action, _ in station.connections.calls.values())


@PARTS.learn(command(*REQUESTING), when("spoiled"), any_payload=True)
def asked(seen: Seen, station: KnownStation) -> None:
    """Note a command that requests parts. The station may have understood it even if the command was faulty."""
    call_ = seen.message
    if isinstance(call_, Call) and call_.action in REQUESTING:
        _note(call_.action, call_.payload, station)


@PARTS.learn(result(*REQUESTING), error(*REQUESTING), any_payload=True)
def answered(seen: Seen, station: KnownStation) -> None:
    """Note the answer whether the station will send parts. Parts may have come before this answer."""
    entry = station.parts.asked.get((REQUESTING[seen.action], _id_in(seen.request)))
    if entry is None:
        return
    entry.is_in_doubt |= seen.kind == "result" and not seen.is_sound
    if seen.is_sound:
        entry.status = seen.payload["status"] if seen.kind == "result" else seen.code


@PARTS.learn(call(*REPORTING), any_payload=True)
def reported(seen: Seen, station: KnownStation) -> None:
    """Note a part. If it violates its schema, it is not known which part it was."""
    if not seen.is_sound:
        return _doubt(station, seen.action)
    entry = station.parts.of(seen)
    if entry is not None:
        entry.is_in_doubt |= entry.count > 0 and is_repeat(seen, station)
        entry.next = seen.payload.get("seqNo", entry.count) + 1
        entry.count, entry.heard_at = entry.count + 1, seen.at
        entry.is_complete = not seen.payload.get("tbc", False)
    return None


@PARTS.learn(when("refusal", "spoiled"), any_payload=True)
def refused(seen: Seen, station: KnownStation) -> None:
    """Note that the mock has refused a part or spoiled the answer to it.

    A call of an unknown action may be a part too.
    """
    if seen.action in REPORTING:
        _doubt(station, seen.action)
    elif seen.action not in seen.version.actions:
        lost(seen, station)


@PARTS.learn(when("disconnected", "malformed"), any_payload=True)
def lost(_: Seen, station: KnownStation) -> None:
    """Note that parts may be lost or were unreadable."""
    for action in REPORTING:
        _doubt(station, action)


def _doubt(station: KnownStation, action: str) -> None:
    for (telling, _), entry in station.parts.asked.items():
        if telling == action:
            entry.is_in_doubt = True


def _note(action: str, request: Any, station: KnownStation) -> None:
    id_, all_ = _id_in(request), station.parts.asked
    key = REQUESTING[action], id_
    if id_ is None:
        return
    before = all_.pop(key, None)
    # If the same requestId was used before, its late parts look like the new ones.
    is_mixed = before is not None and before.is_agreed and not before.is_complete
    all_[key] = RequestedReport(action, request, is_in_doubt=is_mixed or station.boots.is_in_doubt)


def _id_in(request: Any) -> Any:
    id_ = request.get("requestId") if isinstance(request, dict) else None
    return id_ if isinstance(id_, int) else None

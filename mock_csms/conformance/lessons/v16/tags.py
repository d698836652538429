"""Learns about idTags."""

from typing import Any

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.subject import Subject
from mock_csms.protocol.identifiers import folded
from mock_csms.protocol.messages import Call
from mock_csms.twin.seen import Seen, call, response, result, when

TAGS = Subject("tags")


@TAGS.learn(call("Authorize"))
def asked(seen: Seen, station: KnownStation16) -> None:
    """Note that the station asks about an idTag."""
    station.tags.of(seen.payload["idTag"]).asked_at = seen.at


@TAGS.learn(call("StartTransaction"))
def starts(seen: Seen, station: KnownStation16) -> None:
    """Note that a transaction starts with an idTag."""
    station.tags.of(seen.payload["idTag"]).started_at = seen.at


@TAGS.learn(response("Authorize", "StartTransaction", "StopTransaction"))
def said(seen: Seen, station: KnownStation16) -> None:
    """Note what the CSMS answers about an idTag."""
    tag, info = seen.request.get("idTag"), seen.payload.get("idTagInfo")
    if isinstance(tag, str) and info:
        _learn(tag, info, seen, station)


def _learn(tag: str, info: Any, seen: Seen, station: KnownStation16) -> None:
    known = station.tags.of(tag)
    known.status, known.parent = info["status"], folded(info.get("parentIdTag", ""))
    known.said_at, known.is_parent_known = seen.at, True
    known.was_accepted |= info["status"] == "Accepted"


@TAGS.learn(result("SendLocalList"))
def listed(_: Seen, station: KnownStation16) -> None:
    """Note that the station may have a local list from now on."""
    station.tags.has_list = True


@TAGS.learn(when("spoiled"))
def confused(seen: Seen, station: KnownStation16) -> None:
    """Note that the mock sends a spoiled answer, which the station may interpret in any way."""
    answers = seen.answers
    if isinstance(answers, Call) and isinstance(answers.payload, dict) and "idTag" in answers.payload:
        station.tags.by_tag.pop(folded(str(answers.payload["idTag"])), None)

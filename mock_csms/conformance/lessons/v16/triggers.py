"""Learns which messages the CSMS has triggered, and which of them came."""

from mock_csms.conformance.facts.v16.station import KnownStation16
from mock_csms.conformance.facts.v16.triggers import NO_CONNECTOR, AskedMessage
from mock_csms.conformance.subject import Subject
from mock_csms.twin.seen import Seen, call, command, error, result, when
from mock_csms.twin.v16.answers import asks_for

TRIGGERS = Subject("triggers")
COMMANDS = ("TriggerMessage", "ExtendedTriggerMessage")


@TRIGGERS.learn(command(*COMMANDS))
def triggered(seen: Seen, station: KnownStation16) -> None:
    """Note that the CSMS triggers a message."""
    action = asks_for(seen.action, seen.payload)
    if action is not None:
        earlier = station.asked.open.get(action)
        if earlier is not None:
            earlier.earlier = None
        station.asked.open[action] = AskedMessage(seen.payload.get("connectorId"), earlier=earlier)


@TRIGGERS.learn(result(*COMMANDS), error(*COMMANDS))
def answered(seen: Seen, station: KnownStation16) -> None:
    """Note whether the station will send the triggered message."""
    action = asks_for(seen.action, seen.request) or ""
    asked = station.asked.open.get(action)
    if asked is not None and (seen.kind == "error" or seen.payload["status"] != "Accepted"):
        del station.asked.open[action]
        if asked.earlier is not None and asked.earlier.is_answered:
            station.asked.open[action] = asked.earlier
    elif asked is not None:
        asked.is_answered, asked.early, asked.came = True, asked.came, set()


@TRIGGERS.learn(call())
def came(seen: Seen, station: KnownStation16) -> None:
    """Note a message that may be a triggered one."""
    asked = station.asked.open.get(seen.action) if station.asked.open else None
    while asked is not None:
        asked.came_at = asked.came_at if asked.came else seen.at
        asked.came.add(seen.payload.get("connectorId", NO_CONNECTOR))
        asked = asked.earlier


@TRIGGERS.learn(when("malformed", "refusal", "disconnected"), any_payload=True)
def lost(_: Seen, station: KnownStation16) -> None:
    """Note that the message may be unreadable, refused by the mock, or lost."""
    for asked in station.asked.open.values():
        asked.is_in_doubt = True

"""Drivers plug in cables and present idTags; authorization to charge (OCPP 1.6, 3.5, 4.1)."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Paused, Plugged, Presented, Ready, Say, Send, Set, Stop, Unplugged
from mock_csms.station.state import Moment
from mock_csms.station.v16 import tokens
from mock_csms.station.v16.device import AskedCard, ConnectorState, Device16, Ringing, Step
from mock_csms.station.v16.transactions import Why, change

VEHICLE = "vehicle"
_LONGEST_TAG = 20


def plug(device: Device16, cue: Plugged, moment: Moment) -> Step:
    """Plug the cable into a vehicle."""
    connector = device.connectors.get(cue.evse)
    if connector is None:
        return _say(device, f"there is no connector {cue.evse}")
    if connector.is_plugged:
        return _say(device, f"a vehicle is plugged in at connector {connector.id} already")
    if connector.status() == "Unavailable":
        return _say(device, f"connector {connector.id} is out of order")
    connector = replace(connector, is_plugged=True, is_finishing=False, is_paused=False)
    device, acts = change(device, connector, moment)
    return device, [Stop((VEHICLE, connector.id)), *acts]


def unplug(device: Device16, cue: Unplugged, moment: Moment) -> Step:
    """Unplug the cable. The transaction ends, or is only suspended (StopTransactionOnEVSideDisconnect)."""
    connector = device.connectors.get(cue.evse)
    if connector is None or not connector.is_plugged:
        return _say(device, f"no vehicle is plugged in at connector {cue.evse}")
    is_interrupted = connector.transaction is not None and not device.is_on("StopTransactionOnEVSideDisconnect")
    connector = replace(connector, is_plugged=False, is_finishing=False)
    if not is_interrupted:
        connector = replace(connector, authorized=None)
    return change(device, connector, moment, Why("EVDisconnected"))


def pause(device: Device16, cue: Paused | Ready, moment: Moment) -> Step:
    """Make the vehicle stop drawing energy, or draw it again."""
    connector = device.connectors.get(cue.evse)
    if connector is None or connector.transaction is None:
        return _say(device, f"no vehicle charges at connector {cue.evse}")
    return change(device, replace(connector, is_paused=isinstance(cue, Paused)), moment)


def present(device: Device16, cue: Presented, moment: Moment) -> Step:
    """Start charging for an authorized idTag; if the same idTag is charging, stop without an Authorize (3.5, 4.1)."""
    tag = str(cue.token["idToken"])
    if len(tag) > _LONGEST_TAG:
        return _say(device, f"{tag} is longer than an idTag of OCPP 1.6, which has {_LONGEST_TAG} characters")
    for connector in _charging_at(device, cue.evse):
        if str(connector.authorized).casefold() == tag.casefold():
            return _stop(device, connector, tag, moment)
    if any(card.tag.casefold() == tag.casefold() for card in device.cards):
        return _say(device, f"{tag} is already being authorized")
    if device.is_online and not device.is_accepted:
        return _say(device, f"{tag} cannot be used: the CSMS has not accepted the station")
    return admit(device, AskedCard(tag, cue.evse), moment)


def admit(device: Device16, card: AskedCard, moment: Moment) -> Step:
    """Start or stop charging if the station can decide this alone; else send an Authorize (3.5)."""
    known = tokens.known(device, card.tag, moment)
    is_good = known is not None and known["status"] == "Accepted"
    if not device.is_online:
        if is_good and device.is_on("LocalAuthorizeOffline"):
            return _admitted(device, card, known or {}, moment)
        if known is None and device.is_on("AllowOfflineTxForUnknownId"):
            return _admitted(device, card, {}, moment)
        return _say(device, f"{card.tag} cannot be authorized: the station is offline")
    if is_good and device.is_on("LocalPreAuthorize"):
        return _admitted(device, card, known or {}, moment)
    return replace(device, cards=(*device.cards, card)), [Send("Authorize", {"idTag": card.tag})]


def answered(device: Device16, request: Json, response: Json | None, moment: Moment) -> Step:
    """Start charging if the answer to an Authorize allows it; `response` is None without an answer (4.1)."""
    if response:
        device = tokens.learn(device, request.get("idTag"), response["idTagInfo"])
    card = next((card for card in device.cards if card.tag == request.get("idTag")), None)
    if card is None:
        return device, []
    device = replace(device, cards=tuple(other for other in device.cards if other is not card))
    status = response["idTagInfo"]["status"] if response else "unknown: the CSMS gave no answer"
    if status != "Accepted":
        return _say(device, f"{card.tag} may not charge: it is {status}")
    return _admitted(device, card, (response or {})["idTagInfo"], moment)


def _admitted(device: Device16, card: AskedCard, info: Json, moment: Moment) -> Step:
    """Stop the transaction of the same group, or start one if there is none (3.10)."""
    parent = info.get("parentIdTag")
    for connector in () if card.is_remote else _charging_at(device, card.connector):
        if parent is not None and connector.parent is not None and parent.casefold() == connector.parent.casefold():
            return _stop(device, connector, card.tag, moment)
    return grant(device, card, parent, moment)


def grant(device: Device16, card: AskedCard, parent: str | None, moment: Moment) -> Step:
    """Authorize a driver at a connector, and wait for a vehicle if none is plugged in."""
    connector = free_connector(device, card, parent)
    if device.is_leaving:
        return _say(device, "the station is rebooting")
    if connector is None:
        return _say(device, "no connector is free")
    authorized = replace(
        connector,
        authorized=card.tag,
        parent=parent,
        is_remote=card.is_remote,
        profile=card.profile,
        is_finishing=False,
    )
    device, acts = change(device, authorized, moment)
    if not connector.is_plugged:
        acts = [*acts, Set((VEHICLE, connector.id), device.number("ConnectionTimeOut"))]
    return device, acts


def free_connector(device: Device16, card: AskedCard, parent: str | None) -> ConnectorState | None:
    """Return a connector for the driver: the requested one, or one that is reserved for the driver or has a vehicle."""
    free = [
        connector
        for connector in device.connectors.values()
        if card.connector in (None, connector.id)
        and connector.is_free
        and not device.is_inoperative
        and _reserved_for(device, connector.id, card.tag, parent) is not False
    ]
    return min(
        free,
        key=lambda each: (not _reserved_for(device, each.id, card.tag, parent), not each.is_plugged),
        default=None,
    )


def _reserved_for(device: Device16, number: int, tag: str, parent: str | None) -> bool | None:
    """Return True if a connector is reserved for an idTag or its group, False if for another one, None if it is not."""
    held = next((each for each in device.reservations.values() if each.connector == number), None)
    if held is None:
        return None
    is_group = held.parent is not None and parent is not None and held.parent.casefold() == parent.casefold()
    return held.tag.casefold() == tag.casefold() or is_group


def _charging_at(device: Device16, number: int | None) -> list[ConnectorState]:
    every = device.connectors.values()
    return [each for each in every if each.authorized is not None and number in (None, each.id)]


def _stop(device: Device16, connector: ConnectorState, tag: str, moment: Moment) -> Step:
    device, acts = change(device, replace(connector, authorized=None), moment, Why("Local", tag))
    return device, [Stop((VEHICLE, connector.id)), *acts]


def _no_vehicle(device: Device16, about: list[Any], moment: Moment) -> Step:
    """Stop waiting for a vehicle, because ConnectionTimeOut is over."""
    connector = device.connectors.get(about[0])
    if connector is None or connector.authorized is None or connector.is_plugged:
        return device, []
    return change(device, replace(connector, authorized=None, parent=None, profile=None), moment)


def _say(device: Device16, text: str) -> Step:
    acts: list[Act] = [Say(text)]
    return device, acts


ALARMS: Mapping[str, Ringing] = {VEHICLE: _no_vehicle}

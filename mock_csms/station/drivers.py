"""What drivers do, and what becomes of it: cables, idTokens, and who may charge (C01, E02, E03, E05)."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station import outbox, transactions
from mock_csms.station.cues import Act, Plugged, Presented, Say, Send, Set, Stop, Unplugged
from mock_csms.station.device import Card, Device, Evse, Moment, Step
from mock_csms.station.transactions import change
from mock_csms.station.variables import EV_CONNECTION_TIMEOUT, OFFLINE_UNKNOWN_TOKENS, STOP_ON_INVALID_ID


def plug(device: Device, cue: Plugged, moment: Moment) -> Step:
    """Connect a vehicle."""
    evse = device.evses.get(cue.evse)
    if evse is None or not 1 <= cue.connector <= evse.connectors:
        return _say(device, f"there is no connector {cue.connector} of EVSE {cue.evse}")
    if evse.plugged is not None:
        return _say(device, f"a vehicle is plugged in at EVSE {evse.id} already")
    if evse.status(cue.connector) == "Unavailable":
        return _say(device, f"connector {cue.connector} of EVSE {evse.id} is out of order")
    device, acts = change(device, replace(evse, plugged=cue.connector), transactions.PLUGGED, moment)
    return device, [Stop(("vehicle", evse.id)), *acts]


def unplug(device: Device, cue: Unplugged, moment: Moment) -> Step:
    """Take the cable out, which takes the right to charge with it (E09, E10)."""
    evse = device.evses.get(cue.evse)
    if evse is None or evse.plugged is None:
        return _say(device, f"no vehicle is plugged in at EVSE {cue.evse}")
    return change(device, replace(evse, plugged=None, authorized=None), transactions.UNPLUGGED, moment)


def present(device: Device, cue: Presented, moment: Moment) -> Step:
    """Ask the CSMS about an idToken; one that charges already stops, without asking (C01.FR.03)."""
    for evse in device.evses.values():
        if evse.authorized and _is_same(evse.authorized, cue.token) and cue.evse in (None, evse.id):
            device, acts = change(device, replace(evse, authorized=None), transactions.STOPPED, moment)
            return device, [Stop(("vehicle", evse.id)), *acts]
    card = Card(cue.token, cue.evse)
    if not device.is_online:
        if device.is_on(OFFLINE_UNKNOWN_TOKENS):
            return grant(device, card, moment)
        return _say(device, f"{cue.token['idToken']} cannot be checked: the station is offline")
    if not device.is_accepted:
        return _say(device, f"{cue.token['idToken']} is of no use: the CSMS has not accepted the station")
    return ask(device, card)


def ask(device: Device, card: Card) -> Step:
    """Ask the CSMS whether an idToken may charge."""
    return replace(device, cards=(*device.cards, card)), [Send("Authorize", {"idToken": card.token})]


def answered(device: Device, request: Json, response: Json | None, moment: Moment) -> Step:
    """Let the driver of an idToken charge, or not; `response` is None where none came."""
    card = next((card for card in device.cards if card.token == request.get("idToken")), None)
    if card is None:
        return device, []
    device = replace(device, cards=tuple(other for other in device.cards if other is not card))
    status = response["idTokenInfo"]["status"] if response else "not known: no answer"
    if status != "Accepted":
        return _say(device, f"{card.token['idToken']} may not charge: it is {status}")
    allowed = (response or {})["idTokenInfo"].get("evseId")
    if allowed and card.evse is not None and card.evse not in allowed:
        return _say(device, f"{card.token['idToken']} may not charge at EVSE {card.evse}")
    return grant(device, card, moment, allowed)


def grant(device: Device, card: Card, moment: Moment, allowed: list[int] | None = None) -> Step:
    """Let somebody charge, at the EVSE that was named or the one that suits best; wait for the vehicle if need be."""
    evse = free_evse(device, card.evse, allowed)
    if device.is_leaving:
        return _say(device, "the station reboots")
    if evse is None:
        return _say(device, "no EVSE is free")
    cause = transactions.AUTHORIZED if card.remote_start_id is None else transactions.REMOTE_START
    evse = replace(evse, authorized=card.token, remote_start_id=card.remote_start_id)
    device, acts = change(device, evse, cause, moment)
    if evse.plugged is None:
        acts = [*acts, Set(("vehicle", evse.id), device.number(EV_CONNECTION_TIMEOUT))]
    return device, acts


def free_evse(device: Device, wanted: int | None, allowed: list[int] | None = None) -> Evse | None:
    """Return the EVSE where somebody could begin to charge: the wanted one, else one with a vehicle, else any."""
    free = [
        evse
        for evse in device.evses.values()
        if evse.authorized is None
        and wanted in (None, evse.id)
        and (not allowed or evse.id in allowed)
        and evse.is_in_order
    ]
    return min(free, key=lambda evse: evse.plugged is None, default=None)


def no_vehicle(device: Device, number: int, moment: Moment) -> Step:
    """Give up waiting for a vehicle (E03.FR.05)."""
    evse = device.evses.get(number)
    if evse is None or evse.authorized is None or evse.plugged is not None:
        return device, []
    return change(device, replace(evse, authorized=None), transactions.NO_VEHICLE, moment)


def token_judged(device: Device, request: Json, response: Json, moment: Moment) -> Step:
    """Stop who turns out not to be allowed to charge (E05.FR.10)."""
    info = response.get("idTokenInfo")
    if not info or info["status"] == "Accepted" or not device.is_on(STOP_ON_INVALID_ID):
        return device, []
    evse = device.charging(outbox.transaction_of(request))
    if evse is None or evse.authorized is None or request.get("idToken") not in (None, evse.authorized):
        return device, []
    return change(device, replace(evse, authorized=None), transactions.DEAUTHORIZED, moment)


def _is_same(one: Json, other: Json) -> bool:
    return (one["idToken"].casefold(), one["type"]) == (other["idToken"].casefold(), other["type"])


def _say(device: Device, text: str) -> Step:
    acts: list[Act] = [Say(text)]
    return device, acts

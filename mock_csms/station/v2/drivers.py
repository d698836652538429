"""The actions of drivers with cables and idTokens, and the authorization to charge (C01 to C16, E02, E03, E05)."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Plugged, Presented, Say, Send, Set, Stop, Unplugged
from mock_csms.station.state import Moment
from mock_csms.station.v2 import (
    causes,
    late_choices,
    reservations,
    reserved,
    tokens,
    transactions,
)
from mock_csms.station.v2.answers import Alarmed
from mock_csms.station.v2.causes import Cause
from mock_csms.station.v2.device import POWER, Card, Device, Evse, Step
from mock_csms.station.v2.features import DETACHABLE_CABLES, HAS_DISPLAY, KNOWS_EVSE, LOCKS_CABLE
from mock_csms.station.v2.tokens import KnownToken, is_same
from mock_csms.station.v2.transactions import change
from mock_csms.station.v2.variables import (
    AUTHORIZATION,
    EV_CONNECTION_TIMEOUT,
    LOCAL_AUTHORIZE_OFFLINE,
    LOCAL_PRE_AUTHORIZE,
    MASTER_PASS_GROUP,
    MAX_ENERGY_ON_INVALID_ID,
    NO_REMOTE_AUTHORIZATION,
    OFFLINE_UNKNOWN_TOKENS,
    STOP_ON_EV_DISCONNECT,
    STOP_ON_INVALID_ID,
    TX_STOP_POINT,
    UNLOCK_ON_EV_DISCONNECT,
)

VEHICLE, ALLOWANCE = "vehicle", "allowance"
"""The alarms for a driver who has not plugged in yet (by EVSE), and for a transaction with an invalid idToken (by its
id)."""

NOTHING: Json = {}
START_BUTTON: Json = {"idToken": "", "type": "NoAuthorization"}
"""The idToken of a start button (C02.FR.01)."""


def plug(device: Device, cue: Plugged, moment: Moment) -> Step:
    """Plug a cable into a vehicle."""
    evse = device.evses.get(cue.evse)
    if evse is None or cue.connector not in evse.each_connector:
        return _say(device, f"there is no connector {cue.connector} of EVSE {cue.evse}")
    if evse.plugged is not None:
        return _say(device, f"a vehicle is plugged in at EVSE {evse.id} already")
    if evse.status(cue.connector) == "Unavailable":
        return _say(device, f"connector {cue.connector} of EVSE {evse.id} is out of order")
    if evse.authorized is None and LOCKS_CABLE in device.features:
        return _say(device, f"the cable of EVSE {evse.id} is locked until a driver is authorized")
    if evse.left not in (None, cue.connector):
        return _say(device, f"the cable of connector {evse.left} is still in EVSE {evse.id}")
    device, moved = late_choices.moved_to(device, evse, VEHICLE)
    plugged = replace(device.evses[evse.id], plugged=cue.connector, left=None, locked_for=None)
    device, acts = change(device, plugged, causes.PLUGGED, moment)
    return device, [*moved, Stop((VEHICLE, evse.id)), *acts]


def unplug(device: Device, cue: Unplugged, moment: Moment) -> Step:
    """Unplug the cable: the driver is no longer authorized (E09), or charging is only interrupted (E10)."""
    evse = device.evses.get(cue.evse)
    if evse is not None and evse.left is not None and not cue.is_left:
        return _take_out(device, evse)
    if evse is None or evse.plugged is None:
        return _say(device, f"no vehicle is plugged in at EVSE {cue.evse}")
    is_interrupted = evse.transaction is not None and not device.is_on(STOP_ON_EV_DISCONNECT)
    authorized = evse.authorized if is_interrupted else None
    unplugged = replace(evse, plugged=None, authorized=authorized, is_paused=False)
    if cue.is_left and DETACHABLE_CABLES in device.features:
        keeps_lock = is_interrupted or not device.is_on(UNLOCK_ON_EV_DISCONNECT)  # E10.FR.01, E09.FR.03
        unplugged = replace(unplugged, left=evse.plugged, locked_for=evse.authorized if keeps_lock else None)
    device, acts = change(device, unplugged, causes.UNPLUGGED, moment)
    after = device.evses[evse.id]
    if after.transaction is None or after.authorized is None or after.left is not None:
        return device, acts
    return device, [*acts, Set((VEHICLE, evse.id), device.number(EV_CONNECTION_TIMEOUT))]  # E10.FR.02


def _take_out(device: Device, evse: Evse) -> Step:
    """Take a detachable cable out of the station."""
    if evse.locked_for is not None:
        return _say(device, f"the cable is locked in EVSE {evse.id}")
    return device.with_evse(replace(evse, left=None)), []


def present(device: Device, cue: Presented, moment: Moment) -> Step:
    """Start charging for an idToken if it may charge; if it already charges, stop without an Authorize (C01.FR.03)."""
    is_button = cue.token["type"] == START_BUTTON["type"]
    place = cue.evse if KNOWS_EVSE in device.features else None
    card = Card(START_BUTTON if is_button else cue.token, place)
    if card.token["type"] in device.unknown_token_types:
        return _say(device, f"this version of OCPP has no idToken of the type {card.token['type']}")
    for evse in device.evses.values():
        if evse.authorized is None and cue.evse in (None, evse.id) and is_same(evse.locked_for, card.token):
            return device.with_evse(replace(evse, locked_for=None)), [Say(f"EVSE {evse.id} unlocks the cable")]
    for evse in _charging_at(device, place):
        if is_same(evse.authorized, card.token):
            return _stop(device, [evse], replace(causes.STOPPED, token=card.token), moment)
    if any(is_same(asked.token, card.token) and asked.remote_start_id is None for asked in device.cards):
        return _say(device, f"{card.token['idToken']} is already being authorized")
    if device.is_online and not device.is_accepted:
        return _say(device, f"{card.token['idToken']} cannot be used: the CSMS has not accepted the station")
    return admit(device, card, moment)


def admit(device: Device, card: Card, moment: Moment) -> Step:
    """Start or stop charging if the station can decide this itself; otherwise send an Authorize (C10 to C15)."""
    if not device.is_on(AUTHORIZATION) or card.token["type"] in tokens.FOR_ONE_USE:
        return grant(device, card, moment)
    known = tokens.known(device, card.token, moment)
    if known and known.info["status"] == "Accepted" and _stoppable(device, card, known.info):
        return _admitted(device, card, known.info, moment)
    if not device.is_online:
        return _admit_offline(device, card, known, moment)
    if known and known.info["status"] == "Accepted" and device.is_on(LOCAL_PRE_AUTHORIZE):
        return _admitted(device, card, known.info, moment)
    if known and known.info["status"] != "Accepted" and not known.may_ask:  # TC_C_57, TC_C_58
        return _say(device, f"{card.token['idToken']} may not charge: it is {known.info['status']}")
    if device.is_on(NO_REMOTE_AUTHORIZATION):
        return _say(device, f"{card.token['idToken']} is unknown to the station, which may not ask the CSMS")
    return replace(device, cards=(*device.cards, card)), [Send("Authorize", {"idToken": card.token})]


def answered(device: Device, request: Json, response: Json | None, moment: Moment) -> Step:
    """Start charging if the answer to an Authorize allows it; `response` is None without an answer (C01)."""
    if response:
        device = tokens.learn(device, request.get("idToken"), response["idTokenInfo"], moment)
    card = next((card for card in device.cards if card.token == request.get("idToken")), None)
    if card is None:
        return device, []
    device = replace(device, cards=tuple(other for other in device.cards if other is not card))
    status = response["idTokenInfo"]["status"] if response else "unknown: the CSMS gave no answer"
    if status != "Accepted":
        return _say(device, f"{card.token['idToken']} may not charge: it is {status}")
    return _admitted(device, card, (response or {})["idTokenInfo"], moment)


def grant(device: Device, card: Card, moment: Moment, info: Json = NOTHING) -> Step:
    """Authorize a driver at the requested EVSE, or at the most suitable one; if there is no vehicle, wait for it."""
    evse = free_evse(device, card, info)
    if device.is_leaving:
        return _say(device, "the station is rebooting")
    if evse is None:
        return _say(device, "no EVSE is free")
    group = info.get("groupIdToken")
    reservation = reserved.reservation_for(device, evse, card.token, group)
    device, used = reservations.use(device, reservation.id) if reservation else (device, [])
    cause = causes.AUTHORIZED if card.remote_start_id is None else causes.REMOTE_START
    evse = replace(evse, authorized=card.token, remote_start_id=card.remote_start_id, profile=card.profile, group=group)
    device, acts = change(device, replace(evse, reservation=reservation.id if reservation else None), cause, moment)
    if evse.plugged is None:
        acts = [*acts, Set((VEHICLE, evse.id), device.number(EV_CONNECTION_TIMEOUT))]
    return device, [*used, *acts]


def free_evse(device: Device, card: Card, info: Json = NOTHING) -> Evse | None:
    """Return the EVSE where a driver can start, or None: the requested one, else one with a vehicle, else any.

    An EVSE that is reserved for the driver comes first, one that is reserved for others is skipped (H03). A master pass
    cannot start anywhere (C16.FR.03).
    """
    group, allowed = info.get("groupIdToken"), info.get("evseId")
    free = [
        evse
        for evse in device.evses.values()
        if evse.authorized is None
        and card.evse in (None, evse.id)
        and (not allowed or evse.id in allowed)  # C01.FR.21
        and evse.is_in_order
        and (card.remote_start_id is not None or not device.is_kept(evse))
        and not reserved.is_kept_from(device, evse, card.token, group)
    ]
    if _is_master(device, info):
        return None
    return min(
        free,
        key=lambda evse: (not reserved.is_named(device, evse, card.token, group), evse.plugged is None),
        default=None,
    )


def no_vehicle(device: Device, about: list[Any], moment: Moment) -> Step:
    """Give up waiting for a vehicle to be plugged in; if it may stay in the bay, the transaction may go on (E03)."""
    evse = device.evses.get(about[0])
    if evse is None or evse.authorized is None or evse.plugged is not None:
        return device, []
    is_end = "ParkingBayOccupancy" not in device.members(TX_STOP_POINT)  # E03.FR.05, E03.FR.15
    cause = replace(causes.NO_VEHICLE, is_end=is_end)
    return change(device, replace(evse, authorized=None), cause, moment)


def token_judged(device: Device, request: Json, response: Json, moment: Moment) -> Step:
    """Learn the idTokenInfo in a response to TransactionEvent; stop an invalid idToken (E05.FR.02, .09, .10)."""
    info, token = response.get("idTokenInfo"), request.get("idToken")
    if not info:
        return device, []
    device = tokens.learn(device, token, info, moment)
    evse = device.charging(transactions.transaction_of(request))
    if evse is None or evse.authorized is None or token not in (None, evse.authorized):
        return device, []
    if info["status"] == "Accepted" and evse.id in (info.get("evseId") or [evse.id]):
        return device.with_evse(replace(evse, group=info.get("groupIdToken", evse.group))), []
    if device.is_on(STOP_ON_INVALID_ID):
        return change(device, replace(evse, authorized=None), causes.DEAUTHORIZED, moment)
    return _suspend(device, evse, moment)


def spend(device: Device, about: list[Any], moment: Moment) -> Step:
    """Check whether a transaction has used the energy that is allowed for an invalid idToken (E05.FR.03)."""
    evse = device.charging(about[0])
    return _suspend(device, evse, moment) if evse else (device, [])


def _suspend(device: Device, evse: Evse, moment: Moment) -> Step:
    """Stop the energy once MaxEnergyOnInvalidId is used up (E05.FR.02, .03); the transaction continues."""
    if evse.transaction is None or evse.authorized is None or evse.is_suspended:
        return device, []
    left = device.number(MAX_ENERGY_ON_INVALID_ID) - (evse.register(moment.now) - evse.transaction.began_with)
    if left > 0.01:
        return device, [Set((ALLOWANCE, evse.transaction.id), max(1.0, left / POWER * 3600))]
    is_end = "EnergyTransfer" in device.members(TX_STOP_POINT)
    cause = causes.DEAUTHORIZED if is_end else causes.SUSPENDED
    return change(device, replace(evse, is_suspended=True), cause, moment)


def _admit_offline(device: Device, card: Card, known: KnownToken | None, moment: Moment) -> Step:
    """Authorize known idTokens while offline, and unknown ones if that is allowed (C13.FR.02, .04; C15.FR.08)."""
    if known is None and device.is_on(OFFLINE_UNKNOWN_TOKENS):
        return grant(device, card, moment)
    if known is None or not device.is_on(LOCAL_AUTHORIZE_OFFLINE):
        return _say(device, f"{card.token['idToken']} cannot be authorized: the station is offline")
    if known.info["status"] != "Accepted":
        return _say(device, f"{card.token['idToken']} may not charge: it is {known.info['status']}")
    return _admitted(device, card, known.info, moment)


def _admitted(device: Device, card: Card, info: Json, moment: Moment) -> Step:
    """Stop or start for an accepted idToken: stop for its group or as a master pass (C09.FR.03, C16.FR.02)."""
    stoppable = _stoppable(device, card, info)
    if stoppable:
        is_master = _is_master(device, info)
        cause = causes.MASTER_PASS if is_master else causes.STOPPED
        return _stop(device, stoppable if is_master else stoppable[:1], replace(cause, token=card.token), moment)
    allowed = info.get("evseId")
    if allowed and card.evse is not None and card.evse not in allowed:
        return _say(device, f"{card.token['idToken']} may not charge at EVSE {card.evse}")
    return grant(device, card, moment, info)


def _stoppable(device: Device, card: Card, info: Json) -> list[Evse]:
    """Return the EVSEs where this idToken may stop the transaction of another idToken.

    A master pass may stop all transactions (C16.FR.02); on a display its holder chooses an EVSE, or all (C16.FR.01).
    """
    if card.remote_start_id is not None:
        return []
    if _is_master(device, info):
        return _charging_at(device, card.evse if HAS_DISPLAY in device.features else None)
    return [evse for evse in _charging_at(device, card.evse) if is_same(evse.group, info.get("groupIdToken"))]


def _charging_at(device: Device, place: int | None) -> list[Evse]:
    return [evse for evse in device.evses.values() if evse.authorized is not None and place in (None, evse.id)]


def _is_master(device: Device, info: Json) -> bool:
    group, master = info.get("groupIdToken"), device.variables[MASTER_PASS_GROUP]
    return bool(master) and group is not None and group["idToken"].casefold() == master.casefold()


def _stop(device: Device, evses: list[Evse], cause: Cause, moment: Moment) -> Step:
    acts: list[Act] = []
    for evse in evses:
        device, more = change(device, replace(evse, authorized=None), cause, moment)
        acts += [Stop((VEHICLE, evse.id)), *more]
    return device, acts


def _say(device: Device, text: str) -> Step:
    acts: list[Act] = [Say(text)]
    return device, acts


ALARMS: Mapping[str, Alarmed] = {
    VEHICLE: no_vehicle,
    ALLOWANCE: spend,
}

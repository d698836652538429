"""Battery swaps (S01 to S03): a driver puts an empty battery in a slot and takes a charged one.

The slots are EVSEs. Each battery in a slot charges in a separate transaction.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, BatteryGiven, BatteryTaken, Say, Send, Set, Stop, SwapWished
from mock_csms.station.state import Moment
from mock_csms.station.v2 import causes, transactions
from mock_csms.station.v2.answers import ACCEPTED, Given, because
from mock_csms.station.v2.device import Step
from mock_csms.station.v2.v21.device import Battery, Device21, Swap
from mock_csms.station.v2.v21.model import BATTERY_SWAP, BATTERY_TARGET, BATTERY_TIMEOUT, BATTERY_TOKEN

TIMEOUT: tuple[str] = ("battery-out",)
"""The alarm for a driver who does not take the battery."""
_SWAP = "BatterySwap"
_HEALTH = 95
"""The state of health of every battery, in percent."""


def request_swap(device: Device21, payload: Json, moment: Moment) -> Given:
    """Let a driver swap a battery, if a slot is empty and a charged battery is there (S02)."""
    fault = _why_not(device, moment)
    if fault is not None:
        return device, because(fault), []
    return replace(device, swap=Swap(payload["requestId"], payload["idToken"])), ACCEPTED, []


def wish(device: Device21, cue: SwapWished, moment: Moment) -> Step:
    """Present an idToken for a swap: the CSMS has to accept it first (S01)."""
    fault = _why_not(device, moment)
    if fault is not None:
        return device, [Say(f"no battery can be swapped: {fault}")]
    return replace(device, swap_cards=(*device.swap_cards, cue.token)), [Send("Authorize", {"idToken": cue.token})]


def authorized(device: Device21, request: Json, response: Json | None, moment: Moment) -> Device21:
    """Begin the swap of a driver whom the CSMS has accepted; `response` is None if there was no answer."""
    token = request.get("idToken")
    if token not in device.swap_cards:
        return device
    device = replace(device, swap_cards=tuple(card for card in device.swap_cards if card != token))
    is_accepted = response is not None and response["idTokenInfo"]["status"] == "Accepted"
    if not is_accepted or _why_not(device, moment) is not None:
        return device
    return replace(device, swap=Swap(moment.world.new_integer(), token))


def put_in(device: Device21, cue: BatteryGiven, moment: Moment) -> Step:
    """Put a battery in an empty slot: it starts to charge, and a charged battery is offered."""
    evse, swap = device.evses.get(cue.evse), device.swap
    if swap is None or swap.offered is not None or evse is None or evse.id in device.batteries:
        return device, [Say(f"no battery can be put in slot {cue.evse}")]
    offered = _charged(device, moment)
    number = moment.world.new_integer()
    battery = Battery(f"D{number % 10000:04}", cue.charge, evse.register(moment.now))
    device = replace(device, batteries={**device.batteries, evse.id: battery}, swap=replace(swap, offered=offered))
    event = _event(device, swap, "BatteryIn", evse.id, moment)
    token = {"idToken": device.variables[BATTERY_TOKEN], "type": "Central"}
    device_, acts = transactions.change(device, replace(evse, plugged=1, authorized=token), causes.AUTHORIZED, moment)
    return device_, [event, *acts, Set(TIMEOUT, device.number(BATTERY_TIMEOUT))]


def take_out(device: Device21, _: BatteryTaken, moment: Moment) -> Step:
    """Take the battery that is offered: the swap is complete (S01, S02)."""
    swap = device.swap
    if swap is None or swap.offered is None:
        return device, [Say("no battery is offered")]
    slot = swap.offered
    event, evse = _event(device, swap, "BatteryOut", slot, moment), device.evses[slot]
    kept = {number: battery for number, battery in device.batteries.items() if number != slot}
    device = replace(device, batteries=kept, swap=None)
    freed = replace(evse, plugged=None, authorized=None)
    device_, acts = transactions.change(device, freed, causes.UNPLUGGED, moment)
    return device_, [event, Stop(TIMEOUT), *acts]


def not_taken(device: Device21, _: list[Any], moment: Moment) -> Step:
    """Withdraw the battery that nobody took (S03)."""
    swap = device.swap
    if swap is None or swap.offered is None:
        return device, []
    return replace(device, swap=None), [_event(device, swap, "BatteryOutTimeout", swap.offered, moment)]


def _why_not(device: Device21, moment: Moment) -> str | None:
    """Return the reasonCode if no battery can be swapped now."""
    if not device.is_on(BATTERY_SWAP):
        return "UnsupportedRequest"
    if device.swap is not None or not device.is_accepted:
        return "Busy"
    if len(device.batteries) == len(device.evses):
        return "NoSlotAvailable"
    return None if _charged(device, moment) is not None else "NoBatteryAvailable"


def _charged(device: Device21, moment: Moment) -> int | None:
    """Return the slot of the battery with the highest charge, if that is enough."""
    charges = {slot: battery.soc(device.evses[slot], moment.now) for slot, battery in device.batteries.items()}
    best = max(charges, key=lambda slot: charges[slot], default=None)
    return best if best is not None and charges[best] >= device.number(BATTERY_TARGET) else None


def _event(device: Device21, swap: Swap, kind: str, slot: int, moment: Moment) -> Act:
    """Return the BatterySwap about the battery in a slot; all messages of a swap have its requestId (S02.FR.02)."""
    battery = device.batteries[slot]
    data = {
        "evseId": slot,
        "serialNumber": battery.serial,
        "soC": battery.soc(device.evses[slot], moment.now),
        "soH": _HEALTH,
    }
    payload = {"requestId": swap.request_id, "eventType": kind, "idToken": swap.token, "batteryData": [data]}
    return Send(_SWAP, payload, is_asked_for=True)


ANSWERS: Mapping[str, Callable[[Device21, Json, Moment], Given]] = {"RequestBatterySwap": request_swap}
ALARMS: Mapping[str, Callable[[Device21, list[Any], Moment], Step]] = {TIMEOUT[0]: not_taken}

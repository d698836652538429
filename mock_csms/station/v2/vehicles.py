"""The actions of vehicles: they enter and leave the parking bay, and pause and resume charging (E01, E06)."""

from mock_csms.protocol.records import replace
from mock_csms.station.cues import Arrived, Departed, Paused, Ready, Say
from mock_csms.station.state import Moment
from mock_csms.station.v2 import causes
from mock_csms.station.v2.device import Device, Evse, Step
from mock_csms.station.v2.transactions import change, charging_state


def arrive(device: Device, cue: Arrived, moment: Moment) -> Step:
    """Enter the parking bay of an EVSE; the vehicle stays there when the cable is unplugged."""
    evse = device.evses.get(cue.evse)
    if evse is None:
        return device, [Say(f"there is no EVSE {cue.evse}")]
    if evse.is_parked or evse.plugged is not None:
        return device, [Say(f"there is already a vehicle in the bay of EVSE {evse.id}")]
    return change(device, replace(evse, is_parked=True), causes.ARRIVED, moment)


def depart(device: Device, cue: Departed, moment: Moment) -> Step:
    """Leave the parking bay, which is possible only without a cable."""
    evse = device.evses.get(cue.evse)
    if evse is None or not evse.is_parked:
        return device, [Say(f"there is no vehicle in the bay of EVSE {cue.evse}")]
    if evse.plugged is not None:
        return device, [Say(f"the vehicle at EVSE {evse.id} is still plugged in")]
    return change(device, replace(evse, is_parked=False), causes.DEPARTED, moment)


def pause(device: Device, cue: Paused, moment: Moment) -> Step:
    """Stop taking energy, which may end the transaction (E06.FR.07); a vehicle may do so before it is plugged in."""
    return _set(device, cue.evse, moment, is_paused=True)


def go_on(device: Device, cue: Ready, moment: Moment) -> Step:
    """Take energy again."""
    return _set(device, cue.evse, moment, is_paused=False)


def _set(device: Device, number: int, moment: Moment, *, is_paused: bool) -> Step:
    before = device.evses.get(number)
    if before is None:
        return device, [Say(f"there is no EVSE {number}")]
    evse = replace(before, is_paused=is_paused)
    if not _is_seen(before, evse):
        return device.with_evse(evse), []
    return change(device, evse, causes.PAUSED if is_paused else causes.STATE_CHANGED, moment)


def _is_seen(before: Evse, evse: Evse) -> bool:
    """Return whether the charging state changes. If a vehicle gets no energy anyway, its pause changes nothing."""
    return charging_state(before) != charging_state(evse)

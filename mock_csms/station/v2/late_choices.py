"""Drivers who choose the EVSE by plugging in, after authorization: at stations without the feature AQ-8."""

from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Stop
from mock_csms.station.v2 import transactions
from mock_csms.station.v2.device import Device, Evse, Step
from mock_csms.station.v2.features import KNOWS_EVSE


def moved_to(device: Device, evse: Evse, alarm: str) -> Step:
    """Move a driver who has not plugged in yet to this EVSE, where the driver plugs in.

    `alarm` is that of the driver at the EVSE that the station has assumed.
    """
    other = _waiting_elsewhere(device, evse)
    if other is None:
        return device, []
    driver = {"authorized": other.authorized, "group": other.group, "reservation": other.reservation}
    moved = replace(evse, transaction=other.transaction, **driver)
    device = device.with_evse(replace(other.released(), transaction=None)).with_evse(moved)
    stops: list[Act] = [Stop((kind, other.id)) for kind in (alarm, transactions.METER, transactions.COLLECT)]
    return device, [*stops, *(transactions.wake(device, moved) if moved.transaction else [])]


def _waiting_elsewhere(device: Device, evse: Evse) -> Evse | None:
    """Return the EVSE that the station has assumed for such a driver; None if there is none."""
    if KNOWS_EVSE in device.features or evse.authorized is not None or evse.transaction is not None:
        return None
    return next((each for each in device.evses.values() if _is_assumed(each)), None)


def _is_assumed(evse: Evse) -> bool:
    is_told = evse.remote_start_id is not None or evse.measured is not None
    return evse.authorized is not None and evse.plugged is None and not is_told

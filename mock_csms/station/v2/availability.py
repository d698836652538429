"""ChangeAvailability and Reset (G03, G04, B11, B12)."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.state import Moment
from mock_csms.station.v2 import causes, transactions
from mock_csms.station.v2.answers import ACCEPTED, REJECTED, Answer, Given, has
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.features import RESETS_EVSES


def change_availability(device: Device, payload: Json, _: Moment) -> Given:
    """Set a connector, an EVSE or the station Operative or Inoperative; transactions finish first (G03.FR.05)."""
    place = payload.get("evse", {})
    if place and not has(device, place):
        return device, REJECTED, []
    is_scheduled = False
    for evse in device.evses.values():
        if place.get("id", evse.id) != evse.id:
            continue
        named = place.get("connectorId")
        connectors = frozenset(evse.each_connector if named is None else {named})
        if payload["operationalStatus"] == "Operative":
            changed = replace(evse, out_of_order=evse.out_of_order - connectors, pending=evse.pending - connectors)
        elif evse.transaction:
            is_scheduled, changed = True, replace(evse, pending=evse.pending | connectors)
        else:
            changed = replace(evse, out_of_order=evse.out_of_order | connectors)
        device = device.with_evse(changed)
    return device, {"status": "Scheduled"} if is_scheduled else ACCEPTED, []


def reset(device: Device, payload: Json, moment: Moment) -> Given:
    """Reboot at once, or when no transaction runs."""
    if "evseId" in payload:
        return _reset_evse(device, payload, moment)
    if payload["type"] == "Immediate":
        device, acts = transactions.end_all(device, causes.RESET, moment)
        return replace(device, reset="RemoteReset"), ACCEPTED, acts
    if device.is_busy:
        return replace(device, reset="ScheduledReset"), {"status": "Scheduled"}, []
    return replace(device, reset="RemoteReset"), ACCEPTED, []


def _reset_evse(device: Device, payload: Json, moment: Moment) -> Given:
    """Reset one EVSE, if the station has this feature (B11.FR.08, B11.FR.09, B12.FR.07 to 09).

    The CSMS only sees that the transaction ends.
    """
    evse = device.evses.get(payload["evseId"])
    if evse is None or RESETS_EVSES not in device.features:
        return device, REJECTED, []
    if payload["type"] == "Immediate":
        device, acts = transactions.end(device, evse, causes.RESET, moment)
        return device, ACCEPTED, acts
    return device, {"status": "Scheduled"} if evse.transaction else ACCEPTED, []


ANSWERS: Mapping[str, Answer] = {
    "ChangeAvailability": change_availability,
    "Reset": reset,
}

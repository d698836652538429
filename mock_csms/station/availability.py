"""Being in order or not, and going off: ChangeAvailability and Reset (G03, G04, B11, B12)."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station import transactions
from mock_csms.station.answers import ACCEPTED, REJECTED, Answer, Given, has
from mock_csms.station.device import Device, Moment


def change_availability(device: Device, payload: Json, _: Moment) -> Given:
    """Put a connector, an EVSE or the station out of order, or back; what charges finishes first (G03.FR.05)."""
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
    """Go off and come back, at once or when nothing charges any more; one EVSE alone cannot (B12.FR.09)."""
    if "evseId" in payload:
        return device, REJECTED, []
    if payload["type"] == "Immediate":
        device, acts = transactions.end_all(device, transactions.RESET, moment)
        return replace(device, reset="RemoteReset"), ACCEPTED, acts
    if device.is_busy:
        return replace(device, reset="ScheduledReset"), {"status": "Scheduled"}, []
    return replace(device, reset="RemoteReset"), ACCEPTED, []


ANSWERS: Mapping[str, Answer] = {
    "ChangeAvailability": change_availability,
    "Reset": reset,
}

"""Remote start and stop, unlocking, availability, resets and reservations (OCPP 1.6, 5.2, 5.11 to 5.14, 5.18)."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import seconds_of
from mock_csms.station.cues import Act, Set, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v16 import drivers, limits, tokens, transactions
from mock_csms.station.v16.device import (
    ACCEPTED,
    REJECTED,
    Answering,
    AskedCard,
    ConnectorState,
    Device16,
    Given,
    Reserved,
    Ringing,
    Step,
)
from mock_csms.station.v16.transactions import Why

EXPIRY = "expiry"


def start(device: Device16, payload: Json, moment: Moment) -> Given:
    """Start charging remotely; if AuthorizeRemoteTxRequests is true, authorize the idTag first (5.11)."""
    profile = payload.get("chargingProfile")
    card = AskedCard(payload["idTag"], payload.get("connectorId"), is_remote=True, profile=profile)
    known = tokens.known(device, card.tag, moment)
    parent = known.get("parentIdTag") if known else None
    asks = device.is_on("AuthorizeRemoteTxRequests")
    connector = drivers.free_connector(device, card, parent) or (_of_group(device, card) if asks else None)
    if connector is None or not device.is_accepted or device.is_leaving:
        return device, REJECTED, []
    if profile is not None and limits.is_wrong(device, connector.id, profile, is_to_come=True):
        return device, REJECTED, []
    card = replace(card, connector=connector.id)
    if asks:
        device, acts = drivers.admit(device, card, moment)
    else:
        device, acts = drivers.grant(device, card, parent, moment)
    return device, ACCEPTED, acts


def _of_group(device: Device16, card: AskedCard) -> ConnectorState | None:
    """Return a connector that is reserved for a group; only Authorize shows whether the driver belongs to it (5.13)."""
    held = [each for each in device.reservations.values() if each.parent and card.connector in (None, each.connector)]
    groups = (drivers.free_connector(device, card, each.parent) for each in held)
    return next((each for each in groups if each is not None), None)


def stop(device: Device16, payload: Json, moment: Moment) -> Given:
    """Stop a transaction remotely (5.12)."""
    connector = device.charging(payload["transactionId"])
    if connector is None or not device.is_accepted:
        return device, REJECTED, []
    device, acts = transactions.change(device, replace(connector, authorized=None), moment, Why("Remote"))
    return device, ACCEPTED, acts


def unlock(device: Device16, payload: Json, moment: Moment) -> Given:
    """Unlock a cable; a running transaction is stopped first (5.18, errata 3.85). A fixed cable has no lock (7.46)."""
    connector = device.connectors.get(payload["connectorId"])
    if connector is None or device.is_on("CablesAreFixed"):
        return device, {"status": "NotSupported"}, []
    acts: list[Act] = []
    if connector.transaction is not None:
        stopped = replace(connector, authorized=None)
        device, acts = transactions.change(device, stopped, moment, Why("UnlockCommand"))
    return device, {"status": "Unlocked"}, acts


def availability(device: Device16, payload: Json, _: Moment) -> Given:
    """Make a connector, or the whole station for 0, operative or inoperative; wait for running transactions (5.2)."""
    number, is_out = payload["connectorId"], payload["type"] == "Inoperative"
    if number not in (0, *device.connectors):
        return device, REJECTED, []
    meant = [each for each in device.connectors.values() if number in (0, each.id)]
    is_later = is_out and any(each.transaction is not None for each in meant)
    for connector in meant:
        waits = is_out and connector.transaction is not None
        device = device.having(replace(connector, is_inoperative=is_out and not waits, is_pending=waits))
    if number == 0:
        device = replace(device, is_inoperative=is_out)
    return device, {"status": "Scheduled"} if is_later else ACCEPTED, []


def reset(device: Device16, payload: Json, moment: Moment) -> Given:
    """Plan a reset: before the reboot, transactions are stopped and their ends delivered (5.14)."""
    device, acts = transactions.end_all(device, f"{payload['type']}Reset", moment)
    return replace(device, reset=payload["type"]), ACCEPTED, acts


def reserve(device: Device16, payload: Json, moment: Moment) -> Given:
    """Reserve a connector, or any connector for 0; the same reservation id replaces the old reservation (5.13)."""
    number, ends = payload["connectorId"], seconds_of(payload["expiryDate"])
    if number not in (0, *device.connectors) or ends is None or ends <= moment.now:
        return device, REJECTED, []
    id_ = payload["reservationId"]
    others = {other: held for other, held in device.reservations.items() if other != id_}
    free = [
        each
        for each in device.connectors.values()
        if number in (0, each.id) and not any(held.connector == each.id for held in others.values())
    ]
    statuses = {each.status() for each in free}
    if "Available" not in statuses or (
        number == 0 and len(free) <= sum(not held.connector for held in others.values())
    ):
        is_out = statuses == {"Unavailable"}
        return device, {"status": "Unavailable" if is_out else "Occupied"}, []
    held = Reserved(number, payload["idTag"], payload.get("parentIdTag"), ends)
    return replace(device, reservations={**others, id_: held}), ACCEPTED, [Set((EXPIRY, id_), ends - moment.now)]


def cancel(device: Device16, payload: Json, _: Moment) -> Given:
    """Cancel a reservation (5.1)."""
    id_ = payload["reservationId"]
    if id_ not in device.reservations:
        return device, REJECTED, []
    return _without(device, id_), ACCEPTED, [Stop((EXPIRY, id_))]


def _expired(device: Device16, about: list[Any], _: Moment) -> Step:
    return _without(device, about[0]), []


def _without(device: Device16, id_: int) -> Device16:
    return replace(device, reservations={other: held for other, held in device.reservations.items() if other != id_})


def resumed(device: Device16, moment: Moment) -> Step:
    """Set the alarms of reservations again after a reboot, and drop the expired reservations."""
    held = {id_: each for id_, each in device.reservations.items() if each.expires_at > moment.now}
    alarms: list[Act] = [Set((EXPIRY, id_), each.expires_at - moment.now) for id_, each in held.items()]
    return replace(device, reservations=held), alarms


ANSWERS: Mapping[str, Answering] = {
    "CancelReservation": cancel,
    "ChangeAvailability": availability,
    "RemoteStartTransaction": start,
    "RemoteStopTransaction": stop,
    "ReserveNow": reserve,
    "Reset": reset,
    "UnlockConnector": unlock,
}
ALARMS: Mapping[str, Ringing] = {EXPIRY: _expired}

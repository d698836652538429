"""Remote start and stop, transaction status, and unlocking (F01 to F03, F05, E14)."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.state import Moment
from mock_csms.station.v2 import causes, deliveries, drivers, tokens, transactions
from mock_csms.station.v2.answers import ACCEPTED, REJECTED, Answer, Given, because, has
from mock_csms.station.v2.device import Card, Device
from mock_csms.station.v2.profiles import fault_of
from mock_csms.station.v2.storage import ChargingProfile
from mock_csms.station.v2.variables import AUTHORIZE_REMOTE_START, SMART_CHARGING


def request_start(device: Device, payload: Json, moment: Moment) -> Given:
    """Start charging remotely (F01, F02); without smart charging the charging profile is ignored (F01.FR.12)."""
    profile = payload.get("chargingProfile") if device.is_on(SMART_CHARGING) else None
    card = Card(payload["idToken"], payload.get("evseId"), payload["remoteStartId"], profile)
    known = tokens.known(device, card.token, moment)
    group = payload.get("groupIdToken") or (known.info.get("groupIdToken") if known else None)
    info: Json = {"groupIdToken": group} if group else {}
    evse = drivers.free_evse(device, card, info)  # F01.FR.21, .22
    if evse is None or not device.is_accepted or device.is_leaving:  # B02.FR.05
        return device, REJECTED, []
    fault = None if card.profile is None else fault_of(device, ChargingProfile(evse.id, card.profile), is_to_come=True)
    if fault is not None:
        return device, because(fault), []
    response = ACCEPTED | ({"transactionId": evse.transaction.id} if evse.transaction else {})  # F01.FR.13
    card = replace(card, evse=evse.id)
    if device.is_on(AUTHORIZE_REMOTE_START):
        device, acts = drivers.admit(device, card, moment)
    else:
        device, acts = drivers.grant(device, card, moment, info)
    return device, response, acts


def request_stop(device: Device, payload: Json, moment: Moment) -> Given:
    """Stop a transaction remotely (F03)."""
    evse = device.charging(payload["transactionId"])
    if evse is None or not device.is_accepted:  # B02.FR.05
        return device, REJECTED, []
    device, acts = transactions.change(device, replace(evse, authorized=None), causes.REMOTE_STOP, moment)
    return device, ACCEPTED, acts


def transaction_status(device: Device, payload: Json, _: Moment) -> Given:
    """Answer whether a transaction runs, and whether TransactionEvents wait for delivery (E14)."""
    wanted = payload.get("transactionId")
    waits = deliveries.has_undelivered(device, wanted)
    if wanted is None:
        return device, {"messagesInQueue": waits}, []
    runs = device.charging(wanted) is not None
    return device, {"ongoingIndicator": runs, "messagesInQueue": waits}, []


def unlock(device: Device, payload: Json, _: Moment) -> Given:
    """Unlock a cable, unless an authorized driver uses it (F05)."""
    if not has(device, {"id": payload["evseId"], "connectorId": payload["connectorId"]}):
        return device, {"status": "UnknownConnector"}, []
    evse = device.evses[payload["evseId"]]
    is_busy = evse.authorized is not None and evse.transaction is not None
    return device, {"status": "OngoingAuthorizedTransaction" if is_busy else "Unlocked"}, []


ANSWERS: Mapping[str, Answer] = {
    "GetTransactionStatus": transaction_status,
    "RequestStartTransaction": request_start,
    "RequestStopTransaction": request_stop,
    "UnlockConnector": unlock,
}

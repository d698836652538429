"""Updates the firmware updates in the twin with messages of OCPP 2.x."""

from mock_csms.protocol.actions import Json
from mock_csms.protocol.times import seconds_of
from mock_csms.twin.firmware import Update
from mock_csms.twin.seen import Seen
from mock_csms.twin.twin import Twin

STATUS, EVENT = "FirmwareStatusNotification", "SecurityEventNotification"
AGREED = ("Accepted", "AcceptedCanceled")
BAD_SIGNER, BAD_SIGNATURE = "InvalidFirmwareSigningCertificate", "InvalidFirmwareSignature"


def _update(id_: int, firmware: Json, asked_at: float) -> Update:
    """Return the update that an UpdateFirmware requests."""
    retrieve_at, install_at = seconds_of(firmware["retrieveDateTime"]), seconds_of(firmware.get("installDateTime", ""))
    return Update(id_, firmware, asked_at, retrieve_at, install_at, is_signed="signingCertificate" in firmware)


def asked(seen: Seen, twin: Twin) -> None:
    """Note that the CSMS requests an update."""
    firmware, id_ = twin.firmware, seen.payload["requestId"]
    firmware.pending = _update(id_, seen.payload["firmware"], seen.at)
    firmware.ids.renew(id_, seen.at)


def answered(seen: Seen, twin: Twin) -> None:
    """Note that the station has accepted the update, or rejected it."""
    firmware, request = twin.firmware, seen.request
    update, firmware.pending = firmware.pending, None
    if update is None or update.id != request["requestId"]:
        update = _update(request["requestId"], request["firmware"], seen.at)
    if seen.payload["status"] in AGREED:
        firmware.update = update
        firmware.update.at = seen.at
    elif seen.payload["status"] == "InvalidCertificate" and firmware.events.get(BAD_SIGNER, -1.0) < update.asked_at:
        firmware.refused_at[BAD_SIGNER] = seen.at


def reported(seen: Seen, twin: Twin) -> None:
    """Note the progress in a FirmwareStatusNotification. Idle means nothing; an unreadable one may be any status."""
    firmware = twin.firmware
    if not seen.is_sound:
        return firmware.doubt()
    status, update = seen.payload["status"], firmware.update_of(seen.payload.get("requestId"))
    if update is None or status in ("Idle", update.status):
        return None
    if status == "InvalidSignature" and firmware.events.get(BAD_SIGNATURE, -1.0) < update.asked_at:
        firmware.refused_at[BAD_SIGNATURE] = seen.at
    update.status, update.reported_at, update.is_in_doubt = status, seen.at, False
    return None


def alarmed(seen: Seen, twin: Twin) -> None:
    """Note a security event. After an invalid signing certificate the update may continue or not."""
    events, type_ = twin.firmware.events, seen.payload["type"]
    if type_ in (BAD_SIGNER, BAD_SIGNATURE, "FirmwareUpdated"):
        events[type_] = seen.at
    if type_ == BAD_SIGNER:
        twin.firmware.doubt()


def lost(_: Seen, twin: Twin) -> None:
    """Note that the connection is lost. Later statuses may never be reported."""
    twin.firmware.doubt()

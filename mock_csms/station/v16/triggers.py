"""TriggerMessage, ExtendedTriggerMessage and DataTransfer (OCPP 1.6, 4.3, 5.17; whitepaper, F)."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Send
from mock_csms.station.state import Moment
from mock_csms.station.v16 import boot, certificates, files, transactions
from mock_csms.station.v16.device import ACCEPTED, REJECTED, Answering, Device16, Given, Step

VENDOR = "mock-csms"
"""The vendor whose DataTransfer the station accepts."""


def trigger(device: Device16, payload: Json, moment: Moment) -> Given:
    """Answer a TriggerMessage, then send the requested message (5.17)."""
    return _trigger(device, payload, files.FIRMWARE, moment)


def extended(device: Device16, payload: Json, moment: Moment) -> Given:
    """Answer an ExtendedTriggerMessage, whose firmware status is that of signed updates (whitepaper, F)."""
    return _trigger(device, payload, files.SIGNED, moment)


def _trigger(device: Device16, payload: Json, firmware: str, moment: Moment) -> Given:
    wanted, number = payload["requestedMessage"], payload.get("connectorId")
    is_booted = wanted == "BootNotification" and device.is_accepted  # not after Accepted (errata, 3.35)
    if is_booted or (number is not None and number not in (0, *device.connectors)):
        return device, REJECTED, []
    device, acts = _messages(device, wanted, number, firmware, moment)
    asked: list[Act] = [replace(act, is_asked_for=True) if isinstance(act, Send) else act for act in acts]
    return device, ACCEPTED if acts else {"status": "NotImplemented"}, asked


def _messages(device: Device16, wanted: str, number: int | None, firmware: str, moment: Moment) -> Step:
    meant = [each for each in device.connectors.values() if number in (None, each.id)]
    match wanted:
        case "BootNotification":
            return device, [boot.notification(device)]
        case "Heartbeat":
            return device, [Send("Heartbeat", {})]
        case "StatusNotification":
            numbers = (0, *device.connectors) if number is None else (number,)
            return device, [boot.status_notification(device, each, moment) for each in numbers]
        case "MeterValues":
            key = "MeterValuesSampledData"
            values = [transactions.values_of(device, each, key, "Trigger", moment) for each in meant]
            return device, [act for acts in values for act in acts]
        case "DiagnosticsStatusNotification" | "LogStatusNotification":
            return device, [files.triggered(device, wanted)]
        case "FirmwareStatusNotification":
            return device, [files.triggered(device, firmware)]
        case "SignChargePointCertificate":
            return certificates.sign(device)
    return device, []


def transfer(device: Device16, payload: Json, _: Moment) -> Given:
    """Answer a DataTransfer; only the vendor of the station itself is known (4.3)."""
    if payload["vendorId"] != VENDOR:
        return device, {"status": "UnknownVendorId"}, []
    return device, ACCEPTED | ({"data": payload["data"]} if "data" in payload else {}), []


ANSWERS: Mapping[str, Answering] = {
    "DataTransfer": transfer,
    "ExtendedTriggerMessage": extended,
    "TriggerMessage": trigger,
}

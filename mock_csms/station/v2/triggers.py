"""TriggerMessage (F06)."""

from collections.abc import Callable, Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Send
from mock_csms.station.state import Moment
from mock_csms.station.v2 import (
    boot,
    certificates,
    deliveries,
    jobs,
    transactions,
)
from mock_csms.station.v2.answers import ACCEPTED, REJECTED, Answer, Given, has
from mock_csms.station.v2.device import Device, Evse, Step
from mock_csms.station.v2.metering import meter_values
from mock_csms.station.v2.variables import ALIGNED_MEASURANDS


def trigger_message(device: Device, payload: Json, moment: Moment) -> Given:
    """Send the requested message after the answer."""
    wanted, place = payload["requestedMessage"], payload.get("evse")
    if wanted not in _TRIGGERED:
        return device, {"status": "NotImplemented"}, []
    if (place and not has(device, place)) or (wanted == "BootNotification" and device.is_accepted):  # F06.FR.17
        return device, REJECTED, []
    evses = [evse for evse in device.evses.values() if place is None or evse.id == place["id"]]
    device, acts = _TRIGGERED[wanted](device, evses, place or {}, moment)
    asked: list[Act] = [replace(act, is_asked_for=True) if isinstance(act, Send) else act for act in acts]
    return device, ACCEPTED if acts else REJECTED, asked


def _statuses(device: Device, evses: list[Evse], place: Json, moment: Moment) -> Step:
    only = place.get("connectorId")
    return device, [
        boot.status_notification(device, evse.id, connector, moment)
        for evse in evses
        for connector in evse.each_connector
        if only in (None, connector)
    ]


def _readings(device: Device, evses: list[Evse], _: Json, moment: Moment) -> Step:
    values = {evse.id: meter_values(device, evse, ALIGNED_MEASURANDS, "Trigger", moment) for evse in evses}
    return device, [
        Send("MeterValues", {"evseId": number, "meterValue": value}) for number, value in values.items() if value
    ]


def _events(device: Device, evses: list[Evse], _: Json, moment: Moment) -> Step:
    """Send an event of each running transaction.

    A station that is not accepted sends none while older events wait, because the CSMS would get them in the wrong
    order.
    """
    acts: list[Act] = []
    if not device.is_accepted and deliveries.has_undelivered(device):
        return device, acts
    for evse in evses:
        device, more = transactions.trigger(device, evse, moment)
        acts += more
    return device, acts


def _only(device: Device, action: str, payload: Json) -> Step:
    return device, [Send(action, payload)]


_TRIGGERED: Mapping[str, Callable[[Device, list[Evse], Json, Moment], Step]] = {
    "BootNotification": lambda device, *_: boot.triggered(device),
    "Heartbeat": lambda device, *_: _only(device, "Heartbeat", {}),
    "StatusNotification": _statuses,
    "MeterValues": _readings,
    "TransactionEvent": _events,
    "LogStatusNotification": lambda device, *_: jobs.trigger(device, jobs.LOG),
    "FirmwareStatusNotification": lambda device, *_: jobs.trigger(device, jobs.FIRMWARE),
    "SignChargingStationCertificate": certificates.sign,
    "PublishFirmwareStatusNotification": lambda device, *_: jobs.trigger(device, jobs.PUBLISHING),
}
"""The messages that can be triggered; other triggers are answered with NotImplemented."""


ANSWERS: Mapping[str, Answer] = {
    "TriggerMessage": trigger_message,
}

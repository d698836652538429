"""Answers to commands that only OCPP 2.1 has. The station has none of their features, and answers so."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import REJECTED, Answer, Given
from mock_csms.station.v2.device import Device

_NO_TARIFF, _NOT_SUPPORTED = {"status": "NoTariff"}, {"status": "NotSupported"}


def _always(answer: Json) -> Answer:
    return lambda device, _, __: (device, answer, [])


def clear_tariffs(device: Device, payload: Json, _: Moment) -> Given:
    """Answer a ClearTariffs: none of the tariffs exists."""
    ids = payload.get("tariffIds", [])
    return device, {"clearTariffsResult": [_NO_TARIFF | {"tariffId": id_} for id_ in ids] or [_NO_TARIFF]}, []


ANSWERS: Mapping[str, Answer] = {
    "AFRRSignal": _always(REJECTED),
    "AdjustPeriodicEventStream": _always(REJECTED),
    "ChangeTransactionTariff": _always(REJECTED),
    "ClearDERControl": _always(_NOT_SUPPORTED),
    "ClearTariffs": clear_tariffs,
    "GetDERControl": _always(_NOT_SUPPORTED),
    "GetPeriodicEventStream": _always({}),
    "GetTariffs": _always(_NO_TARIFF),
    "NotifyAllowedEnergyTransfer": _always(REJECTED),
    "NotifyWebPaymentStarted": _always({}),
    "RequestBatterySwap": _always(REJECTED),
    "SetDERControl": _always(_NOT_SUPPORTED),
    "SetDefaultTariff": _always(REJECTED),
    "UpdateDynamicSchedule": _always(REJECTED),
    "UsePriorityCharging": _always({"status": "NoProfile"}),
}

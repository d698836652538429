"""Updates the `StationModel` with messages that are new in OCPP 2.1: limits, streams, certificate requests."""

from collections.abc import Iterator, Mapping
from typing import Any

from mock_csms.protocol.records import replace
from mock_csms.twin.meaning import at, certificate_asked
from mock_csms.twin.station import StationModel
from mock_csms.twin.v2 import answers

_MOST = 1000
"""How many charging profiles and how many monitors of a station are remembered."""
_ASKS_FOR: Mapping[str, str] = {"GetDERControl": "ReportDERControl", "RequestBatterySwap": "BatterySwap"}
_TRIGGERS: Mapping[str, str] = {"SignV2G20Certificate": "SignCertificate"}
_LIMITS = (
    *("limit", "limit_L2", "limit_L3", "dischargeLimit", "dischargeLimit_L2", "dischargeLimit_L3"),
    *("setpoint", "setpoint_L2", "setpoint_L3"),
    *("setpointReactive", "setpointReactive_L2", "setpointReactive_L3"),
)
"""The limits in a schedule update; a period of a charging schedule may have the same fields."""


def _certificate_asked(station: StationModel, payload: Any) -> None:
    """Note that the station has requested a certificate, maybe with a requestId (A02)."""
    certificate_asked(station, payload)
    number = at(payload, "requestId")
    station.csr_id = number if isinstance(number, int) else None


def _profile_set(station: StationModel, asked: Any, reported: Any) -> None:
    """Note that the station has accepted a charging profile, maybe a Dynamic one (K28)."""
    profile = at(asked, "chargingProfile")
    id_, period = at(profile, "id"), at(profile, "chargingSchedule", 0, "chargingSchedulePeriod", 0)
    if at(reported, "status") != "Accepted" or not isinstance(id_, int):
        return
    if at(profile, "chargingProfileKind") == "Dynamic":
        limits = {name: period[name] for name in _LIMITS if name in period} if isinstance(period, dict) else {}
        _remember(station, id_, limits)
    elif station.dynamic_limits:
        station.dynamic_limits.pop(id_, None)


def _schedule_updated(station: StationModel, asked: Any, reported: Any) -> None:
    """Note that the station has accepted other limits for a Dynamic profile (K28)."""
    id_, limits = at(asked, "chargingProfileId"), at(asked, "scheduleUpdate")
    if at(reported, "status") == "Accepted" and isinstance(id_, int) and isinstance(limits, dict):
        _remember(station, id_, limits)


def _remember(station: StationModel, id_: int, limits: Any) -> None:
    station.dynamic_limits = station.dynamic_limits or {}
    if len(station.dynamic_limits) < _MOST or id_ in station.dynamic_limits:
        station.dynamic_limits[id_] = limits


def _profile_cleared(station: StationModel, asked: Any, reported: Any) -> None:
    """Note that the station has cleared charging profiles."""
    if at(reported, "status") != "Accepted" or not station.dynamic_limits:
        return
    id_ = at(asked, "chargingProfileId")
    if isinstance(id_, int):
        station.dynamic_limits.pop(id_, None)
    else:
        station.dynamic_limits.clear()


def _monitors_set(station: StationModel, asked: Any, reported: Any) -> None:
    """Note that the station has set monitors; those with a periodicEventStream may be streamed (N11)."""
    for item, result in _pairs(at(asked, "setMonitoringData"), at(reported, "setMonitoringResult")):
        id_ = at(result, "id")
        if at(result, "status") == "Accepted" and isinstance(id_, int) and at(item, "periodicEventStream") is not None:
            station.streamed = station.streamed or set()
            if len(station.streamed) < _MOST:
                station.streamed.add(id_)


def _monitors_cleared(station: StationModel, _: Any, reported: Any) -> None:
    """Note that the station has cleared monitors."""
    results = at(reported, "clearMonitoringResult")
    for result in results if isinstance(results, list) else ():
        if at(result, "status") == "Accepted" and station.streamed:
            station.streamed.discard(at(result, "id"))


def _pairs(items: Any, results: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each item of a command with its result; both lists have the same order."""
    if isinstance(items, list) and isinstance(results, list):
        yield from zip(items, results, strict=False)


def _asks_for(action: str, payload: Any) -> str | None:
    """Return the action of the message that a command requests from the station; None if there is none."""
    asked = at(payload, "requestedMessage")
    trigger = _TRIGGERS.get(asked) if isinstance(asked, str) else None
    return _ASKS_FOR.get(action) or trigger or answers.asks_for(action, payload)


MEANING = replace(
    answers.MEANING,
    calls={**answers.MEANING.calls, "SignCertificate": _certificate_asked},
    results={
        **answers.MEANING.results,
        "SetChargingProfile": _profile_set,
        "UpdateDynamicSchedule": _schedule_updated,
        "ClearChargingProfile": _profile_cleared,
        "SetVariableMonitoring": _monitors_set,
        "ClearVariableMonitoring": _monitors_cleared,
    },
    asks_for=_asks_for,
)
"""The functions for the messages of OCPP 2.1."""

"""Right objects of a CPO, as a test may change them."""

from typing import Any

T0, T1, T2, T3 = (f"2025-12-31T{hour}:00:00Z" for hour in (20, 21, 22, 23))
OWNER = {"country_code": "NL", "party_id": "MOC"}
TOKEN = {"country_code": "DE", "party_id": "EMP", "uid": "TAG1", "type": "RFID", "contract_id": "DE-EMP-CTAG1"}


def connector(**more: Any) -> dict[str, Any]:
    """Return a connector."""
    usual = {"id": "1", "standard": "IEC_62196_T2", "format": "SOCKET", "power_type": "AC_3_PHASE"}
    return {**usual, "max_voltage": 230, "max_amperage": 32, "last_updated": T0, **more}


def evse(uid: str = "CS-1-1", **more: Any) -> dict[str, Any]:
    """Return an EVSE."""
    return {"uid": uid, "status": "AVAILABLE", "connectors": [connector()], "last_updated": T0, **more}


def location(*evses: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Return a location with these EVSEs, or with one."""
    usual = {"id": "LOC1", "publish": True, "address": "Street 1", "city": "City", "country": "NLD"}
    place = {"coordinates": {"latitude": "52.37000", "longitude": "4.89000"}, "time_zone": "Europe/Amsterdam"}
    return {**OWNER, **usual, **place, "evses": [*evses] or [evse()], "last_updated": T0, **more}


def period(at: str = T0, **volumes: float) -> dict[str, Any]:
    """Return a charging period with these volumes."""
    dimensions = [{"type": kind, "volume": volume} for kind, volume in (volumes or {"ENERGY": 1.0}).items()]
    return {"start_date_time": at, "dimensions": dimensions}


def session(**more: Any) -> dict[str, Any]:
    """Return a session that runs."""
    usual = {"id": "S1", "start_date_time": T0, "kwh": 1.0, "cdr_token": TOKEN, "auth_method": "WHITELIST"}
    place = {"location_id": "LOC1", "evse_uid": "CS-1-1", "connector_id": "1"}
    return {**OWNER, **usual, **place, "currency": "EUR", "status": "ACTIVE", "last_updated": T0, **more}


def ended(**more: Any) -> dict[str, Any]:
    """Return the same session when it has ended, with 10 kWh."""
    return session(status="COMPLETED", end_date_time=T2, kwh=10.0, last_updated=T2, **more)


def cdr(**more: Any) -> dict[str, Any]:
    """Return the CDR of that session."""
    place = {"id": "LOC1", "address": "Street 1", "city": "City", "country": "NLD", "evse_uid": "CS-1-1"}
    place |= {"evse_id": "NL*MOC*E1", "connector_id": "1", "connector_standard": "IEC_62196_T2"}
    place |= {"connector_format": "SOCKET", "connector_power_type": "AC_3_PHASE"}
    where = {"cdr_location": {**place, "coordinates": {"latitude": "52.37000", "longitude": "4.89000"}}}
    usual = {"id": "C1", "start_date_time": T0, "end_date_time": T2, "session_id": "S1", "cdr_token": TOKEN}
    sums = {"total_cost": {"excl_vat": 2.5}, "total_energy": 10.0, "total_time": 2.0}
    periods = {"charging_periods": [period(T0, ENERGY=10.0, TIME=2.0)]}
    return {**OWNER, **usual, **where, **sums, **periods, "auth_method": "WHITELIST", "currency": "EUR"} | {
        "last_updated": T2,
        **more,
    }


def tariff(**more: Any) -> dict[str, Any]:
    """Return a tariff."""
    elements = [{"price_components": [{"type": "ENERGY", "price": 0.25, "step_size": 1}]}]
    return {**OWNER, "id": "T1", "currency": "EUR", "elements": elements, "last_updated": T0, **more}

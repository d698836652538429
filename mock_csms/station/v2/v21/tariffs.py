"""Tariffs that the CSMS sets, lists, clears and changes (I07 to I11)."""

from collections.abc import Callable, Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import strict_seconds_of
from mock_csms.station.state import Moment
from mock_csms.station.v2 import transactions
from mock_csms.station.v2.answers import ACCEPTED, Given, because
from mock_csms.station.v2.storage import token_key
from mock_csms.station.v2.v21.device import DefaultTariff, Device21
from mock_csms.station.v2.v21.model import MOST_ELEMENTS, TARIFFS

PARTS = ("energy", "chargingTime", "idleTime", "fixedFee")
"""The parts of a tariff by which the station computes costs."""
_UNKNOWN_PARTS = ("reservationTime", "reservationFixed")
_NO_TARIFF: Json = {"status": "NoTariff"}
_MOST_DRIVERS = 1000
"""The number of drivers whose tariffs the station stores; the oldest is dropped for a new one."""


def set_default(device: Device21, payload: Json, moment: Moment) -> Given:
    """Install a default tariff at an EVSE, or at all of them (I07); one for later does not replace the current one."""
    number, tariff = payload["evseId"], payload["tariff"]
    evses = list(device.evses) if number == 0 else [number]
    fault = fault_of(device, tariff)
    if not device.is_on(TARIFFS) or number not in (0, *device.evses):
        return device, because("UnsupportedRequest" if number in (0, *device.evses) else "UnknownEvse"), []
    if fault is not None:
        return device, fault, []
    if any(each.tariff["tariffId"] == tariff["tariffId"] and each.evse not in evses for each in device.tariffs):
        return device, {"status": "DuplicateTariffId"}, []
    is_later = _starts_at(tariff) > moment.now
    kept = [
        each for each in device.tariffs if each.evse not in evses or (_starts_at(each.tariff) > moment.now) != is_later
    ]
    return replace(device, tariffs=(*kept, *(DefaultTariff(evse, tariff) for evse in evses))), ACCEPTED, []


def get(device: Device21, payload: Json, _: Moment) -> Given:
    """List the default tariffs, and the tariffs of drivers who charge, at an EVSE or at all of them (I09)."""
    number = payload["evseId"]
    if number not in (0, *device.evses):
        return device, because("UnknownEvse"), []
    found: dict[str, Json] = {}
    for each in device.tariffs:
        if number in (0, each.evse):
            told: Json = {"tariffId": each.tariff["tariffId"], "tariffKind": "DefaultTariff"}
            told |= {"validFrom": each.tariff["validFrom"]} if "validFrom" in each.tariff else {}
            found.setdefault(each.tariff["tariffId"], told).setdefault("evseIds", []).append(each.evse)
    for bill in device.bills.values():
        own = bill.tariff
        if own and bill.token and number in (0, bill.evse) and own == device.driver_tariffs.get(token_key(bill.token)):
            about: Json = {"tariffId": own["tariffId"], "tariffKind": "DriverTariff"}
            about |= {"evseIds": [bill.evse], "idTokens": [bill.token["idToken"]]}
            found.setdefault(f"driver {own['tariffId']}", about)
    return device, ACCEPTED | {"tariffAssignments": list(found.values())} if found else _NO_TARIFF, []


def clear(device: Device21, payload: Json, _: Moment) -> Given:
    """Clear default tariffs by their ids or EVSE, or all of them; running transactions keep theirs (I10)."""
    number = payload.get("evseId") or 0
    at_place = [each for each in device.tariffs if number in (0, each.evse)]
    known = dict.fromkeys(each.tariff["tariffId"] for each in at_place)
    wanted = payload.get("tariffIds") or list(known)
    results = [{"tariffId": id_, "status": "Accepted" if id_ in known else "NoTariff"} for id_ in wanted]
    kept = tuple(each for each in device.tariffs if each not in at_place or each.tariff["tariffId"] not in wanted)
    return replace(device, tariffs=kept), {"clearTariffsResult": results or [_NO_TARIFF]}, []


def change(device: Device21, payload: Json, moment: Moment) -> Given:
    """Apply another tariff to a running transaction from now on (I11)."""
    tariff, evse = payload["tariff"], device.charging(payload["transactionId"])
    if evse is None or evse.transaction is None or evse.transaction.id not in device.bills:
        return device, {"status": "TxNotFound"}, []
    bill, fault = device.bills[evse.transaction.id], fault_of(device, tariff)
    if not device.is_on(TARIFFS):
        return device, because("UnsupportedRequest"), []
    if fault is not None:
        return device, fault, []
    if bill.tariff is not None and bill.tariff["currency"] != tariff["currency"]:
        return device, {"status": "NoCurrencyChange"}, []
    counted = bill.counted(evse.register(moment.now), moment.now, is_charging=bill.is_charging)
    device = device.with_bill(evse.transaction.id, counted.with_tariff(tariff, moment.now))
    told, acts = transactions.tell(device, evse, "TariffChanged", moment)
    return told, ACCEPTED, acts


def learn(device: Device21, request: Json, response: Json) -> Device21:
    """Store the tariff of a driver that came with the answer to Authorize (I08); None stands for an unusable one."""
    tariff, token = response.get("tariff"), request.get("idToken")
    if tariff is None or not isinstance(token, dict) or not device.is_on(TARIFFS):
        return device
    usable = None if fault_of(device, tariff) else tariff
    others = [entry for entry in device.driver_tariffs.items() if entry[0] != token_key(token)]
    return replace(device, driver_tariffs=dict([*others[1 - _MOST_DRIVERS :], (token_key(token), usable)]))


def in_force(device: Device21, evse: int, token: Json | None, now: float) -> Json | None:
    """Return the tariff for a transaction that starts: that of the driver, or else the latest default (I07, I08)."""
    own = device.driver_tariffs.get(token_key(token)) if token else None
    started = [each.tariff for each in device.tariffs if each.evse == evse and _starts_at(each.tariff) <= now]
    return own or (max(started, key=_starts_at) if started else None) if device.is_on(TARIFFS) else None


def fault_of(device: Device21, tariff: Json) -> Json | None:
    """Return the answer that refuses a tariff; None for a tariff with which the station can compute costs."""
    prices = [price for part in PARTS for price in tariff.get(part, {}).get("prices", ())]
    if "validFrom" in tariff and strict_seconds_of(tariff["validFrom"]) is None:
        return because("InvalidValue")
    if any(part in tariff for part in _UNKNOWN_PARTS):
        return because("UnsupportedParam")
    if len(prices) > device.number(MOST_ELEMENTS):
        return {"status": "TooManyElements"}
    return {"status": "ConditionNotSupported"} if any(price.get("conditions") for price in prices) else None


def _starts_at(tariff: Json) -> float:
    """Return from when on a tariff is valid, in seconds since 1970."""
    return strict_seconds_of(tariff["validFrom"]) or 0.0 if "validFrom" in tariff else 0.0


ANSWERS: Mapping[str, Callable[[Device21, Json, Moment], Given]] = {
    "ChangeTransactionTariff": change,
    "ClearTariffs": clear,
    "GetTariffs": get,
    "SetDefaultTariff": set_default,
}

"""Payments without a contract: on a web page, at a terminal, with a VAT number for the receipt (C21 to C25)."""

from collections.abc import Callable, Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Say, Send, Set, VatEntered
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import Given
from mock_csms.station.v2.device import Step
from mock_csms.station.v2.v21.costs import Bill, total_of
from mock_csms.station.v2.v21.device import Device21
from mock_csms.station.v2.v21.model import WEB_PAYMENTS

PAYING = "web-payment"
"""The alarm of an EVSE, by its id: the time to pay is over."""
_DIRECT = "DirectPayment"


def web_payment_started(device: Device21, payload: Json, _: Moment) -> Given:
    """Keep an EVSE for the remote start that follows the payment, until the time is over (C25.FR.21, C25.FR.22)."""
    number = payload["evseId"]
    if number not in device.evses or not device.is_on(WEB_PAYMENTS):
        return device, {}, []
    return replace(device, paying=device.paying | {number}), {}, [Set((PAYING, number), payload["timeout"])]


def give_up(device: Device21, about: list[Any], _: Moment) -> Step:
    """Free an EVSE for everybody again."""
    return replace(device, paying=device.paying - {about[0]}), []


def follow(device: Device21, _: Moment) -> Step:
    """End the wait for a remote start at EVSEs where a driver was authorized."""
    used = {number for number in device.paying if device.evses[number].authorized is not None}
    return replace(device, paying=device.paying - used) if used else device, []


def enter_vat(device: Device21, cue: VatEntered, _: Moment) -> Step:
    """Let the CSMS validate the VAT number that a driver has entered (C24)."""
    payload: Json = {"vatNumber": cue.number} | ({} if cue.evse is None else {"evseId": cue.evse})
    return device, [Send("VatNumberValidation", payload)]


def vat_validated(device: Device21, request: Json, response: Json, _: Moment) -> Step:
    """Use a valid VAT number and its company for the next settlement."""
    number = response["vatNumber"]
    if response["status"] != "Accepted":
        return device, [Say(f"the VAT number {number} is not valid")]
    company: Json = {"vatNumber": number}
    company |= {"vatCompany": response["company"]} if "company" in response else {}
    return replace(device, companies={**device.companies, request.get("evseId") or 0: company}), []


def settlement(device: Device21, transaction: str, bill: Bill, moment: Moment) -> tuple[Device21, list[Act]]:
    """Report what a driver has paid at the terminal for a transaction that has ended (C21)."""
    token = bill.token
    if token is None or token["type"] != _DIRECT:
        return device, []
    amount = total_of(bill)
    payload: Json = {
        "pspRef": token["idToken"],
        "transactionId": transaction,
        "status": "Settled" if amount else "Canceled",
        "settlementAmount": amount,
        "settlementTime": moment.stamp,
    }
    place = bill.evse if bill.evse in device.companies else 0
    company = device.companies.get(place, {})
    others = {number: each for number, each in device.companies.items() if number != place}
    return replace(device, companies=others), [Send("NotifySettlement", payload | company)]


ANSWERS: Mapping[str, Callable[[Device21, Json, Moment], Given]] = {"NotifyWebPaymentStarted": web_payment_started}
ALARMS: Mapping[str, Callable[[Device21, list[Any], Moment], Step]] = {PAYING: give_up}

"""CustomerInformation: reports and clears the stored data about a customer (N09, N10)."""

from collections.abc import Mapping

import orjson

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, Answer, Given, because
from mock_csms.station.v2.calls import in_parts
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.storage import token_key

_REFERENCES = ("idToken", "customerCertificate", "customerIdentifier")
_PART = 512
"""How many characters one NotifyCustomerInformation holds at most."""


def customer_information(device: Device, payload: Json, moment: Moment) -> Given:
    """Report or clear the stored data about a customer, or both (N09.FR.02, N10.FR.01).

    The request must name the customer in exactly one way (N09.FR.09). If no data is stored, one call with empty data is
    sent (N09.FR.05, N09.FR.06, N10.FR.06).
    """
    if sum(name in payload for name in _REFERENCES) != 1:
        return device, {"status": "Invalid"}, []
    if not payload["report"] and not payload["clear"]:
        return device, because("InvalidValue"), []
    text = _held(device, payload)
    if payload["clear"]:
        device = _forget(device, payload)
    if not payload["report"] and text:
        text = "cleared"
    about = {"requestId": payload["requestId"], "generatedAt": moment.stamp, "seqNo": 0}
    return device, ACCEPTED, in_parts("NotifyCustomerInformation", about, "data", text, _PART)


def _held(device: Device, payload: Json) -> str:
    """Return the stored data about a customer. Data is stored only under idTokens, so other references find none."""
    if "idToken" not in payload:
        return ""
    key = token_key(payload["idToken"])
    places = {"authorization cache": device.storage.cache, "local list": device.storage.local_list.entries}
    found = [f"{place}: {orjson.dumps(held[key]).decode()}" for place, held in places.items() if key in held]
    return "\n".join([f"idToken {payload['idToken']['idToken']} ({key[1]})", *found]) if found else ""


def _forget(device: Device, payload: Json) -> Device:
    if "idToken" not in payload:
        return device
    key, storage = token_key(payload["idToken"]), device.storage
    cache = {token: info for token, info in storage.cache.items() if token != key}
    entries = {token: info for token, info in storage.local_list.entries.items() if token != key}
    return device.storing(cache=cache, local_list=replace(storage.local_list, entries=entries))


ANSWERS: Mapping[str, Answer] = {
    "CustomerInformation": customer_information,
}

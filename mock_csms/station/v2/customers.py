"""CustomerInformation: reports and clears the stored data about a customer (N09, N10)."""

from collections.abc import Mapping

import orjson

from mock_csms.protocol.actions import Json
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, Answer, Given, because
from mock_csms.station.v2.calls import in_parts
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.features import FINDS_CUSTOMERS
from mock_csms.station.v2.storage import Token, token_key

_REFERENCES = ("idToken", "customerCertificate", "customerIdentifier")
_PART = 512
"""How many characters one NotifyCustomerInformation holds at most."""


def customer_information(device: Device, payload: Json, moment: Moment) -> Given:
    """Report or clear the stored data about a customer, or both (N09.FR.02, N10.FR.01).

    The request must name the customer in exactly one way (N09.FR.09). If no data is stored, one call with empty data is
    sent (N09.FR.05, N09.FR.06, N10.FR.06). The local list is not cleared: only the CSMS changes it (N10.FR.03).
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
    """Return the stored data about a customer; data is stored only under idTokens."""
    places = {"authorization cache": device.storage.cache, "local list": device.storage.local_list.entries}
    return "\n".join(
        line
        for key in _keys(device, payload)
        for line in [
            f"idToken {key[0]} ({key[1]})",
            *(f"{place}: {orjson.dumps(held[key]).decode()}" for place, held in places.items() if key in held),
        ]
    )


def _keys(device: Device, payload: Json) -> list[Token]:
    """Return the stored idTokens of a customer: the named one; with C-14 also those with the named text."""
    known = dict.fromkeys([*device.storage.cache, *device.storage.local_list.entries])
    if "idToken" in payload:
        return [key for key in known if key == token_key(payload["idToken"])]
    named = payload.get("customerIdentifier", "").casefold()
    return [key for key in known if FINDS_CUSTOMERS in device.features and key[0] == named]


def _forget(device: Device, payload: Json) -> Device:
    gone = _keys(device, payload)
    return device.storing(cache={key: info for key, info in device.storage.cache.items() if key not in gone})


ANSWERS: Mapping[str, Answer] = {
    "CustomerInformation": customer_information,
}

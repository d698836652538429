"""The local authorization list and the authorization cache (C10, C11, D)."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import Record
from mock_csms.protocol.times import seconds_of
from mock_csms.station.state import Moment
from mock_csms.station.v2.answers import ACCEPTED, REJECTED, Answer, Given
from mock_csms.station.v2.device import Device
from mock_csms.station.v2.model import MOST_LISTED
from mock_csms.station.v2.storage import LocalAuthorizationList, token_key
from mock_csms.station.v2.variables import (
    CACHE,
    CACHE_IS_FINAL,
    CACHE_LIFE_TIME,
    LOCAL_LIST,
    LOCAL_LIST_IS_FINAL,
)

_MOST_CACHED = 1000
"""How many idTokens the cache holds; the oldest is dropped for a new one."""
FOR_ONE_USE = ("Central", "DirectPayment", "NoAuthorization")
"""The types of idTokens that are for one use only or stand for no idToken: the station does not ask the CSMS about them
(C02, C05.FR.01) and does not store them (C02.FR.03, C05.FR.02). OCPP 2.1 has DirectPayment, for a payment terminal."""


class KnownToken(Record):
    """The stored facts about an idToken."""

    info: Json
    """Its idTokenInfo."""
    may_ask: bool
    """Whether the station may send an Authorize again if the status is not Accepted."""


def known(device: Device, token: Json, moment: Moment) -> KnownToken | None:
    """Return the stored facts about an idToken: from the list, else from the cache if not expired (C13.FR.01)."""
    key = token_key(token)
    held = device.storage
    if device.is_on(LOCAL_LIST) and key in held.local_list.entries:
        return KnownToken(held.local_list.entries[key], not device.is_on(LOCAL_LIST_IS_FINAL))
    cached = held.cache.get(key) if device.is_on(CACHE) else None
    if cached is None or moment.now > (seconds_of(cached["cacheExpiryDateTime"]) or 0.0):  # C10.FR.10, .13
        return None
    return KnownToken(cached, not device.is_on(CACHE_IS_FINAL))


def learn(device: Device, token: Any, info: Json, moment: Moment) -> Device:
    """Store the idTokenInfo of an idToken in the cache, whatever its status (C10.FR.01, .04, .05)."""
    if not is_token(token) or token["type"] in FOR_ONE_USE or not device.is_on(CACHE):
        return device
    key = token_key(token)
    others = [entry for entry in device.storage.cache.items() if entry[0] != key]
    oldest = moment.world.write_time(moment.now + device.number(CACHE_LIFE_TIME))  # C10.FR.08
    newest = {"cacheExpiryDateTime": oldest} | info
    return device.storing(cache=dict([*others[1 - _MOST_CACHED :], (key, newest)]))  # C10.FR.07


def is_token(value: Any) -> bool:
    """Return whether a value is an idToken; the payload in a user's own request may be anything."""
    return isinstance(value, dict) and isinstance(value.get("idToken"), str) and isinstance(value.get("type"), str)


def is_same(one: Json | None, other: Json | None) -> bool:
    """Return whether both are idTokens, and the same one (C01.FR.25)."""
    return one is not None and other is not None and token_key(one) == token_key(other)


def clear_cache(device: Device, _: Json, __: Moment) -> Given:
    """Clear the cache; Rejected if it is disabled (C11.FR.03, .04)."""
    if not device.is_on(CACHE):
        return device, REJECTED, []
    return device.storing(cache={}), ACCEPTED, []


def list_version(device: Device, _: Json, __: Moment) -> Given:
    """Return the version of the list; 0 means that there is none (D02.FR.01 to .03)."""
    return device, {"versionNumber": device.storage.local_list.version if device.is_on(LOCAL_LIST) else 0}, []


def send_list(device: Device, payload: Json, _: Moment) -> Given:
    """Replace or update the list (D01.FR.04, .05, .15 to .17); an invalid request changes nothing."""
    is_full, version = payload["updateType"] == "Full", payload["versionNumber"]
    items = payload.get("localAuthorizationList", [])
    keys = {token_key(item["idToken"]) for item in items}
    is_wrong = version <= 0 or len(keys) < len(items)  # D01.FR.18, .06
    if is_wrong or not device.is_on(LOCAL_LIST) or (is_full and any("idTokenInfo" not in item for item in items)):
        return device, {"status": "Failed"}, []
    present = device.storage.local_list
    if not is_full and version <= present.version:
        return device, {"status": "VersionMismatch"}, []  # D01.FR.19
    kept = {} if is_full else {key: info for key, info in present.entries.items() if key not in keys}
    given = {token_key(item["idToken"]): item["idTokenInfo"] for item in items if "idTokenInfo" in item}
    entries = {**kept, **given}
    if len(entries) > MOST_LISTED:
        return device, {"status": "Failed"}, []
    return device.storing(local_list=LocalAuthorizationList(version, entries)), ACCEPTED, []


ANSWERS: Mapping[str, Answer] = {
    "ClearCache": clear_cache,
    "GetLocalListVersion": list_version,
    "SendLocalList": send_list,
}

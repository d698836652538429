"""The local authorization list and the authorization cache (OCPP 1.6, 3.5.1, 3.5.2)."""

from collections.abc import Mapping
from typing import Any

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.protocol.times import seconds_of
from mock_csms.station.state import Moment
from mock_csms.station.v16.device import ACCEPTED, REJECTED, Answering, Device16, Given
from mock_csms.station.v16.model import MOST_LISTED

_MOST_CACHED = 1000


def known(device: Device16, tag: str, moment: Moment) -> Json | None:
    """Return the idTagInfo of an idTag from the list, or else from the cache; None if there is no valid one."""
    key = tag.casefold()
    listed = device.local_list.get(key) if device.is_on("LocalAuthListEnabled") else None
    cached = device.cache.get(key) if device.is_on("AuthorizationCacheEnabled") else None
    info = listed or cached
    if info is None:
        return None
    ends = seconds_of(info.get("expiryDate", ""))
    return {**info, "status": "Expired"} if ends is not None and ends < moment.now else info


def learn(device: Device16, tag: Any, info: Json) -> Device16:
    """Store the idTagInfo of an idTag in the cache, whatever its status (3.5.1). Listed idTags are not stored there."""
    if not isinstance(tag, str) or not device.is_on("AuthorizationCacheEnabled") or tag.casefold() in device.local_list:
        return device
    others = [entry for entry in device.cache.items() if entry[0] != tag.casefold()]
    return replace(device, cache=dict([*others[1 - _MOST_CACHED :], (tag.casefold(), info)]))


def clear_cache(device: Device16, _: Json, __: Moment) -> Given:
    """Clear the cache (5.4); Rejected if the station has no cache (errata, 3.23)."""
    if not device.is_on("AuthorizationCacheEnabled"):
        return device, REJECTED, []
    return replace(device, cache={}), ACCEPTED, []


def list_version(device: Device16, _: Json, __: Moment) -> Given:
    """Return the version of the list; -1 if the list is disabled (5.10)."""
    return device, {"listVersion": device.list_version if device.is_on("LocalAuthListEnabled") else -1}, []


def send_list(device: Device16, payload: Json, _: Moment) -> Given:
    """Replace or update the list; an invalid request changes nothing (5.15)."""
    is_full, version = payload["updateType"] == "Full", payload["listVersion"]
    items = payload.get("localAuthorizationList", [])
    keys = {item["idTag"].casefold() for item in items}
    if not device.is_on("LocalAuthListEnabled"):
        return device, {"status": "NotSupported"}, []
    is_incomplete = is_full and any("idTagInfo" not in item for item in items)
    if version <= 0 or len(keys) < len(items) or is_incomplete:
        return device, {"status": "Failed"}, []
    if not is_full and version <= device.list_version:
        return device, {"status": "VersionMismatch"}, []
    kept = {} if is_full else {key: info for key, info in device.local_list.items() if key not in keys}
    entries = {**kept, **{item["idTag"].casefold(): item["idTagInfo"] for item in items if "idTagInfo" in item}}
    if len(entries) > MOST_LISTED:
        return device, {"status": "Failed"}, []
    return replace(device, local_list=entries, list_version=version if entries else 0), ACCEPTED, []


ANSWERS: Mapping[str, Answering] = {
    "ClearCache": clear_cache,
    "GetLocalListVersion": list_version,
    "SendLocalList": send_list,
}

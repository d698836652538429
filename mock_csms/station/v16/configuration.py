"""GetConfiguration and ChangeConfiguration (OCPP 1.6, 5.3, 5.8), and the effects of new values."""

from collections.abc import Mapping

from mock_csms.protocol.actions import Json
from mock_csms.protocol.records import replace
from mock_csms.station.cues import Act, Redial, Stop
from mock_csms.station.state import Moment
from mock_csms.station.v16 import boot, security, transactions
from mock_csms.station.v16.device import ACCEPTED, REJECTED, Answering, Device16, Given
from mock_csms.station.v16.model import KEYS, MOST_KEYS, name_of


def get(device: Device16, payload: Json, _: Moment) -> Given:
    """Return the requested keys, or all keys, without the values of secrets (5.8, OCPP-J 1.6, 6.2.2)."""
    wanted = payload.get("key") or []
    if len(wanted) > MOST_KEYS:
        return device, ("PropertyConstraintViolation", f"key: more than {MOST_KEYS} keys"), []
    names = {written: name_of(written) for written in wanted} if wanted else {name: name for name in KEYS}
    known = [_item_of(device, name) for name in dict.fromkeys(names.values()) if name is not None]
    unknown = [written for written, name in names.items() if name is None]
    answer: Json = {"configurationKey": known} if known else {}
    return device, answer | ({"unknownKey": unknown} if unknown else {}), []


def _item_of(device: Device16, name: str) -> Json:
    key = KEYS[name]
    entry: Json = {"key": name, "readonly": key.accepts is None}
    return entry | {"value": device.configuration[name]} if key.is_shown else entry


def change(device: Device16, payload: Json, _: Moment) -> Given:
    """Set a key (5.3): NotSupported if the key is unknown, Rejected if the value is invalid."""
    name, value = name_of(payload["key"]), payload["value"]
    if name is None:
        return device, {"status": "NotSupported"}, []
    key = KEYS[name]
    if key.accepts is None or not key.accepts(value):
        return device, REJECTED, []
    if name == "SecurityProfile":
        return security.change_profile(device, value)
    if key.needs_reboot:
        return replace(device, awaiting={**device.awaiting, name: value}), {"status": "RebootRequired"}, []
    device = replace(device, configuration={**device.configuration, name: value})
    return device, ACCEPTED, _effects(device, name)


def _effects(device: Device16, name: str) -> list[Act]:
    if name == "HeartbeatInterval":
        return [Stop(boot.HEARTBEAT), boot.next_beat(device)]
    if name == "MeterValueSampleInterval":
        return transactions.retimed(device)
    return [Redial()] if name == "AuthorizationKey" else []  # whitepaper, A01: reconnect with the new key


def applied(device: Device16) -> Device16:
    """Return the station with the values that waited for a reboot in use."""
    return replace(device, configuration={**device.configuration, **device.awaiting}, awaiting={})


ANSWERS: Mapping[str, Answering] = {"ChangeConfiguration": change, "GetConfiguration": get}

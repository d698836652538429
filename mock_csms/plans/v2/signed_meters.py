"""Signed meter values (J02.FR.21), and with which of them the public key of the meter must come."""

from base64 import b64decode
from binascii import Error
from collections.abc import Sequence

from mock_csms.plans.station import Station
from mock_csms.plans.v2.meters import TimedValues
from mock_csms.protocol.actions import Json

__tracebackhide__ = True  # pytest shows the line of the case, not of this module

_SIGNED = "signedMeterValue"
_RULE = "OCPPCommCtrlr", "PublicKeyWithSignedMeterValue"


def check_signed(station: Station, found: Sequence[TimedValues]) -> None:
    """Check that each of these times has a signed value: a meter may not be able to sign all measurands."""
    for values in found:
        signed = [sample[_SIGNED] for sample in values.samples if _SIGNED in sample]
        if not signed:
            raise AssertionError(f"{station.identity} sent no signedMeterValue of {values.stamp}")
        for each in signed:
            _check_base64(station, each["signedMeterData"], "signedMeterData")


async def check_keys(station: Station, payloads: Sequence[Json]) -> None:
    """Check which signed values in the events of a transaction have the public key.

    PublicKeyWithSignedMeterValue decides that, if the station has this variable. With OncePerTransaction only one event
    may have the key, but every signed value in that event may have it.
    """
    events = [_signed_in(payload) for payload in payloads if _signed_in(payload)]
    with_key = [[each for each in event if each["publicKey"]] for event in events]
    for key in (each["publicKey"] for event in with_key for each in event):
        _check_base64(station, key, "publicKey")
    rule, number = await station.get(*_RULE), sum(map(bool, with_key))
    is_right = {
        "Never": number == 0,
        "OncePerTransaction": number == 1,
        "EveryMeterValue": events == with_key,
    }
    if not is_right.get(rule or "", True):
        text = f"{station.identity} sent {number} of {len(events)} events with the public key"
        raise AssertionError(f"{text}, but {'.'.join(_RULE)} is {rule}")


def _signed_in(payload: Json) -> Sequence[Json]:
    samples = (sample for value in payload.get("meterValue", ()) for sample in value["sampledValue"])
    return [sample[_SIGNED] for sample in samples if _SIGNED in sample]


def _check_base64(station: Station, text: str, name: str) -> None:
    try:
        is_empty = not b64decode(text, validate=True)
    except Error:
        is_empty = True
    if is_empty:
        raise AssertionError(f"{station.identity} sent a {name} that is not Base64: {text[:50]}")

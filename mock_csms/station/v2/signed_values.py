"""Signed meter values (J02.FR.21): the meter signs each value in the Open Charge Metering Format (OCMF)."""

from base64 import b64encode
from collections.abc import Iterable, Mapping, Sequence

import orjson

from mock_csms.protocol import key_pairs
from mock_csms.protocol.actions import Json
from mock_csms.station.state import Moment
from mock_csms.station.v2.device import Device, Evse
from mock_csms.station.v2.variables import PUBLIC_KEY

_SIGNED = "signedMeterValue"
_NEVER, _ONCE = "Never", "OncePerTransaction"
_CODES: Mapping[str, str] = {
    "Energy.Active.Import.Register": "1-b:1.8.0",
    "Power.Active.Import": "1-b:1.7.0",
    "Current.Import": "1-b:31.7.0",
    "Voltage": "1-b:32.7.0",
}
"""The measurands that a meter measures, with their OBIS codes; others cannot be signed."""
_KINDS: Mapping[str, str] = {
    "Transaction.Begin": "B",
    "Transaction.End": "E",
    "Sample.Periodic": "C",
    "Sample.Clock": "C",
}
"""The kinds of readings of OCMF by their context; others are of the kind `X`, an exception."""


def signed(device: Device, evse: Evse, samples: Sequence[Json], moment: Moment) -> list[Json]:
    """Return samples of one time; those that the meter can sign have a signedMeterValue."""
    return [
        sample | {_SIGNED: _signature(device, evse, sample, moment)} if sample["measurand"] in _CODES else sample
        for sample in samples
    ]


def with_one_key(device: Device, values: Sequence[Json], *, is_sent: bool) -> Sequence[Json]:
    """Return the values of an event: with OncePerTransaction only the first signed one of all has the public key."""
    if device.variables[PUBLIC_KEY] != _ONCE or not has_key(values):
        return values
    signed_ones = [sample for value in values for sample in value["sampledValue"] if _SIGNED in sample]
    first = None if is_sent else signed_ones[0]

    def told(sample: Json) -> Json:
        if sample is first or _SIGNED not in sample:
            return sample
        return sample | {_SIGNED: sample[_SIGNED] | {"publicKey": ""}}

    return [value | {"sampledValue": [told(sample) for sample in value["sampledValue"]]} for value in values]


def has_key(values: Iterable[Json]) -> bool:
    """Return whether any of these values has a public key."""
    samples = (sample for value in values for sample in value["sampledValue"])
    return any(sample.get(_SIGNED, {}).get("publicKey") for sample in samples)


def _signature(device: Device, evse: Evse, sample: Json, moment: Moment) -> Json:
    """Return the signedMeterValue of a sample."""
    station = device.identity.serial_number
    owner = f"{station} meter"
    is_told = device.variables[PUBLIC_KEY] != _NEVER
    reading = {
        "TM": f"{moment.world.write_time(moment.now)[:-1].replace('.', ',')}+0000 S",
        "TX": _KINDS.get(sample["context"], "C"),
        "RV": sample["value"],
        "RI": _CODES[sample["measurand"]],
        "RU": sample["unitOfMeasure"]["unit"],
        "ST": "G",
    }
    meter = {"GI": device.identity.model, "GS": station, "MV": device.identity.vendor, "MS": f"meter-{evse.id}"}
    text = orjson.dumps({"FV": "1.0", **meter, "IS": False, "RD": [reading]})
    signature = orjson.dumps({"SD": key_pairs.signature(owner, evse.id, text).hex()})
    return {
        "signedMeterData": b64encode(b"OCMF|" + text + b"|" + signature).decode(),
        "signingMethod": "ECDSA-secp256r1-SHA256",
        "encodingMethod": "OCMF",
        "publicKey": b64encode(key_pairs.public_key(owner, evse.id)).decode() if is_told else "",
    }

"""Signed meter values: their format, their signature, and which of them have the public key (J02.FR.21)."""

import json
from base64 import b64decode
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mock_csms.station.v2.variables import ALIGNED_INTERVAL, PUBLIC_KEY, TX_STARTED_MEASURANDS, TX_UPDATED_MEASURANDS
from tests.station.driven import Driven

SIGNS = {("SampledDataCtrlr", "SignReadings"): "true"}


def samples_of(messages: list[Any]) -> list[Any]:
    """Return the samples in messages."""
    return [sample for each in messages for value in each.get("meterValue", []) for sample in value["sampledValue"]]


def session(variables: dict[Any, str]) -> list[list[Any]]:
    """Play a transaction of 130 seconds; return the signed samples of each of its events that has any."""
    station = Driven(variables)
    station.charge()
    station.wait(130)
    station.stop()
    events = [samples_of([event]) for event in station.payloads("TransactionEvent")]
    signed = [[sample["signedMeterValue"] for sample in event if "signedMeterValue" in sample] for event in events]
    return [event for event in signed if event]


def test_nothing_is_signed_by_default() -> None:
    """By default SignReadings is false, and no value is signed."""
    assert session({}) == []


def test_each_controller_has_its_own_switch() -> None:
    """SignReadings of AlignedDataCtrlr is about clock-aligned values, that of SampledDataCtrlr about all others."""
    for controller, contexts in (("SampledDataCtrlr", {"Transaction.Begin"}), ("AlignedDataCtrlr", {"Sample.Clock"})):
        station = Driven({(controller, "SignReadings"): "true", ALIGNED_INTERVAL: "900"})
        station.wait(901)
        station.charge()
        samples = samples_of(station.payloads("MeterValues") + station.payloads("TransactionEvent"))
        assert {sample["context"] for sample in samples if "signedMeterValue" in sample} == contexts
        assert {sample["context"] for sample in samples} == {"Transaction.Begin", "Sample.Clock"}


def test_the_csms_can_switch_it_on() -> None:
    """After SetVariables the values are signed."""
    station = Driven()
    switch = {"component": {"name": "SampledDataCtrlr"}, "variable": {"name": "SignReadings"}, "attributeValue": "true"}
    answer = station.command("SetVariables", {"setVariableData": [switch]})
    assert answer["setVariableResult"][0]["attributeStatus"] == "Accepted"
    station.charge()
    assert all("signedMeterValue" in sample for sample in samples_of(station.payloads("TransactionEvent")))


def test_the_signature_fits_to_the_value_and_the_key() -> None:
    """The data are in OCMF: they repeat the value, and the signature is of the public key."""
    station = Driven({**SIGNS, PUBLIC_KEY: "EveryMeterValue"})
    station.charge()
    station.wait(60)
    sample = samples_of(station.payloads("TransactionEvent"))[-1]
    signed = sample["signedMeterValue"]
    assert (signed["encodingMethod"], signed["signingMethod"]) == ("OCMF", "ECDSA-secp256r1-SHA256")
    kind, text, signature = b64decode(signed["signedMeterData"], validate=True).split(b"|")
    data = json.loads(text)
    assert (kind, data["GS"], data["MS"]) == (b"OCMF", station.device.identity.serial_number, "meter-1")
    assert (data["RD"][0]["RV"], data["RD"][0]["RU"]) == (sample["value"], sample["unitOfMeasure"]["unit"])
    key = load_der_public_key(b64decode(signed["publicKey"], validate=True))
    assert isinstance(key, EllipticCurvePublicKey)
    given = bytes.fromhex(json.loads(signature)["SD"])
    key.verify(given, text, ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key.verify(given, text + b" ", ECDSA(SHA256()))


@pytest.mark.parametrize(
    ("rule", "started", "keys"),
    [
        ("Never", "Voltage", [0, 0, 0, 0]),
        ("EveryMeterValue", "Voltage,Current.Import", [2, 2, 2, 1]),
        ("OncePerTransaction", "Voltage,Current.Import", [1, 0, 0, 0]),
        ("OncePerTransaction", "", [1, 0, 0]),
    ],
)
def test_which_values_have_the_public_key(rule: str, started: str, keys: list[int]) -> None:
    """PublicKeyWithSignedMeterValue decides whether no value, each, or the first one of a transaction has the key."""
    events = session({**SIGNS, PUBLIC_KEY: rule, TX_STARTED_MEASURANDS: started})
    assert [sum(bool(signed["publicKey"]) for signed in event) for event in events] == keys


def test_what_the_vehicle_tells_is_not_signed() -> None:
    """The meter does not measure the SoC, so that value is not signed."""
    station = Driven({**SIGNS, TX_UPDATED_MEASURANDS: "SoC,Voltage"})
    station.charge()
    station.wait(60)
    samples = samples_of(station.payloads("TransactionEvent", lambda event: event["eventType"] == "Updated"))
    assert [(sample["measurand"], "signedMeterValue" in sample) for sample in samples] == [
        ("SoC", False),
        ("Voltage", True),
    ]

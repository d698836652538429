"""The messages that the load generator sends: OCPP-J texts with places that it fills in for each message."""

import json
import time
from dataclasses import dataclass
from typing import Any

_ID = "@" * 36
"""Replaced by a message id of the same length."""

_TIME = "~" * 24
"""Replaced by the current time."""
_NUMBER = 1_000_000_000
"""Replaced by a number that increases with each message of a station."""


def _call(action: str, payload: Any) -> str:
    return json.dumps([2, _ID, action, payload], separators=(",", ":"))


def _sample(value: float, measurand: str, unit: str, **more: str) -> dict[str, Any]:
    sampled = {"value": value, "context": "Sample.Periodic", "measurand": measurand, "location": "Outlet"}
    return sampled | {"unitOfMeasure": {"unit": unit}} | more


_SAMPLES = [
    _sample(15234.125, "Energy.Active.Import.Register", "Wh"),
    _sample(16.01, "Current.Import", "A", phase="L1"),
    _sample(15.98, "Current.Import", "A", phase="L2"),
    _sample(230.1, "Voltage", "V", phase="L1-N"),
    _sample(11040.5, "Power.Active.Import", "W"),
    _sample(43, "SoC", "Percent"),
]


@dataclass(frozen=True, slots=True)
class Version:
    """How stations of one version of OCPP begin."""

    subprotocol: str
    """What they ask for in their handshake."""
    boot: str
    """Their BootNotification."""


_BOOT = _call("BootNotification", {"reason": "PowerUp", "chargingStation": {"model": "bench", "vendorName": "bench"}})
OCPP_16 = Version("ocpp1.6", _call("BootNotification", {"chargePointModel": "bench", "chargePointVendor": "bench"}))
OCPP_201 = Version("ocpp2.0.1", _BOOT)
OCPP_21 = Version("ocpp2.1", _BOOT)

AUTHORIZE = _call("Authorize", {"idToken": {"idToken": "T99999", "type": "ISO14443"}})

_TOKEN = '[[token]]\nid = "T{0}"\nstatus = "Blocked"\n'
_RULE = '[[rule]]\nmatch = "Authorize[idToken.idToken=T{0}]"\nreply.idTokenInfo.status = "Blocked"\n'
CONFIGURATIONS = {
    f"{name}.toml": "".join(map(table.format, range(first, 100_000)))
    for name, table, first in [
        ("one_token", _TOKEN, 99_999),
        ("tokens", _TOKEN, 0),
        ("one_rule", _RULE, 99_999),
        ("rules", _RULE, 0),
    ]
}
"""Configuration files by name: 100,000 tokens, 100,000 rules, and for each a file with only what `AUTHORIZE` needs."""

HEARTBEAT = _call("Heartbeat", {})

TRANSACTION_EVENT = _call(
    "TransactionEvent",
    {
        "eventType": "Updated",
        "timestamp": _TIME,
        "triggerReason": "MeterValuePeriodic",
        "seqNo": _NUMBER,
        "offline": False,
        "evse": {"id": 1, "connectorId": 1},
        "transactionInfo": {
            "transactionId": "3f0ac8a2-6c9d-4d0f-9d56-6a3a7c9f2b11",
            "chargingState": "Charging",
            "timeSpentCharging": 1830,
        },
        "meterValue": [{"timestamp": _TIME, "sampledValue": _SAMPLES}],
    },
)
"""What charging stations send most: a periodic sample of six values, 1,205 bytes."""


def _sample_16(value: str, measurand: str, unit: str, **more: str) -> dict[str, Any]:
    sampled = {"value": value, "context": "Sample.Periodic", "measurand": measurand, "location": "Outlet"}
    return sampled | {"unit": unit} | more


METER_VALUES_16 = _call(
    "MeterValues",
    {
        "connectorId": 1,
        "transactionId": 1,
        "meterValue": [
            {
                "timestamp": _TIME,
                "sampledValue": [
                    _sample_16("15234.125", "Energy.Active.Import.Register", "Wh"),
                    _sample_16("16.01", "Current.Import", "A", phase="L1"),
                    _sample_16("15.98", "Current.Import", "A", phase="L2"),
                    _sample_16("230.1", "Voltage", "V", phase="L1-N"),
                    _sample_16("11040.5", "Power.Active.Import", "W"),
                    _sample_16("43", "SoC", "Percent"),
                ],
            }
        ],
    },
)
"""What stations of OCPP 1.6 send instead: the same six values of a running transaction."""

STATUS = _call(
    "StatusNotification", {"timestamp": _TIME, "connectorStatus": "Available", "evseId": 1, "connectorId": 1}
)
STATUS_16 = _call(
    "StatusNotification", {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": _TIME}
)

REPEATED = TRANSACTION_EVENT.replace(_TIME, time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())).replace(
    str(_NUMBER), "7"
)
"""A message with the same sample each time; only the message id differs."""

FINDING = TRANSACTION_EVENT.replace("MeterValuePeriodic", "MeterValueClock")
"""A message that is wrong each time: M04 reports that its trigger reason does not fit the context of its values."""

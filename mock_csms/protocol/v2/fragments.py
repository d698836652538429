"""Parts of templates that several rows of the tables of OCPP 2.x share by reference."""

from mock_csms.protocol.actions import Json

NOW = "{{now}}"
FRESH_ID = "{{integer}}"
TRANSACTION = "{{transactionId}}"

ACCEPTED: Json = {"status": "Accepted"}

# Security and certificates: recognisable as mocks and valid by the schemas; the certificate to install is a real one.
CSR = "-----BEGIN CERTIFICATE REQUEST-----\nMIIBmockrequest\n-----END CERTIFICATE REQUEST-----"
HASH: Json = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "0123456789abcdef" * 4,
    "issuerKeyHash": "fedcba9876543210" * 4,
    "serialNumber": "1a2b3c4d5e6f",
}
FIRMWARE_URL = "https://firmware.invalid/firmware.bin"
LOG_URL = "https://logs.invalid/upload"
FIRMWARE_MD5 = "0123456789abcdef0123456789abcdef"

# The driver, and the place.
TOKEN: Json = {"idToken": "test_token", "type": "ISO14443"}
RESERVED_TOKEN: Json = {"idToken": "reserved_token", "type": "ISO14443"}
CUSTOMER = "test_customer_001"
CONNECTOR: Json = {"id": 1, "connectorId": 1}

# Variables of the device model, each with its component.
HEARTBEAT_INTERVAL: Json = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
AVAILABILITY: Json = {"component": {"name": "ChargingStation"}, "variable": {"name": "AvailabilityState"}}
CONNECTOR_AVAILABILITY: Json = {**AVAILABILITY, "component": {"name": "Connector", "evse": CONNECTOR}}
POWER: Json = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "Power"}}
MONITOR: Json = {"type": "UpperThreshold", "severity": 5}
POWER_LIMIT: Json = {**MONITOR, "value": 11000}

# Amounts: measured energy, requested energy, allowed current.
ENERGY: Json = {"value": 0, "measurand": "Energy.Active.Import.Register", "unitOfMeasure": {"unit": "Wh"}}
EV_NEEDS: Json = {"energyAmount": 20000, "evMinCurrent": 6, "evMaxCurrent": 32, "evMaxVoltage": 400}
AMPERES: Json = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}]}
SCHEDULE: Json = {"id": 1, "startSchedule": NOW, **AMPERES}
PROFILE: Json = {
    "id": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": [SCHEDULE],
}

MESSAGE: Json = {
    "id": 1,
    "priority": "NormalCycle",
    "message": {"format": "UTF8", "language": "en", "content": "Hello from mock-csms"},
}

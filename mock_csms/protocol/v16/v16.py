"""The table of OCPP 1.6: its 28 actions, by feature profile, and the 11 of the security whitepaper.

Only data belongs here, as in the table of 2.0.1 (`v2/v201.py`). In this version meter values are strings, and the CSMS
assigns integers as ids of transactions.
"""

from mock_csms.protocol.actions import Action, Actions, Json, Sender

STATION, CSMS, EITHER = Sender.STATION, Sender.CSMS, Sender.EITHER

NOW, FRESH_ID, TRANSACTION = "{{now}}", "{{integer}}", "{{transactionId}}"
ACCEPTED: Json = {"status": "Accepted"}
TAG, RESERVED_TAG = "test_token", "reserved_token"
INFO: Json = {"idTagInfo": ACCEPTED}
ENERGY: Json = {"value": "0", "context": "Sample.Periodic", "measurand": "Energy.Active.Import.Register", "unit": "Wh"}
AMPERES: Json = {"chargingRateUnit": "A", "chargingSchedulePeriod": [{"startPeriod": 0, "limit": 16}]}
PROFILE: Json = {
    "chargingProfileId": 1,
    "stackLevel": 0,
    "chargingProfilePurpose": "TxDefaultProfile",
    "chargingProfileKind": "Absolute",
    "chargingSchedule": {**AMPERES, "startSchedule": NOW},
}

# Security: recognisable as mocks; what is installed is a real certificate.
CSR = "-----BEGIN CERTIFICATE REQUEST-----\nMIIBmockrequest\n-----END CERTIFICATE REQUEST-----"
HASH: Json = {
    "hashAlgorithm": "SHA256",
    "issuerNameHash": "0123456789abcdef" * 4,
    "issuerKeyHash": "fedcba9876543210" * 4,
    "serialNumber": "1a2b3c4d5e6f",
}
FIRMWARE_URL = "https://firmware.invalid/firmware.bin"
DIAGNOSTICS_URL, LOG_URL = "https://logs.invalid/", "https://logs.invalid/upload"
FIRMWARE: Json = {
    "location": FIRMWARE_URL,
    "retrieveDateTime": NOW,
    "signingCertificate": "{{rootCertificate}}",
    "signature": "bW9ja19zaWduYXR1cmU=",
}

ACTIONS: Actions = {
    # Core
    "Authorize": Action(STATION, {"idTag": TAG}, INFO, gist="idTag", answer_gist="idTagInfo.status"),
    "BootNotification": Action(
        STATION,
        {"chargePointVendor": "mock-csms", "chargePointModel": "reference-station"},
        {"currentTime": NOW, "interval": 60, **ACCEPTED},
        gist="chargePointVendor chargePointModel",
        answer_gist="status interval:interval",
    ),
    "ChangeAvailability": Action(
        CSMS, {"connectorId": 0, "type": "Operative"}, ACCEPTED, gist="type connectorId:connector"
    ),
    "ChangeConfiguration": Action(CSMS, {"key": "HeartbeatInterval", "value": "30"}, ACCEPTED, gist="key"),
    "ClearCache": Action(CSMS, {}, ACCEPTED),
    "DataTransfer": Action(
        EITHER, {"vendorId": "TestVendor", "messageId": "TestMessage", "data": "test_data"}, ACCEPTED, gist="vendorId"
    ),
    "GetConfiguration": Action(
        CSMS,
        {},
        {"configurationKey": [{"key": "HeartbeatInterval", "readonly": False, "value": "60"}]},
        answer_gist="configurationKey.key",
    ),
    "Heartbeat": Action(STATION, {}, {"currentTime": NOW}),
    "MeterValues": Action(
        STATION,
        {"connectorId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [ENERGY]}]},
        gist="connectorId:connector transactionId:transaction",
    ),
    "RemoteStartTransaction": Action(
        CSMS, {"connectorId": 1, "idTag": TAG}, ACCEPTED, gist="idTag connectorId:connector"
    ),
    "RemoteStopTransaction": Action(CSMS, {"transactionId": TRANSACTION}, ACCEPTED, gist="transactionId"),
    "Reset": Action(CSMS, {"type": "Hard"}, ACCEPTED, gist="type"),
    "StartTransaction": Action(
        STATION,
        {"connectorId": 1, "idTag": TAG, "meterStart": 0, "timestamp": NOW},
        {**INFO, "transactionId": "{{newTransactionId}}"},
        gist="idTag connectorId:connector",
        answer_gist="idTagInfo.status transactionId:transaction",
    ),
    "StatusNotification": Action(
        STATION,
        {"connectorId": 1, "errorCode": "NoError", "status": "Available", "timestamp": NOW},
        gist="status connectorId:connector errorCode",
    ),
    "StopTransaction": Action(
        STATION,
        {"transactionId": TRANSACTION, "idTag": TAG, "meterStop": 0, "timestamp": NOW, "reason": "Local"},
        gist="transactionId:transaction idTag reason",
        answer_gist="idTagInfo.status",
    ),
    "UnlockConnector": Action(CSMS, {"connectorId": 1}, {"status": "Unlocked"}, gist="connectorId:connector"),
    # Firmware management
    "DiagnosticsStatusNotification": Action(STATION, {"status": "Idle"}, gist="status"),
    "FirmwareStatusNotification": Action(STATION, {"status": "Idle"}, gist="status"),
    "GetDiagnostics": Action(
        CSMS, {"location": DIAGNOSTICS_URL}, {"fileName": "diagnostics.log"}, answer_gist="fileName"
    ),
    "UpdateFirmware": Action(CSMS, {"location": FIRMWARE_URL, "retrieveDate": NOW}, gist="retrieveDate"),
    # Local authorization list management
    "GetLocalListVersion": Action(CSMS, {}, {"listVersion": 1}, answer_gist="listVersion"),
    "SendLocalList": Action(
        CSMS,
        {"listVersion": 1, "updateType": "Full", "localAuthorizationList": [{"idTag": TAG, "idTagInfo": ACCEPTED}]},
        ACCEPTED,
        gist="updateType listVersion:version",
    ),
    # Reservation
    "CancelReservation": Action(CSMS, {"reservationId": 1}, ACCEPTED, gist="reservationId"),
    "ReserveNow": Action(
        CSMS,
        {"connectorId": 1, "expiryDate": "{{now+3600}}", "idTag": RESERVED_TAG, "reservationId": 1},
        ACCEPTED,
        gist="idTag connectorId:connector",
    ),
    # Smart charging
    "ClearChargingProfile": Action(CSMS, {"id": 1}, ACCEPTED),
    "GetCompositeSchedule": Action(
        CSMS,
        {"connectorId": 1, "duration": 3600, "chargingRateUnit": "A"},
        {**ACCEPTED, "connectorId": 1, "scheduleStart": NOW, "chargingSchedule": {**AMPERES, "duration": 3600}},
        gist="connectorId:connector",
    ),
    "SetChargingProfile": Action(
        CSMS, {"connectorId": 1, "csChargingProfiles": PROFILE}, ACCEPTED, gist="connectorId:connector"
    ),
    # Remote trigger
    "TriggerMessage": Action(CSMS, {"requestedMessage": "StatusNotification"}, ACCEPTED, gist="requestedMessage"),
    # Security whitepaper
    "CertificateSigned": Action(CSMS, {"certificateChain": "{{certificateChain}}"}, ACCEPTED),
    "DeleteCertificate": Action(CSMS, {"certificateHashData": "{{rootCertificateHash}}"}, ACCEPTED),
    "ExtendedTriggerMessage": Action(
        CSMS, {"requestedMessage": "StatusNotification"}, ACCEPTED, gist="requestedMessage"
    ),
    "GetInstalledCertificateIds": Action(
        CSMS, {"certificateType": "CentralSystemRootCertificate"}, {"status": "NotFound"}, gist="certificateType"
    ),
    "GetLog": Action(
        CSMS,
        {"logType": "DiagnosticsLog", "requestId": FRESH_ID, "log": {"remoteLocation": LOG_URL}},
        {**ACCEPTED, "filename": "diagnostics.log"},
        gist="logType",
    ),
    "InstallCertificate": Action(
        CSMS, {"certificateType": "CentralSystemRootCertificate", "certificate": "{{rootCertificate}}"}, ACCEPTED
    ),
    "LogStatusNotification": Action(STATION, {"status": "Idle"}, gist="status"),
    "SecurityEventNotification": Action(STATION, {"type": "StartupOfTheDevice", "timestamp": NOW}, gist="type"),
    "SignCertificate": Action(STATION, {"csr": CSR}, ACCEPTED),
    "SignedFirmwareStatusNotification": Action(STATION, {"status": "Idle"}, gist="status"),
    "SignedUpdateFirmware": Action(CSMS, {"requestId": FRESH_ID, "firmware": FIRMWARE}, ACCEPTED),
}

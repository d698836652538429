"""The table of OCPP 2.0.1: one row for each of its 64 actions, in the order of the functional blocks of Part 2.

Only data belongs here. Requests are the defaults of commands and of the reference station; a response fits the default
request of its row. Constants are shared by several rows, so a template must not be changed in place. No default names a
host that exists.
"""

from mock_csms.protocol.actions import Action, Actions, Sender
from mock_csms.protocol.v2.fragments import (
    ACCEPTED,
    AMPERES,
    AVAILABILITY,
    CONNECTOR,
    CONNECTOR_AVAILABILITY,
    CSR,
    CUSTOMER,
    ENERGY,
    EV_NEEDS,
    FIRMWARE_MD5,
    FIRMWARE_URL,
    FRESH_ID,
    HASH,
    HEARTBEAT_INTERVAL,
    LOG_URL,
    MESSAGE,
    MONITOR,
    NOW,
    POWER,
    POWER_LIMIT,
    PROFILE,
    RESERVED_TOKEN,
    SCHEDULE,
    TOKEN,
    TRANSACTION,
)

STATION, CSMS, EITHER = Sender.STATION, Sender.CSMS, Sender.EITHER

ACTIONS: Actions = {
    # A. Security
    "CertificateSigned": Action(
        CSMS, {"certificateChain": "{{certificateChain}}", "certificateType": "ChargingStationCertificate"}, ACCEPTED
    ),
    "SecurityEventNotification": Action(STATION, {"type": "StartupOfTheDevice", "timestamp": NOW}, gist="type"),
    "SignCertificate": Action(STATION, {"csr": CSR, "certificateType": "ChargingStationCertificate"}, ACCEPTED),
    # B. Provisioning
    "BootNotification": Action(
        STATION,
        {"reason": "PowerUp", "chargingStation": {"vendorName": "mock-csms", "model": "reference-station"}},
        {"currentTime": NOW, "interval": 60, **ACCEPTED},
        gist="reason",
        answer_gist="status interval:interval",
    ),
    "GetBaseReport": Action(CSMS, {"requestId": FRESH_ID, "reportBase": "FullInventory"}, ACCEPTED),
    "GetReport": Action(CSMS, {"requestId": FRESH_ID, "componentVariable": [HEARTBEAT_INTERVAL]}, ACCEPTED),
    "GetVariables": Action(
        CSMS,
        {"getVariableData": [AVAILABILITY]},
        {"getVariableResult": [{**AVAILABILITY, "attributeStatus": "Accepted", "attributeValue": "Available"}]},
        answer_gist="getVariableResult.attributeStatus",
    ),
    "NotifyReport": Action(
        STATION,
        {
            "requestId": FRESH_ID,
            "generatedAt": NOW,
            "seqNo": 0,
            "tbc": False,
            "reportData": [
                {
                    **HEARTBEAT_INTERVAL,
                    "variableAttribute": [{"type": "Actual", "value": "60", "mutability": "ReadWrite"}],
                    "variableCharacteristics": {"dataType": "integer", "unit": "s", "supportsMonitoring": False},
                }
            ],
        },
        gist="seqNo:seq",
    ),
    "Reset": Action(CSMS, {"type": "Immediate"}, ACCEPTED, gist="type evseId:EVSE"),
    "SetNetworkProfile": Action(
        CSMS,
        {
            "configurationSlot": 1,
            "connectionData": {
                "ocppVersion": "OCPP20",
                "ocppTransport": "JSON",
                "ocppCsmsUrl": "{{url}}",
                "messageTimeout": 30,
                "securityProfile": 1,
                "ocppInterface": "Wired0",
            },
        },
        ACCEPTED,
    ),
    "SetVariables": Action(
        CSMS,
        {"setVariableData": [{**HEARTBEAT_INTERVAL, "attributeValue": "30"}]},
        {"setVariableResult": [{**HEARTBEAT_INTERVAL, "attributeStatus": "Accepted"}]},
        answer_gist="setVariableResult.attributeStatus",
    ),
    # C. Authorization
    "Authorize": Action(
        STATION,
        {"idToken": TOKEN},
        {"idTokenInfo": ACCEPTED},
        gist="idToken.idToken",
        answer_gist="idTokenInfo.status",
    ),
    "ClearCache": Action(CSMS, {}, ACCEPTED),
    # D. Local authorization list
    "GetLocalListVersion": Action(CSMS, {}, {"versionNumber": 1}),
    "SendLocalList": Action(
        CSMS,
        {
            "updateType": "Full",
            "versionNumber": 1,
            "localAuthorizationList": [{"idToken": TOKEN, "idTokenInfo": ACCEPTED}],
        },
        ACCEPTED,
    ),
    # E. Transactions
    "GetTransactionStatus": Action(CSMS, {"transactionId": TRANSACTION}, {"messagesInQueue": False}),
    "TransactionEvent": Action(
        STATION,
        {
            "eventType": "Started",
            "timestamp": NOW,
            "triggerReason": "Authorized",
            "seqNo": 0,
            "transactionInfo": {"transactionId": "{{uuid}}", "chargingState": "EVConnected"},
            "evse": CONNECTOR,
            "idToken": TOKEN,
            "meterValue": [{"timestamp": NOW, "sampledValue": [{**ENERGY, "context": "Transaction.Begin"}]}],
        },
        gist="eventType seqNo:seq idToken.idToken triggerReason",
        answer_gist="idTokenInfo.status totalCost:cost",
    ),
    # F. Remote control
    "RequestStartTransaction": Action(
        CSMS, {"idToken": TOKEN, "evseId": 1, "remoteStartId": FRESH_ID}, ACCEPTED, gist="idToken.idToken evseId:EVSE"
    ),
    "RequestStopTransaction": Action(CSMS, {"transactionId": TRANSACTION}, ACCEPTED, gist="transactionId"),
    "TriggerMessage": Action(CSMS, {"requestedMessage": "StatusNotification"}, ACCEPTED, gist="requestedMessage"),
    "UnlockConnector": Action(
        CSMS, {"evseId": 1, "connectorId": 1}, {"status": "Unlocked"}, gist="evseId:EVSE connectorId:connector"
    ),
    # G. Availability
    "ChangeAvailability": Action(CSMS, {"operationalStatus": "Operative"}, ACCEPTED, gist="operationalStatus"),
    "Heartbeat": Action(STATION, {}, {"currentTime": NOW}),
    "StatusNotification": Action(
        STATION,
        {"timestamp": NOW, "connectorStatus": "Available", "evseId": 1, "connectorId": 1},
        gist="connectorStatus evseId:EVSE connectorId:connector",
    ),
    # H. Reservation
    "CancelReservation": Action(CSMS, {"reservationId": 1}, ACCEPTED),
    "ReservationStatusUpdate": Action(STATION, {"reservationId": 1, "reservationUpdateStatus": "Expired"}),
    "ReserveNow": Action(
        CSMS,
        {"id": 1, "idToken": RESERVED_TOKEN, "evseId": 1, "expiryDateTime": "{{now+3600}}"},
        ACCEPTED,
        gist="idToken.idToken evseId:EVSE",
    ),
    # I. Tariff and cost
    "CostUpdated": Action(CSMS, {"totalCost": 10.0, "transactionId": TRANSACTION}),
    # J. Meter values
    "MeterValues": Action(
        STATION,
        {"evseId": 1, "meterValue": [{"timestamp": NOW, "sampledValue": [{**ENERGY, "context": "Sample.Clock"}]}]},
        gist="evseId:EVSE",
    ),
    # K. Smart charging
    "ClearChargingProfile": Action(CSMS, {"chargingProfileId": 1}, ACCEPTED),
    "ClearedChargingLimit": Action(STATION, {"chargingLimitSource": "EMS", "evseId": 1}),
    "GetChargingProfiles": Action(
        CSMS,
        {"requestId": FRESH_ID, "evseId": 1, "chargingProfile": {"chargingProfilePurpose": "TxDefaultProfile"}},
        ACCEPTED,
    ),
    "GetCompositeSchedule": Action(
        CSMS,
        {"evseId": 1, "duration": 3600, "chargingRateUnit": "A"},
        {**ACCEPTED, "schedule": {"evseId": 1, "duration": 3600, "scheduleStart": NOW, **AMPERES}},
    ),
    "NotifyChargingLimit": Action(
        STATION, {"evseId": 1, "chargingLimit": {"chargingLimitSource": "EMS"}, "chargingSchedule": [SCHEDULE]}
    ),
    "NotifyEVChargingNeeds": Action(
        STATION,
        {
            "evseId": 1,
            "chargingNeeds": {"requestedEnergyTransfer": "AC_three_phase", "acChargingParameters": EV_NEEDS},
        },
        ACCEPTED,
    ),
    "NotifyEVChargingSchedule": Action(STATION, {"timeBase": NOW, "evseId": 1, "chargingSchedule": SCHEDULE}, ACCEPTED),
    "ReportChargingProfiles": Action(
        STATION,
        {"requestId": FRESH_ID, "chargingLimitSource": "CSO", "evseId": 1, "chargingProfile": [PROFILE], "tbc": False},
    ),
    "SetChargingProfile": Action(CSMS, {"evseId": 1, "chargingProfile": PROFILE}, ACCEPTED),
    # L. Firmware management (a status Idle belongs to no request and carries no requestId)
    "FirmwareStatusNotification": Action(STATION, {"status": "Idle"}, gist="status"),
    "PublishFirmware": Action(
        CSMS, {"requestId": FRESH_ID, "location": FIRMWARE_URL, "checksum": FIRMWARE_MD5}, ACCEPTED
    ),
    "PublishFirmwareStatusNotification": Action(STATION, {"status": "Idle"}),
    "UnpublishFirmware": Action(CSMS, {"checksum": FIRMWARE_MD5}, {"status": "Unpublished"}),
    "UpdateFirmware": Action(
        CSMS, {"requestId": FRESH_ID, "firmware": {"location": FIRMWARE_URL, "retrieveDateTime": NOW}}, ACCEPTED
    ),
    # M. ISO 15118 and certificate management
    "DeleteCertificate": Action(CSMS, {"certificateHashData": "{{rootCertificateHash}}"}, ACCEPTED),
    "Get15118EVCertificate": Action(
        STATION,
        {
            "iso15118SchemaVersion": "urn:iso:15118:2:2013:MsgDef",
            "action": "Install",
            "exiRequest": "bW9ja19leGlfcmVxdWVzdA==",
        },
        {**ACCEPTED, "exiResponse": "bW9ja19leGlfcmVzcG9uc2U="},
    ),
    "GetCertificateStatus": Action(
        STATION,
        {"ocspRequestData": {**HASH, "responderURL": "https://ocsp.invalid/"}},
        {**ACCEPTED, "ocspResult": "bW9ja19vY3NwX3Jlc3VsdA=="},  # may be omitted only when not Accepted
    ),
    "GetInstalledCertificateIds": Action(CSMS, {"certificateType": ["CSMSRootCertificate"]}, {"status": "NotFound"}),
    "InstallCertificate": Action(
        CSMS, {"certificateType": "CSMSRootCertificate", "certificate": "{{rootCertificate}}"}, ACCEPTED
    ),
    # N. Diagnostics
    "ClearVariableMonitoring": Action(CSMS, {"id": [1]}, {"clearMonitoringResult": [{"id": 1, **ACCEPTED}]}),
    "CustomerInformation": Action(
        CSMS, {"requestId": FRESH_ID, "report": True, "clear": False, "customerIdentifier": CUSTOMER}, ACCEPTED
    ),
    "GetLog": Action(
        CSMS,
        {"logType": "DiagnosticsLog", "requestId": FRESH_ID, "log": {"remoteLocation": LOG_URL}},
        {**ACCEPTED, "filename": "diagnostics.log"},
        gist="logType",
    ),
    "GetMonitoringReport": Action(
        CSMS, {"requestId": FRESH_ID, "monitoringCriteria": ["ThresholdMonitoring"]}, ACCEPTED
    ),
    "LogStatusNotification": Action(STATION, {"status": "Idle"}, gist="status"),
    "NotifyCustomerInformation": Action(
        STATION, {"requestId": FRESH_ID, "generatedAt": NOW, "seqNo": 0, "tbc": False, "data": CUSTOMER}
    ),
    "NotifyEvent": Action(
        STATION,
        {
            "generatedAt": NOW,
            "seqNo": 0,
            "tbc": False,
            "eventData": [
                {
                    "eventId": FRESH_ID,
                    "timestamp": NOW,
                    "trigger": "Delta",
                    "eventNotificationType": "HardWiredNotification",
                    "actualValue": "Available",
                    **CONNECTOR_AVAILABILITY,
                }
            ],
        },
    ),
    "NotifyMonitoringReport": Action(
        STATION,
        {
            "requestId": FRESH_ID,
            "generatedAt": NOW,
            "seqNo": 0,
            "tbc": False,
            "monitor": [{**POWER, "variableMonitoring": [{"id": 1, "transaction": False, **POWER_LIMIT}]}],
        },
    ),
    "SetMonitoringBase": Action(CSMS, {"monitoringBase": "All"}, ACCEPTED),
    "SetMonitoringLevel": Action(CSMS, {"severity": 9}, ACCEPTED),
    "SetVariableMonitoring": Action(
        CSMS,
        {"setMonitoringData": [{**POWER, **POWER_LIMIT}]},
        {"setMonitoringResult": [{"id": 1, **ACCEPTED, **POWER, **MONITOR}]},
        answer_gist="setMonitoringResult.status",
    ),
    # O. Display messages
    "ClearDisplayMessage": Action(CSMS, {"id": 1}, ACCEPTED),
    "GetDisplayMessages": Action(CSMS, {"requestId": FRESH_ID}, ACCEPTED),
    "NotifyDisplayMessages": Action(STATION, {"requestId": FRESH_ID, "messageInfo": [MESSAGE], "tbc": False}),
    "SetDisplayMessage": Action(CSMS, {"message": MESSAGE}, ACCEPTED),
    # P. Data transfer
    "DataTransfer": Action(
        EITHER, {"vendorId": "TestVendor", "messageId": "TestMessage", "data": "test_data"}, ACCEPTED, gist="vendorId"
    ),
}
